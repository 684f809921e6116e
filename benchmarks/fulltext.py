"""Compares the full-text engines: documents/s, time to answer, and how good the answers are.

Run as `python -m benchmarks.fulltext [FOLDER]`. The speed is measured on all documents of the test
collections together, repeated under new ids until there are as many as asked for.
"""

import argparse
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import count, islice
from pathlib import Path

import numpy as np
from msgspec import Struct

from benchmarks.collections_data import (
    NAMES,
    Collection,
    data_folder,
    load_collection,
    mean_ndcg_at,
)
from indexer.analysis import question_terms
from indexer.document import Filter
from indexer.lexical import ENGINES, LexicalDocument, LexicalIndex, open_lexical

ALL = frozenset({"all"})
EVERYONE = Filter(audience=ALL)
BATCH = 5_000


class Figures(Struct, frozen=True):
    """What was measured of one engine: documents/s, milliseconds, nDCG@10 in the order of NAMES."""

    rate: float
    p50: float
    p99: float
    quality: tuple[float, ...]


def main() -> None:
    """Measure each engine and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", help="folder of test collections (or KB_BENCH_DATA)")
    parser.add_argument("--documents", type=int, default=50_000)
    parser.add_argument("--questions", type=int, default=200, help="asked of the large index")
    parser.add_argument("--limit", type=int, default=100, help="answers to a question")
    asked = parser.parse_args()
    folder = data_folder(asked.folder)
    collections = [load_collection(folder, name) for name in NAMES]
    questions = _spread([text for one in collections for text in one.queries.values()], asked)
    documents = list(islice(_repeated(collections), asked.documents))
    print(f"{len(documents)} documents, {len(questions)} questions, best {asked.limit} of each")
    print(f"{'engine':<9}{'docs/s':>9}{'p50 ms':>9}{'p99 ms':>9}  nDCG@10 {' / '.join(NAMES)}")
    measured = {}
    for engine in ENGINES:
        measured[engine] = figures = _measure(
            engine, documents, questions, asked.limit, collections
        )
        quality = " / ".join(f"{value:.3f}" for value in figures.quality)
        row = f"{engine:<9}{figures.rate:>9.0f}{figures.p50:>9.2f}{figures.p99:>9.2f}  {quality}"
        print(row, flush=True)
    _print_ratios(measured["tantivy"], measured["whoosh"])


def _spread(questions: Sequence[str], asked: argparse.Namespace) -> list[str]:
    """As many questions as asked for, taken evenly from all."""
    chosen = np.linspace(0, len(questions) - 1, min(asked.questions, len(questions)), dtype=int)
    return [questions[place] for place in chosen]


def _repeated(collections: Iterable[Collection]) -> Iterator[LexicalDocument]:
    for turn in count():
        for collection in collections:
            yield from _documents(collection, f"{turn} {collection.name} ")


def _documents(collection: Collection, prefix: str = "") -> Iterator[LexicalDocument]:
    for document in collection.documents:
        yield LexicalDocument(
            id=prefix + document.id, title=document.title, body=document.text, audience=ALL
        )


def _measure(
    engine: str,
    documents: Sequence[LexicalDocument],
    questions: Sequence[str],
    limit: int,
    collections: Iterable[Collection],
) -> Figures:
    with tempfile.TemporaryDirectory() as directory:
        index = open_lexical(engine, Path(directory), writable=True)
        began = time.perf_counter()
        _fill(index, documents)
        rate = len(documents) / (time.perf_counter() - began)
        for question in questions[:10]:
            _answer(index, question, limit)
        p50, p99 = np.percentile([_answer(index, text, limit) for text in questions], [50, 99])
        index.close()
    return Figures(rate, p50, p99, tuple(_quality(engine, one) for one in collections))


def _fill(index: LexicalIndex, documents: Sequence[LexicalDocument]) -> None:
    for start in range(0, len(documents), BATCH):
        index.put(documents[start : start + BATCH])
        index.commit(start + BATCH)


def _answer(index: LexicalIndex, question: str, limit: int) -> float:
    """The milliseconds that it takes."""
    began = time.perf_counter()
    index.search(question_terms(question), EVERYONE, limit)
    return (time.perf_counter() - began) * 1000


def _quality(engine: str, collection: Collection) -> float:
    with tempfile.TemporaryDirectory() as directory:
        index = open_lexical(engine, Path(directory), writable=True)
        _fill(index, list(_documents(collection)))
        rankings = {
            query: [match.document_id for match in index.search(question_terms(text), EVERYONE, 10)]
            for query, text in collection.queries.items()
        }
        index.close()
    return mean_ndcg_at(10, rankings, collection)


def _print_ratios(tantivy: Figures, whoosh: Figures) -> None:
    print(
        f"Tantivy over Whoosh: documents/s x {tantivy.rate / whoosh.rate:.1f},"
        f" p50 x {whoosh.p50 / tantivy.p50:.0f} faster, p99 x {whoosh.p99 / tantivy.p99:.0f} faster"
    )


if __name__ == "__main__":
    main()
