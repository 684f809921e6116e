"""The projection that keeps views.sqlite: a batch of events and its checkpoint in one go."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from sqlite_utils import Database

from events.clock import utc_now
from events.codec import EventCodec
from events.event import RecordedEvent
from events.log import EventLog
from events.marks import Misfit, misfit
from events.projection import ParkedEvent, ProjectionRunner
from events.sqlite_marks import read_mark, write_mark
from kb.following import withheld
from kb.following.finished import last_finished
from kb.following.page_sums import PageSums
from kb.following.view_file import MISSING, File, connect, file_at, is_damage
from kb.following.view_tables import (
    DEPART,
    DEPARTED,
    DEPARTURES,
    ERASURES,
    FORGET,
    KEEP_FORGOTTEN,
    MOVE_CHECKPOINT,
    OF_ERASED,
    REMEMBER,
    REWRITE,
    REWRITTEN,
    SCHEMA,
    VIEWS,
    checkpoint,
    forgotten,
    handlers,
    make_tables,
    schema,
)
from kb.writer import Clock

_MISFITS: Mapping[Misfit, str] = {
    "other log": "they were made from another log",
    "ahead": "they hold more than the log",
    "other past": "they were made from another copy of the log",
}

BATCH = 2_000

LOG_BYTES = 40_000_000
"""How large the log (WAL) of the views grows before it is moved into the file: few and large moves
spend a third less time on the disk in a rebuild.
"""


class Views:
    """All views as one projection. Only the process that leads uses it; readers have `ViewReader`.

    A file that is missing, damaged or has other tables is replaced by empty views at first use, and
    `notice` is told in one sentence; the log then fills them again. New views are read by nobody
    before they have reached the head that the log had when they were begun.
    """

    name = "views"

    def __init__(
        self,
        path: Path,
        codec: EventCodec,
        log: EventLog,
        *,
        now: Clock = utc_now,
        notice: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._path = path
        self._sums = PageSums(path)
        self._codec = codec
        self._log = log
        self._now = now
        self._notice = notice
        self._handlers = handlers()
        self._opened: Database | None = None
        self._file = MISSING

    def checkpoint(self) -> int:
        """The last position taken in."""
        return checkpoint(self._database().conn)

    def apply(self, events: Sequence[RecordedEvent]) -> None:
        """Take in a batch and its last position, all or none; raises what a handler raises."""
        with self._codec.reading():
            payloads = [self._codec.decode(event) for event in events]
        with self._database().atomic() as database:
            for event, payload in zip(events, payloads, strict=True):
                withheld.stop(database.conn, event)
                for handler in self._handlers.get(type(payload), ()):
                    handler(database.conn, event, payload)
            if events:
                self._reach(database.conn, events[-1].position)
        self._keep_log_short()

    def park(self, event: RecordedEvent, error: str) -> None:
        """Keep `event` aside, withhold what it could have taken away, and move past it."""
        with self._database().atomic() as database:
            entry_id = withheld.park(database.conn, event, error, self._now())
            for view in VIEWS:
                view.withhold(database.conn, event, entry_id)
            withheld.tell(database.conn, event, entry_id)
            self._reach(database.conn, event.position)

    def parked(self) -> list[ParkedEvent]:
        """The events kept aside, by position."""
        return withheld.parked(self._database().conn, self.name)

    def misfit(self) -> str:
        """Why the views were not made from the log as it is; empty if they were."""
        connection = self._database().conn
        mark, position = read_mark(connection), checkpoint(connection)
        if not position:
            return ""
        if mark is None or mark.position != position:
            return "they do not say which log they were made from"
        how = misfit(self._log, mark)
        return _MISFITS[how] if how else ""

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Empty and refill the views in one transaction: readers see the old ones until it ends.

        `progress` gets (events taken in, events in all).
        """
        runner = ProjectionRunner(self._log, self, batch_size=BATCH)
        with self._database().atomic() as database:
            forgotten = database.conn.execute("SELECT * FROM forgotten").fetchone()
            make_tables(database.conn, self._log.head())
            database.conn.execute(KEEP_FORGOTTEN, forgotten)
            while runner.run_once():
                if progress:
                    progress(self.checkpoint(), max(self._log.head(), self.checkpoint()))
        self._keep_log_short()

    def erasures(self) -> list[tuple[int, str]]:
        """The position and stream of every erasure."""
        return self._database().conn.execute(ERASURES).fetchall()

    def forgotten(self) -> int:
        """The position of the last erasure of which nothing is left here."""
        return forgotten(self._database().conn)

    def forget(self, position: int) -> bool:
        """Make the views anew, leaving nothing of what was erased up to `position` in the file.

        False while a reader keeps old pages: called again, only these are left to do.
        """
        connection = self._database().conn
        if connection.execute(REWRITTEN).fetchone()[0] < position:
            self.rebuild()
            # VACUUM writes into the WAL, from where the new pages replace the old ones.
            connection.execute("VACUUM")
            connection.execute(REWRITE, (position,))
        forgot = self._sums.take(connection, emptying=True)
        if forgot:
            connection.execute(FORGET)
        return forgot

    def remember(self) -> None:
        """Take all that was erased as not forgotten yet."""
        self._database().conn.execute(REMEMBER)

    def entries_of_erased(self) -> list[tuple[str, str]]:
        """The entries that are to go with their author, and who had that one erased."""
        return self._database().conn.execute(OF_ERASED).fetchall()

    def departures(self, since: int | None = None) -> list[tuple[int, str]]:
        """Position and member of everybody who left or was erased, since `depart` or `since`."""
        connection = self._database().conn
        if since is None:
            (since,) = connection.execute(DEPARTED).fetchone()
        return connection.execute(DEPARTURES, (since,)).fetchall()

    def depart(self, position: int) -> None:
        """Those who left up to `position` cannot sign in any more."""
        self._database().conn.execute(DEPART, (position,))

    def verify(self) -> None:
        """Raise `PagesDamaged` if the file is not as it was left; costs nothing where it is."""
        if self._opened:
            self._sums.check()

    def missing(self) -> bool:
        """Whether there is no file yet, or none any more.

        Lets go of a file that is no longer at its path, e.g. because another process replaced it.
        """
        file = file_at(self._path)
        if file != self._file:
            self.close()
        return file == MISSING

    def file(self) -> File:
        """The file that is in place now."""
        return file_at(self._path)

    def discard(self, why: str) -> None:
        """Throw the file away because of `why`; empty views take its place at next use."""
        self.close()
        self._sums.discard()
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        self._notice(f"The views are made anew from the log because {why}.")

    def close(self) -> None:
        """Let go of the file."""
        if self._opened:
            if file_at(self._path) == self._file:
                with suppress(sqlite3.Error, OSError):  # found out at the next opening
                    self._sums.take(self._opened.conn)
            self._opened.close()
            self._opened = None
            self._file = MISSING

    def _reach(self, connection: sqlite3.Connection, position: int) -> None:
        """Move the checkpoint, in the caller's transaction."""
        connection.execute(MOVE_CHECKPOINT, (position,))
        write_mark(connection, self._log.mark(position))

    def _keep_log_short(self) -> None:
        log = self._path.with_name(self._path.name + "-wal")
        connection = self._database().conn
        if not connection.in_transaction and log.stat().st_size > LOG_BYTES:
            self._sums.take(connection)

    def _database(self) -> Database:
        if self._opened is None:
            try:
                self._opened = self._open()
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                self.discard(f"their file is damaged ({error})")
                self._opened = self._open()
            self._file = file_at(self._path)
        return self._opened

    def _open(self) -> Database:
        missing = not self._path.exists()
        connection = connect(self._path)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            # A power cut may lose the last batches, never half of one: the log brings them again.
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA cache_size = -65536")
            # Moved into the file by `PageSums` alone, which then takes the sums.
            connection.execute("PRAGMA wal_autocheckpoint = 0")
            connection.execute("PRAGMA journal_size_limit = 0")
            database = Database(connection)
            if missing:
                self._sums.discard()
                with database.atomic():
                    make_tables(connection, self._log.head(), last_finished(self._log, self._codec))
                self._sums.take(connection)
            elif schema(connection) == SCHEMA:
                self._sums.check()
            else:
                connection.close()
                self.discard("their tables have changed")
                return self._open()
        except BaseException:
            connection.close()
            raise
        return database
