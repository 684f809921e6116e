"""Overwrites remains of erased members in the views.

Handlers delete the rows of what is erased. What a member wrote about the entries of others is in
rows of those, and only that is sought here, so that only the streams concerned are read again, not
the whole log. See `View.again`.
"""

from collections.abc import Iterable
from sqlite3 import Connection

from msgspec import Struct

from events.codec import EventCodec
from events.errors import EventLogError
from events.event import RecordedEvent
from events.log import EventLog
from events.projection import NOT_THE_EVENT
from kb.ids import member_stream
from kb.views import withheld
from kb.views.view_set import ViewSet

SAID = """SELECT position FROM history
    WHERE actor = ? AND what IN (SELECT value FROM json_each(?)) ORDER BY position"""
_MEMBER = member_stream("")


class NotAlone(Exception):
    """The rows with erased data cannot be found, so all views must be rebuilt."""


def write_over(
    connection: Connection,
    views: ViewSet,
    log: EventLog,
    codec: EventCodec,
    streams: Iterable[str],
) -> None:
    """Overwrite every row that holds data sealed with the destroyed keys of `streams`.

    In the caller's transaction. Raises `NotAlone` if an event is parked, as its rows are unknown;
    if a view does not say how to overwrite its rows; and if an event cannot be read.
    """
    if connection.execute(withheld.ANY_PARKED).fetchone():
        raise NotAlone
    members = [each.removeprefix(_MEMBER) for each in streams if each.startswith(_MEMBER)]
    if not members:
        return
    if not views.finds_what_was_said:
        raise NotAlone
    for stream in _said_in(connection, views, log, members):
        for event, payload in _read(stream, log, codec):
            for view, handler in views.again.get(type(payload), ()):
                if handler is None:
                    raise NotAlone(view.name)
                handler(connection, event, payload)


def _read(stream: str, log: EventLog, codec: EventCodec) -> list[tuple[RecordedEvent, Struct]]:
    try:
        with codec.reading():
            return [(event, codec.decode(event)) for event in log.read_stream(stream)]
    except NOT_THE_EVENT:
        raise
    except EventLogError as error:
        raise NotAlone from error


def _said_in(
    connection: Connection, views: ViewSet, log: EventLog, members: Iterable[str]
) -> list[str]:
    """The streams in which they wrote something that is shown with an entry."""
    types = views.said_as_json
    positions = [
        position
        for member in members
        for (position,) in connection.execute(SAID, (member, types)).fetchall()
    ]
    return list(
        dict.fromkeys(event.stream for place in positions for event in log.read(place - 1, 1))
    )
