"""Anonymous counts of searches.

Of most searches only a count per day is stored. The words of a question are stored once five
different members have asked it within a window of thirty days; until then there are only keyed
hashes of question and member, and the key is destroyed at the end of the window, by the leading
process if nobody searches (`kb.erasure.eraser`). An erasure deletes all but the counts per day, as
words may name the person or thing erased.
"""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any

from msgspec import Struct, structs

from events.log import EventLog
from events.marks import misfit
from events.sqlite_marks import read_mark, write_mark
from kb.accounts import tally
from kb.errors import DataDirectoryError
from kb.measures.search_count_file import BRIEFLY, QuestionFile
from kb.measures.soon import Soon
from kb.messages import _
from kb.writer import Clock

ENOUGH = 5
"""Different members who must ask a question before its words are stored."""

WINDOW = timedelta(days=30)

REPORT_SECONDS = 2.0
"""How long a report waits for other users of the file."""

MOST_UNCOUNTED = 10_000
"""Searches that are held back in memory, to be counted later."""

_PASSING = ("window", "asked")
"""Tables that are emptied if damaged: their rows last thirty days at most."""

_ANY_WORDS = """SELECT EXISTS (SELECT 1 FROM asked) OR EXISTS (SELECT 1 FROM common)"""
_COUNT = "INSERT INTO day VALUES (?, 1) ON CONFLICT DO UPDATE SET searches = searches + 1"
_KEY = "SELECT begins, key FROM window"
_OPEN = "INSERT INTO window VALUES (?, ?, ?)"
_CLOSE = "DELETE FROM window WHERE ends <= ?"
_CLOSED = "DELETE FROM asked"
_UNCLEARED = "INSERT INTO uncleared DEFAULT VALUES"
_ASK = "INSERT OR IGNORE INTO asked VALUES (?, ?)"
_MEMBERS = "SELECT count(*) FROM asked WHERE question = ?"
_KEEP = "INSERT INTO common VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET searches = searches + 1"
_FORGET = ("DELETE FROM window", "DELETE FROM asked", "DELETE FROM common")
_DAYS = "SELECT date, searches FROM day ORDER BY date"
_COMMON = "SELECT words, begins, searches FROM common ORDER BY begins DESC, searches DESC, words"


class _Search(Struct, frozen=True):
    """A search to be counted, without its words if it had to wait."""

    at: datetime
    question: str | None
    member: str | None


class CommonQuestion(Struct, frozen=True, kw_only=True):
    """A question of at least five members, and how often it was asked since the fifth."""

    words: str
    window_begins: str
    searches: int


