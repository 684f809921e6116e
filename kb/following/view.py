"""The shape of a view: tables in views.sqlite, and what each class of events does to them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from sqlite3 import Connection
from typing import Any

from msgspec import Struct

from events.event import RecordedEvent

Handler = Callable[[Connection, RecordedEvent, Any], None]
Withhold = Callable[[Connection, RecordedEvent, str | None], None]


class View(Struct, frozen=True, kw_only=True):
    """Tables, and the handlers that keep them up.

    `tables` are the statements that make them. A handler gets the connection, inside the batch's
    transaction, the event as recorded and its decoded payload; whatever it raises parks the event.
    `seen` says of each table about entries which of its rows an asker sees: a condition in SQL, in
    which `SEEN` of an expression asks about the entry with that id. Readers have no other way in.
    `withhold` is called with an event that was kept aside, and the entry that it is about if that
    is known, to narrow what the tables show; see `kb.following.withheld`.
    """

    tables: tuple[str, ...]
    handlers: Mapping[type[Struct], Handler]
    seen: Mapping[str, str]
    withhold: Withhold = lambda db, event, entry_id: None


SEEN_PARTITION = """partition IN (SELECT partition FROM main.audience
    WHERE label IN (SELECT value FROM json_each(asker_labels())))"""
"""Whether the asker sees the entries of a partition: all those with the same audience labels."""

SEEN = f"""EXISTS (SELECT 1 FROM main.entry AS seen
    WHERE seen.id = {{}} AND seen.{SEEN_PARTITION})"""
"""Whether the asker sees an entry, to be formatted with an expression for its id."""


def stored_time(event: RecordedEvent) -> str:
    """When `event` was recorded, as views store it."""
    return to_stored(event.recorded_at)


def to_stored(time: datetime) -> str:
    """An aware time as views store it: ISO 8601 in UTC with microseconds, which sorts as text."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def read_time(text: str) -> datetime:
    """The aware time that `to_stored` wrote."""
    return datetime.fromisoformat(text)
