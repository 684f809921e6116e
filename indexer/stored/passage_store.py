"""What a generation knows of its documents: labels, terms, passages, text hashes."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec
import numpy as np

from indexer.document import Document, Part, Passage
from indexer.errors import IndexOutdated, IndexUnavailable
from indexer.resident.postings import keys
from indexer.stored import row_sums
from indexer.stored.files import compact, empty_log, open_file, reading
from indexer.stored.rows import Changes, Fetched, Known, Line, Seen, StoredDocument, Taken

_SCHEMA = """
CREATE TABLE documents (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, title TEXT NOT NULL,
    audience BLOB NOT NULL, facets BLOB NOT NULL, terms BLOB NOT NULL
);
CREATE TABLE passages (
    number INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL, id TEXT NOT NULL,
    heading TEXT NOT NULL, text TEXT NOT NULL, parts BLOB NOT NULL, text_hash BLOB NOT NULL,
    terms BLOB NOT NULL, share REAL NOT NULL, after TEXT NOT NULL
);
CREATE INDEX passages_by_document ON passages (document);
CREATE TABLE removals (sequence INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL);
CREATE TABLE stamp (position INTEGER NOT NULL, source TEXT NOT NULL, cleared INTEGER NOT NULL);
INSERT INTO stamp VALUES (0, '', 0);
"""
_INSERT_DOCUMENT = """INSERT INTO documents (id, title, audience, facets, terms)
    VALUES (?, ?, ?, ?, ?)"""
_INSERT_PASSAGE = (
    "INSERT INTO passages (document, id, heading, text, parts, text_hash, terms, share,"
    " after) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
# Rows that are taken out stay, empty, for the sake of the others: see `files.open_file`.
_EMPTY = (
    "UPDATE passages SET document = 0, id = '', heading = '', text = '', parts = x'',"
    " text_hash = x'', terms = x'', share = 0, after = '' WHERE document = ?",
    "UPDATE documents SET id = NULL, title = '', audience = x'', facets = x'', terms = x''"
    " WHERE number = ?",
    row_sums.REMOVE,
    "INSERT INTO removals (document) VALUES (?)",
)
_NUMBERS = """SELECT ifnull((SELECT max(sequence) FROM removals), 0),
    ifnull((SELECT max(number) FROM documents), 0)"""
_ADDED = """
SELECT number, id, audience, facets, terms FROM documents
WHERE number > ? AND id IS NOT NULL ORDER BY number
"""
_ADDED_PASSAGES = """
SELECT document, number, text_hash, share FROM passages WHERE document > ? ORDER BY document, number
"""
_STAMP = "SELECT position, cleared FROM stamp"
_REMOVED = "SELECT sequence, document FROM removals WHERE sequence > ? ORDER BY sequence"
_FETCH = """
SELECT p.number, d.title, p.id, d.id, p.heading, p.text, p.parts, p.after, p.text_hash, p.terms
FROM passages p JOIN documents d ON d.number = p.document WHERE p.number IN ({})
"""
_LINES = """
SELECT p.number, d.id, d.title, p.heading, p.text, p.after
FROM passages p JOIN documents d ON d.number = p.document WHERE
(p.text || p.after LIKE ?1 ESCAPE '\\' OR p.heading LIKE ?1 ESCAPE '\\'
OR d.title LIKE ?1 ESCAPE '\\') AND p.number IN ({})
"""
_NOT_SPECIAL = str.maketrans({sign: f"\\{sign}" for sign in "\\%_"})
_TERMS = "SELECT number, terms FROM passages WHERE document > 0 AND number IN ({})"

_BATCH = 500


class PassageStore:
    """One SQLite file of a generation. Methods may be called from any thread, those that write from
    one at a time.

    What is put or removed shows after `commit`. Raises `IndexOutdated` when the file is damaged.
    """

    def __init__(self, path: Path, *, writable: bool, new: bool = False) -> None:
        self._path = path
        self._lock = Lock()
        self._writer: sqlite3.Connection | None = None
        self._sound: set[int] = set()  # documents whose rows were compared with their sum
        if not new and not path.is_file():
            raise IndexOutdated("The index has no file {file}.", file=path.name)
        with reading(path):
            if writable:
                self._writer = open_file(path, writable=True)
            if self._writer and new:
                self._writer.executescript(_SCHEMA + row_sums.TABLE)
            self._reader = open_file(path, writable=False)
            (verdict,) = self._reader.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            self.close()
            file = path.name
            raise IndexOutdated("The index file {file} is damaged ({why}).", file=file, why=verdict)

    def version(self) -> int:
        """A number that changes with each commit of another connection; very cheap to read."""
        return self._number("PRAGMA data_version")

    def source(self) -> str:
        """The `source` of the last commit."""
        with self._lock, reading(self._path):
            (source,) = self._reader.execute("SELECT source FROM stamp").fetchone()
        return str(source)

    def changes(self, since: Seen) -> Changes:
        """Documents added and not removed again since then, and the numbers of those removed."""
        with self._lock, reading(self._path):
            connection = self._reader
            connection.execute("BEGIN")
            try:
                position, cleared = connection.execute(_STAMP).fetchone()
                rows = connection.execute(_ADDED, (since.document,)).fetchall()
                passages = connection.execute(_ADDED_PASSAGES, (since.document,)).fetchall()
                removals = connection.execute(_REMOVED, (since.removal,)).fetchall()
            finally:
                connection.execute("COMMIT")
        return Changes(
            added=tuple(_stored(rows, passages)),
            terms=tuple(row[-1] for row in rows),
            removed=tuple(number for _, number in removals if number <= since.document),
            seen=Seen(
                rows[-1][0] if rows else since.document,
                removals[-1][0] if removals else since.removal,
                cleared,
            ),
            position=position,
        )

    def fetch(self, numbers: Sequence[int]) -> dict[int, Fetched]:
        """Passages by number; removed ones are left out."""
        return {
            number: Fetched(
                title,
                Passage(
                    id=name,
                    document_id=document,
                    heading=heading,
                    text=text,
                    parts=msgspec.json.decode(parts, type=tuple[Part, ...]),
                    after=after,
                ),
                text_hash,
                np.frombuffer(terms, dtype=np.uint64),
            )
            for number, title, name, document, heading, text, parts, after, text_hash, terms in (
                self._rows(_FETCH, numbers)
            )
        }

    def terms(self, numbers: Sequence[int]) -> dict[int, bytes]:
        """The keys of the terms of passages, ascending, by passage number.

        Much smaller than the passages; removed ones are left out.
        """
        return dict(self._rows(_TERMS, numbers))

    def lines(self, numbers: Sequence[int], holds: str) -> list[Line]:
        """Passages with `holds` in text, text after it, heading or title; the case of A to Z is
        ignored. The others are not checked for damage.
        """
        like = f"%{holds.translate(_NOT_SPECIAL)}%"
        return [Line(*row) for row in self._rows(_LINES, numbers, like)]

    def _rows(self, query: str, numbers: Sequence[int], *first: str) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        with self._lock, reading(self._path):
            for start in range(0, len(numbers), _BATCH):
                batch = [*first, *numbers[start : start + _BATCH]]
                statement = query.format(",".join("?" * (len(batch) - len(first))))
                found += self._reader.execute(statement, batch).fetchall()
            read = [row[0] for row in found] if first else numbers
            if not row_sums.sound(self._reader, read, self._sound):
                file = self._path.name
                raise IndexOutdated("The index file {file} is damaged: a text differs.", file=file)
        return found

    def put(
        self,
        documents: Iterable[tuple[Document, Sequence[Taken], bytes]],
        text_hash: Callable[[str], bytes],
    ) -> None:
        """Add documents, their passages and packed terms, or replace those with the same ids.

        `text_hash` names texts as the store of their vectors does.
        """
        connection = self._transaction()
        with reading(self._path):
            for document, passages, packed in documents:
                self._remove(connection, document.id)
                row = (document.id, document.title, *_labels(document), packed)
                number = connection.execute(_INSERT_DOCUMENT, row).lastrowid
                connection.executemany(
                    _INSERT_PASSAGE,
                    [
                        (
                            number,
                            p.passage.id,
                            p.passage.heading,
                            p.passage.text,
                            msgspec.json.encode(p.passage.parts),
                            text_hash(p.embedded_text) if p.embedded_text else b"",
                            np.unique(keys(terms)).tobytes(),
                            share,
                            p.passage.after,
                        )
                        for p, terms, share in passages
                    ],
                )
                total = row_sums.total(connection, int(number or 0))
                connection.execute(row_sums.ADD, (number, total))

    def remove(self, ids: Iterable[str]) -> None:
        """Remove documents; unknown ids are ignored."""
        connection = self._transaction()
        with reading(self._path):
            for known in ids:
                self._remove(connection, known)

    def commit(self, position: int, source: str = "") -> None:
        """Make pending changes durable, stamped with `position` and `source`."""
        connection = self._transaction()
        with reading(self._path):
            connection.execute("UPDATE stamp SET position = ?, source = ?", (position, source))
            connection.execute("COMMIT")
            removed, added = connection.execute(_NUMBERS).fetchone()
            compact(connection, removed, added - removed)

    def clear(self) -> None:
        """Destroy traces of removed documents in the log (WAL), and have readers of `changes` drop
        them from memory. Call it between commits.

        Raises `IndexUnavailable` if readers block it for too long; it can be repeated.
        """
        if self._writer is None or self._writer.in_transaction:
            file = self._path.name
            raise IndexUnavailable("The index file {file} is not between commits.", file=file)
        with reading(self._path):
            self._writer.execute("UPDATE stamp SET cleared = cleared + 1")
            empty_log(self._writer)

    def close(self) -> None:
        """Close the file; uncommitted changes are lost."""
        with self._lock:
            self._reader.close()
            if self._writer:
                self._writer.close()

    def _transaction(self) -> sqlite3.Connection:
        if self._writer is None:
            file = self._path.name
            raise IndexUnavailable("The index file {file} was opened for reading only.", file=file)
        with reading(self._path):
            if not self._writer.in_transaction:
                self._writer.execute("BEGIN IMMEDIATE")
        return self._writer

    def _number(self, query: str) -> int:
        with self._lock, reading(self._path):
            (number,) = self._reader.execute(query).fetchone()
        return int(number)

    @staticmethod
    def _remove(connection: sqlite3.Connection, id: str) -> None:
        found = connection.execute("SELECT number FROM documents WHERE id = ?", (id,)).fetchone()
        if found:
            for statement in _EMPTY:
                connection.execute(statement, found)


def _labels(document: Document) -> tuple[bytes, bytes]:
    encoder = msgspec.json.Encoder(order="sorted")
    return encoder.encode(document.audience), encoder.encode(document.facets)


def _stored(
    rows: Sequence[tuple[int, str, bytes, bytes, bytes]],
    passages: Sequence[tuple[int, int, bytes, float]],
) -> Iterable[StoredDocument]:
    audiences = msgspec.json.Decoder(frozenset[str])
    facets = msgspec.json.Decoder(dict[str, frozenset[str]])
    of: dict[int, list[Known]] = {}
    for document, number, key, share in passages:
        of.setdefault(document, []).append(Known(number, key, share))
    for number, document_id, audience, named, _ in rows:
        known = of.get(number, ())
        yield StoredDocument(
            number,
            document_id,
            audiences.decode(audience),
            facets.decode(named),
            tuple(each for each in known if each.text_hash),
            tuple(each for each in known if not each.text_hash),
        )
