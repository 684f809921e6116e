"""The endorsement aggregate: one stream per member and entry."""

from msgspec import Struct, structs

from kb.access import OPERATOR
from kb.entries.content import Source
from kb.errors import Refused
from kb.messages import _


class EntryEndorsed(Struct, frozen=True, kw_only=True):
    """A member vouches for an entry. The member is the event's actor."""

    entry_id: str
    member: str
    reason: str


class EndorsementWithdrawn(Struct, frozen=True, kw_only=True):
    """The member no longer vouches for it."""

    entry_id: str
    member: str


EndorsementEvent = EntryEndorsed | EndorsementWithdrawn


class Endorsement(Struct, frozen=True, kw_only=True):
    """The state of a member's endorsement of an entry; `reason` is None without one."""

    entry_id: str
    member: str
    version: int = 0
    reason: str | None = None


def evolve(endorsement: Endorsement, event: EndorsementEvent) -> Endorsement:
    """The endorsement after `event`."""
    reason = event.reason if isinstance(event, EntryEndorsed) else None
    return structs.replace(endorsement, version=endorsement.version + 1, reason=reason)


def is_own(author: str, source: Source | None, member: str | None) -> bool:
    """Whether an entry is the member's own, which they cannot vouch for.

    Who imports an entry from a source has not written it, and the operator is no member: several
    people may be one in a base without signing in.
    """
    return author == member and author != OPERATOR and source is None


def endorse(endorsement: Endorsement, reason: str) -> list[EndorsementEvent]:
    """The events of vouching for the entry; none if the same reason was given already."""
    if reason == endorsement.reason:
        return []
    return [EntryEndorsed(entry_id=endorsement.entry_id, member=endorsement.member, reason=reason)]


def withdraw(endorsement: Endorsement) -> list[EndorsementEvent]:
    """The events of taking it back. Raises `Refused` if there is nothing to withdraw."""
    entry_id = endorsement.entry_id
    if endorsement.reason is None:
        raise Refused(
            _(
                "You do not endorse entry {entry_id}, so there is nothing to withdraw.",
                entry_id=entry_id,
            )
        )
    return [EndorsementWithdrawn(entry_id=entry_id, member=endorsement.member)]
