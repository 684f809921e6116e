"""The SQL of the log, and how events become rows and rows become events."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from events.errors import LogFormatError
from events.event import NewEvent, RecordedEvent

# The order that `_events` takes apart; the second line is NULL but for the first event of a run.
_COLUMNS = (
    "e.position, e.id, e.type, e.schema_version, e.data, e.place, "
    "e.stream, e.last_version - e.size + 1, e.recorded_at, e.actor, e.correlation_id"
)
_PAGE = f"SELECT {_COLUMNS} FROM events AS e WHERE e.position > ? ORDER BY e.position LIMIT ?"
# CROSS JOIN keeps SQLite to this order: no page needs sorting or a scan then.
_STREAM_PAGE = (
    f"SELECT {_COLUMNS} FROM events AS first CROSS JOIN events AS e "
    "ON e.position BETWEEN first.position AND first.position + first.size - 1 "
    "WHERE first.stream = ? AND first.last_version > ? "
    "AND e.position >= ? - first.last_version + first.size + first.position "
    "ORDER BY first.last_version, e.position LIMIT ?"
)
_BY_ID = f"SELECT {_COLUMNS} FROM events AS e WHERE e.id = ?"
_BY_POSITION = f"SELECT {_COLUMNS} FROM events AS e WHERE e.position = ?"
STREAM_VERSION = "SELECT coalesce(max(last_version), 0) FROM events WHERE stream = ?"
HEAD = "SELECT coalesce(max(position), 0) FROM events"
DATA_VERSION = "PRAGMA data_version"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LARGEST = 2**63 - 1  # the largest whole number that SQLite knows
_ROWS_PER_INSERT = 100
_ORIGIN = attrgetter("actor", "correlation_id")

Row = tuple[Any, ...]


def number(connection: sqlite3.Connection, query: str, parameters: Sequence[str | int] = ()) -> int:
    """The one whole number that `query` answers."""
    found: int = connection.execute(query, parameters).fetchone()[0]
    return found


def page(reader: sqlite3.Connection, after: int, limit: int) -> list[RecordedEvent]:
    """The next events of the log."""
    return _events(reader, reader.execute(_PAGE, (min(after, _LARGEST), limit)).fetchall())


def stream_page(
    reader: sqlite3.Connection, stream: str, after: int, limit: int
) -> list[RecordedEvent]:
    """The next events of a stream, `after` being a version."""
    after = min(after, _LARGEST)
    return _events(reader, reader.execute(_STREAM_PAGE, (stream, after, after, limit)).fetchall())


def known_events(
    reader: sqlite3.Connection, events: Iterable[NewEvent]
) -> dict[UUID, RecordedEvent]:
    """Those of `events` whose ids the log has, as recorded."""
    rows = [reader.execute(_BY_ID, (event.id.bytes,)).fetchone() for event in events]
    return {event.id: event for row in rows if row for event in _events(reader, [row])}


def insert(
    writer: sqlite3.Connection, stream: str, events: Sequence[NewEvent], version: int, now: datetime
) -> list[RecordedEvent]:
    """Write `events` behind `version` of the stream, in the caller's transaction.

    SQLite raises `IntegrityError` if an id is known or the stream is at another version.
    """
    version = min(version, _LARGEST - len(events))
    stamp = (now - _EPOCH) // _MICROSECOND
    recorded: list[RecordedEvent] = []
    for (actor, correlation_id), group in groupby(events, _ORIGIN):
        run = list(group)
        first_version = version + len(recorded) + 1
        last_version = version + len(recorded) + len(run)
        origin = (len(run), stream, last_version, stamp, actor, correlation_id.bytes)
        # Nobody else writes during the transaction, so the events stand next to each other.
        first_position = _insert_run(writer, run, origin) - len(run) + 1
        recorded += [
            RecordedEvent(
                id=event.id,
                type=event.type,
                schema_version=event.schema_version,
                data=event.data,
                actor=actor,
                correlation_id=correlation_id,
                stream=stream,
                version=first_version + place,
                position=first_position + place,
                recorded_at=now,
            )
            for place, event in enumerate(run)
        ]
    return recorded


def _insert_run(writer: sqlite3.Connection, run: Sequence[NewEvent], origin: Row) -> int:
    """Insert the rows of a run, with its `origin` on the first, and answer the last position."""
    last = 0
    for start in range(0, len(run), _ROWS_PER_INSERT):
        part = run[start : start + _ROWS_PER_INSERT]
        values: list[Any] = [] if start else [*origin]
        for event in part:
            values += (event.id.bytes, event.type, event.schema_version, event.data)
        last = writer.execute(_insert_statement(start, len(part)), values).lastrowid or 0
    return last


@cache
def _insert_statement(start: int, rows: int) -> str:
    """One statement for many rows: the counter of AUTOINCREMENT is then written once for all."""
    origins = [
        "?, ?, ?, ?, ?, ?" if place == 0 else "NULL, NULL, NULL, NULL, NULL, NULL"
        for place in range(start, start + rows)
    ]
    values = ", ".join(
        f"({origin}, {place}, ?, ?, ?, ?)" for place, origin in enumerate(origins, start)
    )
    return (
        "INSERT INTO events (size, stream, last_version, recorded_at, actor, correlation_id, "
        f"place, id, type, schema_version, data) VALUES {values}"
    )


def _events(reader: sqlite3.Connection, rows: Sequence[Row]) -> list[RecordedEvent]:
    """The events of rows that follow one another, each with the origin of its run."""
    events: list[RecordedEvent] = []
    for row in rows:
        position, id_, type_, schema_version, data, place = row[:6]
        if place == 0 or not events:
            stream, version, now, actor, correlation_id = _origin(reader, row)
        events.append(
            RecordedEvent(
                id=UUID(bytes=id_),
                type=type_,
                schema_version=schema_version,
                data=data,
                actor=actor,
                correlation_id=correlation_id,
                stream=stream,
                version=version + place,
                position=position,
                recorded_at=now,
            )
        )
    return events


def _origin(reader: sqlite3.Connection, row: Row) -> tuple[str, int, datetime, str, UUID]:
    """What the run of `row` has in common: stream, first version, time, actor, correlation id."""
    position, place = row[0], row[5]
    first = reader.execute(_BY_POSITION, (position - place,)).fetchone() if place else row
    if first is None or first[6] is None:
        raise LogFormatError(
            f"The log is damaged before position {position}: put back a copy of it."
        )
    stream, version, stamp, actor, correlation_id = first[6:]
    now = _EPOCH + timedelta(microseconds=stamp)
    return stream, version, now, actor, UUID(bytes=correlation_id)
