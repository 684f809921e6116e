"""HybridIndex: indexes documents and answers questions with ranked passages."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from threading import RLock
from types import MappingProxyType
from typing import Self

import numpy as np
from msgspec.structs import replace

from indexer import intake
from indexer.document import Document, Filter, Hit
from indexer.embedding.embedder import Embedder, embedded, word_dimension
from indexer.embedding.reranker import Reranker
from indexer.errors import IndexerError, IndexOutdated
from indexer.intake import Prepared, lexical_document, windows
from indexer.ranking.answer import JUDGED, answer
from indexer.ranking.ranking import Question, rank
from indexer.resident.postings import pack
from indexer.stored import generation
from indexer.stored.files import reading
from indexer.stored.parts import Parts
from indexer.stored.rows import Taken
from indexer.stored.vector_store import VectorStore
from indexer.text.analysis import all_terms
from indexer.text.letters import composed
from indexer.text.passages import EmbeddedPassage
from indexer.text.question import check_question
from indexer.text.wanted import wanted


class HybridIndex:
    """Lexical and vector search over one set of documents.

    One process writes (put, remove, commit); any number read. All methods may be called from any
    thread. The directory holds vectors.sqlite, which is kept by rebuilds, the generations g000001,
    g000002 ... and the file CURRENT with the name of the one in use.
    """

    def __init__(
        self,
        directory: Path,
        embedder: Embedder,
        engine: str,
        parts: Parts,
        reranker: Reranker | None = None,
    ) -> None:
        self._directory = directory
        self._embedder = embedder
        self._engine = engine
        self._parts = parts
        self._reranker = reranker
        self._changing = RLock()
        self._prepared = Prepared(embedder, parts.store)

    @classmethod
    def open(
        cls,
        directory: Path,
        embedder: Embedder,
        *,
        engine: str = "tantivy",
        writable: bool = False,
        reranker: Reranker | None = None,
    ) -> Self:
        """Open the current generation. Raises `IndexOutdated` if it must be rebuilt, saying why.

        `reranker` reorders the first results.
        """
        parts = Parts.current(directory, embedder, engine, writable=writable)
        made = generation.made(parts.path)
        if parts.position < made.position:
            parts.close()
            raise IndexOutdated(
                "The index lacks what it held at position {position}.", position=made.position
            )
        return cls(directory, embedder, engine, parts, reranker)

    @classmethod
    def build(
        cls,
        directory: Path,
        embedder: Embedder,
        fill: Callable[["HybridIndex"], None],
        *,
        engine: str = "tantivy",
        gone: int = 0,
        reranker: Reranker | None = None,
    ) -> Self:
        """Make a new generation, `fill` it (put ... commit), swap it in, remove the old one.

        `gone` is noted as the position up to which removed documents are not in it. Returns the new
        generation, writable. Readers of the old one switch at their next `refresh`. Stored vectors
        are reused; those of texts that the new generation lacks are destroyed.
        """
        with reading(directory):
            path = generation.begin(directory)
        with ExitStack() as undo:
            undo.callback(shutil.rmtree, path, ignore_errors=True)
            store = VectorStore.sound(
                directory / generation.VECTORS, embedder.dimension, word_dimension(embedder)
            )
            parts = Parts.open(path, engine, embedder, store, writable=True, new=True)
            undo.callback(parts.close)
            index = cls(directory, embedder, engine, parts, reranker)
            fill(index)
            store.keep_only(parts.memory.text_hashes())
            made = generation.manifest(embedder, engine, index.position, gone)
            with reading(directory):
                generation.swap_in(path, made)
            undo.pop_all()
        return index

    @property
    def position(self) -> int:
        """The position up to which everything is durably indexed: the oldest stamp of the parts."""
        return self._parts.position

    @property
    def source(self) -> str:
        """The `source` of the last commit; empty if it had none."""
        return self._parts.source

    def put(self, documents: Iterable[Document]) -> None:
        """Add or replace documents by id; searchable after `commit`.

        Reading `documents`, embedding and writing overlap. After an error some of the documents may
        have been added. Raises `ValueError` for one without any text.
        """
        with self._changing:
            store = self._parts.store
            for window in windows(_composed(documents), self._embedder, store, self._prepared):
                together = list(zip(window.documents, window.passages, strict=True))
                for document, parts in together:
                    if not parts:
                        raise ValueError(f"The document {document.id} has no text to be found by.")
                words = [lexical_document(document, parts) for document, parts in together]
                self._parts.lexical.put(words)
                packed = [
                    (document, self._taken(parts), pack(each.terms))
                    for (document, parts), each in zip(together, words, strict=True)
                ]
                self._parts.passages.put(packed, self._parts.store.text_hash)

    def prepare(
        self,
        documents: Sequence[Document],
        stopped: Callable[[], bool] = lambda: False,
        *,
        piece: int = 0,
    ) -> None:
        """For a writer: do the slow part of `put` ahead of time, while the index is in use.

        Vectors are computed and stored in batches of `piece`, if given. Ends early once `stopped`
        returns true.
        """
        self._prepared.prepare([*_composed(documents)], stopped, piece or intake.PIECE)

    def _taken(self, parts: Sequence[EmbeddedPassage]) -> list[Taken]:
        return [
            Taken(
                part,
                all_terms(f"{part.passage.heading}\n{part.passage.text}"),
                self._embedder.share(part.embedded_text) if part.embedded_text else 0.0,
            )
            for part in parts
        ]

    def remove(self, ids: Sequence[str]) -> None:
        """Remove documents; unknown ids are ignored."""
        with self._changing:
            self._parts.lexical.remove(ids)
            self._parts.passages.remove(ids)

    def purge(self, ids: Sequence[str], gone: int) -> None:
        """Destroy all traces of documents in files and memory, then note `gone` as done.

        Prepared documents are dropped too. Others may read meanwhile. After an interruption it can
        be repeated. Raises as `commit` does.
        """
        if ids:
            self.remove(ids)
            self.commit(self.position, self.source)
            self._parts.purge(ids)
            with self._changing:  # A search that this makes stale waits for it.
                self._parts.refresh()
            self._prepared.clear()
            self._parts.store.keep_only_beside(self._parts.memory.text_hashes())
        with reading(self._directory):
            generation.forgot(self._parts.path, gone)

    def commit(self, position: int, source: str = "") -> None:
        """Make all pending changes durable and searchable, stamped with `position`.

        `source` is the caller's note on what is indexed up to there.
        """
        with self._changing:
            self._parts.commit(position, source)

    def refresh(self) -> None:
        """For a reader: show commits of other processes; cheap if there are none.

        Raises `IndexOutdated` when a new generation is there that this program cannot use.
        """
        with self._changing:
            if generation.current(self._directory) == self._parts.path:
                self._parts.refresh()
                return
            # The store may be another file too, if someone took the old one away.
            new = Parts.current(self._directory, self._embedder, self._engine, writable=False)
            old, self._parts = self._parts, new
            old.close()

    def search(
        self,
        text: str,
        filter: Filter,
        limit: int = 10,
        named: Mapping[str, frozenset[str]] = MappingProxyType({}),
    ) -> list[Hit]:
        """The best documents that pass `filter`, best first; ties by id.

        Texts, question and filter are compared in NFC. A document with one of the facets that the
        text has `named`, such as a tag, counts as an exact match.

        Raises `QuestionError` for a text with nothing to search for.
        """
        check_question(text)
        allowed = filter.composed()
        if not self._parts.memory.shows(allowed.audience):
            return []  # An empty answer must cost no more than a page.
        question = self._question(composed(text), named)
        while (hits := self._attempt(question, allowed, limit)) is None:
            self.refresh()
        return hits

    def _question(self, text: str, named: Mapping[str, frozenset[str]]) -> Question:
        """The analysed question; its vector is scaled by the share that the model reads."""
        share = self._embedder.share(text)
        read = embedded([text], self._embedder)[0]
        read = replace(read, vector=read.vector * np.float32(share))
        known = self._embedder.calibration
        return Question(text, wanted(text, read=share >= known.read), read, known, share, named)

    def close(self) -> None:
        """Release files; uncommitted changes are lost."""
        with self._changing:
            self._parts.close()

    def _attempt(self, question: Question, filter: Filter, limit: int) -> list[Hit] | None:
        """The hits; None if they were replaced or erased, or closed by a refresh, meanwhile."""
        parts = self._parts
        memory = parts.memory
        try:
            ranking = rank(
                question,
                filter,
                max(limit, JUDGED),
                parts.lexical,
                memory,
                parts.words,
                parts.passages,
                self._reranker,
            )
            stored = parts.passages.fetch([one.passage for one in ranking.documents])
            several = [
                each.text_hash
                for each in stored.values()
                if each.text_hash and len(each.passage.parts) > 1
            ]
            words = parts.words(several)
        except IndexerError:
            if parts is self._parts:
                raise
            return None
        if memory.stale or len(stored) < len(ranking.documents):
            return None
        return answer(question, ranking, stored, words, limit)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _composed(documents: Iterable[Document]) -> Iterator[Document]:
    return (document.composed() for document in documents)
