"""Reads test collections and judges rankings, so that every benchmark measures the same way.

A collection is a folder with corpus.jsonl (_id, title, text), queries.jsonl (_id, text) and
qrels.tsv (a header line, then query-id, corpus-id and grade separated by tabs).
"""

import json
import math
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

NAMES = ("scifact", "cisi", "stackfaq")


class CollectionDocument(Struct, frozen=True):
    """A document as its collection gives it."""

    id: str
    title: str
    text: str


class Collection(Struct, frozen=True):
    """Documents, the judged questions by id, and grades: question id -> document id -> grade."""

    name: str
    documents: tuple[CollectionDocument, ...]
    queries: Mapping[str, str]
    qrels: Mapping[str, Mapping[str, int]]


def data_folder(given: str | None) -> Path:
    """The folder `given`, or else KB_BENCH_DATA; without either, one sentence and exit code 2."""
    text = given or os.environ.get("KB_BENCH_DATA", "")
    if text and Path(text).is_dir():
        return Path(text)
    wrong = f"There is no folder {text!r}" if text else "No folder of test collections was named"
    print(f"{wrong}: give it as the argument or in KB_BENCH_DATA.", file=sys.stderr)
    raise SystemExit(2)


def load_collection(folder: Path, name: str) -> Collection:
    """The collection in `folder`/`name`."""
    place = folder / name
    qrels = _qrels(place / "qrels.tsv")
    return Collection(
        name=name,
        documents=tuple(
            CollectionDocument(line["_id"], line.get("title", ""), line["text"])
            for line in _json_lines(place / "corpus.jsonl")
        ),
        queries={
            line["_id"]: line["text"]
            for line in _json_lines(place / "queries.jsonl")
            if line["_id"] in qrels
        },
        qrels=qrels,
    )


def ndcg_at(k: int, ranking: Sequence[str], judgments: Mapping[str, int]) -> float:
    """nDCG of the first `k` document ids of `ranking`, best first.

    The gain is the grade and the discount log2(rank + 1), as trec_eval's ndcg_cut has it.
    """
    ideal = _discounted(sorted(judgments.values(), reverse=True)[:k])
    return (
        _discounted([judgments.get(document, 0) for document in ranking[:k]]) / ideal
        if ideal
        else 0.0
    )


def mean_ndcg_at(k: int, rankings: Mapping[str, Sequence[str]], collection: Collection) -> float:
    """The mean of `ndcg_at` over all judged questions; one without a ranking counts as zero."""
    scores = [
        ndcg_at(k, rankings.get(query, ()), judgments)
        for query, judgments in collection.qrels.items()
    ]
    return sum(scores) / len(scores)


def _discounted(grades: Sequence[int]) -> float:
    return sum(max(grade, 0) / math.log2(rank + 2) for rank, grade in enumerate(grades))


def _json_lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _qrels(path: Path) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        query, document, grade = line.split("\t")
        found.setdefault(query, {})[document] = int(grade)
    return found
