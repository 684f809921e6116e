"""The file questions.sqlite: how it is opened for one change, and cleared of what was deleted."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from events import sqlite_marks
from events.log import EventLog
from events.marks import misfit
from events.sqlite_file import kind_of
from events.sqlite_marks import read_mark, write_mark
from kb.accounts import tally
from kb.errors import DataDirectoryError

BRIEFLY = 0.05
"""Seconds to wait for others who use the file, where something else waits for this."""

_TABLES = (
    "CREATE TABLE IF NOT EXISTS day (date TEXT PRIMARY KEY, searches INTEGER NOT NULL) STRICT",
    """CREATE TABLE IF NOT EXISTS window (
        begins TEXT PRIMARY KEY, ends TEXT NOT NULL, key BLOB NOT NULL) STRICT""",
    """CREATE TABLE IF NOT EXISTS asked (
        question BLOB NOT NULL, member BLOB NOT NULL,
        PRIMARY KEY (question, member)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS common (
        words TEXT NOT NULL, begins TEXT NOT NULL, searches INTEGER NOT NULL,
        PRIMARY KEY (words, begins)) STRICT, WITHOUT ROWID""",
    sqlite_marks.TABLE,
    # Something was deleted since the file was last written anew.
    "CREATE TABLE IF NOT EXISTS uncleared (number INTEGER PRIMARY KEY AUTOINCREMENT) STRICT",
)
_VERSION = 1
"""Of a file that has sums over its rows; one without them gets them for the rows that it has."""

_TO_CLEAR = "SELECT max(number) FROM uncleared"
_CLEARED = "DELETE FROM uncleared WHERE number <= ?"


class QuestionFile:
    """The file at `path`, made at first use; what goes wrong is told of the file `named`."""

    def __init__(self, path: Path, named: Path, log: EventLog) -> None:
        self._path = path
        self._named = named
        self._log = log

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn what SQLite says into one sentence of `DataDirectoryError`."""
        # The leading process would take damage that has no name for damage of the views.
        try:
            yield
        except sqlite3.Error as error:
            if kind_of(error) == sqlite3.SQLITE_BUSY:
                raise DataDirectoryError(
                    f"The counts of searches in {self._named} are kept locked by another program: "
                    "try again when that one is done."
                ) from error
            raise DataDirectoryError(
                f"The counts of searches in {self._named} cannot be used ({error}): "
                "if the file is damaged, put back a copy or remove it."
            ) from error

    @contextmanager
    def writing(self, patience: float = BRIEFLY) -> Iterator[sqlite3.Connection]:
        """One change of the file, all or nothing; waits so many seconds for others who use it."""
        db = sqlite3.connect(self._path, timeout=patience, isolation_level=None)
        try:
            # A rollback journal is removed with each transaction, so nothing old is left beside.
            db.execute("PRAGMA secure_delete = ON")
            db.execute("PRAGMA temp_store = MEMORY")  # VACUUM would put a copy in a temporary file
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("BEGIN IMMEDIATE")
            for statement in _TABLES:
                db.execute(statement)
            if db.execute("PRAGMA user_version").fetchone()[0] < _VERSION:
                tally.begin(db)
                db.execute(f"PRAGMA user_version = {_VERSION}")
            tally.keep_up(db)
            self._refuse_foreign(db)
            yield db
            db.execute("COMMIT")
            _clear(db)
        finally:
            db.close()

    def _refuse_foreign(self, db: sqlite3.Connection) -> None:
        mark = read_mark(db)
        if mark is None:
            write_mark(db, self._log.mark())
        elif misfit(self._log, mark) == "other log":
            raise DataDirectoryError(
                f"The counts of searches in {self._named} do not belong to the log beside them: "
                "put back those that do, or remove the file."
            )


def _clear(db: sqlite3.Connection) -> None:
    """Write the file anew if need be, also where a deletion was cut short."""
    (number,) = db.execute(_TO_CLEAR).fetchone()
    if number is not None:
        # Moving rows between pages leaves copies that secure_delete alone does not reach.
        db.execute("VACUUM")
        db.execute(_CLEARED, (number,))
