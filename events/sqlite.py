"""The log in one SQLite file, for a team's own machine: one writer at a time, many readers."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from events.batch import answer_known, check_batch
from events.clock import utc_now
from events.errors import LogFormatError, LogUnavailable, VersionConflict
from events.event import NewEvent, RecordedEvent
from events.sqlite_file import explained, open_reader, open_writer

_COLUMNS = "id, stream, version, type, schema_version, recorded_at, actor, correlation_id, data"
_INSERT = f"INSERT INTO events ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_SELECT = f"SELECT position, {_COLUMNS} FROM events"
_PAGE = f"{_SELECT} WHERE position > ? ORDER BY position LIMIT ?"
_STREAM_PAGE = f"{_SELECT} WHERE stream = ? AND version > ? ORDER BY version LIMIT ?"
_BY_ID = f"{_SELECT} WHERE id = ?"
_STREAM_VERSION = "SELECT coalesce(max(version), 0) FROM events WHERE stream = ?"
_HEAD = "SELECT coalesce(max(position), 0) FROM events"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LARGEST = 2**63 - 1  # the largest whole number that SQLite knows
_ROWS_PER_PAGE = 1000  # a long read transaction would keep the WAL file from being reset
_POLL_SECONDS = 0.02  # how often a waiting reader looks for commits of other processes
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
        with self._writing() as writer:
            recorded = self._append(writer, stream, events, expected_version) if events else []
        with self._changed:
            self._changed.notify_all()
        return recorded

    def read_stream(self, stream: str, after_version: int = 0) -> list[RecordedEvent]:
        """See `EventLog.read_stream`."""
        found: list[RecordedEvent] = []
        with self._reading() as reader:
            while True:
                last = min(found[-1].version if found else after_version, _LARGEST)
                rows = reader.execute(_STREAM_PAGE, (stream, last, _ROWS_PER_PAGE)).fetchall()
                found.extend(map(_event, rows))
                if len(rows) < _ROWS_PER_PAGE:
                    return found

    def read(self, after: int, limit: int) -> list[RecordedEvent]:
        """See `EventLog.read`."""
        found: list[RecordedEvent] = []
        with self._reading() as reader:
            while (wanted := min(limit - len(found), _ROWS_PER_PAGE)) > 0:
                last = min(found[-1].position if found else after, _LARGEST)
                rows = reader.execute(_PAGE, (last, wanted)).fetchall()
                found.extend(map(_event, rows))
                if len(rows) < wanted:
                    break
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
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """The one writing connection, for one thread at a time."""
        with self._write_lock, explained(self._path):
            self._refuse_if_closed()
            yield self._writer

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

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise LogUnavailable("The log is closed: open it again to use it.")

    def _append(
        self, writer: sqlite3.Connection, stream: str, events: Sequence[NewEvent], expected: int
    ) -> list[RecordedEvent]:
        refused: sqlite3.IntegrityError | None = None
        with _transaction(writer):
            actual = _number(writer, _STREAM_VERSION, (stream,))
            if actual == expected:
                # Known ids are rare: the unique index finds them, only a refusal costs a search.
                try:
                    return self._insert(writer, stream, events, expected)
                except sqlite3.IntegrityError as error:
                    refused = error
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
        stamp = (now - _EPOCH) // _MICROSECOND
        writer.executemany(
            _INSERT,
            [
                (
                    event.id.bytes,
                    stream,
                    version + place,
                    event.type,
                    event.schema_version,
                    stamp,
                    event.actor,
                    event.correlation_id.bytes,
                    event.data,
                )
                for place, event in enumerate(events, 1)
            ],
        )
        # Nobody else writes during the transaction, so the batch has the last positions in a row.
        position = _number(writer, "SELECT last_insert_rowid()") - len(events)
        writer.execute("COMMIT")
        return [
            _recorded(event, stream, version + place, position + place, now)
            for place, event in enumerate(events, 1)
        ]


@contextmanager
def _transaction(writer: sqlite3.Connection) -> Iterator[None]:
    """Hold the write lock of the file; whatever is not committed at the end is rolled back."""
    writer.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        if writer.in_transaction:
            # Where this fails too, the connection's next BEGIN says so; the first error tells more.
            with suppress(sqlite3.Error):
                writer.execute("ROLLBACK")


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


def _recorded(
    event: NewEvent, stream: str, version: int, position: int, now: datetime
) -> RecordedEvent:
    return RecordedEvent(
        id=event.id,
        type=event.type,
        schema_version=event.schema_version,
        data=event.data,
        actor=event.actor,
        correlation_id=event.correlation_id,
        stream=stream,
        version=version,
        position=position,
        recorded_at=now,
    )
