"""Import of Markdown files, whole path, in passages a second against the bare model in float32.

Files made from a test collection are read, parsed, appended, embedded and indexed as `kb import`
does, and rebuilt from the log; then the same passages go through SentenceTransformer.encode.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.collections_data import CollectionDocument, data_folder, load_collection
from indexer.model import ModelEmbedder, model_folder
from kb.importers.run import FolderImport, ImportOptions
from kb.knowledge_base import KnowledgeBase

COLLECTION = "scifact"
REACH_BFLOAT16, REACH_FLOAT32 = 2.3, 0.9
REBUILD_PERCENT = 10


def main() -> None:
    """Import, encode, rebuild; print passages a second and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", help="the folder of test collections [KB_BENCH_DATA]")
    parser.add_argument("--documents", type=int, default=5000)
    arguments = parser.parse_args()
    collection = load_collection(data_folder(arguments.data), COLLECTION)
    with tempfile.TemporaryDirectory() as folder:
        notes, data = Path(folder) / "notes", Path(folder) / "data"
        write_files(notes, collection.documents[: arguments.documents])
        KnowledgeBase.create(data)
        model = Recording()
        with KnowledgeBase.open(data, embedder=model) as base:
            import_seconds = timed_import(base, notes)
            rebuild_seconds = timed_rebuild(base)
    bare_seconds = timed_encode(model.texts)
    show(model.fingerprint, len(model.texts), import_seconds, bare_seconds)
    percent = 100 * rebuild_seconds / import_seconds
    print(f"rebuild of views and index {rebuild_seconds:.1f} s: {percent:.1f}% of the import")
    print(f"  (under {REBUILD_PERCENT}% wanted)")


class Recording(ModelEmbedder):
    """The model, warm already, which remembers the texts that it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.warm()
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As the model does; a rebuild adds none, because vectors are stored."""
        if hasattr(self, "texts"):
            self.texts += texts
        return super().embed(texts)


def write_files(folder: Path, documents: tuple[CollectionDocument, ...]) -> None:
    """One Markdown file for each document."""
    folder.mkdir()
    for document in documents:
        text = f"# {document.title}\n\n{document.text}\n"
        (folder / f"{document.id}.md").write_text(text, encoding="utf-8")


def timed_import(base: KnowledgeBase, folder: Path) -> float:
    """Seconds from the first look at the folder until all of it can be searched."""
    begin = time.perf_counter()
    with base.follow():
        run = FolderImport(base.entries, folder, ImportOptions(source=folder.name))
        outcomes = list(run.run())
        appended = time.perf_counter() - begin
        refused = sum(outcome.reason is not None for outcome in outcomes)
        base.wait(max(outcome.position for outcome in outcomes), index=True)
    print(f"{len(outcomes)} files, {refused} refused, in the log after {appended:.1f} s")
    return time.perf_counter() - begin


def timed_rebuild(base: KnowledgeBase) -> float:
    """Seconds to make views and index anew with the vectors that are stored."""
    begin = time.perf_counter()
    base.rebuild("all")
    return time.perf_counter() - begin


def timed_encode(texts: Sequence[str]) -> float:
    """Seconds of SentenceTransformer.encode in float32, with its defaults, once it is warm."""
    from sentence_transformers import SentenceTransformer

    bare = SentenceTransformer(str(model_folder()), device="cpu", local_files_only=True)
    bare.encode(["warm"])
    begin = time.perf_counter()
    bare.encode(list(texts), show_progress_bar=False)
    return time.perf_counter() - begin


def show(model: str, passages: int, import_seconds: float, bare_seconds: float) -> None:
    """Rates and their ratio, beside what is wanted of this processor."""
    wanted = REACH_BFLOAT16 if "bfloat16" in model else REACH_FLOAT32
    print(f"{passages} passages, model {model}")
    print(f"import      {passages / import_seconds:8.1f} passages/s")
    print(f"bare encode {passages / bare_seconds:8.1f} passages/s")
    print(f"ratio {bare_seconds / import_seconds:.2f} (at least {wanted} wanted)")


if __name__ == "__main__":
    main()
