"""Reading the views: a few connections that notice when their file was replaced."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import NoReturn

import msgspec
from msgspec import Struct

from kb.access import OPERATOR_LABEL
from kb.errors import DataDirectoryError, NotYetSearchable
from kb.storage.data_directory import reason
from kb.views.file import MISSING, File, connect, file_at, is_damage
from kb.views.guard import guard
from kb.views.page_sums import PageSums
from kb.views.tables import SCHEMA, ViewState, checkpoint, forgotten, schema, states
from kb.views.view_set import ViewSet, made_with, tables_of
from kb.views.withheld import ALL, ANY_PARKED, PARKED_BY, SEEN_ROWS


class _Opened(Struct):
    """A connection, the file that it reads, whatever is at the path by now, and who asks.

    `unready` are the views that were still being made when its guard was set up.
    """

    connection: sqlite3.Connection
    file: File
    unready: frozenset[str]
    labels: str = "[]"


class ViewReader:
    """Lends connections that only read; each sees one state of the views while it is lent.

    In the place of every table about entries stands a temporary view of the rows that the principal
    may see, so that a statement which names the table reaches no other one; see `view_guard`.
    `on_damage` is told what is broken and in which file, and answers whether it put that right.
    `on_change` is called before anything is read from a file that something else wrote to, `before`
    always: it may refuse.
    """

    def __init__(self, path: Path, views: ViewSet) -> None:
        self._path = path
        self._views = views
        self.conditions = {**SEEN_ROWS, **views.seen}
        """For each table, the condition for the rows that a principal sees."""
        self.on_damage: Callable[[str, File], bool] = lambda *_: False
        self.on_change: Callable[[], None] = lambda: None
        self.before: Callable[[], None] = lambda: None
        self._sums = PageSums(path)
        self._mended = MISSING
        self._lock = Lock()
        self._idle: list[_Opened] = []
        self._closed = False

    @contextmanager
    def read(self, labels: frozenset[str]) -> Iterator[sqlite3.Connection]:
        """A connection inside a read transaction, for a principal with these labels.

        Raises `NotYetSearchable` if the views are not there or broken, `DataDirectoryError` if they
        cannot be read.
        """
        self.before()
        self._refuse_changed()
        file, unready = file_at(self._path), frozenset[str]()
        try:
            opened = self._begun()
            file, unready = opened.file, opened.unready
            try:
                opened.labels = msgspec.json.encode(sorted(labels)).decode()
                if opened.connection.execute(f"SELECT {ALL}").fetchone()[0]:
                    opened.labels = msgspec.json.encode(sorted(labels & {OPERATOR_LABEL})).decode()
                yield opened.connection
            finally:
                self._give_back(opened)
        except sqlite3.DatabaseError as error:
            if unready and getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_AUTH:
                raise _not_ready() from error
            self._explain(error, file)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            # Of a row; in views that were made anew for that, it is a fault of the program.
            if file == self._mended:
                raise
            self._mend(error, file)

    def fits(self) -> bool:
        """Whether the file is as it was left by the process that leads."""
        return self._sums.fits()

    def is_of_this_program(self) -> bool:
        """Whether the file has the tables that this program reads, or is not there yet."""
        if not self._path.exists():
            return True
        try:
            with closing(connect(self._path, mode="ro")) as db:
                found = states(db) if schema(db) == SCHEMA else None
        except sqlite3.Error:
            return True  # found out, and told, where it is read
        return found is not None and all(
            view.name in found and found[view.name].made.tables == made_with(view).tables
            for view in self._views
            if view.name in self._views.indispensable
        )

    def position(self) -> int:
        """How far the views are, -1 if they are not there yet."""
        try:
            with self.read(frozenset()) as db:
                return checkpoint(db)
        except NotYetSearchable:
            return -1

    def states(self) -> tuple[dict[str, ViewState], Counter[str]]:
        """How each view stands and how many events it has parked; empty if they are not there."""
        try:
            with self.read(frozenset()) as db:
                return states(db), Counter(name for (name,) in db.execute(PARKED_BY))
        except NotYetSearchable:
            return {}, Counter()

    def holds(self, position: int) -> bool:
        """Whether the views have taken in what happened at `position` of the log."""
        return self.position() >= position

    def forgotten(self) -> int:
        """The last erasure of which nothing is left in the views, -1 if they are not there yet."""
        try:
            with self.read(frozenset()) as db:
                return forgotten(db)
        except NotYetSearchable:
            return -1

    def incomplete(self) -> bool:
        """Whether any event could not be taken in."""
        try:
            with self.read(frozenset()) as db:
                return db.execute(ANY_PARKED).fetchone() is not None
        except NotYetSearchable:
            return False

    def close(self) -> None:
        """Let go of every connection."""
        with self._lock:
            self._closed = True
            while self._idle:
                self._idle.pop().connection.close()

    def _refuse_changed(self) -> None:
        if not self._sums.fits() and self._path.exists():
            self.on_change()

    def _begun(self) -> _Opened:
        """A connection inside a read transaction, guarded for the views as they stand in it."""
        while True:
            opened = self._borrow()
            try:
                opened.connection.execute("BEGIN")
                if self._unready(opened.connection) == opened.unready:
                    return opened
            except BaseException:
                self._give_back(opened)
                raise
            opened.connection.close()  # made whole, or begun anew, since

    def _unready(self, connection: sqlite3.Connection) -> frozenset[str]:
        """The views that are still being made from the log; raises if nothing is shown without."""
        if schema(connection) != SCHEMA:
            raise _not_ready()
        found = states(connection)
        unready = frozenset(
            view.name
            for view in self._views
            if (state := found.get(view.name)) is None
            or not state.is_whole
            or state.made.tables != made_with(view).tables
        )
        if unready & self._views.indispensable or len(unready) == len(self._views):
            raise _not_ready()
        return unready

    def _borrow(self) -> _Opened:
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

    def _open(self) -> _Opened:
        file = file_at(self._path)
        if file == MISSING:
            raise _not_ready()
        connection = connect(self._path, mode="ro")
        try:
            opened = _Opened(connection, file, self._unready(connection))
            connection.create_function("principal_labels", 0, lambda: opened.labels)
            # Sorting a long list would need a file of its own, which a full disk has no room for.
            # First of all, as a change of it drops every temporary view.
            connection.execute("PRAGMA temp_store = MEMORY")
            guard(connection, self._seen(opened.unready))
        except BaseException:
            connection.close()
            raise
        return opened

    def _seen(self, unready: frozenset[str]) -> dict[str, str]:
        """The condition for the rows of each table that a principal sees."""
        hidden = {table for name in unready for table in tables_of(self._views.by_name[name])}
        return {table: each for table, each in self.conditions.items() if table not in hidden}

    def _give_back(self, opened: _Opened) -> None:
        if opened.connection.in_transaction:
            opened.connection.rollback()
        with self._lock:
            if not self._closed and opened.file == file_at(self._path):
                self._idle.append(opened)
                return
        opened.connection.close()

    def _explain(self, error: sqlite3.DatabaseError, file: File) -> None:
        if not self._path.exists():
            raise _not_ready() from error
        if is_damage(error):
            self._mend(error, file)
        raise DataDirectoryError(f"The views cannot be read: {reason(error)}.") from error

    def _mend(self, error: Exception, file: File) -> NoReturn:
        if not self.on_damage(str(error), file):
            raise NotYetSearchable(
                f"The views are damaged ({error}), and another process keeps them up, e.g. kb "
                "serve: stop it, then ask again."
            ) from error
        self._mended = file_at(self._path)
        raise NotYetSearchable(
            f"The views were damaged ({error}) and were made anew: ask again."
        ) from error


def _not_ready() -> NotYetSearchable:
    return NotYetSearchable(
        "The views are being made from the log at this moment: try again in a few seconds."
    )
