"""One state of the views, for all that is asked of them in one go."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Lock
from typing import TypeVar, cast

import msgspec
from msgspec import Struct

from kb.access import OPERATOR_LABEL
from kb.errors import KnowledgeBaseError, NotYetSearchable
from kb.views.file import File
from kb.views.memo import Memo
from kb.views.tables import FileState

T = TypeVar("T")

BEGIN, VERSION = "BEGIN", "PRAGMA data_version"
PARTITIONS = """SELECT DISTINCT partition FROM audience
WHERE label IN (SELECT value FROM json_each(principal_labels())) ORDER BY partition"""


class Reads(ABC):
    """What answers questions from the views: as they are at each, or as they were at the first."""

    @abstractmethod
    def read(self, labels: frozenset[str]) -> AbstractContextManager[sqlite3.Connection]:
        """A connection inside a read transaction, for a principal with these labels.

        Raises `NotYetSearchable` if the views are not there or broken, `DataDirectoryError` if they
        cannot be read.
        """

    @abstractmethod
    def kept(
        self, labels: frozenset[str], asked: Hashable, answer: Callable[[sqlite3.Connection], T]
    ) -> T:
        """What `answer` finds in what a principal with these labels sees; raises as `read` does.

        It is remembered for what is `asked` by all who see the same, until the views change.
        """

    @abstractmethod
    def state(self) -> FileState:
        """What the file says of itself; raises as `read` does."""

    @abstractmethod
    def renew(self) -> None:
        """Let the next read begin with the views as they are then."""

    def position(self) -> int:
        """How far the views are, -1 if they are not there yet."""
        try:
            return self.state().position
        except NotYetSearchable:
            return -1

    def holds(self, position: int) -> bool:
        """Whether the views have taken in what happened at `position` of the log."""
        return self.position() >= position

    def forgotten(self) -> int:
        """The last erasure of which nothing is left in the views, -1 if they are not there yet."""
        try:
            return self.state().forgotten
        except NotYetSearchable:
            return -1

    def incomplete(self) -> bool:
        """Whether any event could not be taken in."""
        try:
            return self.state().parked
        except NotYetSearchable:
            return False


class Opened(Struct):
    """A connection, the file that it reads, what that says of itself, and who asks.

    `unready` are the views that were still being made when its guard was set up, and `version`
    tells the state of the file that `state` was read from, apart from others of this connection.
    """

    connection: sqlite3.Connection
    file: File
    state: FileState
    unready: frozenset[str] = frozenset()
    version: int = -1
    labels: str = "[]"

    def begin(self, state: Callable[[sqlite3.Connection], FileState]) -> None:
        """Begin a transaction; `state` is asked only if the file was changed since the last."""
        self.connection.execute(BEGIN)
        version = self.connection.execute(VERSION).fetchone()[0]
        if version != self.version:
            self.state, self.version = state(self.connection), version

    def ask_for(self, labels: frozenset[str]) -> None:
        """Show from here on what a principal with these labels sees."""
        seen = labels & {OPERATOR_LABEL} if self.state.withheld else labels
        self.labels = msgspec.json.encode(sorted(seen)).decode()


class Snapshot(Reads):
    """The views as they are at the first read, until the end. For one thread at a time.

    `begin` lends a connection inside a transaction, which `end_of` takes back; `explain` answers
    what to raise for an error of the file, None to raise that itself. After such an error nothing
    is read any more.
    """

    def __init__(
        self,
        begin: Callable[[], Opened],
        end_of: Callable[[Opened], None],
        explain: Callable[[Exception, Opened | None], KnowledgeBaseError | None],
        memo: Memo,
    ) -> None:
        self._memo = memo
        self._begin = begin
        self._end_of = end_of
        self._explain = explain
        self._opened: Opened | None = None
        self._failed: Exception | None = None
        self._over = False
        self._reads = 0
        self._guard = Lock()  # of `_over` and `_reads`

    @contextmanager
    def read(self, labels: frozenset[str]) -> Iterator[sqlite3.Connection]:
        """See `Reads`; reads may stand inside one another, each for its own labels."""
        with self._lent() as opened:
            before = opened.labels
            opened.ask_for(labels)
            try:
                yield opened.connection
            finally:
                opened.labels = before

    def kept(
        self, labels: frozenset[str], asked: Hashable, answer: Callable[[sqlite3.Connection], T]
    ) -> T:
        """See `Reads`."""
        with self._lent() as opened, self.read(labels) as db:
            seen = tuple(db.execute(PARTITIONS).fetchall())
            state = opened.file, opened.state
            return cast(T, self._memo(state, (seen, asked), lambda: answer(db)))

    def state(self) -> FileState:
        """See `Reads`."""
        with self._lent() as opened:
            return opened.state

    def renew(self) -> None:
        """See `Reads`."""
        opened, self._opened = self._opened, None
        if opened:
            self._end_of(opened)

    def end(self) -> None:
        """Refuse further reads and give the connection back.

        Where a request is given up while its thread still reads, that thread gives it back.
        """
        with self._guard:
            self._over, reads = True, self._reads
        if not reads:
            self.renew()

    @contextmanager
    def _lent(self) -> Iterator[Opened]:
        with self._guard:
            if self._over:
                raise RuntimeError("A snapshot of the views is read after its end.")
            if self._failed:
                raise self._failed
            self._reads += 1
        try:
            with self._explained():
                if self._opened is None:
                    self._opened = self._begin()
                yield self._opened
        finally:
            with self._guard:
                self._reads -= 1
                last = self._over and not self._reads
            if last:
                self.renew()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.DatabaseError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            opened = self._opened
            self.renew()
            self._failed = self._explain(error, opened) or error
            if self._failed is error:
                raise
            raise self._failed from error
