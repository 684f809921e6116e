"""The file of views in the leading process: opened, made, compared with its log."""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from events.codec import EventCodec
from events.log import EventLog
from events.marks import Misfit, misfit
from events.sqlite_files.errors import is_damage
from events.sqlite_files.opening import (
    LEAVES_NOTHING,
    kept_as_found,
    transaction,
    version_of,
)
from events.sqlite_marks import read_mark, write_mark
from kb.messages import _
from kb.projections.finished import last_finished
from kb.views.file import MISSING, File, file_at, open_views
from kb.views.page_sums import PageSums
from kb.views.tables import (
    MOVE_CHECKPOINTS,
    SCHEMA,
    checkpoint,
    drop_views,
    make_tables,
    make_view,
    states,
)
from kb.views.view_set import ViewSet, made_with

_MISFITS: Mapping[Misfit, str] = {
    "other log": "they were made from another log",
    "ahead": "they hold more than the log",
    "other past": "they were made from another copy of the log",
}

_PRAGMAS: Mapping[str, str | int] = {
    **LEAVES_NOTHING,
    # A power cut may lose the last batches, which are taken in again, but never half of one.
    "synchronous": "NORMAL",
    "cache_size": -65536,
    # `PageSums` alone makes checkpoints of the WAL, as it then empties gaps and takes checksums.
    "wal_autocheckpoint": 0,
    "journal_size_limit": 0,
}

LOG_BYTES = 40_000_000
"""How large the WAL grows before a checkpoint: a few large ones save a third of the disk time of
a rebuild."""


class ViewStore:
    """The file at `path` with the tables of `views`, for the process that writes it.

    A file that is missing, damaged or of another schema is replaced by empty views at first use,
    and `notice` gets a sentence. A view whose tables have changed is emptied alone, and not read
    before it has reached the log's head of that moment.
    """

    def __init__(
        self,
        path: Path,
        codec: EventCodec,
        log: EventLog,
        views: ViewSet,
        notice: Callable[[str], None],
    ) -> None:
        self.path = path
        self.views = views
        self._sums = PageSums(path)
        self._codec = codec
        self._log = log
        self._notice = notice
        self._opened: sqlite3.Connection | None = None
        self._file = MISSING

    def checkpoint(self) -> int:
        """The last position of all views except those that are catching up."""
        return checkpoint(self._connection())

    def misfit(self) -> str:
        """Why the views do not belong to the present log; empty if they do."""
        connection = self._connection()
        mark, position = read_mark(connection), checkpoint(connection)
        if not position:
            return ""
        if mark is None or mark.position != position:
            return "they do not say which log they were made from"
        how = misfit(self._log, mark)
        return _MISFITS[how] if how else ""

    def verify(self) -> None:
        """Raise `PagesDamaged` if the file was changed; cheap if it was not."""
        if self._opened:
            self._sums.check()

    def missing(self) -> bool:
        """Whether there is no file.

        Closes a file that is no longer at its path, e.g. because another process replaced it.
        """
        file = file_at(self.path)
        if file != self._file:
            self.close()
        return file == MISSING

    def file(self) -> File:
        """The file that is in place now."""
        return file_at(self.path)

    @property
    def moving(self) -> bool:
        """Whether any thread is making a checkpoint of the WAL."""
        return self._sums.moving

    def discard(self, why: str) -> None:
        """Delete the file, with the reason `why`; the next use makes empty views."""
        self.remove()
        self._notice(_("The views are made anew from the log because {why}.", why=why))

    def remove(self) -> None:
        """Delete the file."""
        self.close()
        self._sums.discard()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def settle(self) -> None:
        """Move all of the WAL into the file, if nobody reads old pages: only while leading."""
        if self._opened and file_at(self.path) == self._file:
            with suppress(sqlite3.Error, OSError):  # found out at the next opening
                self._sums.take(self._opened, emptying=True)

    def close(self) -> None:
        """Close the file, and leave its WAL as it is: by now another process may lead.

        Pages that are moved without their sums, or beside its writes, look damaged.
        """
        if self._opened:
            with kept_as_found(self.path):
                self._opened.close()
            self._opened = None
            self._file = MISSING

    def _reach(self, connection: sqlite3.Connection, position: int) -> None:
        """Move the checkpoints, in the caller's transaction."""
        connection.execute(MOVE_CHECKPOINTS, (position,))
        write_mark(connection, self._log.mark(position))

    def _keep_log_short(self) -> None:
        log = self.path.with_name(self.path.name + "-wal")
        connection = self._connection()
        if not connection.in_transaction and log.stat().st_size > LOG_BYTES:
            self._sums.take(connection)

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            try:
                self._opened = self._open()
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                self.discard(f"their file is damaged ({error})")
                self._opened = self._open()
            self._file = file_at(self.path)
        return self._opened

    def _open(self) -> sqlite3.Connection:
        missing = not self.path.exists()
        connection = open_views(self.path, "rwc", _PRAGMAS)
        try:
            if missing:
                self._sums.discard()
                with transaction(connection):
                    gone = last_finished(self._log, self._codec)
                    make_tables(connection, self.views, self._log.head(), gone)
                self._sums.take(connection)
            elif version_of(connection) == SCHEMA:
                self._sums.check()
                self._empty_changed(connection)
            else:
                connection.close()
                self.discard("their tables have changed")
                return self._open()
        except BaseException:
            connection.close()
            raise
        return connection

    def _empty_changed(self, connection: sqlite3.Connection) -> None:
        """Empty views whose tables are new or have changed, and remove those no longer listed.

        They are read again once they have caught up with the others.
        """
        found, head = states(connection), checkpoint(connection)
        gone = found.keys() - self.views.by_name.keys()
        changed = self.views.with_readers(
            [
                view.name
                for view in self.views
                if view.name not in found or found[view.name].made.tables != made_with(view).tables
            ]
        )
        if not changed and not gone:
            return
        with transaction(connection):
            drop_views(connection, changed | gone, self.views)
            for view in self.views:
                if view.name in changed:
                    make_view(connection, view, head)
        if changed:
            self._notice(
                _(
                    "Made anew from the log because their tables have changed: {words}.",
                    words=", ".join(view.name for view in self.views if view.name in changed),
                )
            )
