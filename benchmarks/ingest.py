"""Import of Markdown files, whole path, in passages a second against the bare model in float32.

Files made from a test collection are read, parsed, appended, embedded and indexed as `kb import`
does; the same passages go through SentenceTransformer.encode. Both take turns on folders of some
hundred files, so that they meet the same machine. In the end all is rebuilt from the log.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.collections_data import CollectionDocument, data_folder, load_collection
from indexer.embedding.embedder import Embedded
from indexer.embedding.model import ModelEmbedder, model_folder
from kb.importers.run import FolderImport, ImportOptions
from kb.knowledge_base import KnowledgeBase

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

COLLECTION = "scifact"
REACH_BFLOAT16, REACH_FLOAT32 = 2.3, 0.9
REBUILD_PERCENT = 10


def main() -> None:
    """Import and encode in turns, rebuild; print passages a second and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", help="the folder of test collections [KB_BENCH_DATA]")
    parser.add_argument("--documents", type=int, default=5000)
    parser.add_argument("--turn", type=int, default=1000, help="documents a turn (default: 1000)")
    given = parser.parse_args()
    chosen = load_collection(data_folder(given.data), COLLECTION).documents[: given.documents]
    model = Recording()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        KnowledgeBase.create(place / "data")
        with KnowledgeBase.open(place / "data", embedder=model) as base:
            imported, encoded = turns(base, model, chosen, place, given.turn)
            rebuilt = timed(lambda: base.rebuild("all"))
    show(model.fingerprint, len(model.texts), imported, encoded)
    print(
        f"rebuild of views and index {rebuilt:.1f} s: {100 * rebuilt / imported:.1f}% of the import"
    )
    print(f"  (under {REBUILD_PERCENT}% wanted)")


def turns(
    base: KnowledgeBase,
    model: "Recording",
    chosen: Sequence[CollectionDocument],
    place: Path,
    size: int,
) -> tuple[float, float]:
    """Seconds of all imports and of all bare encodings, `size` documents a turn."""
    bare = bare_model()
    imported = encoded = 0.0
    for start in range(0, len(chosen), size):
        folder = place / f"notes-{start}"
        write_files(folder, chosen[start : start + size])
        before = len(model.texts)
        imported += timed_import(base, folder)
        encoded += timed(partial(encode, bare, model.texts[before:]))
        print(f"{start + size:6} documents: ratio {encoded / imported:.2f} so far", flush=True)
    return imported, encoded


class Recording(ModelEmbedder):
    """The model, warm already, which remembers the texts that it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.warm()
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> list[Embedded]:
        """As the model does; a rebuild adds none, because vectors are stored."""
        if hasattr(self, "texts"):
            self.texts += texts
        return super().encode(texts)


def write_files(folder: Path, documents: Sequence[CollectionDocument]) -> None:
    """One Markdown file for each document."""
    folder.mkdir()
    for document in documents:
        text = f"# {document.title}\n\n{document.text}\n"
        (folder / f"{document.id}.md").write_text(text, encoding="utf-8")


def timed_import(base: KnowledgeBase, folder: Path) -> float:
    """Seconds from the first look at the folder until all of it can be searched."""
    begin = time.perf_counter()
    with base.follow():
        outcomes = list(
            FolderImport(base.session.entries, folder, ImportOptions(source=folder.name)).run()
        )
        base.wait(max(outcome.position for outcome in outcomes), index=True)
    seconds = time.perf_counter() - begin
    if any(outcome.reason is not None for outcome in outcomes):
        raise SystemExit(f"Files of {folder} were refused.")
    return seconds


def bare_model() -> "SentenceTransformer":
    """SentenceTransformer in float32, with its defaults, warm."""
    from sentence_transformers import SentenceTransformer

    bare = SentenceTransformer(str(model_folder()), device="cpu", local_files_only=True)
    encode(bare, ["warm"])
    return bare


def encode(bare: "SentenceTransformer", texts: Sequence[str]) -> None:
    """The vectors of `texts`, as its documentation does it."""
    bare.encode(list(texts), show_progress_bar=False)


def timed(work: Callable[[], object]) -> float:
    """How many seconds `work` takes."""
    begin = time.perf_counter()
    work()
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
