"""HybridIndex: documents in, ranked passages out; a generation directory on disk with its manifest."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from msgspec import Struct

from indexer.document import Document, Filter, Hit
from indexer.embedder import Embedder


class IndexStatus(Struct, frozen=True, kw_only=True):
    """What there is to say about an index: counts, bytes on disk, engine and model."""

    position: int
    documents: int
    passages: int
    vectors_stored: int
    bytes: int
    engine: str
    model: str
    generation: str


class HybridIndex:
    """Lexical and vector search over one set of documents.

    One process writes (put, remove, commit); any number read. All methods may be called from any thread.
    """

    @classmethod
    def open(
        cls, directory: Path, embedder: Embedder, *, engine: str = "tantivy", writable: bool = False
    ) -> Self:
        """Open the current generation. Raises `IndexOutdated`, saying why, if it must be rebuilt."""
        raise NotImplementedError

    @classmethod
    def build(
        cls,
        directory: Path,
        embedder: Embedder,
        fill: Callable[["HybridIndex"], None],
        *,
        engine: str = "tantivy",
    ) -> Self:
        """Make a new generation beside the old one, `fill` it (put ... commit), swap it in, remove the old one.

        Answers the new generation, writable. Readers of the old one find the new at their next `refresh`.
        Vectors already stored are not computed again.
        """
        raise NotImplementedError

    @property
    def position(self) -> int:
        """The position up to which everything is durably in: the oldest stamp of the parts."""
        raise NotImplementedError

    def put(self, documents: Sequence[Document]) -> None:
        """Add documents or replace those with the same ids; findable after `commit`."""
        raise NotImplementedError

    def remove(self, ids: Sequence[str]) -> None:
        """Take documents out; unknown ids are ignored."""
        raise NotImplementedError

    def commit(self, position: int) -> None:
        """Make all since the last commit durable and findable, stamped with `position`."""
        raise NotImplementedError

    def refresh(self) -> None:
        """For a reader: take in what another process has committed, cheaply if nothing was."""
        raise NotImplementedError

    def search(self, text: str, filter: Filter, limit: int = 10) -> list[Hit]:
        """The best documents among those that `filter` lets through, best first; ties by document id.

        Raises `QuestionError` for a text with nothing to search for.
        """
        raise NotImplementedError

    def status(self) -> IndexStatus:
        """Counts and sizes."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of files; what was not committed is gone."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
