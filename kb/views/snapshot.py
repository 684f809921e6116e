"""Snapshots of the views, so that several reads see one state."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Lock
from typing import TypeVar, cast

import msgspec
from msgspec import Struct

from kb.access import OPERATOR_LABEL
from kb.errors import HIDDEN, KnowledgeBaseError, NotYetSearchable
from kb.views.file import File
from kb.views.memo import Memo
from kb.views.tables import FileState

T = TypeVar("T")

BEGIN, VERSION = "BEGIN", "PRAGMA data_version"
PARTITIONS = """SELECT DISTINCT partition FROM audience
WHERE label IN (SELECT value FROM json_each(principal_labels())) ORDER BY partition"""


class Reads(ABC):
    """Access to the views, either each read on the present state or all on one snapshot."""

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
        """The result of `answer` for a principal with these labels; raises as `read` does.

        It is cached under `asked` for all who see the same rows, until the views change.
        """

    @abstractmethod
    def state(self) -> FileState:
        """The state of the file; raises as `read` does."""

    @abstractmethod
    def renew(self) -> None:
        """Take a new snapshot at the next read."""

    def position(self) -> int:
        """The position of the views, -1 if there are none yet."""
        try:
            return self.state().position
        except NotYetSearchable:
            return -1

    def holds(self, position: int) -> bool:
        """Whether the views have taken in the event at `position`."""
        return self.position() >= position

    def forgotten(self) -> int:
        """The last erasure of which nothing is left in the views, -1 if there are none yet."""
        try:
            return self.state().forgotten
        except NotYetSearchable:
            return -1

    def incomplete(self) -> bool:
        """Whether any event is parked."""
        try:
            return self.state().parked
        except NotYetSearchable:
            return False


class Opened(Struct):
    """A connection with its file, the state of that, and the labels of the principal.

    `pending`: the log has something newer that may have narrowed who sees what.

    `unready` are the views that were being built when its guard was set up; `version` is the data
    version at which `state` was read.
    """

    connection: sqlite3.Connection
    file: File
    state: FileState
    unready: frozenset[str] = frozenset()
    version: int = -1
    labels: str = "[]"
    pending: bool = False

    def begin(self, state: Callable[[sqlite3.Connection], FileState]) -> None:
        """Begin a transaction; `state` is asked only if the file was changed since the last."""
        self.connection.execute(BEGIN)
        version = self.connection.execute(VERSION).fetchone()[0]
        if version != self.version:
            self.state, self.version = state(self.connection), version

    def ask_for(self, labels: frozenset[str]) -> None:
        """Show what a principal with these labels sees."""
        seen = labels & {OPERATOR_LABEL} if self.state.withheld else labels
        self.labels = msgspec.json.encode(sorted(seen)).decode()


class Snapshot(Reads):
    """The views as they are at the first read, until the end. For one thread at a time.

    `begin` lends a connection in a transaction, which `end_of` takes back; `explain` returns the
    error to raise for one of the file, None to raise that itself. After such an error every read
    raises it. `follow` waits a moment for views that lack what may have narrowed who sees what.
    """

    def __init__(
        self,
        begin: Callable[[], Opened],
        end_of: Callable[[Opened], None],
        explain: Callable[[Exception, Opened | None], KnowledgeBaseError | None],
        memo: Memo,
        follow: Callable[[], None],
    ) -> None:
        self._memo = memo
        self._begin = begin
        self._end_of = end_of
        self._explain = explain
        self._follow = follow
        self._opened: Opened | None = None
        self._failed: Exception | None = None
        self._over = self._read_from = False
        self._reads = 0
        self._guard = Lock()  # of `_over` and `_reads`

    @contextmanager
    def read(self, labels: frozenset[str]) -> Iterator[sqlite3.Connection]:
        """See `Reads`; reads may be nested, each with its own labels."""
        with self._lent() as lent:
            opened = lent if self._read_from or not lent.pending else self._followed()
            if opened.pending and OPERATOR_LABEL not in labels:
                raise not_hidden_yet()
            self._read_from = True
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
        opened, self._opened, self._read_from = self._opened, None, False
        if opened:
            self._end_of(opened)

    def end(self) -> None:
        """Refuse further reads and return the connection.

        If an abandoned request is still reading in its thread, that thread returns it.
        """
        with self._guard:
            self._over, reads = True, self._reads
        if not reads:
            self.renew()

    def _followed(self) -> Opened:
        """A new state, after waiting for the views; nothing was read from the one before."""
        self.renew()
        self._follow()
        self._opened = self._begin()
        return self._opened

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


def not_hidden_yet() -> NotYetSearchable:
    """The error for views that lack what may have hidden something."""
    return NotYetSearchable(HIDDEN)
