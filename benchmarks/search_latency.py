"""What a hybrid search costs above the embedding of its question, SciFact loaded, in one process.

    python -m benchmarks.search_latency [FOLDER] [--rounds N]

Every question is asked in turn of `HybridIndex.search`, of the embedder alone, and of
`SentenceTransformer.encode` in the same arithmetic, so that all three meet the same machine.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.collections_data import data_folder, load_collection
from benchmarks.retrieval import EVERYONE, indexed
from indexer.embedding.model import ModelEmbedder, model_folder, native_arithmetic


def bare_encode() -> Callable[[str], object]:
    """The sentence-transformers model in the arithmetic that the index uses."""
    import torch
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(
        str(model_folder()),
        device="cpu",
        local_files_only=True,
        model_kwargs={"dtype": getattr(torch, native_arithmetic())},
    )
    return lambda text: model.encode(text, show_progress_bar=False)


def measure(
    ways: dict[str, Callable[[str], object]], questions: Sequence[str]
) -> dict[str, list[float]]:
    """Milliseconds of each way for each question, one way after the other."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for question in questions:
        for name, ask in ways.items():
            start = time.perf_counter()
            ask(question)
            taken[name].append(1000 * (time.perf_counter() - start))
    return taken


def show(taken: dict[str, list[float]]) -> None:
    """Percentiles and the ratios that matter."""
    points = {name: np.percentile(times, [50, 99]) for name, times in taken.items()}
    for name, (middle, late) in points.items():
        print(f"{name:<34} p50 {middle:7.2f} ms   p99 {late:7.2f} ms")
    search = points["hybrid search"]
    for bare in ("bare embed", "bare encode"):
        middle, late = search / points[bare]
        print(f"hybrid search / {bare:<18} p50 {middle:7.2f}      p99 {late:7.2f}")
    print("to reach, against the bare query     p50    1.50      p99    2.00")


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "folder", nargs="?", help="the folder of test collections (or KB_BENCH_DATA)"
    )
    parser.add_argument("--rounds", type=int, default=1, help="how often each question is asked")
    given = parser.parse_args()
    collection = load_collection(data_folder(given.folder), "scifact")
    embedder = ModelEmbedder()
    questions = list(collection.queries.values())
    with (
        tempfile.TemporaryDirectory() as place,
        indexed(Path(place), collection, embedder) as index,
    ):
        ways: dict[str, Callable[[str], object]] = {
            "bare embed": lambda text: embedder.embed([text]),
            "bare encode": bare_encode(),
            "hybrid search": lambda text: index.search(text, EVERYONE, 10),
        }
        measure(ways, questions[:30])
        show(measure(ways, questions * given.rounds))


if __name__ == "__main__":
    main()
