"""SQL that reads the log, and the mapping of its rows to events."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

from msgspec import Struct

from events.chain import (
    checksum_of,
    hash_of,
    hash_up_to,
    read_stamp,
)
from events.errors import LogFormatError
from events.event import DAMAGED_TYPE, DamagedEvent, NewEvent, RecordedEvent
from events.marks import Mark

# In the order that `as_event` and `as_run` unpack; lines 2 and 3 are NULL except at `place` 0.
_COLUMNS = (
    "e.position, e.id, e.type, e.schema_version, e.data, e.place, e.sum, "
    "e.size, e.stream, e.last_version, e.recorded_at, e.actor, e.correlation_id, "
    "e.hash_before, e.run_hash"
)
_PLACE, _SUM, RUN = 5, 6, 7
"""Indexes of a row's place in its run, of its checksum, and of the first shared field."""

PAGE = f"SELECT {_COLUMNS} FROM events AS e WHERE e.position > ? ORDER BY e.position LIMIT ?"
# CROSS JOIN fixes the join order, so that no page needs a sort or a scan.
_STREAM_PAGE = (
    f"SELECT {_COLUMNS} FROM events AS first CROSS JOIN events AS e "
    "ON e.position BETWEEN first.position AND first.position + first.size - 1 "
    "WHERE first.stream = ? AND first.last_version > ? "
    "AND e.position >= ? - first.last_version + first.size + first.position "
    "ORDER BY first.last_version, e.position LIMIT ?"
)
_BY_ID = f"SELECT {_COLUMNS} FROM events AS e WHERE e.id = ?"
_BY_POSITION = f"SELECT {_COLUMNS} FROM events AS e WHERE e.position = ?"
_OF_TYPES = (
    f"SELECT {_COLUMNS} FROM events AS e WHERE e.type IN (SELECT value FROM json_each(?)) "
    "ORDER BY e.position"
)
STREAM_VERSION = "SELECT coalesce(max(last_version), 0) FROM events WHERE stream = ?"
HEAD = "SELECT coalesce(max(position), 0) FROM events"
DATA_VERSION = "PRAGMA data_version"
LAST_POSITION = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0)"
"""The last position that SQLite has assigned."""

_IDENTITY = "SELECT value, hash FROM identity"
_PARTS = "SELECT id, sum FROM events WHERE position BETWEEN ? AND ? ORDER BY position"

LARGEST = 2**63 - 1  # the largest whole number that SQLite knows
_NO_ID = UUID(int=0)

Row = tuple[Any, ...]


def number(connection: sqlite3.Connection, query: str, parameters: Sequence[str | int] = ()) -> int:
    """The single integer that `query` returns."""
    found: int = connection.execute(query, parameters).fetchone()[0]
    return found


def page(reader: sqlite3.Connection, after: int, limit: int) -> list[RecordedEvent]:
    """The next events of the log."""
    return _events(reader, fetched(reader, PAGE, (min(after, LARGEST), limit)))


def stream_page(
    reader: sqlite3.Connection, stream: str, after: int, limit: int
) -> list[RecordedEvent]:
    """The next events of a stream after a version."""
    after = min(after, LARGEST)
    return _events(reader, fetched(reader, _STREAM_PAGE, (stream, after, after, limit)))


def of_types(reader: sqlite3.Connection, types: Iterable[str]) -> list[RecordedEvent]:
    """The events of these types, damaged rows that name such a type as `DamagedEvent`."""
    rows = fetched(reader, _OF_TYPES, (json.dumps(list(types)),))
    return [event for row in rows for event in _events(reader, [row])]


def known_events(
    reader: sqlite3.Connection, events: Iterable[NewEvent]
) -> dict[UUID, RecordedEvent]:
    """The recorded events that have the ids of `events`, by id."""
    rows = [row for each in events for row in fetched(reader, _BY_ID, (each.id.bytes,))]
    return {event.id: event for row in rows for event in _events(reader, [row])}


def read_identity(connection: sqlite3.Connection) -> bytes:
    """The identity of the log. Raises `LogFormatError` if it is damaged."""
    rows = connection.execute(_IDENTITY).fetchall()
    if len(rows) != 1 or hash_of(rows[0][0]) != rows[0][1]:
        raise damaged(connection, "where it says which one it is")
    identity: bytes = rows[0][0]
    return identity


def write_identity(connection: sqlite3.Connection, identity: bytes) -> None:
    """Store the identity of a new log."""
    connection.execute("INSERT INTO identity VALUES (?, ?)", (identity, hash_of(identity)))


