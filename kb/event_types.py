"""The stable names under which the knowledge base's events are stored."""

from events.codec import EventCodec, EventType
from kb.endorsements.endorsement import EndorsementWithdrawn, EntryEndorsed
from kb.entries.entry import (
    EntryArchived,
    EntryContributed,
    EntryRelated,
    EntryRestored,
    EntryRevised,
    EntryTagged,
    EntryUnrelated,
    EntryUntagged,
)
from kb.reuse.reuse import ReuseOutcomeUpdated, ReuseRecorded

EVENT_TYPES = (
    EventType(name="entry-contributed", schema_version=1, cls=EntryContributed),
    EventType(name="entry-revised", schema_version=1, cls=EntryRevised),
    EventType(name="entry-tagged", schema_version=1, cls=EntryTagged),
    EventType(name="entry-untagged", schema_version=1, cls=EntryUntagged),
    EventType(name="entry-related", schema_version=1, cls=EntryRelated),
    EventType(name="entry-unrelated", schema_version=1, cls=EntryUnrelated),
    EventType(name="entry-archived", schema_version=1, cls=EntryArchived),
    EventType(name="entry-restored", schema_version=1, cls=EntryRestored),
    EventType(name="entry-endorsed", schema_version=1, cls=EntryEndorsed),
    EventType(name="endorsement-withdrawn", schema_version=1, cls=EndorsementWithdrawn),
    EventType(name="reuse-recorded", schema_version=1, cls=ReuseRecorded),
    EventType(name="reuse-outcome-updated", schema_version=1, cls=ReuseOutcomeUpdated),
)


def build_codec() -> EventCodec:
    """The codec that knows every event of the knowledge base."""
    return EventCodec(EVENT_TYPES)