class Questions:
    """Counts in a small file of their own, made at first use. Usable from any thread.

    Errors name the file `named`, of which that at `path` may be a copy.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        random: Callable[[int], bytes],
        log: EventLog,
        *,
        named: Path | None = None,
    ) -> None:
        self._path = path
        self._named = named or path
        self._file = QuestionFile(path, self._named, log)
        self._log = log
        self.clock = clock
        self._random = random
        self._lock = Lock()
        self._noting = Lock()
        self._uncounted: list[_Search] = []
        self._soon = Soon(self._count_quietly)

    def asked(self, question: str, member: str | None) -> None:
        """Count a search; `member` is None for someone who is not signed in.

        While the file is locked it is counted later, without its words.
        """
        self._note(question, member)
        self._count()

    def asked_now(self, question: str, member: str | None) -> None:
        """As `asked`, in the background, so that counting never delays an answer."""
        self._note(question, member)
        self._soon.ask()

    def settle(self) -> None:
        """Wait until all searches so far are counted."""
        self._soon.settle()

    def _note(self, question: str, member: str | None) -> None:
        with self._noting:
            if len(self._uncounted) < MOST_UNCOUNTED:
                self._uncounted.append(_Search(self.clock(), question, member))

    def _count_quietly(self) -> None:
        with suppress(sqlite3.Error, DataDirectoryError, OSError):
            self._count()

    def _count(self) -> None:
        """Count all noted searches, or hold them back without their words."""
        with self._noting:
            noted, self._uncounted = self._uncounted, []
        counted = False
        try:
            if self._lock.acquire(timeout=BRIEFLY):
                try:
                    with self._file.writing() as db:
                        for search in noted:
                            db.execute(_COUNT, (search.at.date().isoformat(),))
                            self._ask(db, search)
                    counted = True
                finally:
                    self._lock.release()
        finally:
            if not counted:
                with self._noting:
                    wordless = [structs.replace(search, question=None) for search in noted]
                    self._uncounted = wordless + self._uncounted

    def _ask(self, db: sqlite3.Connection, search: "_Search") -> None:
        if search.question is None:
            return
        begins, key = self._window(db, search.at)
        words = normalised(search.question)
        if search.member is None or not words:
            return
        alike = _hashed(key, "question", words)
        db.execute(_ASK, (alike, _hashed(key, "member", search.member)))
        (members,) = db.execute(_MEMBERS, (alike,)).fetchone()
        if members >= ENOUGH:
            db.execute(_KEEP, (words, begins))

    def tidy(self) -> None:
        """Destroy the hashes and the key of a window that has ended, to the last byte.

        Raises `DataDirectoryError`, also for damaged counts.
        """
        self.settle()
        if self._path.exists():
            with self._lock, self._file.explained(), self._file.writing() as db:
                _close(db, self.clock())
                damaged = self._mended(db)
            self._refuse_damaged(damaged)

    def days(self) -> list[tuple[str, int]]:
        """The number of searches of each day (UTC), by date. Raises `DataDirectoryError`."""
        return self._read(_DAYS)

    def common(self) -> list[CommonQuestion]:
        """Common questions, the latest window first. Raises `DataDirectoryError`."""
        return [
            CommonQuestion(words=words, window_begins=begins, searches=searches)
            for words, begins, searches in self._read(_COMMON)
        ]

    def forget(self) -> None:
        """Delete all words and hashes, to the last byte of the file; a new window begins.

        Raises `DataDirectoryError`.
        """
        self.settle()
        if self._path.exists():
            with self._lock, self._file.explained(), self._file.writing() as db:
                write_mark(db, self._log.mark())
                if sum(db.execute(each).rowcount for each in _FORGET):
                    db.execute(_UNCLEARED)
                for table in (*_PASSING, "common"):
                    tally.count_again(db, table)

    def remembers(self, position: int) -> bool:
        """Whether words from before `position` are back. Raises `DataDirectoryError`."""
        self.settle()
        if not position or not self._path.exists():
            return False
        with self._lock, self._file.explained(), self._file.writing() as db:
            mark = read_mark(db)
            (any_words,) = db.execute(_ANY_WORDS).fetchone()
        knows = mark and mark.position >= position and misfit(self._log, mark) is None
        return bool(any_words) and not knows

    def _read(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query; raises `DataDirectoryError` if the file is damaged."""
        self.settle()
        with self._lock, self._file.explained(), self._file.writing(REPORT_SECONDS) as db:
            _close(db, self.clock())
            damaged = self._mended(db)
            found = [] if damaged else db.execute(sql).fetchall()
        self._refuse_damaged(damaged)
        return found

    def _mended(self, db: sqlite3.Connection) -> list[str]:
        """Empty damaged tables of passing rows; returns the other damaged tables."""
        damaged = tally.damaged_now(db)
        if {*damaged} & {*_PASSING}:
            for table, forgetting in zip(_PASSING, _FORGET, strict=False):
                db.execute(forgetting)
                tally.count_again(db, table)
            db.execute(_UNCLEARED)
        return [table for table in damaged if table not in _PASSING]

    def _refuse_damaged(self, damaged: list[str]) -> None:
        if damaged:
            raise DataDirectoryError(
                _(
                    "The counts of searches in {named} are damaged: put back a copy, or "
                    "remove the file and lose the counts.",
                    named=str(self._named),
                )
            )

    def _window(self, db: sqlite3.Connection, now: datetime) -> tuple[str, bytes]:
        """The beginning and key of the open window; destroys what an ended one held."""
        _close(db, now)
        found: tuple[str, bytes] | None = db.execute(_KEY).fetchone()
        if found is None:
            found = now.date().isoformat(), self._random(32)
            db.execute(_OPEN, (found[0], (now + WINDOW).isoformat(), found[1]))
        return found


def _close(db: sqlite3.Connection, now: datetime) -> None:
    if db.execute(_CLOSE, (now.isoformat(),)).rowcount:
        db.execute(_CLOSED)
        db.execute(_UNCLEARED)


def normalised(question: str) -> str:
    """The distinct words of a question in alphabetical order, by which questions are compared."""
    from indexer.text.analysis import distinct
    from indexer.text.letters import composed

    return " ".join(sorted(distinct(composed(question))))


def _hashed(key: bytes, what: str, text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), key=key, person=what.encode()).digest()
