"""Reading the views: a few connections that notice when their file was replaced."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from kb.errors import DataDirectoryError, NotYetSearchable
from kb.views import SCHEMA, checkpoint, connect, is_damage, schema

_MISSING = (0, 0)


class ViewReader:
    """Lends connections that only read; each sees one state of the views while it is lent.

    `on_damage` is told when the file turns out to be broken, and may put it right for the next.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.on_damage: Callable[[str], None] = lambda _: None
        self._lock = Lock()
        self._idle: list[sqlite3.Connection] = []
        self._file = _MISSING
        self._closed = False

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection inside a read transaction.

        Raises `NotYetSearchable` if the views are not there or broken, `DataDirectoryError` if they
        cannot be read.
        """
        try:
            connection = self._borrow()
            try:
                connection.execute("BEGIN")
                _refuse_other_tables(connection)
                yield connection
            finally:
                self._give_back(connection)
        except sqlite3.DatabaseError as error:
            self._explain(error)

    def position(self) -> int:
        """How far the views are, -1 if they are not there yet."""
        try:
            with self.read() as db:
                return checkpoint(db)
        except NotYetSearchable:
            return -1

    def close(self) -> None:
        """Let go of every connection."""
        with self._lock:
            self._closed = True
            self._close_idle()

    def _borrow(self) -> sqlite3.Connection:
        file = self._identity()
        if file == _MISSING:
            raise _not_ready()
        with self._lock:
            if file != self._file:
                self._close_idle()
                self._file = file
            if self._idle:
                return self._idle.pop()
        connection = connect(self._path, mode="rw")
        connection.execute("PRAGMA query_only = ON")
        return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        if connection.in_transaction:
            connection.rollback()
        with self._lock:
            if not self._closed and self._identity() == self._file:
                self._idle.append(connection)
                return
        connection.close()

    def _identity(self) -> tuple[int, int]:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return _MISSING
        return (found.st_dev, found.st_ino)

    def _close_idle(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _explain(self, error: sqlite3.DatabaseError) -> None:
        if not self._path.exists():
            raise _not_ready() from error
        if is_damage(error):
            self.on_damage(str(error))
            raise NotYetSearchable(
                f"The views in {self._path} were damaged ({error}) and are made anew: ask again."
            ) from error
        raise DataDirectoryError(f"The views in {self._path} cannot be read: {error}.") from error


def _refuse_other_tables(connection: sqlite3.Connection) -> None:
    if schema(connection) != SCHEMA:
        raise _not_ready()


def _not_ready() -> NotYetSearchable:
    return NotYetSearchable(
        "The views are being made from the log at this moment: try again in a few seconds."
    )
