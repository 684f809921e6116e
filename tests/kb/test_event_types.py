"""Stored events stay readable for ever, and the page about them says what they hold."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct, structs

from kb.access import Visibility
from kb.areas import EVENT_TYPES, build_codec
from kb.community import GroupNamed, WorldAccessChanged
from kb.endorsements.endorsement import EndorsementWithdrawn, EntryEndorsed
from kb.entries.content import Content, Relation, Section, Source
from kb.entries.entry import (
    EntryArchived,
    EntryContributed,
    EntryErased,
    EntryRelated,
    EntryRestored,
    EntryRevised,
    EntryTagged,
    EntryUnrelated,
    EntryUntagged,
    EntryVisibilityChanged,
)
from kb.people.group import GroupChanged, GroupClosed, GroupFormed
from kb.people.member import (
    MemberErased,
    MemberGroupJoined,
    MemberGroupLeft,
    MemberInvited,
    MemberJoined,
    MemberLeft,
    MemberProfileChanged,
    MemberRoleGiven,
    MemberRoleTaken,
    Profile,
)
from kb.people.sign_in import (
    MemberLinkMade,
    MemberSignInChanged,
    MemberTokenMade,
    MemberTokenRevoked,
)
from kb.reuse.area import UNNAMED_GROUP
from kb.reuse.reuse import ReuseOutcomeUpdated, ReuseRecorded, ReuseWithdrawn
from tests.golden import ACTOR, ENTRY, EVENT, GOLDEN, STREAM, golden, stored_event
from tests.worlds.log import KnownKeys

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "events.md"
OTHER = "0b9a8f4e-3b57-4c39-9d5e-1f2f6a7c8d90"
CONTENT = Content(
    title="Bedside handover",
    sections=(
        Section("The problem", "Things got lost at shift change."),
        Section("What we do", "We hand over **at the bed**."),
    ),
    properties={"difficulty": "low", "people": 2, "share": 0.5, "open": True},
)

GROUP = "33333333-3333-4333-8333-333333333333"
PROFILE = Profile(
    name="Hana Kovář",
    address="hana@example.org",
    time_zone="Europe/Prague",
    languages=("cs", "en"),
    pronouns="she/her",
    help="Nights on the ward.",
)

# What each stored payload, by type name and schema version, has to be read as, whatever changes.
EXPECTED: dict[str, Struct] = {
    "entry-contributed-1": EntryContributed(
        kind="practice",
        author="ada",
        content=CONTENT,
        group="Ward 3",
        source=Source("ward-notes", "handover.md"),
        imported=True,
    ),
    "entry-revised-1": EntryRevised(content=CONTENT, group="Ward 3", note="Clearer."),
    "entry-tagged-1": EntryTagged(tag="night-shift"),
    "entry-untagged-1": EntryUntagged(tag="night-shift"),
    "entry-related-1": EntryRelated(relation=Relation("IsDerivedFrom", OTHER)),
    "entry-unrelated-1": EntryUnrelated(relation=Relation("IsDerivedFrom", OTHER)),
    "entry-archived-1": EntryArchived(reason="Merged into another.", successor=OTHER),
    "entry-restored-1": EntryRestored(),
    "entry-endorsed-1": EntryEndorsed(entry_id=ENTRY, member="ada", reason="It works."),
    "endorsement-withdrawn-1": EndorsementWithdrawn(entry_id=ENTRY, member="ada"),
    "entry-visibility-changed-1": EntryVisibilityChanged(visibility=Visibility("groups", (GROUP,))),
    "entry-erased-1": EntryErased(),
    "member-invited-1": MemberInvited(roles=("curator", "member"), groups=(GROUP,)),
    "member-joined-1": MemberJoined(profile=PROFILE),
    "member-profile-changed-1": MemberProfileChanged(profile=PROFILE),
    "member-role-given-1": MemberRoleGiven(role="steward"),
    "member-role-taken-1": MemberRoleTaken(role="steward"),
    "member-group-joined-1": MemberGroupJoined(group=GROUP),
    "member-group-left-1": MemberGroupLeft(group=GROUP),
    "member-token-made-1": MemberTokenMade(
        token="Wm3vQk9s-T2hXbYz",
        scopes=("report", "search"),
        expires_at=datetime(2026, 12, 31, 12, tzinfo=UTC),
    ),
    "member-token-revoked-1": MemberTokenRevoked(token="Wm3vQk9s-T2hXbYz"),
    "member-link-made-1": MemberLinkMade(purpose="sign-in"),
    "member-sign-in-changed-1": MemberSignInChanged(what="passkey-added"),
    "member-left-1": MemberLeft(),
    "member-erased-1": MemberErased(entries="kept"),
    "group-formed-1": GroupFormed(name="Ward 3", parent=OTHER, open=True),
    "group-changed-1": GroupChanged(name="Ward 3 and 4", parent=None, open=False),
    "group-changed-2": GroupChanged(name="Ward 3 and 4", parent=None, open=False),
    "group-closed-1": GroupClosed(),
    "group-named-1": GroupNamed(group=GROUP),
    "world-access-changed-1": WorldAccessChanged(allowed=True),
    "reuse-recorded-1": ReuseRecorded(
        entry_id=ENTRY,
        recorded_by="ada",
        group="Ward 4",
        context="Night shift with two nurses.",
        outcome="adopted",
        evidence="https://example.org/ward-4",
    ),
    "reuse-outcome-updated-1": ReuseOutcomeUpdated(
        entry_id=ENTRY,
        outcome="adapted",
        note="Shortened to one minute.",
        resulting_entry=OTHER,
        evidence="https://example.org/ward-4",
    ),
    "reuse-withdrawn-1": ReuseWithdrawn(entry_id=ENTRY, reason="It was another ward."),
}


def page_sections() -> dict[str, str]:
    parts = re.split(r"^## (.+)$", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def sealed_fields(event_type: Any) -> dict[str, str]:
    """Which fields are sealed, and with whose key."""
    return {each.field: each.by for each in event_type.sealed}


def test_every_type_has_a_golden_payload_and_every_payload_an_expectation() -> None:
    names = {f"{each.name}-{each.schema_version}" for each in EVENT_TYPES}
    assert names <= EXPECTED.keys()
    assert {path.stem for path in GOLDEN.glob("*.json")} == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_stored_payload_reads_as_it_always_did(name: str) -> None:
    stored = golden(name)
    assert build_codec(KnownKeys()).decode(stored_event(stored)) == EXPECTED[name]


@pytest.mark.parametrize("event_type", EVENT_TYPES, ids=lambda each: each.name)
def test_what_is_written_today_is_the_golden_payload(event_type: Any) -> None:
    stored = golden(f"{event_type.name}-{event_type.schema_version}")
    name, version, data = build_codec(KnownKeys()).encode(
        EXPECTED[f"{event_type.name}-1"], id=EVENT, stream=STREAM, actor=ACTOR
    )
    assert (name, version) == (stored["type"], stored["schema_version"])
    assert json.loads(data) == stored["data"]


def test_the_page_names_every_event_and_no_other() -> None:
    assert sorted(page_sections()) == sorted(each.name for each in EVENT_TYPES)


@pytest.mark.parametrize("event_type", EVENT_TYPES, ids=lambda each: each.name)
def test_the_page_tells_every_field_and_no_other(event_type: Any) -> None:
    section = page_sections()[event_type.name]
    fields = re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE)
    assert fields == [field.name for field in structs.fields(event_type.cls)]


@pytest.mark.parametrize("event_type", EVENT_TYPES, ids=lambda each: each.name)
def test_the_page_tells_which_fields_are_sealed_and_with_whose_key(event_type: Any) -> None:
    section = page_sections()[event_type.name]
    told = dict(re.findall(r"^\| `(\w+)` \|.*\| (\w*) \|$", section, flags=re.MULTILINE))
    assert {field: by for field, by in told.items() if by} == sealed_fields(event_type)


@pytest.mark.parametrize("event_type", EVENT_TYPES, ids=lambda each: each.name)
def test_an_erased_event_still_reads_and_holds_nothing_of_what_was_sealed(event_type: Any) -> None:
    sealed = sealed_fields(event_type)
    vault = KnownKeys()
    vault.destroy(STREAM, f"member-{ACTOR}")
    stored = golden(f"{event_type.name}-{event_type.schema_version}")
    erased = build_codec(vault).decode(stored_event(stored))
    before = EXPECTED[f"{event_type.name}-1"]
    for field in structs.fields(event_type.cls):
        was, now = getattr(before, field.name), getattr(erased, field.name)
        if field.name not in sealed:
            assert now == was
        else:
            nothing = (
                None,
                "",
                (),
                UNNAMED_GROUP,
                Content(title="", sections=()),
                Profile(name=""),
            )
            assert now in nothing
