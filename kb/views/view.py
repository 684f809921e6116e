"""The definition of a view: tables in views.sqlite, and a handler for each class of events."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from sqlite3 import Connection
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from events.event import RecordedEvent
from events.sqlite_files.tables import Table

if TYPE_CHECKING:
    from kb.views.withheld import Aside

Lack = Literal[
    "sight", "text", "entry", "groups", "roles", "profile", "member", "group", "world", "all"
]
"""What an unreadable event may have removed or hidden: an entry from all but its author and the
operator ("sight"), or words of it, so that no later change of who sees it is trusted ("text"); the
entry from all but the operator; groups, roles or profile of a member, or the member; the members of
a group; access for the world; or everything, if even the stream is uncertain.
"""

Handler = Callable[[Connection, RecordedEvent, Any], None]
Withhold = Callable[[Connection, "Aside"], None]


class View(Struct, frozen=True, kw_only=True):
    """A projection into tables of views.sqlite, with a checkpoint and parked events of its own.

    Increase `version` when handlers write other rows into the same tables; the view is then rebuilt
    beside the old one.

    A handler gets the connection, in the transaction of the batch, the event as recorded and its
    decoded payload; if it raises, the event is parked for this view alone. A view ignores events
    without a handler. `reads` names earlier views in the list whose tables its handlers read: if
    one of those is rebuilt, so is this one.

    `seen` has a condition in SQL for each table, by which a principal sees its rows: `SEEN`, given
    an expression for the id of an entry, or `EVERYBODY` or `NOBODY`. Readers have no other access.

    `decides` lists the kinds of streams for which this view alone knows who sees what: while it has
    an event of theirs parked, whatever that may have hidden is withheld; see `kb.views.withheld`.
    It has no default, as a view without it would go on showing what such an event hides. `withhold`
    is called with each event that this view parks, to narrow what its tables show.

    `again` has handlers for classes of events with fields sealed for the actor. One is called with
    an event that the view has taken in and that now reads as erased, and overwrites its remains, if
    any. Without one for such a class, all views are rebuilt instead.
    """

    name: str
    version: int
    tables: tuple[Table, ...]
    handlers: Mapping[type[Struct], Handler]
    seen: Mapping[str, str]
    reads: frozenset[str] = frozenset()
    decides: frozenset[str]
    withhold: Withhold = lambda db, aside: None
    again: Mapping[type[Struct], Handler] = {}


EVERYBODY = "TRUE"
"""The condition for a table without anything confidential about entries and people.

The queries that read it check permissions.
"""

NOBODY = "FALSE"
"""The condition for a table that only the leading process reads."""

SEEN_PARTITION = """partition IN (SELECT partition FROM main.audience
    WHERE label IN (SELECT value FROM json_each(principal_labels())))"""
"""Whether the principal sees a partition: the entries with one set of audience labels."""

NOT_ERASED = "title <> ''"
"""Whether an entry exists: without a title its key is destroyed, so it was erased.

Even if the log has no event of that, as when it is older than the vault.
"""

SEEN = f"""EXISTS (SELECT 1 FROM main.entry AS seen
    WHERE seen.id = {{}} AND seen.{NOT_ERASED} AND seen.{SEEN_PARTITION})"""
"""Whether the principal sees an entry; format it with an expression for the id."""

SEEN_THEN = f"{SEEN.format('main.{0}.entry_id')} AND main.{{0}}.{SEEN_PARTITION}"
"""Whether the principal sees an entry, and would have when the row of table {0} was written.

A row from a time when fewer saw the entry, e.g. as a draft, stays visible to these alone.
"""

NOW_SEEN_BY = "coalesce((SELECT partition FROM entry WHERE id = ?), 0)"
"""The present partition of an entry, for the column `partition`; nobody sees 0."""


def nothing_sealed(db: Connection, event: RecordedEvent, payload: Any) -> None:
    """For `View.again`: the view stores no sealed field of such an event."""


def delete_of_entry(*tables: str) -> Handler:
    """A handler of an entry's erasure that deletes the rows about it, by their `entry_id`."""
    statements = [f"DELETE FROM {table} WHERE entry_id = ?" for table in tables]

    def erased(db: Connection, event: RecordedEvent, _: Any) -> None:
        for statement in statements:
            db.execute(statement, (event.stream.removeprefix("entry-"),))

    return erased


def partition(labels: frozenset[str]) -> int:
    """The number of the partition with these labels; a damaged number belongs to no entry."""
    named = "\0".join(sorted(labels)).encode()
    return int.from_bytes(blake2b(named, digest_size=8).digest()) >> 1


def stored_time(event: RecordedEvent) -> str:
    """When `event` was recorded, as views store it."""
    return to_stored(event.recorded_at)


@lru_cache(maxsize=16)  # events that were appended together have one time
def to_stored(time: datetime) -> str:
    """An aware time as views store it: ISO 8601 in UTC with microseconds, which sorts as text."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def read_time(text: str) -> datetime:
    """The aware time that `to_stored` wrote."""
    return datetime.fromisoformat(text)
