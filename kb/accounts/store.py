"""The file accounts.sqlite, used from any thread, and cleared of erased members."""

import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from events.marks import Mark
from events.sqlite_files.opening import transaction, wal_is_emptied, without_waiting
from events.sqlite_frozen import Frozen
from events.sqlite_marks import add_mark, read_marks
from kb.accounts.account_file import AccountFile
from kb.accounts.schema import MEMBER_TABLES
from kb.accounts.secret import Random
from kb.errors import DataDirectoryError
from kb.messages import _

Row = tuple[Any, ...]

WAIT_SECONDS = 2.0
"""How long a write waits for another program that writes."""

KEY_SIZE = 32
UNFINISHED = "forgetting"


class AccountStore:
    """The database at `path`, made if it is missing; readable by its owner only.

    All threads share one connection to write and one to read, so that reads never wait for writes,
    here or in another process; writes wait `timeout` seconds. `random` returns that many secure
    random bytes. `notice` gets a sentence when damaged tables of short-lived rows were emptied. A
    `frozen` file is only read. Raises `DataDirectoryError` for a file that is not ours, damaged, in
    use, or written by a newer version.
    """

    def __init__(
        self,
        path: Path,
        *,
        random: Random = secrets.token_bytes,
        timeout: float = WAIT_SECONDS,
        notice: Callable[[str], None] = lambda _: None,
        frozen: Frozen | None = None,
    ) -> None:
        self._frozen = frozen
        self._path = path
        self._random = random
        self._timeout = timeout
        self._lock = threading.RLock()
        self._reading = threading.Lock()
        self._within: int | None = None  # the thread that is in a transaction
        self._file = AccountFile(path, timeout, notice, frozen)
        self._db, self._reader = self._file.connections()
        self._finish_forgetting()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    @property
    def is_new(self) -> bool:
        """Whether the file was made just now."""
        return self._file.is_new

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self._path

    def marks(self) -> list[Mark]:
        """Marks of the log that the accounts have seen, last first."""
        with self._lock, self._file.explained():
            return read_marks(self._db)

    def place(self, mark: Mark, *, instead: bool = False) -> None:
        """Add `mark`, or put it `instead` of the last."""
        with self.transaction() as db:
            add_mark(db, mark, instead=instead)

    def members(self) -> set[str]:
        """Members with any means to sign in."""
        select = " UNION ".join(f"SELECT member FROM {table}" for table in MEMBER_TABLES)
        return {member for (member,) in self.run(select) if member}

    def close(self) -> None:
        """Close the file; nothing can be done with this object afterwards."""
        with self._lock, self._reading:
            self._reader.close()
            self._db.close()

    def run(self, sql: str, parameters: Row = ()) -> list[Row]:
        """Execute one statement atomically; returns the rows that it selects or returns."""
        if sql.startswith("SELECT") and self._within != threading.get_ident():
            with self._reading, self._file.explained():
                return self._reader.execute(sql, parameters).fetchall()
        with self._lock, self._file.explained():
            return self._db.execute(sql, parameters).fetchall()

    def note(self, sql: str, parameters: Row = ()) -> list[Row] | None:
        """As `run` without waiting, for a note made during a read; None if it cannot be written.

        So a full disk, or another program or thread that writes, does not hold up the read.
        """
        if not self._lock.acquire(blocking=False):
            return None
        try:
            with without_waiting(self._db, self._timeout):
                return self.run(sql, parameters)
        except DataDirectoryError:
            return None
        finally:
            self._lock.release()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Several statements, all or none, with other writers excluded.

        A transaction inside another is part of it.
        """
        with self._lock, self._file.explained():
            if self._db.in_transaction:
                yield self._db
                return
            with transaction(self._db):
                self._within = threading.get_ident()
                try:
                    yield self._db
                finally:
                    self._within = None

    def key(self, name: str) -> bytes:
        """The random key called `name`, 32 bytes, drawn at its first use and kept in this file."""
        select = "SELECT value FROM key WHERE name = ?"
        if not (found := self.run(select, (name,))):
            self.run("INSERT OR IGNORE INTO key VALUES (?, ?)", (name, self._random(KEY_SIZE)))
            found = self.run(select, (name,))
        key: bytes = found[0][0]
        return key

    def forget(self, *members: str) -> None:
        """Delete every row of `members` and leave no byte of it in the file or its WAL.

        Nothing can be stored for them again. A deletion that was interrupted is finished when the
        file is next opened. Raises `DataDirectoryError` if another program keeps reading for so
        long that old pages stay.
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
        # In this order: VACUUM writes the new pages into the WAL, and the checkpoint puts them in
        # place of the old ones, unless a reader still needs these.
        self.run("VACUUM")
        deadline = time.monotonic() + self._timeout
        while self._old_pages_stay():
            if time.monotonic() > deadline:
                raise DataDirectoryError(
                    _(
                        "What was deleted is still in {path}-wal, because another program is "
                        "reading the file: end that one, then do this again.",
                        path=str(self._path),
                    )
                )
            time.sleep(0.005)
        self.run("DELETE FROM mark WHERE name = ?", (UNFINISHED,))

    def _old_pages_stay(self) -> bool:
        with self._lock, self._file.explained(), without_waiting(self._db, self._timeout):
            return not wal_is_emptied(self._db)
