"""Store of computed vectors by model and text, so that rebuilds compute none again."""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack, closing
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Self

import numpy as np

from events.sqlite_files.opening import transaction
from indexer.embedding.embedder import Embedded, Vectors, Words
from indexer.errors import IndexOutdated
from indexer.stored.files import compact, empty_in_place, empty_log, open_file, reading

# Words have a table of their own, so that opening an index does not read past them, and hashes
# one, so that its index is soon made anew. Rows are emptied and stay: see `files.open_file`.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS texts (number INTEGER PRIMARY KEY, fingerprint TEXT, text_hash BLOB);
CREATE INDEX IF NOT EXISTS texts_by_hash ON texts (text_hash);
CREATE TABLE IF NOT EXISTS vectors (number INTEGER PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS words (number INTEGER PRIMARY KEY, words BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS hash_key (key BLOB NOT NULL);
INSERT INTO hash_key SELECT randomblob(32) WHERE NOT EXISTS (SELECT * FROM hash_key);
CREATE TABLE IF NOT EXISTS uncleared (mark INTEGER PRIMARY KEY);
"""
_OPENED = "SELECT key, (SELECT max(number) FROM vectors) FROM hash_key"
_NEXT = "SELECT ifnull(max(number), 0) + 1 FROM texts"
_INSERT = "INSERT INTO texts VALUES (?, ?, ?)"
_INSERT_VECTOR = "INSERT INTO vectors VALUES (?, ?)"
_INSERT_WORDS = "INSERT INTO words VALUES (?, ?)"
_SELECT = """SELECT text_hash, vector FROM texts JOIN vectors USING (number)
WHERE fingerprint = ? AND text_hash IN ({1})"""
_SELECT_WITH_WORDS = """
SELECT text_hash, vector FROM texts JOIN vectors USING (number) JOIN words USING (number)
WHERE fingerprint = ? AND length(words) % {0} = 0 AND text_hash IN ({1})
"""
_SELECT_WORDS = """SELECT text_hash, words FROM texts JOIN words USING (number)
WHERE fingerprint = ? AND text_hash IN ({})"""
_KNOWN = "SELECT number FROM texts WHERE fingerprint = ? AND text_hash = ?"
_ALL = "SELECT number, text_hash FROM texts WHERE text_hash IS NOT NULL"
_EMPTY = (
    "UPDATE vectors SET vector = x'' WHERE number = ?",
    "UPDATE words SET words = x'' WHERE number = ?",
    "UPDATE texts SET fingerprint = NULL, text_hash = NULL WHERE number = ?",
)
_KEPT = "SELECT count(text_hash) FROM texts"

_BATCH = 500
_TOLERANCE = 1e-3


class VectorStore:
    """One SQLite file beside the generations of an index, shared by all of them.

    Vectors are float32 exactly as the model gave them, of `dimension` numbers; those of words have
    `words` bytes, or there are none if that is 0. Any method raises `IndexOutdated` when the
    file turns out to be damaged. Methods may be called from any thread.
    """

    def __init__(self, path: Path, dimension: int, words: int, *, writable: bool) -> None:
        self._path = path
        self._dimension = dimension
        self._words = words
        self._lock = Lock()
        with ExitStack() as undo, reading(path):
            self._connection = undo.enter_context(closing(open_file(path, writable=writable)))
            if writable:
                self._connection.executescript(_SCHEMA)
            found = self._connection.execute(_OPENED).fetchone()
            if not found:
                raise IndexOutdated("The store {file} has no key.", file=path.name)
            undo.pop_all()
        self._key, _ = found

    @classmethod
    def sound(cls, path: Path, dimension: int, words: int) -> Self:
        """Open the file for writing; a damaged one is emptied first."""
        try:
            if path.is_file() and not path.stat().st_size:
                # SQLite would take it for new, and wait for those who have the old one open.
                raise IndexOutdated("The store {file} is empty.", file=path.name)
            store = cls(path, dimension, words, writable=True)
            try:
                store.check()
                return store
            except BaseException:
                store.close()
                raise
        except IndexOutdated:
            with reading(path):
                empty_in_place(path, _SCHEMA)
        return cls(path, dimension, words, writable=True)

    def text_hash(self, text: str) -> bytes:
        """Keyed BLAKE2b of the text in UTF-8, 32 bytes; the key is in this file.

        Without the file it cannot be told whether a given text was ever in it.
        """
        data = text.encode("utf-8", "surrogatepass")
        return blake2b(data, digest_size=32, key=self._key).digest()

    def get(self, fingerprint: str, hashes: Sequence[bytes]) -> dict[bytes, Vectors]:
        """The stored vectors for `hashes`; unknown and damaged ones are left out."""
        found: dict[bytes, Vectors] = {}
        select = _SELECT_WITH_WORDS if self._words else _SELECT
        with self._lock, reading(self._path):
            for start in range(0, len(hashes), _BATCH):
                batch = hashes[start : start + _BATCH]
                query = select.format(self._words, ",".join("?" * len(batch)))
                rows = self._connection.execute(query, (fingerprint, *batch)).fetchall()
                found.update(self._sound(rows))
        return found

    def matrix(self, fingerprint: str, hashes: Sequence[bytes]) -> Vectors:
        """Shape (len(hashes), dimension). Raises `IndexOutdated` if any is unknown or damaged."""
        known = self.get(fingerprint, hashes)
        missing = len(set(hashes) - known.keys())
        if missing:
            raise IndexOutdated(
                "The store {file} lacks vectors of the index ({missing:,}).",
                file=self._path.name,
                missing=missing,
            )
        rows = [known[key] for key in hashes]
        return np.stack(rows) if rows else np.empty((0, self._dimension), dtype=np.float32)

    def words(self, fingerprint: str, hashes: Sequence[bytes]) -> dict[bytes, Words]:
        """The vectors of the words of the texts that are known, shape (words, word dimension)."""
        if not self._words:
            return {}
        query = _SELECT_WORDS.format(",".join("?" * len(hashes)))
        with self._lock, reading(self._path):
            rows = self._connection.execute(query, (fingerprint, *hashes)).fetchall()
        return {
            key: np.frombuffer(blob, dtype=np.int8).reshape(-1, self._words) for key, blob in rows
        }

    def put(self, fingerprint: str, texts: Mapping[bytes, Embedded]) -> None:
        """Store the vectors of texts and of their words durably."""
        with self._lock, reading(self._path), transaction(self._connection) as connection:
            for key in texts:  # those that are here are damaged
                _empty(connection, connection.execute(_KNOWN, (fingerprint, key)).fetchall())
            (first,) = connection.execute(_NEXT).fetchone()
            for number, (key, one) in enumerate(texts.items(), first):
                connection.execute(_INSERT, (number, fingerprint, key))
                vector = one.vector.astype(np.float32).tobytes()
                connection.execute(_INSERT_VECTOR, (number, vector))
                if self._words:
                    connection.execute(_INSERT_WORDS, (number, one.words.tobytes()))

    def keep_only(self, hashes: Collection[bytes]) -> None:
        """Destroy the vectors of all other texts, so that no byte of them is left in the file.

        `hashes` are a set. Raises `IndexUnavailable` if a reader blocks it for too long; it can be
        repeated.
        """
        with self._lock, reading(self._path), closing(self._connection.cursor()) as cursor:
            with transaction(self._connection):
                known = cursor.execute(_ALL).fetchall()
                gone = [(number,) for number, key in known if key not in hashes]
                if gone:
                    _empty(self._connection, gone)
                    cursor.execute("REINDEX texts_by_hash")
                    cursor.execute("INSERT OR IGNORE INTO uncleared VALUES (1)")
            if cursor.execute("SELECT 1 FROM uncleared").fetchone():
                (following,) = cursor.execute(_NEXT).fetchone()
                kept = len(known) - len(gone)
                compact(self._connection, following - 1 - kept, kept)
                empty_log(self._connection)
                cursor.execute("DELETE FROM uncleared")

    def keep_only_beside(self, hashes: Collection[bytes]) -> None:
        """`keep_only` on a connection of its own, so that no search waits for it."""
        beside = VectorStore(self._path, self._dimension, self._words, writable=True)
        try:
            beside.keep_only(hashes)
        finally:
            beside.close()

    def check(self) -> None:
        """Raise `IndexOutdated` if the file is damaged; reads all of it."""
        with self._lock, reading(self._path):
            (verdict,) = self._connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise IndexOutdated(
                "The store {file} is damaged ({why}).", file=self._path.name, why=verdict
            )

    def count(self) -> int:
        """How many vectors are stored, of all models."""
        with self._lock, reading(self._path):
            (count,) = self._connection.execute(_KEPT).fetchone()
        return int(count)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def _sound(self, rows: Sequence[tuple[bytes, bytes]]) -> dict[bytes, Vectors]:
        whole = [row for row in rows if len(row[1]) == 4 * self._dimension]
        matrix = np.frombuffer(b"".join(blob for _, blob in whole), dtype=np.float32)
        matrix = matrix.reshape(-1, self._dimension)
        lengths = np.einsum("ij,ij->i", matrix, matrix)
        unit = np.abs(lengths - 1.0) < _TOLERANCE
        return {row[0]: vector for row, vector, ok in zip(whole, matrix, unit, strict=True) if ok}


def _empty(connection: sqlite3.Connection, numbers: Sequence[tuple[int]]) -> None:
    for statement in _EMPTY:
        connection.executemany(statement, numbers)
