"""One Tantivy index, over terms made by `indexer.text.analysis`."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import tantivy
from msgspec import Struct
from tantivy import Query

from indexer.document import Filter
from indexer.errors import IndexOutdated
from indexer.lexical import LexicalDocument, tantivy_fields
from indexer.lexical import tantivy_queries as query
from indexer.lexical.checksums import check
from indexer.lexical.damage import reading, writing
from indexer.lexical.fields import MADE_WITH
from indexer.text import analysis

_NAME = "Tantivy"
_WRITER_BYTES = 64_000_000

_SEGMENTS = 8
"""The segments of a level that Tantivy's `LogMergePolicy` makes one of."""

MOST_DOCUMENTS = 10_000
"""The documents of a segment that it counts to the lowest level, however few there are."""

_FILLER = "filler"


class _Snapshot(Struct, kw_only=True):
    """The state of one commit."""

    searcher: tantivy.Searcher
    position: int
    changed: tuple[int, int]
    documents: int
    next_number: int


class Heaviest(NamedTuple):
    """Documents of an index that match a query, each with its weight and address."""

    volume: "TantivyIndex"
    searcher: tantivy.Searcher
    hits: list[tuple[Any, tantivy.DocAddress]]

    def names(self, least: float) -> list[str]:
        """The ids of those that weigh more than `least`."""
        addresses = [address for weight, address in self.hits if weight > least]
        return self.volume.names(self.searcher, addresses) if addresses else []


