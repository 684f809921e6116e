"""Event log in one SQLite file: one writer at a time, many readers."""

import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from events.batch import answer_known, check_batch
from events.clock import utc_now
from events.errors import LogFormatError, LogUnavailable, VersionConflict
from events.event import RecordedEvent, StreamWrite
from events.marks import Mark, no_position
from events.sqlite_file import explain, explained, open_frozen, open_reader, open_writer
from events.sqlite_frozen import Frozen
from events.sqlite_insert import HeadMoved, insert, other_version
from events.sqlite_layout import LOG
from events.sqlite_older import fill_log
from events.sqlite_rows import (
    DATA_VERSION,
    HEAD,
    LARGEST,
    LAST_POSITION,
    damaged,
    known_events,
    mark_at,
    number,
    of_types,
    page,
    read_identity,
    stream_page,
)

_ROWS_PER_PAGE = 1000  # a long read transaction would keep the WAL file from being reset
_POLL_SECONDS = 0.02  # how often a waiting reader looks for commits of other processes
_IDLE_READERS = 8


class SqliteEventLog:
    """An `EventLog` in the file at `path`, durable when `append` returns.

    With `create` a missing or empty file becomes a new log; one of the previous format is
    migrated. A write waits up to `lock_timeout` seconds for another process, and is refused while
    the file is `frozen`. Raises `LogFormatError` for a file that is not a log of ours and
    `LogUnavailable` for one that cannot be used.
    """

    def __init__(
        self,
        path: Path,
        *,
        create: bool = False,
        clock: Callable[[], datetime] = utc_now,
        lock_timeout: float = 10.0,
        frozen: Frozen | None = None,
    ) -> None:
        self._path = path
        self._frozen = frozen
        self._clock = clock
        self._lock_timeout = lock_timeout
        self._changed = threading.Condition()  # guards what follows, notified of appends
        self._closed = False
        self._idle: list[sqlite3.Connection] = []
        self._write_lock = threading.Lock()
        self._writer = (
            open_frozen(path, LOG, timeout=lock_timeout, frozen=frozen)
            if frozen
            else open_writer(path, LOG, create=create, timeout=lock_timeout, fill=fill_log)
        )
        try:
            with explained(path, LOG):
                self._identity = read_identity(self._writer)
                # One snapshot, whatever other processes append meanwhile.
                self._writer.execute("BEGIN")
                self._head = self._read_head(self._writer)
                self._writer.execute("COMMIT")
        except BaseException:
            self._writer.close()
            raise

    def append(self, *writes: StreamWrite) -> list[RecordedEvent]:
        check_batch(writes)
        with self._write_lock:
            self._refuse_if_closed()
            if self._frozen:
                self._frozen.refuse()
            try:
                recorded = self._append(writes)
            except sqlite3.Error as error:
                raise explain(error, self._path, LOG) from error
        with self._changed:
            self._changed.notify_all()
        return recorded

    def read_stream(self, stream: str, after_version: int = 0) -> list[RecordedEvent]:
        found: list[RecordedEvent] = []
        with self._reading() as reader:
            while not found or len(found) % _ROWS_PER_PAGE == 0:
                last = found[-1].version if found else after_version
                part = stream_page(reader, stream, last, _ROWS_PER_PAGE)
                found += part
                if not part:
                    break
        self._refuse_gap(after_version, [event.version for event in found])
        return found

    def read(self, after: int, limit: int) -> list[RecordedEvent]:
        found: list[RecordedEvent] = []
        with self._reading() as reader:
            while (wanted := min(limit - len(found), _ROWS_PER_PAGE)) > 0:
                part = page(reader, found[-1].position if found else after, wanted)
                found += part
                if len(part) < wanted:
                    break
        self._refuse_gap(after, [event.position for event in found])
        return found

    def of_types(self, types: Collection[str]) -> list[RecordedEvent]:
        with self._reading() as reader:
            found = of_types(reader, types)
        return [event for event in found if event.type in types]

    def head(self) -> int:
        with self._reading() as reader:
            return number(reader, HEAD)

    def mark(self, position: int | None = None) -> Mark:
        with self._reading() as reader:
            at = number(reader, HEAD) if position is None else position
            found = mark_at(reader, self._identity, at)
        if found is None:
            raise no_position(at)
        return found

    def wait(self, after: int, timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        with self._reading() as reader, self._changed:
            seen = None
            while not self._closed:
                # Changes with every commit of another connection, in any process.
                data_version = number(reader, DATA_VERSION)
                if data_version != seen and number(reader, HEAD) > after:
                    return True
                seen = data_version
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(min(left, _POLL_SECONDS))
        return False

    def close(self) -> None:
        with self._write_lock:
            with self._changed:
                self._closed = True
                idle, self._idle = self._idle, []
                self._changed.notify_all()
            for connection in (*idle, self._writer):
                connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a read-only connection from the pool."""
        with self._changed:
            self._refuse_if_closed()
            reader = self._idle.pop() if self._idle else None
        reader = reader or open_reader(
            self._path, LOG, timeout=self._lock_timeout, frozen=self._frozen
        )
        try:
            with explained(self._path, LOG):
                yield reader
        finally:
            with self._changed:
                keep = not self._closed and len(self._idle) < _IDLE_READERS
                if keep:
                    self._idle.append(reader)
            if not keep:
                reader.close()

    def _refuse_gap(self, after: int, numbers: list[int]) -> None:
        """Detect events that were deleted by circumventing the triggers."""
        first = max(after, 0) + 1
        if numbers != list(range(first, first + len(numbers))):
            raise LogFormatError(
                "The log {path} is damaged, events are missing: put back a copy.", path=self._path
            )

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise LogUnavailable("The log is closed: open it again to use it.")

    def _append(self, writes: Sequence[StreamWrite]) -> list[RecordedEvent]:
        # Reading the head each time costs more than retrying after an append by another process.
        try:
            return self._append_behind_head(writes, moved=False)
        except HeadMoved:
            return self._append_behind_head(writes, moved=True)

    def _append_behind_head(
        self, writes: Sequence[StreamWrite], *, moved: bool
    ) -> list[RecordedEvent]:
        writer = self._writer
        refused: VersionConflict | sqlite3.IntegrityError | None = None
        # For a single stream a trigger checks the version; only when it refuses do we check too.
        first = writes[0] if len(writes) == 1 else None
        alone = first is not None and 0 < len(first.events) < LARGEST - first.expected_version
        writer.execute("BEGIN IMMEDIATE")
        try:
            if not alone:
                refused = other_version(writer, writes)
            if refused is None:
                # Only inside the transaction can nobody append meanwhile.
                before = self._read_head(writer) if moved else self._head
                now = self._clock().astimezone(UTC)
                recorded, head = insert(writer, writes, now, before)
                writer.execute("COMMIT")
                self._head = head
                return recorded
        except sqlite3.IntegrityError as error:
            refused = (other_version(writer, writes) if alone else None) or error
        finally:
            if writer.in_transaction:
                # If this fails too, the next BEGIN raises; the first error is more telling.
                with suppress(sqlite3.Error):
                    writer.execute("ROLLBACK")
        # A known id is rare, so ids are looked up only after a refusal.
        known = known_events(writer, [event for write in writes for event in write.events])
        if known:
            return answer_known(writes, known)
        if isinstance(refused, VersionConflict):
            raise refused
        raise LogFormatError(
            "The log {path} refused an event: {why}.", path=self._path, why=refused
        ) from refused

    def _read_head(self, connection: sqlite3.Connection) -> Mark:
        """The mark at the head; call it in a transaction, as others may append between statements.

        Raises `LogFormatError` where SQLite has already assigned later positions.
        """
        head = number(connection, HEAD)
        mark = mark_at(connection, self._identity, head)
        if mark is None or head != number(connection, LAST_POSITION):
            raise damaged(connection, f"events are missing after position {head}")
        return mark
