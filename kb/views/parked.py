"""Parked events of the index, in a small file beside it."""

import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path

from msgspec.structs import asdict

from events.chain import hash_of
from events.clock import utc_now
from events.codec import EventCodec
from events.errors import EventDataError, EventLogError, SealedDataError, UnknownEventType
from events.log import EventLog
from events.projection import ParkedEvent
from events.sqlite_files.opening import connect, is_empty, transaction
from events.sqlite_files.tables import Table, database, make
from kb.views.view import read_time, to_stored

TABLE = Table(
    "parked", "projection, position integer, type, stream, error, parked_at", "projection, position"
)
ALL = "SELECT projection, position, type, stream, error, parked_at FROM parked ORDER BY position"


_BROKEN = (sqlite3.DatabaseError, ValueError, TypeError)
_UNREADABLE = tuple(kind.__name__ for kind in (SealedDataError, EventDataError, UnknownEventType))


def readable(parked: ParkedEvent, log: EventLog, codec: EventCodec) -> bool:
    """Whether an event that was parked as unreadable can be read by now.

    A sound copy of log or vault was put back, or this version of the program knows its type.
    """
    if not parked.error.startswith(_UNREADABLE):
        return False
    try:
        for event in log.read(parked.position - 1, 1):
            codec.decode(event)
    except EventLogError:
        return False
    return True


def parked_of(row: tuple[str, int, str, str, str, str]) -> ParkedEvent:
    """The event of a row: projection, position, type, stream, error, when it was parked."""
    projection, position, type_name, stream, error, parked_at = row
    return ParkedEvent(
        projection=projection,
        position=position,
        type=type_name,
        stream=stream,
        error=error,
        parked_at=read_time(parked_at),
    )


class ParkedFile:
    """The file at `path`; made when the first event is parked."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, events: Sequence[ParkedEvent]) -> None:
        """Park `events`; one that is parked already gets the new error."""
        with self._open() as db, transaction(db):
            make(db, [TABLE], missing=True)
            rows = [{**asdict(event), "parked_at": to_stored(event.parked_at)} for event in events]
            database(db).table(TABLE.name).upsert_all(rows, pk=("projection", "position"))

    def all(self) -> list[ParkedEvent]:
        """The parked events, by position; one that stands for the file if that is unreadable."""
        try:
            return self._all()
        except _BROKEN as error:
            return [self._unreadable(error)]

    def broken(self) -> bool:
        """Whether the file cannot be read."""
        try:
            self._all()
        except _BROKEN:
            return True
        return False

    def _all(self) -> list[ParkedEvent]:
        if not self._path.exists():
            return []
        with self._open() as db:
            return [] if is_empty(db) else list(map(parked_of, db.execute(ALL)))

    def _unreadable(self, error: Exception) -> ParkedEvent:
        return ParkedEvent(
            projection="index",
            position=0,
            type="",
            stream="",
            error=f"What the index could not take in cannot be read ({error}): it is made anew.",
            parked_at=utc_now(),
        )

    def sum(self, position: int, head: int) -> bytes | None:
        """A hash of the events parked up to `position`.

        None if they cannot be read, or one is beyond the `head` of the log.
        """
        try:
            places = [(each.position, each.type, each.stream) for each in self._all()]
            if any(place[0] > head for place in places):
                return None
            return hash_of(*(place for place in places if place[0] <= position))
        except _BROKEN:
            return None

    def clear(self) -> None:
        """Delete all parked events."""
        self._path.unlink(missing_ok=True)

    def _open(self) -> AbstractContextManager[sqlite3.Connection]:
        return closing(connect(self._path, "rwc", wait=30.0))