class TantivyIndex:
    """`LexicalIndex` without `propose`: see `indexer.lexical.tantivy_volumes`.

    The commit's position is in a document of its own, the stamp, replaced in the same commit. It
    has no terms, so no search finds it. Every document added gets a number that is never reused:
    Tantivy reads numbers from its columns ten times faster than ids from its documents, so `_ids`
    caches the id of each number.

    Tantivy only marks removed documents, and keeps their words in the segment (a set of files)
    until a merge. Its Python package cannot ask for one, but its merge policy makes one of all
    segments of a level once there are `_SEGMENTS`, and any of up to `MOST_DOCUMENTS` are of the
    lowest level. So `purge` adds segments with nothing but a filler in each.
    """

    def __init__(self, directory: Path, *, writable: bool, at_once: bool = True) -> None:
        self.directory = directory
        self._schema = tantivy_fields.schema()
        self._lock = Lock()
        self._ids: dict[int, str] = {}
        self._waiting: set[str] = set()  # ids put or removed since the last commit
        fresh = writable and not (directory.is_dir() and any(directory.iterdir()))
        if fresh:
            directory.mkdir(parents=True, exist_ok=True)
        with reading(_NAME, directory):
            self._index = self._open(fresh)
        self._writable = writable
        self._writer = self._open_writer() if writable and at_once else None
        self._next_number = 0
        if fresh:
            self._commit(0)
        self._snapshot = self._look()
        self._next_number = self._snapshot.next_number

    def _open(self, fresh: bool) -> tantivy.Index:
        if not fresh and not tantivy.Index.exists(str(self.directory)):
            raise IndexOutdated("There is no {engine} index: rebuild it.", engine=_NAME)
        if not fresh:
            check(self.directory)
        index = tantivy.Index(self._schema, str(self.directory))
        index.config_reader("manual")
        return index

    def _open_writer(self) -> tantivy.IndexWriter:
        with writing(_NAME, self.directory):
            return self._index.writer(_WRITER_BYTES, num_threads=1)

    def _look(self) -> _Snapshot:
        with reading(_NAME, self.directory):
            changed = self._changed()
            self._index.reload()
            searcher = self._index.searcher()
            stamps = searcher.search(query.term("record", _stamp()), limit=1).hits
            if not stamps:
                raise IndexOutdated(
                    "The {engine} index was made by another version of the program: rebuild it.",
                    engine=_NAME,
                )
            stamp = searcher.doc(stamps[0][1])
            others = searcher.search(_records(), 2 * _SEGMENTS, count=False).hits
            return _Snapshot(
                searcher=searcher,
                position=int(stamp["position"][0]),
                next_number=int(stamp["next_number"][0]),
                changed=changed,
                documents=searcher.num_docs - len(others),
            )

    def _changed(self) -> tuple[int, int]:
        """A value that changes with every commit, as each replaces the file."""
        found = (self.directory / "meta.json").stat()
        return found.st_ino, found.st_mtime_ns

    @property
    def position(self) -> int:
        return self._snapshot.position

    @property
    def documents(self) -> int:
        return self._snapshot.documents

    def size(self) -> int:
        """The size of its files in bytes."""
        return sum(path.stat().st_size for path in self.directory.iterdir() if path.is_file())

    def holds(self, document_id: str) -> bool:
        """Whether the document is here, or was put or removed since the last commit."""
        with writing(_NAME, self.directory):
            found = self._snapshot.searcher.search(query.term("id", document_id), 1, False).hits
            return document_id in self._waiting or bool(found)

    def put(self, documents: Sequence[LexicalDocument]) -> None:
        with self._lock, writing(_NAME, self.directory):
            for document in documents:
                self._take_out(document.id)
                added = tantivy_fields.to_document(document, self._next_number)
                self._writing.add_document(added)
                self._next_number += 1

    def remove(self, ids: Sequence[str]) -> None:
        with self._lock, writing(_NAME, self.directory):
            for document_id in ids:
                self._take_out(document_id)

    def purge(self, ids: Sequence[str]) -> None:
        if self._waiting:
            raise ValueError("commit first")
        with self._lock, writing(_NAME, self.directory):
            self._merge_no_more()
            self._snapshot = self._look()
            if self._has_traces(ids):
                self._merge()
            if self._has_traces(ids):
                raise IndexOutdated("The {engine} index keeps what is removed.", engine=_NAME)

    def _has_traces(self, ids: Sequence[str]) -> bool:
        """Also true for a document that is only marked as removed."""
        return any(self._snapshot.searcher.doc_freq("id", document_id) for document_id in ids)

    def _take_out(self, document_id: str) -> None:
        self._writing.delete_documents_by_term("id", document_id)
        self._waiting.add(document_id)

    def _merge(self) -> None:
        """Make one segment of all of the present commit, without what is removed."""
        for _ in range(_SEGMENTS - 1):
            filler = tantivy.Document()
            filler.add_text("record", _FILLER)
            self._writing.add_document(filler)
            self._writing.commit()
        self._merge_no_more()
        self._snapshot = self._look()

    def _merge_no_more(self) -> None:
        """Wait for merges: one begun earlier would keep documents removed meanwhile."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.wait_merging_threads()

    def commit(self, position: int) -> None:
        with self._lock:
            self._commit(position)
            self._snapshot = self._look()

    def _commit(self, position: int) -> None:
        with writing(_NAME, self.directory):
            for record in (_stamp(), _FILLER):
                self._writing.delete_documents_by_term("record", record)
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
            if not self._writable:
                raise ValueError("opened for reading, or closed")
            self._writer = self._open_writer()
        return self._writer

    def refresh(self) -> bool:
        """See `LexicalIndex`; returns whether anything changed."""
        with self._lock, reading(_NAME, self.directory):
            if changed := self._changed() != self._snapshot.changed:
                self._snapshot = self._look()
            return changed

    def heaviest(self, found: Query, limit: int) -> Heaviest:
        """The matches of a query, the heaviest first."""
        with reading(_NAME, self.directory):
            searcher = self._snapshot.searcher
            return Heaviest(self, searcher, searcher.search(found, limit, False).hits)

    def named(self, name: str, filter: Filter) -> list[str]:
        key = analysis.name_key(name)
        if not key:
            return []
        with reading(_NAME, self.directory):
            searcher = self._snapshot.searcher
            found = query.passing(filter, query.term("name", key))
            hits = searcher.search(found, searcher.num_docs, False).hits
            return sorted(self.names(searcher, [address for _, address in hits]))

    def close(self) -> None:
        self.let_go()
        self._writable = False

    def let_go(self) -> None:
        """Close the writer until there is something to write; call it between commits."""
        with self._lock, writing(_NAME, self.directory):
            self._merge_no_more()

    def names(
        self, searcher: tantivy.Searcher, addresses: Sequence[tantivy.DocAddress]
    ) -> list[str]:
        """The ids of the documents at these addresses of `searcher`."""
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


def _records() -> Query:
    """What is in an index beside documents."""
    return query.any_of("record", (_stamp(), _FILLER))


def _stamp() -> str:
    return f"stamp {MADE_WITH}"
