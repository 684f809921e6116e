"""Key vault in one SQLite file beside the log: a destroyed key leaves no byte behind."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING, Self

from events.chain import hash_of
from events.errors import LogFormatError, LogUnavailable
from events.marks import Mark, follows
from events.sealing import KEY_BYTES, cipher_of, seal, unseal
from events.sqlite_file import (
    explain,
    explained,
    open_frozen,
    open_reader,
    open_writer,
)
from events.sqlite_files.opening import transaction, wal_is_emptied, without_waiting
from events.sqlite_frozen import Frozen
from events.sqlite_layout import VAULT
from events.sqlite_marks import read_mark, write_mark
from events.sqlite_older import fill_vault
from events.vault import DAMAGED, Row, known, refuse_closed, refuse_lost

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY = "SELECT key, hash FROM keys WHERE subject = ?"
_ALL = "SELECT CAST(subject AS BLOB), key, hash FROM keys"
_MAKE = "INSERT INTO keys VALUES (?, ?, ?) ON CONFLICT (subject) DO NOTHING"
_DESTROY = """INSERT INTO keys VALUES (?, NULL, ?)
ON CONFLICT (subject) DO UPDATE SET key = NULL, hash = excluded.hash"""
_LOSE = "INSERT OR IGNORE INTO lost VALUES (?)"
_LOST = "SELECT subject FROM lost"
_HOLD = "DELETE FROM lost WHERE subject = ?"
_GIVEN_UP = ""
"""A row among the lost subjects, present once their keys were given up."""

_NO_KEY = (None, DAMAGED)


class SqliteVault:
    """A `KeyVault` in the file at `path`, which only its owner may read.

    With `create` a missing or empty file becomes a new vault; one of the previous format is
    migrated. A write waits up to `lock_timeout` seconds for another process, and is refused while
    the file is `frozen`. Keys are cached only within a read transaction, whose end a destruction
    waits for, so none is used after another process has destroyed it. Raises `LogFormatError` for a
    file that is not a vault of ours and `LogUnavailable` for one that cannot be used.
    """

    def __init__(
        self,
        path: Path,
        *,
        create: bool = False,
        lock_timeout: float = 10.0,
        frozen: Frozen | None = None,
    ) -> None:
        self._path = path
        self._frozen = frozen
        self._lock_timeout = lock_timeout
        self._read_lock = threading.RLock()  # guards the reader and its cache
        self._kept: dict[str, Row] | None = None
        self._ciphers: dict[str, AESGCM] = {}
        self._write_lock = threading.Lock()
        self._closed = False
        self._sound = False  # whether all keys were checked, as is done before the first new one
        if create:
            with suppress(OSError):  # SQLite explains it better
                path.touch(mode=0o600)
        self._writer = (
            open_frozen(path, VAULT, timeout=lock_timeout, frozen=frozen)
            if frozen
            else open_writer(path, VAULT, create=create, timeout=lock_timeout, fill=fill_vault)
        )
        try:
            self._reader = open_reader(path, VAULT, timeout=lock_timeout, frozen=frozen)
        except BaseException:
            self._writer.close()
            raise

    def prepare(self, subjects: Iterable[str]) -> None:
        missing = [subject for subject in dict.fromkeys(subjects) if self._row(subject) is None]
        if missing:
            made = [(each, token_bytes(KEY_BYTES)) for each in missing]
            rows = [(subject, key, hash_of(subject, key)) for subject, key in made]
            with self._writing() as writer:
                self._refuse_damage(writer)
                with transaction(writer):
                    noted = {each for (each,) in writer.execute(_LOST)}
                    lost = frozenset(
                        each for each in noted - {_GIVEN_UP} if _row(writer, each) in _NO_KEY
                    )
                    refuse_lost(lost, missing, given_up=_GIVEN_UP in noted)
                    writer.executemany(_MAKE, rows)

    def seal(self, subject: str, plain: bytes, context: bytes) -> bytes:
        row = self._row(subject)
        if row is None:
            self.prepare([subject])
            row = self._row(subject)  # another process may have been faster with another key
        return seal(known(subject, row), plain, context)

    def open(self, subject: str, sealed: bytes, context: bytes) -> bytes:
        with self._read_lock:
            cipher = self._ciphers.get(subject) or cipher_of(known(subject, self._row(subject)))
            if self._kept is not None:
                self._ciphers[subject] = cipher
        return unseal(cipher, sealed, context)

    @contextmanager
    def reading(self) -> Iterator[None]:
        with self._read_lock:
            refuse_closed(self._closed)
            with explained(self._path, VAULT):
                self._reader.execute("BEGIN")
            self._kept = {}
            try:
                yield
            finally:
                self._kept = None
                self._ciphers.clear()
                self._reader.execute("COMMIT")

    def destroy(self, *subjects: str) -> bool:
        """See `KeyVault.destroy`. Readers of all processes go on meanwhile."""
        with self._writing() as writer:
            with transaction(writer):
                had = any(_row(writer, subject) not in (None, (None,)) for subject in subjects)
                gone = [(subject, hash_of(subject, None)) for subject in subjects]
                writer.executemany(_DESTROY, gone)
            # Rows moved between pages leave copies that secure_delete does not reach.
            writer.execute("VACUUM")
            self._empty_wal(writer)
        return had

    def destroyed(self, subject: str) -> bool:
        return self._row(subject) == (None,)

    def mark(self) -> Mark | None:
        with self._using() as writer:
            return read_mark(writer)

    def place(self, mark: Mark, lost: Iterable[str] = ()) -> None:
        with self._writing() as writer, transaction(writer):
            write_mark(writer, mark)
            if found := [(each,) for each in lost]:
                writer.execute(_HOLD, (_GIVEN_UP,))
                writer.executemany(_LOSE, found)

    def advance(self, since: Mark, mark: Mark) -> None:
        with (
            self._writing() as writer,
            # A mark that cannot be stored now is stored the next time.
            without_waiting(writer, self._lock_timeout),
            transaction(writer),
        ):
            if follows(since, read_mark(writer), mark):
                write_mark(writer, mark)

    def lost(self) -> frozenset[str]:
        with self._using() as writer:
            noted = {subject for (subject,) in writer.execute(_LOST)}
        return self.lacking(noted - {_GIVEN_UP})

    def give_up(self) -> None:
        with self._writing() as writer, transaction(writer):
            writer.execute(_LOSE, (_GIVEN_UP,))

    def lacking(self, subjects: Iterable[str]) -> frozenset[str]:
        with self._read_lock:
            return frozenset(each for each in subjects if self._row(each) in _NO_KEY)

    def close(self) -> None:
        with self._write_lock, self._read_lock:
            self._closed = True
            self._reader.close()
            self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
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
        with self._using() as writer:
            if self._frozen:
                self._frozen.refuse()
            yield writer

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        with self._write_lock:
            refuse_closed(self._closed)
            with explained(self._path, VAULT):
                yield self._writer

    def _refuse_damage(self, writer: sqlite3.Connection) -> None:
        """Refuse new keys in a damaged vault, where a subject may only seem to have none."""
        if self._sound:
            return
        (found,) = writer.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok" or not all(map(_is_sound, writer.execute(_ALL))):
            raise LogFormatError(
                "The vault {path} is damaged: put back a copy of it.", path=self._path
            )
        self._sound = True

    def _empty_wal(self, writer: sqlite3.Connection) -> None:
        """Checkpoint and truncate the WAL file, once no reader needs it."""
        if not wal_is_emptied(writer):
            raise LogUnavailable(
                "The key is destroyed, but traces of it are left in {path} because another program "
                "reads the vault: end that one, then destroy it again.",
                path=self._path.with_name(f"{self._path.name}-wal"),
            )


def _row(connection: sqlite3.Connection, subject: str) -> Row:
    # fetchall ends the read, which a checkpoint would wait for.
    rows: list[tuple[bytes | None, bytes]] = connection.execute(_KEY, (subject,)).fetchall()
    for key, found in rows:
        return (key,) if found == hash_of(subject, key) else DAMAGED
    return None


def _is_sound(row: tuple[bytes, bytes | None, bytes]) -> bool:
    """Whether subject and key match their hash."""
    subject, key, found = row
    return hash_of(subject.decode(errors="replace"), key) == found
