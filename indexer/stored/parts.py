"""The stores of one open generation, and the order in which they are committed and loaded."""

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np

from indexer.embedding.embedder import Embedder, word_dimension
from indexer.errors import IndexerError, IndexOutdated
from indexer.lexical import LexicalIndex, open_lexical
from indexer.resident.memory import Memory
from indexer.resident.recent import Fetch, RecentWords
from indexer.stored import generation
from indexer.stored.passage_store import PassageStore
from indexer.stored.rows import Seen
from indexer.stored.vector_store import VectorStore
from indexer.text import remembered

LEXICAL = "lexical"

WORD_BYTES = 64_000_000
"""Bytes of the cache of word vectors: those of some 7,000 passages."""


class Parts:
    """Words, passages and vectors of one generation, each with its own stamp.

    In every process memory follows the passages on disk.
    """

    def __init__(
        self,
        path: Path,
        lexical: LexicalIndex,
        passages: PassageStore,
        store: VectorStore,
        embedder: Embedder,
    ) -> None:
        self.path = path
        self.lexical = lexical
        self.passages = passages
        self.memory = Memory.empty(embedder.dimension, embedder.calibration.sharpness)
        self.store = store
        self._fingerprint = embedder.fingerprint
        self.words = self._no_words_yet()
        self._seen = Seen()
        self._version = -1
        self._stamp = 0

    @classmethod
    def open(
        cls,
        path: Path,
        engine: str,
        embedder: Embedder,
        store: VectorStore,
        *,
        writable: bool,
        new: bool = False,
    ) -> Self:
        """Open the generation in `path`, or create it if `new`. Raises `IndexOutdated`.

        Takes ownership of `store`: it is closed with the rest, or at once if opening fails.
        """
        with ExitStack() as undo:
            undo.callback(store.close)
            if not new and not (path / LEXICAL).is_dir():
                raise IndexOutdated("The index has no directory {name}.", name=LEXICAL)
            passages = PassageStore(path / generation.PASSAGES, writable=writable, new=new)
            undo.callback(passages.close)
            lexical = open_lexical(engine, path / LEXICAL, writable=writable)
            undo.callback(lexical.close)
            parts = cls(path, lexical, passages, store, embedder)
            parts._load()
            parts._compare()
            undo.pop_all()
        return parts

    @classmethod
    def current(cls, directory: Path, embedder: Embedder, engine: str, *, writable: bool) -> Self:
        """Open the current generation; if it is removed meanwhile, the next one."""
        words = word_dimension(embedder)
        while True:
            path = generation.current(directory)
            try:
                generation.check(path, embedder, engine)
                store = VectorStore(
                    directory / generation.VECTORS, embedder.dimension, words, writable=writable
                )
                return cls.open(path, engine, embedder, store, writable=writable)
            except IndexerError:
                if generation.current(directory) == path:
                    raise

    @property
    def position(self) -> int:
        """The oldest stamp."""
        return min(self._stamp, self.lexical.position)

    @property
    def source(self) -> str:
        """The `source` of the last commit."""
        return self.passages.source()

    def commit(self, position: int, source: str) -> None:
        """Commit the passages last, so that everything that they refer to is durable."""
        self.lexical.commit(position)
        self.passages.commit(position, source)
        self._load()

    def purge(self, ids: Sequence[str]) -> None:
        """Destroy all traces of removed documents in files; those in memory with `refresh`.

        Other documents may share vectors, so the vector store is left to the caller.
        """
        self.lexical.purge(ids)
        self.passages.clear()

    def _no_words_yet(self) -> Fetch:
        return RecentWords(partial(self.store.words, self._fingerprint), WORD_BYTES).get

    def refresh(self) -> None:
        """Load commits of other processes."""
        self.lexical.refresh()
        if self.passages.version() != self._version:
            self._load()

    def close(self) -> None:
        """Release files; uncommitted changes are lost."""
        self.lexical.close()
        self.passages.close()
        self.store.close()

    def _load(self) -> None:
        version = self.passages.version()
        changes = self.passages.changes(self._seen)
        passages = [each for document in changes.added for each in document.passages]
        matrix = self.store.matrix(self._fingerprint, [each.text_hash for each in passages])
        # Of a text that the model reads in part only that part means anything.
        matrix *= np.array([each.share for each in passages], dtype=np.float32)[:, None]
        changed = self.memory.changed(changes.added, changes.terms, matrix, changes.removed)
        changed = changed.compacted()
        if changes.seen.cleared != self._seen.cleared:
            self.words = self._no_words_yet()
            changed = changed.wiped()
            remembered.forget()
        # At once for all who search from now on.
        self.memory = changed
        self._version, self._seen, self._stamp = version, changes.seen, changes.position

    def _compare(self) -> None:
        words, vectors = self.lexical.documents, len(self.memory)
        if self.lexical.position == self._stamp and words not in (vectors, -1):
            raise IndexOutdated(
                "The index has {words} documents by words, but {vectors} by vectors.",
                words=words,
                vectors=vectors,
            )
