"""The shape of a view: tables in views.sqlite, and what each class of events does to them."""

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
"""What may have been taken away: who beside its author and the operator sees an entry; words of it,
so that a later change of who sees it is not believed; the entry, from all but the operator; groups,
roles or profile of a member, or the member; the members of a group; what is open to the world; and
everything, where not even the stream is certain.
"""

Handler = Callable[[Connection, RecordedEvent, Any], None]
Withhold = Callable[[Connection, "Aside"], None]


class View(Struct, frozen=True, kw_only=True):
    """A projection into tables of views.sqlite, with a checkpoint and parked events of its own.

    `version` is counted up when handlers write other rows into the same tables; the view is then
    made anew beside the old one.

    A handler gets the connection, inside the batch's transaction, the event as recorded and its
    decoded payload; whatever it raises parks the event for this view alone. An event without a
    handler means nothing to the view. `reads` names the views before this one in the list whose
    tables its handlers read: where one of those is made anew, so is this one.

    `seen` says of every table which of its rows a principal sees: a condition in SQL, in which
    `SEEN` of an expression asks about the entry with that id, or `EVERYBODY` or `NOBODY`. Readers
    have no other way in.

    `decides` lists the kinds of streams of which this view alone knows who sees what, none if there
    are none: what an event of theirs could have taken away is withheld while this view has it
    parked; see `kb.views.withheld`. It has no default, as a view that forgot it would go on showing
    what such an event hides. `withhold` is called with an event that this view parks, to narrow
    what the tables show.

    `again` says for classes of events with something sealed for who acts what the view does with
    one that it has taken in and that reads as erased by now: it writes over what it holds of it, in
    a row that may be gone. Where it has none for such a class, all views are made anew instead.
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
"""The condition for a table that tells nothing of entries and people that not everybody may know.

Who may ask for it at all is decided by the queries that read it.
"""

NOBODY = "FALSE"
"""The condition for a table that the process that leads alone looks up."""

SEEN_PARTITION = """partition IN (SELECT partition FROM main.audience
    WHERE label IN (SELECT value FROM json_each(principal_labels())))"""
"""Whether the principal sees the entries of a partition: those with the same audience labels."""

NOT_ERASED = "title <> ''"
"""Whether an entry is there: without a title its key is destroyed, so it was erased.

That holds even if the log has no event of it, as one that is older than the vault.
"""

SEEN = f"""EXISTS (SELECT 1 FROM main.entry AS seen
    WHERE seen.id = {{}} AND seen.{NOT_ERASED} AND seen.{SEEN_PARTITION})"""
"""Whether the principal sees an entry, to be formatted with an expression for its id."""

SEEN_THEN = f"{SEEN.format('main.{0}.entry_id')} AND main.{{0}}.{SEEN_PARTITION}"
"""Whether the principal sees an entry, and would have when the row of table {0} was written.

What was recorded while fewer saw the entry stays theirs, e.g. of a draft that was shown to others.
"""

NOW_SEEN_BY = "coalesce((SELECT partition FROM entry WHERE id = ?), 0)"
"""The partition that an entry has now, for the column `partition`; nobody sees 0."""


def nothing_sealed(db: Connection, event: RecordedEvent, payload: Any) -> None:
    """For `View.again`: the view keeps nothing of such an event that was sealed."""


def delete_of_entry(*tables: str) -> Handler:
    """A handler of an entry's erasure that deletes the rows about it, by their `entry_id`."""
    statements = [f"DELETE FROM {table} WHERE entry_id = ?" for table in tables]

    def erased(db: Connection, event: RecordedEvent, _: Any) -> None:
        for statement in statements:
            db.execute(statement, (event.stream.removeprefix("entry-"),))

    return erased


def partition(labels: frozenset[str]) -> int:
    """The number of all entries with these labels; a damaged one is that of no entry."""
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
