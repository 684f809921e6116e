"""The file accounts.sqlite: how it is opened, used from any thread, and cleared of a member."""

import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from events import sqlite_marks
from events.errors import LogUnavailable
from events.marks import Mark
from events.sqlite_file import kind_of, switch_to_wal, transaction, wal_is_emptied
from events.sqlite_frozen import Frozen
from events.sqlite_marks import read_mark, write_mark
from kb.accounts import tally
from kb.accounts.schema import APPLICATION_ID, MEMBER_TABLES, TABLES, VERSION
from kb.accounts.secret import Random
from kb.errors import DataDirectoryError, Refused

Row = tuple[Any, ...]

KEY_SIZE = 32
UNFINISHED = "forgetting"
PASSING = frozenset({"session", "link", "challenge"})
"""Tables whose rows last a short time, and can be given again."""
FORMER = frozenset({"pending_identity"})  # the same in files of before, and unused by now

_MEANING = {
    sqlite3.SQLITE_FULL: "cannot be used because the disk is full: free some space",
    sqlite3.SQLITE_READONLY: "cannot be written: the file or its folder is read-only",
    sqlite3.SQLITE_BUSY: "is kept locked by another program: try again when that one is done",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: its folder is missing, read-only or not yours",
    sqlite3.SQLITE_NOTADB: "is not a file of accounts: give the path of one or of a new file",
    sqlite3.SQLITE_CORRUPT: "is damaged: put back a copy, or remove it and invite members again",
}


class AccountStore:
    """The database at `path`, made if it is missing; readable by its owner only.

    One connection behind a lock serves every thread; other processes open their own. `random`
    gives that many bytes that nobody can guess. `is_new` says whether the file was made just now;
    `notice` is told in one sentence when what lasts a short time only was damaged, and is emptied.
    While the file is `frozen` it is only read. Raises `DataDirectoryError` for a file that is not
    ours, damaged, in use, or written by a newer version.
    """

    def __init__(
        self,
        path: Path,
        *,
        random: Random = secrets.token_bytes,
        timeout: float = 30.0,
        notice: Callable[[str], None] = lambda _: None,
        frozen: Frozen | None = None,
    ) -> None:
        self.is_new = False
        self._frozen = frozen
        self._path = path
        self._notice = notice
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

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self._path

    def mark(self) -> Mark | None:
        """Up to where the accounts know the log beside them; None if they were never told."""
        with self._lock, self._explained():
            return read_mark(self._db)

    def place(self, mark: Mark) -> None:
        """Keep `mark`."""
        with self.transaction() as db:
            write_mark(db, mark)

    def members(self) -> set[str]:
        """Who signs in with anything."""
        select = " UNION ".join(f"SELECT member FROM {table}" for table in MEMBER_TABLES)
        return {member for (member,) in self.run(select) if member}

    def close(self) -> None:
        """Close the file; nothing can be done with this object afterwards."""
        with self._lock:
            self._db.close()

    def run(self, sql: str, parameters: Row = ()) -> list[Row]:
        """One statement, all or nothing, and the rows that it selects or returns."""
        with self._lock, self._explained():
            return self._db.execute(sql, parameters).fetchall()

    def note(self, sql: str, parameters: Row = ()) -> list[Row] | None:
        """As `run`, for what is only noted while someone reads; None where it cannot be written.

        On a full disk, or while another program writes, nobody has to do without the reading.
        """
        try:
            return self.run(sql, parameters)
        except DataDirectoryError:
            return None

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
        select = "SELECT value FROM key WHERE name = ?"
        if not (found := self.run(select, (name,))):
            self.run("INSERT OR IGNORE INTO key VALUES (?, ?)", (name, self._random(KEY_SIZE)))
            found = self.run(select, (name,))
        key: bytes = found[0][0]
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
        if not self._frozen and self.run("SELECT 1 FROM mark WHERE name = ?", (UNFINISHED,)):
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
        if self._frozen:
            return self._opened_frozen(self._frozen)
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

    def _opened_frozen(self, frozen: Frozen) -> sqlite3.Connection:
        db = frozen.connect(self._path, self._timeout)
        try:
            self._refuse_foreign(db)
            if _version(db) < VERSION or tally.damaged(db):
                # What mends them has to be written.
                raise DataDirectoryError(f"The file {self._path} cannot be used: {frozen.why}")
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
        self._bring_over(db)
        switch_to_wal(db, self._path, self._timeout)
        tally.keep_up(db)
        self._mend(db)

    def _mend(self, db: sqlite3.Connection) -> None:
        """Empty what is damaged and lasts a short time; refuse what cannot be made again."""
        damaged = tally.damaged(db)
        if not set(damaged) <= PASSING | FORMER:
            raise DataDirectoryError(f"The file {self._path} {_MEANING[sqlite3.SQLITE_CORRUPT]}.")
        for table in damaged:
            with transaction(db):
                db.execute(f"DELETE FROM {table}")
                tally.count_again(db, table)
        if damaged:
            self._notice(
                f"The file {self._path} was damaged in what is kept for a short time only, so that "
                "was emptied: everybody has to sign in again, and links are void."
            )

    @staticmethod
    def _bring_over(db: sqlite3.Connection) -> None:
        """Give a file of version 1 what it lacks."""
        if _version(db) == VERSION:
            return
        with transaction(db):
            if _version(db) < VERSION:  # else another process was faster
                db.execute(sqlite_marks.TABLE)
                tally.begin(db)
                db.execute(f"PRAGMA user_version = {VERSION}")

    @staticmethod
    def _is_new(db: sqlite3.Connection) -> bool:
        tables = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        return (db.execute("PRAGMA application_id").fetchone()[0], tables) == (0, 0)

    def _create(self, db: sqlite3.Connection) -> None:
        with transaction(db):
            if self._is_new(db):  # else another process was faster
                for statement in TABLES:
                    db.execute(statement)
                db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self.is_new = True

    def _refuse_foreign(self, db: sqlite3.Connection) -> None:
        if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise DataDirectoryError(f"The file {self._path} {_MEANING[sqlite3.SQLITE_NOTADB]}.")
        version = _version(db)
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
            if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_CONSTRAINT_TRIGGER:
                raise Refused("One who has left or was erased cannot sign in any more.") from error
            if self._frozen and kind_of(error) == sqlite3.SQLITE_READONLY:
                raise DataDirectoryError(self._frozen.why) from error
            meaning = _MEANING.get(kind_of(error), f"cannot be used: {error}")
            raise DataDirectoryError(f"The file {self._path} {meaning}.") from error
        except UnicodeDecodeError as error:
            # So Python reads what SQLite says of damage when it quotes it.
            damaged = _MEANING[sqlite3.SQLITE_CORRUPT]
            raise DataDirectoryError(f"The file {self._path} {damaged}.") from error
        except LogUnavailable as error:
            raise DataDirectoryError(
                f"The file {self._path} cannot be used here: put it where SQLite can keep a WAL."
            ) from error
        except OSError as error:
            raise DataDirectoryError(f"The file {self._path} cannot be made: {error}.") from error


def _version(db: sqlite3.Connection) -> int:
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    return version
