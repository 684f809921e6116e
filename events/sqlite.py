"""The log in one SQLite file, for a team's own machine: one writer at a time, many readers."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from events.batch import answer_known, check_batch
from events.clock import utc_now
from events.errors import LogFormatError, LogUnavailable, VersionConflict
from events.event import NewEvent, RecordedEvent
from events.sqlite_file import explain, explained, open_reader, open_writer

_COLUMNS = (
    "e.position, e.id, a.stream, a.last_version - a.last_position + e.position, e.type, "
    "e.schema_version, a.recorded_at, a.actor, a.correlation_id, e.data"
)
# CROSS JOIN keeps SQLite to this order of tables: no page needs sorting or a scan then.
_SELECT = (
    f"SELECT {_COLUMNS} FROM appends AS a CROSS JOIN events AS e "
    "ON e.position BETWEEN a.first_position AND a.last_position "
)
_PAGE = (
    f"{_SELECT} WHERE a.last_position > ? AND e.position > ? "
    "ORDER BY a.last_position, e.position LIMIT ?"
)
_STREAM_PAGE = (
    f"{_SELECT} WHERE a.stream = ? AND a.last_version > ? "
    "AND e.position > ? - a.last_version + a.last_position "
    "ORDER BY a.last_version, e.position LIMIT ?"
)
_BY_ID = (
    f"SELECT {_COLUMNS} FROM events AS e JOIN appends AS a ON a.last_position = "
    "(SELECT min(last_position) FROM appends WHERE last_position >= e.position) WHERE e.id = ?"
)
_INSERT_APPEND = (
    "INSERT INTO appends (last_position, first_position, stream, last_version, recorded_at, actor, "
    "correlation_id) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_STREAM_VERSION = "SELECT coalesce(max(last_version), 0) FROM appends WHERE stream = ?"
_HEAD = "SELECT coalesce(max(last_position), 0) FROM appends"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LARGEST = 2**63 - 1  # the largest whole number that SQLite knows
_ROWS_PER_PAGE = 1000  # a long read transaction would keep the WAL file from being reset
_POLL_SECONDS = 0.02  # how often a waiting reader looks for commits of other processes
_ROWS_PER_INSERT = 100
_ORIGIN = attrgetter("actor", "correlation_id")
_IDLE_READERS = 8


class SqliteEventLog:
    """An `EventLog` in the file at `path`, durable when `append` returns.

    With `create` a missing or empty file becomes a new log. A write waits up to `lock_timeout`
    seconds for another process. Raises `LogFormatError` for a file that is no log of ours and
    `LogUnavailable` for one that cannot be used.
    """

    def __init__(
        self,
        path: Path,
        *,
        create: bool = False,
        clock: Callable[[], datetime] = utc_now,
        lock_timeout: float = 30.0,
    ) -> None:
        self._path = path
        self._clock = clock
        self._lock_timeout = lock_timeout
        self._changed = threading.Condition()  # guards what follows and tells of appends
        self._closed = False
        self._idle: list[sqlite3.Connection] = []
        self._write_lock = threading.Lock()
        self._writer = open_writer(path, create=create, timeout=lock_timeout)

    def append(
        self, stream: str, events: Sequence[NewEvent], expected_version: int
    ) -> list[RecordedEvent]:
        """See `EventLog.append`."""
        check_batch(stream, events)
        if not events:
            return []
        with self._write_lock:
            self._refuse_if_closed()
            try:
                recorded = self._append(self._writer, stream, events, expected_version)
            except sqlite3.Error as error:
                raise explain(error, self._path) from error
        with self._changed:
            self._changed.notify_all()
        return recorded

    def read_stream(self, stream: str, after_version: int = 0) -> list[RecordedEvent]:
        """See `EventLog.read_stream`."""
        found: list[RecordedEvent] = []
        with self._reading() as reader:
            while True:
                last = min(found[-1].version if found else after_version, _LARGEST)
                rows = reader.execute(_STREAM_PAGE, (stream, last, last, _ROWS_PER_PAGE)).fetchall()
                found.extend(map(_event, rows))
                if len(rows) < _ROWS_PER_PAGE:
                    break
        self._refuse_gap(after_version, [event.version for event in found])
        return found

    def read(self, after: int, limit: int) -> list[RecordedEvent]:
        """See `EventLog.read`."""
        found: list[RecordedEvent] = []
        with self._reading() as reader:
            while (wanted := min(limit - len(found), _ROWS_PER_PAGE)) > 0:
                last = min(found[-1].position if found else after, _LARGEST)
                rows = reader.execute(_PAGE, (last, last, wanted)).fetchall()
                found.extend(map(_event, rows))
                if len(rows) < wanted:
                    break
        self._refuse_gap(after, [event.position for event in found])
        return found

    def head(self) -> int:
        """See `EventLog.head`."""
        with self._reading() as reader:
            return _number(reader, _HEAD)

    def wait(self, after: int, timeout: float) -> bool:
        """See `EventLog.wait`."""
        deadline = time.monotonic() + timeout
        with self._reading() as reader, self._changed:
            seen = None
            while not self._closed:
                # It differs as soon as any other connection, of whatever process, has committed.
                data_version = _number(reader, "PRAGMA data_version")
                if data_version != seen and _number(reader, _HEAD) > after:
                    return True
                seen = data_version
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(min(left, _POLL_SECONDS))
        return False

    def close(self) -> None:
        """See `EventLog.close`."""
        with self._write_lock:
            with self._changed:
                self._closed = True
                idle, self._idle = self._idle, []
                self._changed.notify_all()
            for connection in (*idle, self._writer):
                connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """A reading connection for the caller alone, kept for the next one afterwards."""
        with self._changed:
            self._refuse_if_closed()
            reader = self._idle.pop() if self._idle else None
        reader = reader or open_reader(self._path, timeout=self._lock_timeout)
        try:
            with explained(self._path):
                yield reader
        finally:
            with self._changed:
                keep = not self._closed and len(self._idle) < _IDLE_READERS
                if keep:
                    self._idle.append(reader)
            if not keep:
                reader.close()

    def _refuse_gap(self, after: int, numbers: list[int]) -> None:
        """Whoever went round the triggers and deleted events is found out, not passed over."""
        if numbers and numbers[-1] - max(after, 0) != len(numbers):
            raise LogFormatError(
                f"The log {self._path} is damaged, events are missing: put back a copy."
            )

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise LogUnavailable("The log is closed: open it again to use it.")

    def _append(
        self, writer: sqlite3.Connection, stream: str, events: Sequence[NewEvent], expected: int
    ) -> list[RecordedEvent]:
        refused: sqlite3.IntegrityError | None = None
        writer.execute("BEGIN IMMEDIATE")
        try:
            actual = _number(writer, _STREAM_VERSION, (stream,))
            if actual == expected:
                recorded = self._insert(writer, stream, events, expected)
                writer.execute("COMMIT")
                return recorded
        except sqlite3.IntegrityError as error:
            # Known ids are rare: the unique index finds them, only a refusal costs a search.
            refused = error
        finally:
            if writer.in_transaction:
                # If this fails too, the next BEGIN tells; the first error says more.
                with suppress(sqlite3.Error):
                    writer.execute("ROLLBACK")
        known = _known(writer, events)
        if known:
            return answer_known(stream, events, known)
        if refused:
            raise LogFormatError(f"The log {self._path} refused an event: {refused}.") from refused
        raise VersionConflict(stream, expected, actual)

    def _insert(
        self, writer: sqlite3.Connection, stream: str, events: Sequence[NewEvent], version: int
    ) -> list[RecordedEvent]:
        now = self._clock().astimezone(UTC)
        recorded: list[RecordedEvent] = []
        for (actor, correlation_id), run in groupby(events, _ORIGIN):
            part = list(run)
            last = _insert_events(writer, part)
            first = last - len(part) + 1
            start = version + len(recorded) + 1
            stamp = (now - _EPOCH) // _MICROSECOND
            version_after = start + len(part) - 1
            writer.execute(
                _INSERT_APPEND,
                (last, first, stream, version_after, stamp, actor, correlation_id.bytes),
            )
            # Nobody else writes during the transaction, so the events stand next to each other.
            recorded += [
                RecordedEvent(
                    id=event.id,
                    type=event.type,
                    schema_version=event.schema_version,
                    data=event.data,
                    actor=actor,
                    correlation_id=correlation_id,
                    stream=stream,
                    version=start + place,
                    position=first + place,
                    recorded_at=now,
                )
                for place, event in enumerate(part)
            ]
        return recorded


def _insert_events(writer: sqlite3.Connection, events: Sequence[NewEvent]) -> int:
    """Insert the rows of `events` and answer the last one's position."""
    last = 0
    for start in range(0, len(events), _ROWS_PER_INSERT):
        part = events[start : start + _ROWS_PER_INSERT]
        values: list[str | int | bytes] = []
        for event in part:
            values += (event.id.bytes, event.type, event.schema_version, event.data)
        last = writer.execute(_insert_statement(len(part)), values).lastrowid or 0
    return last


@cache
def _insert_statement(rows: int) -> str:
    """One statement for many rows: the counter of AUTOINCREMENT is then written once for all."""
    places = ", ".join(["(?, ?, ?, ?)"] * rows)
    return f"INSERT INTO events (id, type, schema_version, data) VALUES {places}"


def _known(writer: sqlite3.Connection, events: Sequence[NewEvent]) -> dict[UUID, RecordedEvent]:
    rows = (writer.execute(_BY_ID, (event.id.bytes,)).fetchone() for event in events)
    return {event.id: event for event in map(_event, filter(None, rows))}


def _number(
    connection: sqlite3.Connection, query: str, parameters: Sequence[str | int] = ()
) -> int:
    number: int = connection.execute(query, parameters).fetchone()[0]
    return number


def _event(row: tuple[Any, ...]) -> RecordedEvent:
    position, id_, stream, version, type_, schema_version, stamp, actor, correlation_id, data = row
    return RecordedEvent(
        id=UUID(bytes=id_),
        type=type_,
        schema_version=schema_version,
        data=data,
        actor=actor,
        correlation_id=UUID(bytes=correlation_id),
        stream=stream,
        version=version,
        position=position,
        recorded_at=_EPOCH + timedelta(microseconds=stamp),
    )
