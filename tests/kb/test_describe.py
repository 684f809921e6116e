"""The history says in a plain sentence what happened."""

import pytest
from msgspec import Struct

from kb.describe import describe
from kb.endorsements.endorsement import EndorsementWithdrawn, EntryEndorsed
from kb.entries.content import Relation, Source
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
from kb.event_types import EVENT_TYPES
from kb.reuse.reuse import ReuseOutcomeUpdated, ReuseRecorded
from tests.kb.domain_world import some_content

ENTRY = "11111111-1111-4111-8111-111111111111"
TEXT = some_content("Handover")
PART = Relation("IsPartOf", ENTRY)

SENTENCES: list[tuple[Struct, str]] = [
    (EntryContributed(kind="practice", content=TEXT), "Contributed: “Handover”."),
    (
        EntryContributed(kind="practice", content=TEXT, imported=True),
        "Imported: “Handover”.",
    ),
    (
        EntryContributed(
            kind="practice", content=TEXT, source=Source("notes", "a.md"), imported=True
        ),
        "Imported from notes: “Handover”.",
    ),
    (EntryRevised(content=TEXT), "Revised: “Handover”."),
    (EntryRevised(content=TEXT, note="clearer"), "Revised: “Handover” (clearer)."),
    (EntryTagged(tag="ward"), "Tagged “ward”."),
    (EntryUntagged(tag="ward"), "Tag “ward” taken off."),
    (EntryRelated(relation=PART), f"Relation stated: is part of {ENTRY}."),
    (EntryUnrelated(relation=PART), f"Relation withdrawn: is part of {ENTRY}."),
    (EntryArchived(reason="Old."), "Archived: Old."),
    (EntryArchived(reason="Old.", successor=ENTRY), f"Archived: Old. Replaced by {ENTRY}."),
    (EntryRestored(), "Restored."),
    (EntryEndorsed(entry_id=ENTRY, member="ada", reason="It works."), "Endorsed: It works."),
    (EndorsementWithdrawn(entry_id=ENTRY, member="ada"), "Endorsement withdrawn."),
    (
        ReuseRecorded(
            entry_id=ENTRY, group="Ward 4", context="Nights.", outcome="tried-and-stopped"
        ),
        "Reused by Ward 4, tried and stopped: Nights.",
    ),
    (
        ReuseOutcomeUpdated(entry_id=ENTRY, outcome="adapted", note="Shorter."),
        "Reuse updated, adapted: Shorter.",
    ),
]


@pytest.mark.parametrize(("event", "sentence"), SENTENCES)
def test_an_event_is_a_plain_sentence(event: Struct, sentence: str) -> None:
    assert describe(event) == sentence


def test_every_event_has_a_sentence() -> None:
    assert {each.cls for each in EVENT_TYPES} == {type(event) for event, _ in SENTENCES}


def test_what_is_no_event_has_none() -> None:
    with pytest.raises(TypeError, match="Relation is no event"):
        describe(PART)
