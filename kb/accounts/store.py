"""The file accounts.sqlite: how it is opened, used from any thread, and cleared of a member."""

import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from events.errors import LogUnavailable
from events.sqlite_file import switch_to_wal, wal_is_emptied
from kb.accounts.schema import APPLICATION_ID, MEMBER_TABLES, TABLES, VERSION
from kb.accounts.secret import Random
from kb.errors import DataDirectoryError, Refused

Row = tuple[Any, ...]

KEY_SIZE = 32
UNFINISHED = "forgetting"

_MEANING = {
    sqlite3.SQLITE_FULL: "cannot be written because the disk is full: free some space",
    sqlite3.SQLITE_READONLY: "cannot be written: the file or its folder is read-only",
    sqlite3.SQLITE_BUSY: "is kept locked by another program: try again when that one is done",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: its folder is missing, read-only or not yours",
    sqlite3.SQLITE_NOTADB: "is not a file of accounts: give the path of one or of a new file",
    sqlite3.SQLITE_CORRUPT: "is damaged: put back a copy, or remove it and invite members again",
}


class AccountStore:
    """The database at `path`, made if it is missing; readable by its owner only.

    One connection behind a lock serves every thread; other processes open their own. `random`
    gives that many bytes that nobody can guess. Raises `DataDirectoryError` for a file that is
    not ours, damaged, in use, or written by a newer version.
    """

    def __init__(
        self, path: Path, *, random: Random = secrets.token_bytes, timeout: float = 30.0
    ) -> None:
        self._path = path
        self._random = random
        self._timeout = timeout
        self._lock = threading.RLock()
        with self._explained():
            self._db = self._opened()
        self._finish_forgetting()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; nothing can be done with this object afterwards."""
        with self._lock:
            self._db.close()

    def run(self, sql: str, parameters: Row = ()) -> list[Row]:
        """One statement, all or nothing, and the rows that it selects or returns."""
        with self._lock, self._explained():
            return self._db.execute(sql, parameters).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Several statements, all or none, while nobody else writes.

        A transaction inside another is part of it.
        """
        with self._lock, self._explained():
            if self._db.in_transaction:
                yield self._db
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def key(self, name: str) -> bytes:
        """The random key called `name`, 32 bytes, drawn at its first use and kept in this file."""
        self.run("INSERT OR IGNORE INTO key VALUES (?, ?)", (name, self._random(KEY_SIZE)))
        key: bytes = self.run("SELECT value FROM key WHERE name = ?", (name,))[0][0]
        return key

    def forget(self, *members: str) -> None:
        """Delete all there is of `members` and leave no byte of it in the file or beside it.

        None of them gets anything again. Forgetting that was cut short is finished when the file is
        next opened. Raises `DataDirectoryError` if another program reads for so long that the bytes
        cannot go.
        """
        with self.transaction() as db:
            gone = {member for (member,) in db.execute("SELECT member FROM gone")}
            members = tuple(set(members) - gone)
            deleted = 0
            for table in MEMBER_TABLES:
                statement = f"DELETE FROM {table} WHERE member = ?"
                deleted += db.executemany(statement, [(each,) for each in members]).rowcount
            db.executemany("INSERT OR IGNORE INTO gone VALUES (?)", [(each,) for each in members])
            if deleted:
                db.execute("INSERT OR IGNORE INTO mark VALUES (?)", (UNFINISHED,))
        self._finish_forgetting()

    def _finish_forgetting(self) -> None:
        if self.run("SELECT 1 FROM mark WHERE name = ?", (UNFINISHED,)):
            self._clear_free_space()

    def _clear_free_space(self) -> None:
        # In this order, for VACUUM writes the new pages into the WAL, from where they replace the
        # old ones. A checkpoint that meets a reader leaves the old ones where they are.
        self.run("VACUUM")
        deadline = time.monotonic() + self._timeout
        while self._old_pages_stay():
            if time.monotonic() > deadline:
                raise DataDirectoryError(
                    f"What was deleted is still in {self._path}-wal, because another program is "
                    "reading the file: end that one, then do this again."
                )
            time.sleep(0.005)
        self.run("DELETE FROM mark WHERE name = ?", (UNFINISHED,))

    def _old_pages_stay(self) -> bool:
        with self._lock, self._explained():
            return not wal_is_emptied(self._db, self._timeout)

    def _opened(self) -> sqlite3.Connection:
        if not self._path.exists():
            self._path.touch(mode=0o600)
        db = sqlite3.connect(
            f"{self._path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=self._timeout,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            self._prepare(db)
        except BaseException:
            db.close()
            raise
        return db

    def _prepare(self, db: sqlite3.Connection) -> None:
        db.execute("PRAGMA secure_delete = ON")
        db.execute("PRAGMA temp_store = MEMORY")  # VACUUM would put a copy in a temporary file
        db.execute("PRAGMA synchronous = FULL")  # a session that was ended stays ended
        if self._is_new(db):
            self._create(db)
        self._refuse_foreign(db)
        switch_to_wal(db, self._path, self._timeout)

    @staticmethod
    def _is_new(db: sqlite3.Connection) -> bool:
        tables = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        return (db.execute("PRAGMA application_id").fetchone()[0], tables) == (0, 0)

    def _create(self, db: sqlite3.Connection) -> None:
        db.execute("BEGIN IMMEDIATE")
        try:
            if self._is_new(db):  # else another process was faster
                for statement in TABLES:
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {VERSION}")
                db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute("COMMIT")
        finally:
            if db.in_transaction:
                db.execute("ROLLBACK")

    def _refuse_foreign(self, db: sqlite3.Connection) -> None:
        if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise DataDirectoryError(f"The file {self._path} {_MEANING[sqlite3.SQLITE_NOTADB]}.")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise DataDirectoryError(
                f"The file {self._path} has version {version}, but this program knows versions up "
                f"to {VERSION}: use the version of Tributary that wrote it."
            )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            # The low byte is the kind of the error; errors of Python's own module have no code.
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
            if code == sqlite3.SQLITE_CONSTRAINT_TRIGGER:
                raise Refused("Whoever has left or was erased cannot sign in any more.") from error
            code &= 0xFF
            meaning = _MEANING.get(code, f"cannot be used: {error}")
            raise DataDirectoryError(f"The file {self._path} {meaning}.") from error
        except LogUnavailable as error:
            raise DataDirectoryError(
                f"The file {self._path} cannot be used here: put it where SQLite can keep a WAL."
            ) from error
        except OSError as error:
            raise DataDirectoryError(f"The file {self._path} cannot be made: {error}.") from error
