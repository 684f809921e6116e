"""The default full-text engine: Tantivy, fed with terms that `indexer.text.analysis` made."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import tantivy
from msgspec import Struct
from tantivy import Occur, Query

from indexer.document import Filter
from indexer.errors import IndexOutdated
from indexer.lexical import LexicalDocument, tantivy_rows
from indexer.lexical.checksums import check
from indexer.lexical.damage import reading, writing
from indexer.lexical.fields import (
    MADE_WITH,
    allowed_values,
    clear_of_ties,
    token_weights,
)
from indexer.text import analysis

_NAME = "Tantivy"
_WRITER_BYTES = 64_000_000


class _Snapshot(Struct, kw_only=True):
    """What one commit holds."""

    searcher: tantivy.Searcher
    position: int
    changed: tuple[int, int]
    documents: int
    next_number: int


class TantivyIndex:
    """`LexicalIndex` on Tantivy.

    The commit's position stands in a document of its own, the stamp, replaced in the same commit.
    It has no terms, so that no search finds it. Every put gets a number that is never given again:
    numbers come out of Tantivy's columns ten times faster than ids out of its documents, so `_ids`
    remembers which is which.

    Tantivy marks what is removed and keeps its words in the segment, a set of files, until that is
    merged, which cannot be asked for. So what else is in a segment is put again from its stored
    row: then nothing in the segment is live, and the next commit removes its files.
    """

    def __init__(self, directory: Path, *, writable: bool) -> None:
        self._directory = directory
        self._schema = tantivy_rows.schema()
        self._lock = Lock()
        self._ids: dict[int, str] = {}
        self._waiting: set[str] = set()  # ids put or removed since the last commit
        fresh = writable and not (directory.is_dir() and any(directory.iterdir()))
        if fresh:
            directory.mkdir(parents=True, exist_ok=True)
        with reading(_NAME, directory):
            self._index = self._open(fresh)
        self._writer = self._open_writer() if writable else None
        self._next_number = 0
        if fresh:
            self._commit(0)
        self._snapshot = self._look()
        self._next_number = self._snapshot.next_number

    def _open(self, fresh: bool) -> tantivy.Index:
        if not fresh and not tantivy.Index.exists(str(self._directory)):
            raise IndexOutdated(f"There is no {_NAME} index: rebuild it.")
        if not fresh:
            check(self._directory)
        index = tantivy.Index(self._schema, str(self._directory))
        index.config_reader("manual")
        return index

    def _open_writer(self) -> tantivy.IndexWriter:
        with writing(_NAME, self._directory):
            return self._index.writer(_WRITER_BYTES, num_threads=1)

    def _look(self) -> _Snapshot:
        with reading(_NAME, self._directory):
            changed = self._changed()
            self._index.reload()
            searcher = self._index.searcher()
            stamps = searcher.search(_term(self._schema, "record", _stamp()), limit=1).hits
            if not stamps:
                raise IndexOutdated(
                    f"The {_NAME} index was made by another version of the program: rebuild it."
                )
            stamp = searcher.doc(stamps[0][1])
            return _Snapshot(
                searcher=searcher,
                position=int(stamp["position"][0]),
                next_number=int(stamp["next_number"][0]),
                changed=changed,
                documents=searcher.num_docs - 1,
            )

    def _changed(self) -> tuple[int, int]:
        """Changes with every commit, since each puts a new file in the place of the old one."""
        found = (self._directory / "meta.json").stat()
        return found.st_ino, found.st_mtime_ns

    @property
    def position(self) -> int:
        """See `LexicalIndex`."""
        return self._snapshot.position

    @property
    def documents(self) -> int:
        """See `LexicalIndex`."""
        return self._snapshot.documents

    def put(self, documents: Sequence[LexicalDocument]) -> None:
        """See `LexicalIndex`."""
        with self._lock, writing(_NAME, self._directory):
            for document in documents:
                self._take_out(document.id)
                self._writing.add_document(
                    tantivy_rows.to_document(tantivy_rows.row_of(document, self._next_number))
                )
                self._next_number += 1

    def remove(self, ids: Sequence[str]) -> None:
        """See `LexicalIndex`."""
        with self._lock, writing(_NAME, self._directory):
            for document_id in ids:
                self._take_out(document_id)

    def forget(self, ids: Sequence[str]) -> None:
        """See `LexicalIndex`."""
        with self._lock, writing(_NAME, self._directory):
            searcher = self._snapshot.searcher
            if not ids:
                return
            found = searcher.search(self._any("id", ids), max(1, searcher.num_docs), False).hits
            for document_id in ids:
                self._take_out(document_id)
            self._put_again({address.segment_ord for _, address in found})

    def purge(self, ids: Sequence[str]) -> None:
        """See `LexicalIndex`."""
        if self._waiting:
            raise ValueError("commit first")
        with self._lock, writing(_NAME, self._directory):
            self._merge_no_more()
            self._snapshot = self._look()
            searcher = self._snapshot.searcher
            if any(searcher.doc_freq("id", document_id) for document_id in ids):
                # Nothing tells in which: it also counts what is marked as removed.
                self._put_again(range(searcher.num_segments))
                self._commit(self._snapshot.position)
                self._merge_no_more()
                self._snapshot = self._look()

    def _take_out(self, document_id: str) -> None:
        self._writing.delete_documents_by_term("id", document_id)
        self._waiting.add(document_id)

    def _put_again(self, segments: Collection[int]) -> None:
        """Leave nothing live in these segments of the snapshot but the stamp."""
        searcher = self._snapshot.searcher
        if not segments or not searcher.num_docs:
            return
        for _, address in searcher.search(Query.all_query(), searcher.num_docs, False).hits:
            stored = searcher.doc(address) if address.segment_ord in segments else None
            if stored and (packed := stored.get_first("row")) is not None:
                row = tantivy_rows.unpacked(packed)
                if row.id not in self._waiting:
                    self._writing.delete_documents_by_term("id", row.id)
                    self._writing.add_document(tantivy_rows.to_document(row))

    def _merge_no_more(self) -> None:
        """Wait for merges of segments: one begun before holds what was removed meanwhile."""
        self._writing.wait_merging_threads()
        self._writer = self._open_writer()

    def commit(self, position: int) -> None:
        """See `LexicalIndex`."""
        with self._lock:
            self._commit(position)
            self._snapshot = self._look()

    def _commit(self, position: int) -> None:
        with writing(_NAME, self._directory):
            self._writing.delete_documents_by_term("record", _stamp())
            stamp = tantivy.Document()
            stamp.add_text("record", _stamp())
            stamp.add_unsigned("position", position)
            stamp.add_unsigned("next_number", self._next_number)
            self._writing.add_document(stamp)
            self._writing.commit()
            self._waiting.clear()

    @property
    def _writing(self) -> tantivy.IndexWriter:
        if self._writer is None:
            raise ValueError("opened for reading, or closed")
        return self._writer

    def refresh(self) -> None:
        """See `LexicalIndex`."""
        with self._lock, reading(_NAME, self._directory):
            if self._changed() != self._snapshot.changed:
                self._snapshot = self._look()

    def propose(self, weights: Mapping[str, float], filter: Filter, limit: int) -> list[str]:
        """See `LexicalIndex`."""
        if not weights or limit < 1:
            return []
        with reading(_NAME, self._directory):
            query = self._both(filter, self._weighed(weights))
            hits = self._snapshot.searcher.search(query, limit + 1, False).hits
            return self._names(self._snapshot.searcher, clear_of_ties(hits, limit))

    def named(self, name: str, filter: Filter) -> list[str]:
        """See `LexicalIndex`."""
        key = analysis.name_key(name)
        if not key:
            return []
        with reading(_NAME, self._directory):
            searcher = self._snapshot.searcher
            query = self._both(filter, _term(self._schema, "name", key))
            hits = searcher.search(query, searcher.num_docs, False).hits
            return sorted(self._names(searcher, [address for _, address in hits]))

    def close(self) -> None:
        """See `LexicalIndex`."""
        with self._lock, writing(_NAME, self._directory):
            writer, self._writer = self._writer, None
            if writer is not None:
                writer.wait_merging_threads()

    def _weighed(self, weights: Mapping[str, float]) -> Query:
        clauses = [
            (Occur.Should, Query.const_score_query(_term(self._schema, "text", token), weight))
            for token, weight in token_weights(weights).items()
        ]
        return Query.boolean_query(clauses)

    def _both(self, filter: Filter, counting: Query) -> Query:
        """What `filter` lets pass and `counting` finds, scored by the latter alone."""
        passing = [
            (Occur.Must, Query.const_score_query(self._any(field, values), 0.0))
            for field, values in allowed_values(filter)
        ]
        return Query.boolean_query([*passing, (Occur.Must, counting)])

    def _any(self, field: str, values: Sequence[str]) -> Query:
        """Clauses and not a set: a set looks at all documents of its values, whatever is asked."""
        return Query.boolean_query(
            [(Occur.Should, _term(self._schema, field, value)) for value in values]
        )

    def _names(
        self, searcher: tantivy.Searcher, addresses: Sequence[tantivy.DocAddress]
    ) -> list[str]:
        numbers: list[Any] = searcher.fast_field_values("number", list(addresses))
        known = self._ids
        return [
            known.get(number) or self._learn(searcher, number, address)
            for number, address in zip(numbers, addresses, strict=True)
        ]

    def _learn(self, searcher: tantivy.Searcher, number: int, address: tantivy.DocAddress) -> str:
        document_id = str(searcher.doc(address).get_first("id"))
        self._ids[number] = document_id
        return document_id


def _term(schema: tantivy.Schema, field: str, value: str) -> Query:
    return Query.term_query(schema, field, value, "basic")


def _stamp() -> str:
    return f"stamp {MADE_WITH}"
