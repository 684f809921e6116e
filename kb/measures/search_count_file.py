"""The file questions.sqlite, opened for each change, and cleared of deleted rows."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from events import sqlite_marks
from events.log import EventLog
from events.marks import misfit
from events.sqlite_files.errors import DAMAGE, explained, said
from events.sqlite_files.opening import LEAVES_NOTHING, connect, transaction, version_of
from events.sqlite_files.tables import Table, make
from events.sqlite_marks import read_mark, write_mark
from kb.accounts import tally
from kb.errors import DataDirectoryError
from kb.messages import _

BRIEFLY = 0.05
"""Seconds to wait for other users of the file while something else waits for the result."""

_PRAGMAS = {"synchronous": "NORMAL", **LEAVES_NOTHING}
_ADVICE = "put back a copy, or remove it and lose the counts"
_MEANING = dict.fromkeys(DAMAGE, f"is damaged: {_ADVICE}")
_TABLES = (
    Table("day", "date, searches integer", "date"),
    Table("window", "begins, ends, key blob", "begins"),
    Table("asked", "question blob, member blob", "question, member"),
    Table("common", "words, begins, searches integer", "words, begins"),
)
# A row for each deletion since the last VACUUM. Numbers must not be reused (AUTOINCREMENT), for
# which sqlite-utils has no option.
_UNCLEARED = """CREATE TABLE IF NOT EXISTS uncleared (
    number INTEGER PRIMARY KEY AUTOINCREMENT) STRICT"""
_VERSION = 1
"""The version of a file with checksums; an older file gets them for its present rows."""

_THERE = "SELECT 1 FROM sqlite_schema WHERE name IN ('day', 'window', 'asked', 'common')"
_TO_CLEAR = "SELECT max(number) FROM uncleared"
_CLEARED = "DELETE FROM uncleared WHERE number <= ?"


class QuestionFile:
    """The file at `path`, made at first use; errors name the file `named`."""

    def __init__(self, path: Path, named: Path, log: EventLog) -> None:
        self._path = path
        self._named = named
        self._log = log

    def explained(self) -> AbstractContextManager[None]:
        """Turn errors of SQLite into a `DataDirectoryError` of one sentence."""
        # Otherwise the leading process would take them for damage to the views.
        return explained(self._explain)

    def _explain(self, error: Exception) -> DataDirectoryError:
        meaning = said(error, _MEANING)
        # SQLite's code for a statement that does not fit the tables.
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
            meaning = f"is another database: {_ADVICE}"
        return DataDirectoryError(
            _(
                "The file {named} with the counts of searches {meaning}.",
                named=str(self._named),
                meaning=meaning,
            )
        )

    @contextmanager
    def writing(self, patience: float = BRIEFLY) -> Iterator[sqlite3.Connection]:
        """A transaction on the file; waits `patience` seconds for other users of it."""
        # A rollback journal is removed with each transaction, so no old page stays beside the file.
        db = connect(self._path, "rwc", wait=patience, pragmas=_PRAGMAS)
        with closing(db):
            with transaction(db):
                if len(db.execute(_THERE).fetchall()) < len(_TABLES):
                    make(db, _TABLES, missing=True)
                db.execute(sqlite_marks.TABLE)
                db.execute(_UNCLEARED)
                if version_of(db) < _VERSION:
                    tally.begin(db)
                    db.execute(f"PRAGMA user_version = {_VERSION}")
                tally.keep_up(db)
                self._refuse_foreign(db)
                yield db
            _clear(db)

    def _refuse_foreign(self, db: sqlite3.Connection) -> None:
        mark = read_mark(db)
        if mark is None:
            write_mark(db, self._log.mark())
        elif misfit(self._log, mark) == "other log":
            raise DataDirectoryError(
                _(
                    "The counts of searches in {named} do not belong to the log beside "
                    "them: put back those that do, or remove the file.",
                    named=str(self._named),
                )
            )


def _clear(db: sqlite3.Connection) -> None:
    """Rewrite the file if rows were deleted, also if that was interrupted before."""
    (number,) = db.execute(_TO_CLEAR).fetchone()
    if number is not None:
        # Rows moved between pages leave copies that secure_delete does not reach.
        db.execute("VACUUM")
        db.execute(_CLEARED, (number,))
