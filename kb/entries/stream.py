"""The stream of an entry, loaded for those who see it."""

from kb import fields
from kb.access import is_operator
from kb.aggregate import Aggregate
from kb.entries.entry import Entry, evolve
from kb.errors import NotFound
from kb.ids import entry_stream
from kb.messages import _
from kb.writer import Writer


def entry_aggregate(entry_id: str) -> Aggregate[Entry]:
    """The stream of an entry, for a `Writer`. Raises `NotFound` if `entry_id` is no id."""
    entry_id = fields.known_id("entry", entry_id)
    return Aggregate(entry_id, entry_stream(entry_id), Entry(id=entry_id), evolve)


def load_entry(writer: Writer, entry_id: str) -> Entry:
    """The present state of an entry; raises `NotFound` for one that the principal does not see."""
    aggregate = entry_aggregate(entry_id)
    if not writer.shown("entry", aggregate.id):
        raise not_found(aggregate.id)
    entry = writer.load(aggregate)
    require_sight(writer, entry)
    return entry


def sees(writer: Writer, entry_id: str) -> bool:
    """Whether there is an entry that the principal sees."""
    return bool(writer.load(entry_aggregate(entry_id)).audience & writer.principal.labels)


def require_sight(writer: Writer, entry: Entry) -> None:
    """Raise `NotFound` unless the principal sees `entry`.

    From the log, as the views may not yet know that it was just hidden.
    """
    if not entry.audience & writer.principal.labels:
        raise not_found(entry.id)


def may_know_erased(writer: Writer, entry: Entry) -> bool:
    """Whether `entry` was erased and the principal may know of it: its author and the operator."""
    principal = writer.principal
    return entry.erased and (entry.author == principal.member or is_operator(principal))


def not_found(entry_id: str) -> NotFound:
    """The error for an entry that is missing or hidden."""
    return NotFound(_("There is no entry {entry_id}.", entry_id=entry_id))
