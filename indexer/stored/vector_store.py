"""Vectors already computed, by model and text: each is computed once, whatever is rebuilt."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Self

import numpy as np

from indexer.embedding.embedder import Embedded, Vectors, Words
from indexer.errors import IndexOutdated
from indexer.stored.files import clear_free_space, connect, empty_in_place, reading

# Words have a table of their own, so that opening an index does not read past them.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (
    fingerprint TEXT NOT NULL, text_hash BLOB NOT NULL, vector BLOB NOT NULL,
    PRIMARY KEY (fingerprint, text_hash)
);
CREATE TABLE IF NOT EXISTS hash_key (key BLOB NOT NULL);
INSERT INTO hash_key SELECT randomblob(32) WHERE NOT EXISTS (SELECT * FROM hash_key);
CREATE TABLE IF NOT EXISTS uncleared (mark INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS words (
    fingerprint TEXT NOT NULL, text_hash BLOB NOT NULL, words BLOB NOT NULL,
    PRIMARY KEY (fingerprint, text_hash)
);
"""
_INSERT = "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)"
_INSERT_WORDS = "INSERT OR REPLACE INTO words VALUES (?, ?, ?)"
_SELECT = "SELECT text_hash, vector FROM vectors WHERE fingerprint = ? AND text_hash IN ({1})"
_SELECT_WITH_WORDS = """
SELECT text_hash, vector FROM vectors JOIN words USING (fingerprint, text_hash)
WHERE fingerprint = ? AND length(words) % {0} = 0 AND text_hash IN ({1})
"""
_SELECT_WORDS = "SELECT text_hash, words FROM words WHERE fingerprint = ? AND text_hash IN ({})"
_DELETE = tuple(
    f"DELETE FROM {table} WHERE text_hash NOT IN (SELECT * FROM kept)"
    for table in ("vectors", "words")
)

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
        with reading(path):
            self._connection = connect(path, writable=writable)
            if writable:
                self._connection.executescript(_SCHEMA)
            found = self._connection.execute("SELECT key FROM hash_key").fetchone()
        if not found:
            raise IndexOutdated(f"The store {path.name} has no key.")
        (self._key,) = found

    @classmethod
    def sound(cls, path: Path, dimension: int, words: int) -> Self:
        """Open it for writing, emptied if the file is damaged: all is then computed again."""
        try:
            if path.is_file() and not path.stat().st_size:
                # SQLite would take it for new, and wait for those who have the old one open.
                raise IndexOutdated(f"The store {path.name} is empty.")
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
        """What names a text here: BLAKE2b of its UTF-8 with a key of this file, 32 bytes.

        Without the file nobody can tell whether a text that they have was ever in it.
        """
        data = text.encode("utf-8", "surrogatepass")
        return blake2b(data, digest_size=32, key=self._key).digest()

    def get(self, fingerprint: str, hashes: Sequence[bytes]) -> dict[bytes, Vectors]:
        """The vectors known for `hashes`; those that are unknown or damaged are left out."""
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
                f"The store {self._path.name} lacks vectors of the index ({missing:,})."
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
        """Keep the vectors of texts and of their words durably."""
        vectors = [
            (fingerprint, key, one.vector.astype(np.float32).tobytes())
            for key, one in texts.items()
        ]
        known = texts.items() if self._words else ()
        words = [(fingerprint, key, one.words.tobytes()) for key, one in known]
        with self._lock, reading(self._path), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(_INSERT, vectors)
            self._connection.executemany(_INSERT_WORDS, words)

    def keep_only(self, hashes: Iterable[bytes]) -> None:
        """Destroy all vectors of other texts, so that no byte of the file holds them any more.

        Raises `IndexUnavailable` if someone reads them for too long; it can be done again.
        """
        with self._lock, reading(self._path):
            self._connection.execute("CREATE TEMP TABLE kept (text_hash BLOB PRIMARY KEY)")
            try:
                with self._connection:
                    self._connection.execute("BEGIN IMMEDIATE")
                    rows = ((key,) for key in hashes)
                    self._connection.executemany("INSERT OR IGNORE INTO kept VALUES (?)", rows)
                    if sum(self._connection.execute(each).rowcount for each in _DELETE):
                        self._connection.execute("INSERT OR IGNORE INTO uncleared VALUES (1)")
            finally:
                self._connection.execute("DROP TABLE kept")
            if self._connection.execute("SELECT 1 FROM uncleared").fetchone():
                clear_free_space(self._connection)
                self._connection.execute("DELETE FROM uncleared")

    def keep_only_beside(self, hashes: Iterable[bytes]) -> None:
        """The same on a connection of its own, for which no question has to wait."""
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
            raise IndexOutdated(f"The store {self._path.name} is damaged ({verdict}).")

    def count(self) -> int:
        """How many vectors are stored, of all models."""
        with self._lock, reading(self._path):
            (count,) = self._connection.execute("SELECT count(*) FROM vectors").fetchone()
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
