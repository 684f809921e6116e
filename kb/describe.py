"""One plain sentence for every event, as the history of an entry shows it."""

from collections.abc import Callable, Mapping
from typing import Any

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


def _contributed(event: EntryContributed) -> str:
    title = event.content.title
    if event.source:
        return f"Imported from {event.source.name}: “{title}”."
    return f"Imported: “{title}”." if event.imported else f"Contributed: “{title}”."


def _revised(event: EntryRevised) -> str:
    return f"Revised: “{event.content.title}”" + (f" ({event.note})." if event.note else ".")


def _archived(event: EntryArchived) -> str:
    return f"Archived: {event.reason}" + (
        f" Replaced by {event.successor}." if event.successor else ""
    )


def _related(event: EntryRelated | EntryUnrelated) -> str:
    what = "stated" if isinstance(event, EntryRelated) else "withdrawn"
    return f"Relation {what}: {reads(event.relation.type)} {event.relation.target}."


def _reuse(event: ReuseRecorded | ReuseOutcomeUpdated) -> str:
    outcome = event.outcome.replace("-", " ")
    if isinstance(event, ReuseRecorded):
        return f"Reused by {event.group}, {outcome}: {event.context}"
    return f"Reuse updated, {outcome}: {event.note}"


SENTENCES: Mapping[type[Struct], Callable[[Any], str]] = {
    EntryContributed: _contributed,
    EntryRevised: _revised,
    EntryTagged: lambda event: f"Tagged “{event.tag}”.",
    EntryUntagged: lambda event: f"Tag “{event.tag}” taken off.",
    EntryRelated: _related,
    EntryUnrelated: _related,
    EntryArchived: _archived,
    EntryRestored: lambda event: "Restored.",
    EntryEndorsed: lambda event: f"Endorsed: {event.reason}",
    EndorsementWithdrawn: lambda event: "Endorsement withdrawn.",
    ReuseRecorded: _reuse,
    ReuseOutcomeUpdated: _reuse,
}


def describe(event: Struct) -> str:
    """What happened, without who and when. Raises `TypeError` for what is no event of ours."""
    sentence = SENTENCES.get(type(event))
    if sentence is None:
        raise TypeError(f"{type(event).__name__} is no event of the knowledge base.")
    return sentence(event)
