"""The default full-text engine: Tantivy, fed with terms that `indexer.analysis` made."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import tantivy
from msgspec import Struct
from tantivy import Occur, Query

from indexer import analysis
from indexer.document import Filter
from indexer.errors import IndexOutdated
from indexer.lexical import LexicalDocument, Match, Statistics
from indexer.lexical.checksums import check
from indexer.lexical.damage import reading, writing
from indexer.lexical.fields import MADE_WITH, allowed_values, facet_values, name_values, text_terms

_NAME = "Tantivy"
_STAMP = f"stamp {MADE_WITH}"
_DOCUMENT = "document"
_WRITER_BYTES = 64_000_000

_Allowed = tuple[tuple[str, tuple[str, ...]], ...]


class _Snapshot(Struct, kw_only=True):
    """What one commit holds, and what was learned of it.

    `passing` counts what filters let pass, and `untouched` says that no document waits to be swept
    out, so that the engine's own frequencies are exact.
    """

    searcher: tantivy.Searcher
    position: int
    changed: tuple[int, int]
    documents: int
    untouched: bool
    next_number: int
    passing: dict[_Allowed, int]


class TantivyIndex:
    """`LexicalIndex` on Tantivy.

    The commit's position stands in a document of its own, the stamp, replaced in the same commit.
    It has no terms, so that no search finds it. Every put gets a number that is never given again:
    numbers come out of Tantivy's columns ten times faster than ids out of its documents, so `_ids`
    remembers which is which.
    """

    def __init__(self, directory: Path, *, writable: bool) -> None:
        self._directory = directory
        self._schema = _schema()
        self._lock = Lock()
        self._ids: dict[int, str] = {}
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
            raise IndexOutdated(f"There is no {_NAME} index in {self._directory}: rebuild it.")
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
            stamps = searcher.search(_term(self._schema, "record", _STAMP), limit=1).hits
            if not stamps:
                raise IndexOutdated(
                    f"The {_NAME} index in {self._directory} was made by another version of the"
                    " program: rebuild it."
                )
            stamp = searcher.doc(stamps[0][1])
            documents = searcher.num_docs - 1
            untouched = searcher.doc_freq("record", _DOCUMENT) == documents
            return _Snapshot(
                searcher=searcher,
                position=int(stamp["position"][0]),
                next_number=int(stamp["next_number"][0]),
                changed=changed,
                documents=documents,
                untouched=untouched,
                passing={},
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
                self._writing.delete_documents_by_term("id", document.id)
                self._writing.add_document(_document(document, self._next_number))
                self._next_number += 1

    def remove(self, ids: Sequence[str]) -> None:
        """See `LexicalIndex`."""
        with self._lock, writing(_NAME, self._directory):
            for document_id in ids:
                self._writing.delete_documents_by_term("id", document_id)

    def commit(self, position: int) -> None:
        """See `LexicalIndex`."""
        with self._lock:
            self._commit(position)
            self._snapshot = self._look()

    def _commit(self, position: int) -> None:
        with writing(_NAME, self._directory):
            self._writing.delete_documents_by_term("record", _STAMP)
            stamp = tantivy.Document()
            stamp.add_text("record", _STAMP)
            stamp.add_unsigned("position", position)
            stamp.add_unsigned("next_number", self._next_number)
            self._writing.add_document(stamp)
            self._writing.commit()

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

    def search(self, terms: Mapping[str, int], filter: Filter, limit: int) -> list[Match]:
        """See `LexicalIndex`."""
        if not terms or limit < 1:
            return []
        with reading(_NAME, self._directory):
            snapshot = self._snapshot
            query = self._both(self._passing(snapshot, filter), self._weighed(terms))
            return self._matches(snapshot, query, limit)

    def score(self, terms: Mapping[str, int], ids: Sequence[str]) -> dict[str, float]:
        """See `LexicalIndex`."""
        if not terms or not ids:
            return {}
        with reading(_NAME, self._directory):
            chosen = Query.boolean_query(
                [(Occur.Should, _term(self._schema, "id", document_id)) for document_id in ids]
            )
            query = self._both(chosen, self._weighed(terms))
            return dict(self._matches(self._snapshot, query, len(ids)))

    def statistics(self, terms: Mapping[str, int], filter: Filter | None = None) -> Statistics:
        """See `LexicalIndex`."""
        with reading(_NAME, self._directory):
            snapshot = self._snapshot
            passing = None if filter is None else self._passing(snapshot, filter)
            documents = (
                snapshot.documents if passing is None else _count(snapshot.searcher, passing)
            )
            counts = {term: self._frequency(snapshot, passing, term) for term in terms}
            return Statistics(documents, counts)

    def _frequency(self, snapshot: _Snapshot, passing: Query | None, term: str) -> int:
        if passing is None and snapshot.untouched:
            return snapshot.searcher.doc_freq("text", term)
        query = self._both(passing, _term(self._schema, "text", term))
        return _count(snapshot.searcher, query)

    def named(self, name: str, filter: Filter) -> list[str]:
        """See `LexicalIndex`."""
        key = analysis.name_key(name)
        if not key:
            return []
        with reading(_NAME, self._directory):
            snapshot = self._snapshot
            query = self._both(self._passing(snapshot, filter), _term(self._schema, "name", key))
            found = self._matches(snapshot, query, max(self.documents, 1))
            return sorted(match.document_id for match in found)

    def close(self) -> None:
        """See `LexicalIndex`."""
        with self._lock, writing(_NAME, self._directory):
            writer, self._writer = self._writer, None
            if writer is not None:
                writer.wait_merging_threads()

    def _weighed(self, terms: Mapping[str, int]) -> Query:
        clauses = [
            (Occur.Should, Query.boost_query(_term(self._schema, "text", term), float(count)))
            for term, count in terms.items()
        ]
        return Query.boolean_query(clauses)

    def _passing(self, snapshot: _Snapshot, filter: Filter) -> Query | None:
        """What lets pass exactly what `filter` does; nothing if that is every document."""
        allowed = allowed_values(filter)
        clauses = [(Occur.Must, self._any(field, values)) for field, values in allowed]
        query = Query.boolean_query(clauses)
        if allowed not in snapshot.passing:
            snapshot.passing[allowed] = _count(snapshot.searcher, query)
        return None if snapshot.passing[allowed] == snapshot.documents else query

    def _any(self, field: str, values: Sequence[str]) -> Query:
        if len(values) == 1:
            return _term(self._schema, field, values[0])
        return Query.term_set_query(self._schema, field, values)

    def _both(self, passing: Query | None, counting: Query) -> Query:
        """What both let pass, scored by `counting` alone."""
        if passing is None:
            return counting
        silent = Query.const_score_query(passing, 0.0)
        return Query.boolean_query([(Occur.Must, silent), (Occur.Must, counting)])

    def _matches(self, snapshot: _Snapshot, query: Query, limit: int) -> list[Match]:
        searcher = snapshot.searcher
        hits = searcher.search(query, min(limit, searcher.num_docs), False).hits
        addresses = [address for _, address in hits]
        numbers: list[Any] = searcher.fast_field_values("number", addresses)
        known = self._ids
        ids = [
            known.get(number) or self._learn(searcher, number, address)
            for number, address in zip(numbers, addresses, strict=True)
        ]
        ranked = sorted((-hit[0], document_id) for hit, document_id in zip(hits, ids, strict=True))
        return [Match(document_id, -score) for score, document_id in ranked]

    def _learn(self, searcher: tantivy.Searcher, number: int, address: tantivy.DocAddress) -> str:
        document_id = str(searcher.doc(address).get_first("id"))
        self._ids[number] = document_id
        return document_id


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", tokenizer_name="whitespace", index_option="freq")
    for name in ("audience", "facet", "name", "record"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("number", fast=True)
    builder.add_unsigned_field("position", stored=True)
    builder.add_unsigned_field("next_number", stored=True)
    return builder.build()


def _document(document: LexicalDocument, number: int) -> tantivy.Document:
    row = tantivy.Document()
    row.add_unsigned("number", number)
    row.add_text("record", _DOCUMENT)
    row.add_text("id", document.id)
    row.add_text("text", " ".join(text_terms(document)))
    for label in document.audience:
        row.add_text("audience", label)
    for value in facet_values(document.facets):
        row.add_text("facet", value)
    for key in name_values(document):
        row.add_text("name", key)
    return row


def _term(schema: tantivy.Schema, field: str, value: str) -> Query:
    return Query.term_query(schema, field, value, "freq" if field == "text" else "basic")


def _count(searcher: tantivy.Searcher, query: Query) -> int:
    found: Any = searcher.search(query, limit=1, count=True)  # the type stub lacks `count`
    return int(found.count)