def mark_at(connection: sqlite3.Connection, identity: bytes, position: int) -> Mark | None:
    """The mark at `position`, None if there is no such event; in the caller's transaction."""
    if position == 0:
        return Mark(identity, 0, identity)
    rows = fetched(connection, _BY_POSITION, (max(0, min(position, LARGEST)),))
    if not rows:
        return None
    run = _run(connection, rows[0])
    so_far = connection.execute(_PARTS, (run.position, position)).fetchall()
    return Mark(identity, position, hash_up_to(run.hash, chain.from_iterable(so_far)))


class _Shared(Struct, frozen=True):
    """The first position of a run, and the fields that its events share."""

    position: int
    stream: str
    version: int
    recorded_at: datetime
    actor: str
    correlation_id: UUID
    hash: bytes


def _events(reader: sqlite3.Connection, rows: Sequence[Row]) -> list[RecordedEvent]:
    """The events of rows, each with the shared fields of its run.

    Raises `LogFormatError` where these are damaged, as the stream is then unknown.
    """
    events: list[RecordedEvent] = []
    run: _Shared | None = None
    for row in rows:
        position, place = row[0], row[5]
        if place == 0 or run is None:
            run = _run(reader, row)
        if place != position - run.position:
            raise damaged(reader, f"position {position}")
        events.append(_checked(run, row))
    return events


def _run(reader: sqlite3.Connection, row: Row) -> _Shared:
    """The run of `row`. Raises `LogFormatError`."""
    position, place = row[0], row[5]
    try:
        [first] = fetched(reader, _BY_POSITION, (position - place,)) if place else [row]
        if hash_of(*first[RUN:-1]) == first[-1]:
            return as_run(first)
    except (TypeError, ValueError, OverflowError):
        pass  # no such row, or values of other types
    raise damaged(reader, f"position {position}")


def as_run(first: Row) -> _Shared:
    """Unpack a row without checking it. Raises `TypeError`, `ValueError` or `OverflowError`."""
    size, stream, last_version, stamped, actor, correlation_id, _, found = first[RUN:]
    return _Shared(
        position=first[0],
        stream=stream,
        version=last_version - size + 1,
        recorded_at=read_stamp(stamped),
        actor=actor,
        correlation_id=UUID(bytes=correlation_id),
        hash=found,
    )


def as_event(run: _Shared, row: Row) -> RecordedEvent:
    """Unpack a row without checking it. Raises `TypeError`, `ValueError` or `OverflowError`."""
    position, id_, type_, schema_version, data, place = row[:6]
    return RecordedEvent(
        id=UUID(bytes=id_),
        type=type_,
        schema_version=schema_version,
        data=data,
        actor=run.actor,
        correlation_id=run.correlation_id,
        stream=run.stream,
        version=run.version + place,
        position=position,
        recorded_at=run.recorded_at,
    )


def _checked(run: _Shared, row: Row) -> RecordedEvent:
    try:
        if checksum_of(*row[:_PLACE]) == row[_SUM]:
            return as_event(run, row)
    except (TypeError, ValueError, OverflowError):
        pass  # values of other types
    return DamagedEvent(
        id=_NO_ID,
        type=DAMAGED_TYPE,
        schema_version=0,
        data=b"",
        actor=run.actor,
        correlation_id=run.correlation_id,
        stream=run.stream,
        version=run.version + row[5],
        position=row[0],
        recorded_at=run.recorded_at,
    )


def fetched(
    reader: sqlite3.Connection, query: str, parameters: Sequence[str | int | bytes]
) -> list[Row]:
    """All rows; bytes that are not UTF-8 are replaced, so that the checksum fails."""
    try:
        return reader.execute(query, parameters).fetchall()
    except sqlite3.OperationalError as error:
        if hasattr(error, "sqlite_errorcode"):
            raise
    reader.text_factory = lambda text: text.decode(errors="replace")
    try:
        return reader.execute(query, parameters).fetchall()
    finally:
        reader.text_factory = str


def damaged(connection: sqlite3.Connection, where: str) -> LogFormatError:
    """The error for a log that is damaged at `where`."""
    path = Path(connection.execute("PRAGMA database_list").fetchone()[2])
    return damaged_at(path, where)


def damaged_at(path: Path, where: str) -> LogFormatError:
    """The error for the log at `path`, damaged at `where`."""
    return LogFormatError(
        "The log {path} is damaged ({where}): put back a copy of it.",
        path=path,
        where=where.rstrip("."),
    )
