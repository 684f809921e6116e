"""A pool of connections for reading the views, renewed when their file is replaced."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import TypeVar

from msgspec import structs

from events.log import EventLog
from events.sqlite_files.errors import is_damage, said
from events.sqlite_files.opening import version_of
from kb.errors import DataDirectoryError, KnowledgeBaseError, NotYetSearchable
from kb.messages import _
from kb.views.file import MISSING, File, file_at, open_views
from kb.views.guard import guard
from kb.views.memo import Memo
from kb.views.page_sums import PageSums
from kb.views.snapshot import Opened, Reads, Snapshot, not_hidden_yet
from kb.views.tables import (
    LEFT,
    SCHEMA,
    FileState,
    ViewState,
    file_state,
    holds_all,
    states,
)
from kb.views.view_set import ViewSet, made_with, tables_of
from kb.views.withheld import PARKED_BY, SEEN_ROWS

T = TypeVar("T")


class ViewReader(Reads):
    """Lends read-only connections, each on one snapshot of the views.

    Every table is hidden behind a temporary view of the rows that the principal may see; see
    `kb.views.guard`. `pending` tells where the log has something that may have narrowed who sees
    what and that views at a position lack, 0 for nowhere; `follow` waits a moment for them to have
    it. `on_damage` gets the damage and the file, and returns whether it repaired it. `before` is
    called before each read and may refuse it; `on_change` too if something else wrote to the file.
    `moving` tells whether this process is making a checkpoint, which is no such write.
    """

    def __init__(self, path: Path, views: ViewSet, pending: Callable[[int], int]) -> None:
        self._path = path
        self._pending = pending
        self._views = views
        self.conditions = {**SEEN_ROWS, **views.seen}
        """For each table, the condition for the rows that a principal sees."""
        self.on_damage: Callable[[str, File], bool] = lambda *_: False
        self.on_change: Callable[[], None] = lambda: None
        self.before: Callable[[], None] = lambda: None
        self.moving: Callable[[], bool] = lambda: False
        self.follow: Callable[[int], object] = lambda _: None
        self._sums = PageSums(path)
        self._mended = MISSING
        self._waited = 0
        self._memo = Memo()
        self._lock = Lock()
        self._idle: list[Opened] = []
        self._closed = False

    @contextmanager
    def read(self, labels: frozenset[str]) -> Iterator[sqlite3.Connection]:
        """A connection inside a read transaction, for a principal with these labels.

        Raises `NotYetSearchable` if the views are not there or broken, `DataDirectoryError` if they
        cannot be read.
        """
        with self.snapshot() as views, views.read(labels) as db:
            yield db

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One state of the views for several reads, by one thread at a time."""
        snapshot = Snapshot(
            self._begun, self._give_back, self._explain, self._memo, self._wait_for_pending
        )
        try:
            yield snapshot
        finally:
            snapshot.end()

    def kept(
        self, labels: frozenset[str], asked: Hashable, answer: Callable[[sqlite3.Connection], T]
    ) -> T:
        """See `Reads`."""
        with self.snapshot() as views:
            return views.kept(labels, asked, answer)

    def require_current(self) -> None:
        """Raise `NotYetSearchable` if the views lack what may have narrowed who sees what."""
        self._wait_for_pending()
        if self._pending(self.position()):
            raise not_hidden_yet()

    def state(self) -> FileState:
        """What the file says of itself now."""
        with self.snapshot() as views:
            return views.state()

    def renew(self) -> None:
        """Nothing: each read has a snapshot of its own."""

    def fits(self) -> bool:
        """Whether the file is as the leading process left it."""
        return self._sums.fits()

    def is_of_this_program(self) -> bool:
        """Whether the file has the tables that this program reads, or is not there yet."""
        if not self._path.exists():
            return True
        try:
            with closing(open_views(self._path)) as db:
                found = states(db) if version_of(db) == SCHEMA else None
        except sqlite3.Error:
            return True  # found out, and told, where it is read
        return found is not None and all(
            view.name in found and found[view.name].made.tables == made_with(view).tables
            for view in self._views
            if view.name in self._views.indispensable
        )

    def settled(self, log: EventLog) -> bool:
        """Whether the views can be read at once, without leading for a moment first.

        They are complete, up to date with `log` and were checked lately; no event is parked that
        could be read by now, and no erased or departed member may have left anything.
        """
        if not self._sums.trusted():
            return False
        try:
            with closing(open_views(self._path)) as db:
                return holds_all(db, self._views, log) and not db.execute(LEFT).fetchone()[0]
        except sqlite3.Error:
            return False  # found out, and told, where it is read

    def states(self) -> tuple[dict[str, ViewState], Counter[str]]:
        """The state of each view and its number of parked events; empty without a file."""
        try:
            with self.read(frozenset()) as db:
                return states(db), Counter(name for (name,) in db.execute(PARKED_BY))
        except NotYetSearchable:
            return {}, Counter()

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            self._closed = True
            while self._idle:
                self._idle.pop().connection.close()

    def _wait_for_pending(self) -> None:
        """Wait for the views, once for the same event: if they cannot follow, each read would."""
        if (last := self._pending(self.position())) > self._waited:
            self.follow(last)
            self._waited = last

    def _refuse_changed(self) -> None:
        if not (self._sums.fits() or self.moving()) and self._path.exists():
            self.on_change()

    def _begun(self) -> Opened:
        """A connection in a read transaction, with a guard that fits the views in it."""
        self.before()
        self._refuse_changed()
        while True:
            opened = self._borrow()
            try:
                opened.begin(self._state)
                opened.pending = self._pending(opened.state.position) > 0
                if opened.state.unready == opened.unready:
                    return opened
            except BaseException:
                self._give_back(opened)
                raise
            opened.connection.close()  # a view was completed or emptied since

    def _state(self, connection: sqlite3.Connection) -> FileState:
        """What the file says of itself; raises if nothing is shown as it stands."""
        if version_of(connection) != SCHEMA:
            raise _not_ready()
        state, found = file_state(connection)
        unready = frozenset(
            view.name
            for view in self._views
            if (known := found.get(view.name)) is None
            or not known.is_whole
            or known.made.tables != made_with(view).tables
        )
        if unready & self._views.indispensable or len(unready) == len(self._views):
            raise _not_ready()
        return structs.replace(state, unready=unready)

    def _borrow(self) -> Opened:
        with self._lock:
            file = file_at(self._path)
            while self._idle:
                opened = self._idle.pop()
                if opened.file == file:
                    return opened
                opened.connection.close()
        while True:
            opened = self._open()
            if opened.file == file_at(self._path):
                return opened
            opened.connection.close()  # replaced while it was opened

    def _open(self) -> Opened:
        file = file_at(self._path)
        if file == MISSING:
            raise _not_ready()
        # Otherwise sorting a long list would need a file, for which a full disk has no room; set at
        # once, as changing it later drops every temporary view.
        connection = open_views(self._path, pragmas={"temp_store": "MEMORY"})
        try:
            state = self._state(connection)
            opened = Opened(connection, file, state, state.unready)
            connection.create_function("principal_labels", 0, lambda: opened.labels)
            guard(connection, self._seen(opened.unready))
        except BaseException:
            connection.close()
            raise
        return opened

    def _seen(self, unready: frozenset[str]) -> dict[str, str]:
        """The condition for the rows of each table that a principal sees."""
        hidden = {table for name in unready for table in tables_of(self._views.by_name[name])}
        return {table: each for table, each in self.conditions.items() if table not in hidden}

    def _give_back(self, opened: Opened) -> None:
        if opened.connection.in_transaction:
            opened.connection.rollback()
        with self._lock:
            if not self._closed and opened.file == file_at(self._path):
                self._idle.append(opened)
                return
        opened.connection.close()

    def _explain(self, error: Exception, opened: Opened | None) -> KnowledgeBaseError | None:
        """The error to raise for one of the file or of a row; None for the same error."""
        file = opened.file if opened else file_at(self._path)
        if not isinstance(error, sqlite3.DatabaseError):
            # In a row; if the views were rebuilt for it already, it is a fault of the program.
            return None if file == self._mended else self._mend(error, file)
        refused = getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_AUTH
        if (opened and opened.unready and refused) or not self._path.exists():
            return _not_ready()
        if is_damage(error):
            return self._mend(error, file)
        return DataDirectoryError(_("The file of the views {why}.", why=said(error)))

    def _mend(self, error: Exception, file: File) -> NotYetSearchable:
        if not self.on_damage(str(error), file):
            return NotYetSearchable(
                _(
                    "The views are damaged ({why}), and another process keeps them up, "
                    "e.g. kb serve: stop it, then ask again.",
                    why=str(error),
                )
            )
        self._mended = file_at(self._path)
        return NotYetSearchable(
            _("The views were damaged ({why}) and were made anew: ask again.", why=str(error))
        )


def _not_ready() -> NotYetSearchable:
    return NotYetSearchable(
        _("The views are being made from the log at this moment: try again in a few seconds.")
    )
