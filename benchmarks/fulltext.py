"""Compares the full-text engines: documents/s, time to propose, and what proposals miss.

Run as `python -m benchmarks.fulltext [FOLDER]`. The speed is measured on all documents of the test
collections together, repeated under new ids until there are as many as asked for. Missed is what
BM25 over every document of one collection has among its first hundred.
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, islice
from pathlib import Path

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from benchmarks.collections_data import (
    NAMES,
    Collection,
    data_folder,
    load_collection,
)
from indexer.document import Filter
from indexer.lexical import ENGINES, LexicalDocument, LexicalIndex, open_lexical
from indexer.ranking import bm25
from indexer.ranking.ranking import PROPOSED
from indexer.resident.postings import Postings, pack
from indexer.text.analysis import all_terms
from indexer.text.wanted import wanted

ALL = frozenset({"all"})
EVERYONE = Filter(audience=ALL)
BATCH = 5_000
BEST = 100


class Judged(Struct, frozen=True):
    """A collection as engines take it, the weights of its questions, and BM25's best for each."""

    documents: tuple[LexicalDocument, ...]
    weights: tuple[Mapping[str, float], ...]
    best: tuple[frozenset[str], ...]


class Figures(Struct, frozen=True):
    """What was measured of one engine: documents/s, milliseconds, recall in the order of NAMES."""

    rate: float
    p50: float
    p99: float
    recall: tuple[float, ...]


def main() -> None:
    """Measure each engine and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", help="folder of test collections (or KB_BENCH_DATA)")
    parser.add_argument("--documents", type=int, default=50_000)
    parser.add_argument("--questions", type=int, default=200, help="asked of the large index")
    parser.add_argument("--limit", type=int, default=PROPOSED, help="proposals to a question")
    asked = parser.parse_args()
    folder = data_folder(asked.folder)
    judged = [_judged(load_collection(folder, name)) for name in NAMES]
    weights = _spread([each for one in judged for each in one.weights], asked)
    documents = list(islice(_repeated(judged), asked.documents))
    print(f"{len(documents)} documents, {len(weights)} questions, {asked.limit} proposals to each")
    print(f"{'engine':<9}{'docs/s':>9}{'p50 ms':>9}{'p99 ms':>9}  recall {' / '.join(NAMES)}")
    measured = {}
    for engine in ENGINES:
        measured[engine] = figures = _measure(engine, documents, weights, asked.limit, judged)
        recall = " / ".join(f"{value:.3f}" for value in figures.recall)
        row = f"{engine:<9}{figures.rate:>9.0f}{figures.p50:>9.2f}{figures.p99:>9.2f}  {recall}"
        print(row, flush=True)
    _print_ratios(measured["tantivy"], measured["whoosh"])


def _judged(collection: Collection) -> Judged:
    documents = tuple(
        LexicalDocument(
            id=each.id, terms=Counter(all_terms(f"{each.title}\n{each.text}")), audience=ALL
        )
        for each in collection.documents
    )
    every = np.ones(len(documents), np.bool_)
    postings = Postings().extended([pack(document.terms) for document in documents])
    weights, best = [], []
    for text in collection.queries.values():
        question = wanted(text).scored
        known = postings.statistics(list(question), every)
        weights.append(bm25.weights(question, known))
        scores = postings.scores(np.arange(len(documents)), weights[-1], known.length)
        first = np.argsort(-scores, kind="stable")[:BEST]
        best.append(frozenset(documents[place].id for place in first[scores[first] > 0].tolist()))
    return Judged(documents, tuple(weights), tuple(best))


def _spread(
    questions: Sequence[Mapping[str, float]], asked: argparse.Namespace
) -> list[Mapping[str, float]]:
    """As many questions as asked for, taken evenly from all."""
    chosen = np.linspace(0, len(questions) - 1, min(asked.questions, len(questions)), dtype=int)
    return [questions[place] for place in chosen]


def _repeated(judged: Sequence[Judged]) -> Iterator[LexicalDocument]:
    for turn in count():
        for place, one in enumerate(judged):
            for document in one.documents:
                yield replace(document, id=f"{turn} {place} {document.id}")


def _measure(
    engine: str,
    documents: Sequence[LexicalDocument],
    questions: Sequence[Mapping[str, float]],
    limit: int,
    judged: Iterable[Judged],
) -> Figures:
    with tempfile.TemporaryDirectory() as directory:
        index = open_lexical(engine, Path(directory), writable=True)
        began = time.perf_counter()
        _fill(index, documents)
        rate = len(documents) / (time.perf_counter() - began)
        for weights in questions[:10]:
            _answer(index, weights, limit)
        p50, p99 = np.percentile([_answer(index, each, limit) for each in questions], [50, 99])
        index.close()
    return Figures(rate, p50, p99, tuple(_recall(engine, one, limit) for one in judged))


def _fill(index: LexicalIndex, documents: Sequence[LexicalDocument]) -> None:
    for start in range(0, len(documents), BATCH):
        index.put(documents[start : start + BATCH])
        index.commit(start + BATCH)


def _answer(index: LexicalIndex, weights: Mapping[str, float], limit: int) -> float:
    """The milliseconds that it takes."""
    began = time.perf_counter()
    index.propose(weights, EVERYONE, limit)
    return (time.perf_counter() - began) * 1000


def _recall(engine: str, judged: Judged, limit: int) -> float:
    """The share of BM25's best that is among the proposals, over all questions."""
    with tempfile.TemporaryDirectory() as directory:
        index = open_lexical(engine, Path(directory), writable=True)
        _fill(index, judged.documents)
        shares = [
            len(best.intersection(index.propose(weights, EVERYONE, limit))) / len(best)
            for weights, best in zip(judged.weights, judged.best, strict=True)
            if best
        ]
        index.close()
    return sum(shares) / len(shares)


def _print_ratios(tantivy: Figures, whoosh: Figures) -> None:
    print(
        f"Tantivy over Whoosh: documents/s x {tantivy.rate / whoosh.rate:.1f},"
        f" p50 x {whoosh.p50 / tantivy.p50:.0f} faster, p99 x {whoosh.p99 / tantivy.p99:.0f} faster"
    )


if __name__ == "__main__":
    main()
