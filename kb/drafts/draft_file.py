"""The file drafts.sqlite, opened for each use, so that it can be put back or taken away meanwhile.

What it holds is sealed: see `kb.drafts.sealing`.
"""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import structs

from events import sqlite_marks
from events.log import EventLog
from events.marks import misfit
from events.sqlite_files.errors import DAMAGE, explained, kind_of, said
from events.sqlite_files.opening import (
    LEAVES_NOTHING,
    connect,
    is_empty,
    transaction,
    version_of,
)
from events.sqlite_files.tables import Table, make
from events.sqlite_frozen import Frozen
from events.sqlite_marks import read_mark, write_mark
from kb.drafts.store import Put, StoredDraft, refusal
from kb.errors import DataDirectoryError
from kb.messages import _

VERSION = 1
WAIT_SECONDS = 2.0
"""How long a use of the file waits for another one that writes."""

_ADVICE = "put back a copy, or remove it and lose the drafts"
_MEANING = {
    **dict.fromkeys(DAMAGE, f"is damaged: {_ADVICE}"),
    # SQLite's code for a statement that does not fit the tables.
    sqlite3.SQLITE_ERROR: f"is another database: {_ADVICE}",
}
_PRAGMAS = {"synchronous": "NORMAL", **LEAVES_NOTHING}

TABLE = Table(
    "draft",
    """member, id, kind, entry, version integer, begun integer, saved integer, number integer,
    title blob, fields blob""",
    "member, id",
    indexes=("entry", "saved"),
)

_PUT = "INSERT OR REPLACE INTO draft VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_NUMBER = "SELECT number FROM draft WHERE member = ? AND id = ?"
_OTHERS = """SELECT count(*), coalesce(sum(length(title) + length(fields)), 0)
FROM draft WHERE member = ? AND id <> ?"""
_GET = "SELECT * FROM draft WHERE member = ? AND id = ?"
_OF = """SELECT member, id, kind, entry, version, begun, saved, number, title, x''
FROM draft WHERE member = ? ORDER BY saved DESC, id"""
_DISCARD = "DELETE FROM draft WHERE member = ? AND id = ? AND number = coalesce(?, number)"
_FORGET = """DELETE FROM draft WHERE member IN (SELECT value FROM json_each(?))
OR entry IN (SELECT value FROM json_each(?))"""
_HOLDS = """SELECT EXISTS (SELECT 1 FROM draft WHERE member IN (SELECT value FROM json_each(?))
OR entry IN (SELECT value FROM json_each(?)))"""
_OLD = "SELECT EXISTS (SELECT 1 FROM draft WHERE saved < ?)"
_EXPIRE = "DELETE FROM draft WHERE saved < ?"


class DraftFile:
    """The `DraftStore` at `path` beside `log`, made at first use; a `frozen` file is only read."""

    def __init__(self, path: Path, log: EventLog, frozen: Frozen | None = None) -> None:
        self._path = path
        self._log = log
        self._frozen = frozen

    def put(self, draft: StoredDraft) -> Put:
        """See `DraftStore`."""
        key = draft.member, draft.id
        with self._writing() as db:
            found = db.execute(_NUMBER, key).fetchone()
            others, taken = db.execute(_OTHERS, key).fetchone()
            answer = refusal(draft, found[0] if found else 0, others, taken)
            if answer == "stored":
                db.execute(_PUT, structs.astuple(draft))
            return answer

    def get(self, member: str, draft_id: str) -> StoredDraft | None:
        """See `DraftStore`."""
        return next(iter(self._read(_GET, member, draft_id)), None)

    def of(self, member: str) -> list[StoredDraft]:
        """See `DraftStore`."""
        return self._read(_OF, member)

    def discard(self, member: str, draft_id: str, number: int | None = None) -> bool:
        """See `DraftStore`."""
        if not self._path.exists():
            return False
        with self._writing() as db:
            return db.execute(_DISCARD, (member, draft_id, number)).rowcount > 0

    def forget(self, members: Collection[str], entries: Collection[str]) -> None:
        """See `DraftStore`. What SQLite leaves in gaps of pages goes too, unless that fails: no key
        opens it any more.
        """
        if not self._path.exists():
            return
        with self._writing() as db:
            gone = db.execute(_FORGET, _lists(members, entries)).rowcount
        if gone:
            with suppress(sqlite3.Error), closing(self._connect()) as db:
                db.execute("VACUUM")

    def holds(self, members: Collection[str], entries: Collection[str]) -> bool:
        """See `DraftStore`."""
        return self._any(_HOLDS, *_lists(members, entries))

    def expire(self, before: int) -> None:
        """See `DraftStore`."""
        if self._any(_OLD, before):
            with self._writing() as db:
                db.execute(_EXPIRE, (before,))

    def _any(self, sql: str, *values: object) -> bool:
        with self._reading() as db:
            return db is not None and bool(db.execute(sql, values).fetchone()[0])

    def _read(self, sql: str, *values: object) -> list[StoredDraft]:
        with self._reading() as db:
            return [StoredDraft(**_named(row)) for row in db.execute(sql, values)] if db else []

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """The file, None where there is none."""
        if not self._path.exists():
            yield None
            return
        # Not read-only: what a program that was killed has left in a journal is taken back.
        with self._explained(), closing(self._connect()) as db:
            if is_empty(db):
                yield None
                return
            self._refuse_foreign(db)
            yield db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        if self._frozen:
            raise DataDirectoryError(self._frozen.why)
        with self._explained():
            if not self._path.exists():
                self._path.touch(mode=0o600)
            with closing(self._connect()) as db, transaction(db):
                if is_empty(db):
                    make(db, [TABLE])
                    db.execute(sqlite_marks.TABLE)
                    db.execute(f"PRAGMA user_version = {VERSION}")
                    write_mark(db, self._log.mark())
                self._refuse_foreign(db)
                yield db

    def _connect(self) -> sqlite3.Connection:
        if self._frozen:
            return self._frozen.connect(self._path, WAIT_SECONDS)
        # A rollback journal is removed with each transaction, so no old page stays beside the file.
        return connect(self._path, "rw", wait=WAIT_SECONDS, pragmas=_PRAGMAS)

    def _refuse_foreign(self, db: sqlite3.Connection) -> None:
        mark = read_mark(db)
        if version_of(db) > VERSION:
            raise self._error("was written by a newer version of Tributary: use that one")
        if mark is None:
            raise self._error(_MEANING[sqlite3.SQLITE_CORRUPT])
        if misfit(self._log, mark) == "other log":
            raise DataDirectoryError(
                _(
                    "The drafts in {path} do not belong to the log beside them: put back those "
                    "that do, or remove the file.",
                    path=str(self._path),
                )
            )

    def _explained(self) -> AbstractContextManager[None]:
        """Turn errors of SQLite and the disk into a `DataDirectoryError` of one sentence."""
        return explained(self._explain, OSError)

    def _explain(self, error: Exception) -> DataDirectoryError:
        if self._frozen and kind_of(error) == sqlite3.SQLITE_READONLY:
            return DataDirectoryError(self._frozen.why)
        return self._error(said(error, _MEANING))

    def _error(self, why: str) -> DataDirectoryError:
        return DataDirectoryError(
            _("The file {path} with the drafts {why}.", path=str(self._path), why=why)
        )


def _named(row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(StoredDraft.__struct_fields__, row, strict=True))


def _lists(*lists: Collection[str]) -> tuple[str, ...]:
    return tuple(msgspec.json.encode(sorted(each)).decode() for each in lists)
