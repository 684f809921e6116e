"""The endorsement aggregate: one stream per member and entry."""

from msgspec import Struct


class EntryEndorsed(Struct, frozen=True, kw_only=True):
    """A member vouches for an entry. The member is the event's actor."""

    entry_id: str
    member: str
    reason: str


class EndorsementWithdrawn(Struct, frozen=True, kw_only=True):
    """The member no longer vouches for it."""

    entry_id: str
    member: str
