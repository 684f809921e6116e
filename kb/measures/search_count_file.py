"""The file questions.sqlite: how it is opened for one change, and cleared of what was deleted."""

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
"""Seconds to wait for others who use the file, where something else waits for this."""

_PRAGMAS = {"synchronous": "NORMAL", **LEAVES_NOTHING}
_MEANING = dict.fromkeys(DAMAGE, "is damaged: put back a copy, or remove it and lose the counts")
_TABLES = (
    Table("day", "date, searches integer", "date"),
    Table("window", "begins, ends, key blob", "begins"),
    Table("asked", "question blob, member blob", "question, member"),
    Table("common", "words, begins, searches integer", "words, begins"),
)
# Something was deleted since the file was last written anew. No number may come twice, which
# sqlite-utils cannot ask for.
_UNCLEARED = """CREATE TABLE IF NOT EXISTS uncleared (
    number INTEGER PRIMARY KEY AUTOINCREMENT) STRICT"""
_VERSION = 1
"""Of a file that has sums over its rows; one without them gets them for the rows that it has."""

_THERE = "SELECT 1 FROM sqlite_schema WHERE name IN ('day', 'window', 'asked', 'common')"
_TO_CLEAR = "SELECT max(number) FROM uncleared"
_CLEARED = "DELETE FROM uncleared WHERE number <= ?"


class QuestionFile:
    """The file at `path`, made at first use; what goes wrong is told of the file `named`."""

    def __init__(self, path: Path, named: Path, log: EventLog) -> None:
        self._path = path
        self._named = named
        self._log = log

    def explained(self) -> AbstractContextManager[None]:
        """Turn what SQLite says into one sentence of `DataDirectoryError`."""
        # The leading process would take damage that has no name for damage of the views.
        return explained(self._explain)

    def _explain(self, error: Exception) -> DataDirectoryError:
        meaning = said(error, _MEANING)
        return DataDirectoryError(
            _(
                "The file {named} with the counts of searches {meaning}.",
                named=str(self._named),
                meaning=meaning,
            )
        )

    @contextmanager
    def writing(self, patience: float = BRIEFLY) -> Iterator[sqlite3.Connection]:
        """One change of the file, all or nothing; waits so many seconds for others who use it."""
        # A rollback journal is removed with each transaction, so nothing old is left beside.
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
    """Write the file anew if need be, also where a deletion was cut short."""
    (number,) = db.execute(_TO_CLEAR).fetchone()
    if number is not None:
        # Moving rows between pages leaves copies that secure_delete alone does not reach.
        db.execute("VACUUM")
        db.execute(_CLEARED, (number,))
