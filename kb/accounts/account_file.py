"""Opening accounts.sqlite: made, migrated, repaired, or refused with a reason."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

from events import sqlite_marks
from events.marks import Mark
from events.sqlite_files.errors import explained, kind_of, said
from events.sqlite_files.opening import (
    LEAVES_NOTHING,
    application_of,
    connect,
    is_empty,
    transaction,
    version_of,
)
from events.sqlite_files.tables import make
from events.sqlite_frozen import Frozen
from kb.accounts import tally
from kb.accounts.schema import APPLICATION_ID, TABLES, TRIGGERS, VERSION
from kb.errors import DataDirectoryError, KnowledgeBaseError, Refused
from kb.messages import _

PASSING = frozenset({"session", "link", "challenge"})
"""Tables of short-lived rows, which may be lost: they can be issued again."""
FORMER = frozenset({"pending_identity"})  # such a table of earlier versions, no longer used

_MEANING = {
    sqlite3.SQLITE_NOTADB: "is not a file of accounts: give the path of one or of a new file",
    sqlite3.SQLITE_CORRUPT: "is damaged: put back a copy, or remove it and invite members again",
}

PEEK_SECONDS = 0.1
"""How long a peek waits for a lock: most commands never need the accounts."""


def peek(path: Path, frozen: Frozen | None) -> Mark | None:
    """The last mark of the log in the accounts, read without writing; None if there is none."""
    if not path.exists():
        return None
    try:
        db = frozen.connect(path, PEEK_SECONDS) if frozen else connect(path, wait=PEEK_SECONDS)
        with closing(db):
            return sqlite_marks.read_mark(db)
    except sqlite3.Error:
        return None  # reported when the accounts are needed


class AccountFile:
    """The file at `path`; see `AccountStore`, whose connections it opens."""

    def __init__(
        self, path: Path, timeout: float, notice: Callable[[str], None], frozen: Frozen | None
    ) -> None:
        self.is_new = False
        self._path = path
        self._timeout = timeout
        self._notice = notice
        self._frozen = frozen

    def connections(self) -> tuple[sqlite3.Connection, sqlite3.Connection]:
        """One that may write and one that reads; the same where nothing can be written."""
        with self.explained():
            writer = self._opened()
            try:
                return writer, writer if self._frozen else connect(self._path, wait=self._timeout)
            except BaseException:
                writer.close()
                raise

    def _opened(self) -> sqlite3.Connection:
        if self._frozen:
            return self._frozen.connect(self._path, self._timeout, self._look)
        if not self._path.exists():
            self._path.touch(mode=0o600)
        return connect(
            self._path,
            "rw",
            wait=self._timeout,
            wal=True,
            prepare=self._prepare,
            # A session that was ended stays ended.
            pragmas={"synchronous": "FULL", **LEAVES_NOTHING},
        )

    def _look(self, db: sqlite3.Connection) -> None:
        self._refuse_foreign(db)
        if self._frozen and (version_of(db) < VERSION or tally.damaged(db)):
            # Migration and repair would have to write.
            raise DataDirectoryError(f"The file {self._path} cannot be used: {self._frozen.why}")

    def _prepare(self, db: sqlite3.Connection) -> None:
        if is_empty(db):
            self._create(db)
        self._refuse_foreign(db)
        self._bring_over(db)
        tally.keep_up(db)
        self._mend(db)

    def _mend(self, db: sqlite3.Connection) -> None:
        """Empty damaged tables of short-lived rows; refuse damage to any other."""
        damaged = tally.damaged(db)
        if not set(damaged) <= PASSING | FORMER:
            raise self._error(_MEANING[sqlite3.SQLITE_CORRUPT])
        for table in damaged:
            with transaction(db):
                db.execute(f"DELETE FROM {table}")
                tally.count_again(db, table)
        if damaged:
            self._notice(
                _(
                    "The file {path} was damaged in what is kept for a short time only, so "
                    "that was emptied: everybody has to sign in again, and links are void.",
                    path=str(self._path),
                )
            )

    def _bring_over(self, db: sqlite3.Connection) -> None:
        """Add what a file of version 1 lacks; refuse one that has it: it is damaged."""
        if version_of(db) == VERSION:
            return
        with transaction(db):
            if version_of(db) < VERSION:  # else another process was faster
                if tally.is_kept(db):
                    raise self._error(_MEANING[sqlite3.SQLITE_CORRUPT])
                db.execute(sqlite_marks.TABLE)
                tally.begin(db)
                db.execute(f"PRAGMA user_version = {VERSION}")

    def _create(self, db: sqlite3.Connection) -> None:
        with transaction(db):
            if is_empty(db):  # else another process was faster
                make(db, TABLES)
                for trigger in TRIGGERS:
                    db.execute(trigger)
                db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self.is_new = True

    def _refuse_foreign(self, db: sqlite3.Connection) -> None:
        if application_of(db) != APPLICATION_ID:
            raise self._error(_MEANING[sqlite3.SQLITE_NOTADB])
        version = version_of(db)
        if version > VERSION:
            raise DataDirectoryError(
                _(
                    "The file {path} has version {version}, but this program knows "
                    "versions up to {known}: use the version of Tributary that wrote "
                    "it.",
                    path=str(self._path),
                    version=version,
                    known=VERSION,
                )
            )

    def explained(self) -> AbstractContextManager[None]:
        """Turn errors of SQLite and the disk into a `KnowledgeBaseError` of one sentence."""
        return explained(self._explain, OSError)

    def _explain(self, error: Exception) -> KnowledgeBaseError:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_CONSTRAINT_TRIGGER:
            return Refused(_("One who has left or was erased cannot sign in any more."))
        if self._frozen and kind_of(error) == sqlite3.SQLITE_READONLY:
            return DataDirectoryError(self._frozen.why)
        return self._error(said(error, _MEANING))

    def _error(self, why: str) -> DataDirectoryError:
        return DataDirectoryError(_("The file {path} {why}.", path=str(self._path), why=why))
