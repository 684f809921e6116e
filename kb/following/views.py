"""The projection that keeps views.sqlite: a batch of events and its checkpoint in one go."""

import sqlite3
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from sqlite_utils import Database

from events import sqlite_marks
from events.clock import utc_now
from events.codec import EventCodec
from events.event import RecordedEvent
from events.log import EventLog
from events.marks import Misfit, misfit
from events.projection import ParkedEvent, ProjectionRunner
from events.sqlite_file import wal_is_emptied
from events.sqlite_marks import read_mark, write_mark
from kb.endorsements.endorsement_view import ENDORSEMENTS
from kb.entries.catalogue_view import CATALOGUE
from kb.entries.history_view import HISTORY
from kb.entries.lineage_view import LINEAGE
from kb.following import withheld
from kb.following.view import Handler, View
from kb.following.view_file import BUSY_SECONDS, MISSING, File, connect, file_at, is_damage
from kb.people.people_view import PEOPLE
from kb.reuse.reuse_view import REUSE
from kb.writer import Clock

# People first: what is said of an erased entry needs to know who saw it.
VIEWS: tuple[View, ...] = (PEOPLE, CATALOGUE, HISTORY, LINEAGE, ENDORSEMENTS, REUSE)
HANDLING_VERSION = 5  # count up when handlers write other rows into the same tables

SEEN_ROWS = {
    **withheld.SEEN_ROWS,
    **{table: condition for view in VIEWS for table, condition in view.seen.items()},
}
"""For each table about entries or people, the condition for the rows that an asker sees."""

_TABLES = (
    "CREATE TABLE checkpoint (position INTEGER NOT NULL) STRICT",
    "INSERT INTO checkpoint VALUES (0)",
    sqlite_marks.TABLE,
    *withheld.TABLES,
    # Every erasure, and everybody who left or was erased.
    """CREATE TABLE erasure (
        position INTEGER PRIMARY KEY, stream TEXT NOT NULL, actor TEXT NOT NULL,
        with_entries INTEGER NOT NULL) STRICT""",
    "CREATE TABLE departure (position INTEGER PRIMARY KEY, member TEXT NOT NULL) STRICT",
    # Up to where nothing erased is left; where only old pages of the file may hold some; and up to
    # where nothing is left of what those who left signed in with.
    """CREATE TABLE forgotten (
        position INTEGER NOT NULL, rewritten INTEGER NOT NULL, departed INTEGER NOT NULL) STRICT""",
    "INSERT INTO forgotten VALUES (0, 0, 0)",
    *(statement for view in VIEWS for statement in view.tables),
)
SCHEMA = zlib.crc32(repr((HANDLING_VERSION, _TABLES)).encode()) & 0x7FFFFFFF
"""Names the tables as they are now; a file with another number is made anew."""

CHECKPOINT = "SELECT position FROM checkpoint"
MOVE_CHECKPOINT = "UPDATE checkpoint SET position = ?"
ERASURES = "SELECT position, stream FROM erasure ORDER BY position"
DEPARTURES = "SELECT position, member FROM departure WHERE position > ? ORDER BY position"
DEPARTED = "SELECT departed FROM forgotten"
OF_ERASED = """SELECT entry.id, actor
FROM erasure CROSS JOIN entry ON contributed_by = substr(stream, length('member-') + 1)
WHERE with_entries ORDER BY entry.position"""
FORGOTTEN = "SELECT position FROM forgotten"
REWRITTEN = "SELECT rewritten FROM forgotten"
FORGET = "UPDATE forgotten SET position = rewritten"
REWRITE = "UPDATE forgotten SET rewritten = ?"
REMEMBER = "UPDATE forgotten SET position = 0, rewritten = 0"
DEPART = "UPDATE forgotten SET departed = ?"
KEEP_FORGOTTEN = "UPDATE forgotten SET position = ?, rewritten = ?, departed = ?"
TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"

_MISFITS: Mapping[Misfit, str] = {
    "other log": "they were made from another log",
    "ahead": "they hold more than the log",
    "other past": "they were made from another copy of the log",
}

BATCH = 2_000


class Views:
    """All views as one projection. Only the process that leads uses it; readers have `ViewReader`.

    A file that is missing, damaged or has other tables is replaced by empty views at first use, and
    `notice` is told in one sentence; the log then fills them again.
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
        self._codec = codec
        self._log = log
        self._now = now
        self._notice = notice
        self._handlers = _handlers()
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
                for handler in self._handlers.get(type(payload), ()):
                    handler(database.conn, event, payload)
            if events:
                self._reach(database.conn, events[-1].position)

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
            _make_tables(database.conn)
            database.conn.execute(KEEP_FORGOTTEN, forgotten)
            while runner.run_once():
                if progress:
                    progress(self.checkpoint(), max(self._log.head(), self.checkpoint()))

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
        forgot = wal_is_emptied(connection, BUSY_SECONDS)
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
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        self._notice(f"The views are made anew from the log because {why}.")

    def close(self) -> None:
        """Let go of the file."""
        if self._opened:
            self._opened.close()
            self._opened = None
            self._file = MISSING

    def _reach(self, connection: sqlite3.Connection, position: int) -> None:
        """Move the checkpoint, in the caller's transaction."""
        connection.execute(MOVE_CHECKPOINT, (position,))
        write_mark(connection, self._log.mark(position))

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
            # Few and large checkpoints: a rebuild spends a third less time on the disk.
            connection.execute("PRAGMA wal_autocheckpoint = 10000")
            database = Database(connection)
            if schema(connection) != SCHEMA:
                with database.atomic():
                    _make_tables(connection)
                if not missing:
                    self._notice("The views are made anew from the log: their tables have changed.")
        except BaseException:
            connection.close()
            raise
        return database


def schema(connection: sqlite3.Connection) -> int:
    """The number of the tables in a file of views, 0 in an empty file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def checkpoint(connection: sqlite3.Connection) -> int:
    """The last position that the views have taken in."""
    return int(connection.execute(CHECKPOINT).fetchone()[0])


def forgotten(connection: sqlite3.Connection) -> int:
    """The position of the last erasure of which nothing is left in the views."""
    return int(connection.execute(FORGOTTEN).fetchone()[0])


def _make_tables(connection: sqlite3.Connection) -> None:
    for (table,) in connection.execute(TABLES).fetchall():
        connection.execute(f'DROP TABLE "{table}"')
    for statement in _TABLES:
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {SCHEMA}")


def _handlers() -> dict[type[Struct], tuple[Handler, ...]]:
    classes = {cls for view in VIEWS for cls in view.handlers}
    return {
        cls: tuple(view.handlers[cls] for view in VIEWS if cls in view.handlers) for cls in classes
    }
