"""One plain sentence for every event, as the history of an entry shows it."""

from msgspec import Struct

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
from kb.entries.relation import reads
from kb.reuse.reuse import ReuseOutcomeUpdated, ReuseRecorded


def describe(event: Struct) -> str:
    """What happened, without who and when; "" for an event of no known class."""
    match event:
        case EntryContributed() | EntryRevised():
            return _describe_text(event)
        case EntryTagged(tag=tag):
            return f"Tagged “{tag}”."
        case EntryUntagged(tag=tag):
            return f"Tag “{tag}” taken off."
        case EntryRelated(relation=relation):
            return f"Relation stated: {reads(relation.type)} {relation.target}."
        case EntryUnrelated(relation=relation):
            return f"Relation withdrawn: {reads(relation.type)} {relation.target}."
        case EntryArchived(reason=reason, successor=successor):
            return f"Archived: {reason}" + (f" Replaced by {successor}." if successor else "")
        case EntryRestored():
            return "Restored."
        case EntryEndorsed(reason=reason):
            return f"Endorsed: {reason}"
        case EndorsementWithdrawn():
            return "Endorsement withdrawn."
        case ReuseRecorded() | ReuseOutcomeUpdated():
            return _describe_reuse(event)
        case _:
            return ""


def _describe_text(event: EntryContributed | EntryRevised) -> str:
    title = event.content.title
    if isinstance(event, EntryRevised):
        return f"Revised: “{title}”" + (f" ({event.note})." if event.note else ".")
    if event.source:
        return f"Imported from {event.source.name}: “{title}”."
    return f"Imported: “{title}”." if event.imported else f"Contributed: “{title}”."


def _describe_reuse(event: ReuseRecorded | ReuseOutcomeUpdated) -> str:
    outcome = event.outcome.replace("-", " ")
    if isinstance(event, ReuseRecorded):
        return f"Reused by {event.group}, {outcome}: {event.context}"
    return f"Reuse updated, {outcome}: {event.note}"
