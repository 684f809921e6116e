"""The vault in one SQLite file beside the log: what is destroyed leaves no byte behind."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_bytes
from types import TracebackType
from typing import Self

from events.errors import LogUnavailable
from events.sealing import KEY_BYTES, seal, unseal
from events.sqlite_file import explain, explained, open_reader, open_writer
from events.sqlite_layout import VAULT
from events.vault import Row, known, refuse_closed

_KEY = "SELECT key FROM keys WHERE subject = ?"
_MAKE = "INSERT INTO keys VALUES (?, ?) ON CONFLICT (subject) DO NOTHING"
_DESTROY = "INSERT INTO keys VALUES (?, NULL) ON CONFLICT (subject) DO UPDATE SET key = NULL"
_EMPTY_WAL = "PRAGMA wal_checkpoint(TRUNCATE)"


class SqliteVault:
    """A `KeyVault` in the file at `path`, which only its owner may read.

    With `create` a missing or empty file becomes a new vault. A write waits up to `lock_timeout`
    seconds for another process. Keys are kept only within a read transaction, whose end a
    destruction waits for: none is used after another process has destroyed it. Raises
    `LogFormatError` for a file that is no vault of ours and `LogUnavailable` for one that cannot
    be used.
    """

    def __init__(self, path: Path, *, create: bool = False, lock_timeout: float = 30.0) -> None:
        self._path = path
        self._read_lock = threading.RLock()  # guards the reader and the keys that it keeps
        self._kept: dict[str, Row] | None = None
        self._write_lock = threading.Lock()
        self._closed = False
        if create:
            with suppress(OSError):  # SQLite says it better
                path.touch(mode=0o600)
        self._writer = open_writer(path, VAULT, create=create, timeout=lock_timeout)
        try:
            with explained(path, VAULT):
                self._writer.execute("PRAGMA secure_delete = ON")
                # VACUUM would otherwise copy all keys into a file of the temporary folder.
                self._writer.execute("PRAGMA temp_store = MEMORY")
            self._reader = open_reader(path, VAULT, timeout=lock_timeout)
        except BaseException:
            self._writer.close()
            raise

    def prepare(self, subjects: Iterable[str]) -> None:
        """See `KeyVault.prepare`."""
        missing = [subject for subject in dict.fromkeys(subjects) if self._row(subject) is None]
        if missing:
            with self._writing() as writer, _transaction(writer):
                writer.executemany(_MAKE, [(each, token_bytes(KEY_BYTES)) for each in missing])

    def seal(self, subject: str, plain: bytes, context: bytes) -> bytes:
        """See `KeyVault.seal`."""
        row = self._row(subject)
        if row is None:
            self.prepare([subject])
            row = self._row(subject)  # another process may have been faster with another key
        return seal(known(subject, row), plain, context)

    def open(self, subject: str, sealed: bytes, context: bytes) -> bytes:
        """See `KeyVault.open`."""
        return unseal(known(subject, self._row(subject)), sealed, context)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """See `KeyVault.reading`."""
        with self._read_lock:
            refuse_closed(self._closed)
            with explained(self._path, VAULT):
                self._reader.execute("BEGIN")
            self._kept = {}
            try:
                yield
            finally:
                self._kept = None
                self._reader.execute("COMMIT")

    def destroy(self, *subjects: str) -> bool:
        """See `KeyVault.destroy`. Readers of all processes go on meanwhile."""
        with self._writing() as writer:
            with _transaction(writer):
                had = any((_row(writer, subject) or (None,))[0] for subject in subjects)
                writer.executemany(_DESTROY, [(subject,) for subject in subjects])
            # Moving rows between pages leaves copies that secure_delete alone does not reach.
            writer.execute("VACUUM")
            self._empty_wal(writer)
        return had

    def destroyed(self, subject: str) -> bool:
        """See `KeyVault.destroyed`."""
        return self._row(subject) == (None,)

    def close(self) -> None:
        """See `KeyVault.close`."""
        with self._write_lock, self._read_lock:
            self._closed = True
            self._reader.close()
            self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _row(self, subject: str) -> Row:
        with self._read_lock:
            refuse_closed(self._closed)
            if self._kept is not None and subject in self._kept:
                return self._kept[subject]
            try:
                row = _row(self._reader, subject)
            except sqlite3.Error as error:
                raise explain(error, self._path, VAULT) from error
            if self._kept is not None:
                self._kept[subject] = row
            return row

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._write_lock:
            refuse_closed(self._closed)
            with explained(self._path, VAULT):
                yield self._writer

    def _empty_wal(self, writer: sqlite3.Connection) -> None:
        """Bring the file up to date and cut the WAL file to nothing, once no reader needs it."""
        [busy, *_] = writer.execute(_EMPTY_WAL).fetchone()
        if busy:  # SQLite has waited for as long as it may
            raise LogUnavailable(
                f"The key is destroyed, but traces of it are left in {self._path}-wal because "
                "another program reads the vault: end that one, then destroy it again."
            )


def _row(connection: sqlite3.Connection, subject: str) -> Row:
    # fetchall ends the read, so that no checkpoint has to wait for it.
    rows: list[tuple[bytes | None]] = connection.execute(_KEY, (subject,)).fetchall()
    return rows[0] if rows else None


@contextmanager
def _transaction(writer: sqlite3.Connection) -> Iterator[None]:
    writer.execute("BEGIN IMMEDIATE")
    try:
        yield
        writer.execute("COMMIT")
    finally:
        if writer.in_transaction:
            # If this fails too, the next BEGIN tells; the first error says more.
            with suppress(sqlite3.Error):
                writer.execute("ROLLBACK")
