"""How many searches a second 2 and 4 threads get over what 1 gets, SciFact loaded, in one process.

    python -m benchmarks.threads [FOLDER] [--rounds N] [--seconds S] [--times N] [--model]

Rounds of 1, 2 and 4 threads take turns, so that all meet the same machine. The test embedder, which
costs next to nothing, shows what the index does; `--model` what people wait for.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from msgspec.structs import replace

from benchmarks.collections_data import Collection, data_folder, load_collection
from benchmarks.retrieval import EVERYONE, indexed
from indexer.embedding.embedder import Embedder
from indexer.embedding.model import ModelEmbedder
from indexer.embedding.testing import HashEmbedder
from indexer.index import HybridIndex

THREADS = (1, 2, 4)


def rate(index: HybridIndex, questions: Sequence[str], threads: int, seconds: float) -> float:
    """Searches a second of so many threads together, each with questions in an order of its own."""
    together = Barrier(threads)

    def ask(number: int) -> float:
        together.wait()
        start, done = time.perf_counter(), 0
        while (taken := time.perf_counter() - start) < seconds or not done:
            place = number * len(questions) // threads + done
            index.search(questions[place % len(questions)], EVERYONE, 10)
            done += 1
        return done / taken

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(ask, range(threads)))


def repeated(collection: Collection, times: int) -> Collection:
    """The same with each document so many times, under ids of their own."""
    documents = [
        replace(each, id=f"{each.id}/{turn}")
        for turn in range(times)
        for each in collection.documents
    ]
    return replace(collection, documents=tuple(documents))


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "folder", nargs="?", help="the folder of test collections (or KB_BENCH_DATA)"
    )
    parser.add_argument("--rounds", type=int, default=5, help="of 1, 2 and 4 threads [5]")
    parser.add_argument("--seconds", type=float, default=4.0, help="that each takes [4]")
    parser.add_argument("--times", type=int, default=1, help="how often each document is in [1]")
    parser.add_argument("--model", action="store_true", help="with the real model")
    given = parser.parse_args()
    collection = repeated(load_collection(data_folder(given.folder), "scifact"), given.times)
    embedder: Embedder = ModelEmbedder() if given.model else HashEmbedder()
    questions = list(collection.queries.values())
    found: dict[int, list[float]] = {threads: [] for threads in THREADS}
    with (
        tempfile.TemporaryDirectory() as place,
        indexed(Path(place), collection, embedder) as index,
    ):
        rate(index, questions, 1, given.seconds)
        for _ in range(given.rounds):
            for threads, rates in found.items():
                rates.append(rate(index, questions, threads, given.seconds))
    for threads, rates in found.items():
        ratio = statistics.median(one / alone for one, alone in zip(rates, found[1], strict=True))
        middle = statistics.median(rates)
        print(f"{threads} threads {middle:7.1f} searches/s   ratio to one {ratio:5.2f}")


if __name__ == "__main__":
    main()
