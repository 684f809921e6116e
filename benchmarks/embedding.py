"""Passages a second of the index against bare `SentenceTransformer.encode` in float32.

    python -m benchmarks.embedding [FOLDER] [--documents N] [--slice N]

puts SciFact documents into a HybridIndex, cutting, embedding, storing and committing all of them,
and gives the same passages to `encode` as it comes. Both take turns on slices, so that they meet
the same machine. The import of a whole knowledge base has a benchmark of its own.
"""

import argparse
import tempfile
import time
from pathlib import Path

from benchmarks.collections_data import data_folder, load_collection
from benchmarks.retrieval import documents
from indexer.document import Document
from indexer.index import HybridIndex
from indexer.model import ModelEmbedder, model_folder
from indexer.passages import split


def measure(chosen: list[Document], place: Path, size: int) -> tuple[int, float, float]:
    """How many passages, and the seconds that index and bare encode took for them."""
    from sentence_transformers import SentenceTransformer

    embedder = ModelEmbedder()
    embedder.warm()
    bare = SentenceTransformer(str(model_folder()), device="cpu", local_files_only=True)
    bare.encode(["warm"])
    passages, ours, theirs = 0, 0.0, 0.0
    with HybridIndex.build(place, embedder, lambda index: index.commit(0)) as index:
        for start in range(0, len(chosen), size):
            part = chosen[start : start + size]
            texts = [one.embedded_text for found in split(part, embedder) for one in found]
            passages += len(texts)
            begin = time.perf_counter()
            index.put(part)
            index.commit(start + len(part))
            middle = time.perf_counter()
            bare.encode(texts, show_progress_bar=False)
            theirs += time.perf_counter() - middle
            ours += middle - begin
    return passages, ours, theirs


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "folder", nargs="?", help="the folder of test collections (or KB_BENCH_DATA)"
    )
    parser.add_argument("--documents", type=int, default=5000)
    parser.add_argument("--slice", type=int, default=500)
    given = parser.parse_args()
    collection = load_collection(data_folder(given.folder), "scifact")
    with tempfile.TemporaryDirectory() as place:
        chosen = documents(collection)[: given.documents]
        passages, ours, theirs = measure(chosen, Path(place), given.slice)
    print(f"index        {passages / ours:8.1f} passages/s")
    print(f"bare encode  {passages / theirs:8.1f} passages/s, float32")
    print(f"ratio        {theirs / ours:8.2f}, to reach 2.3 with bfloat16 in hardware, 0.9 without")


if __name__ == "__main__":
    main()
