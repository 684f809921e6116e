"""Importing again changes nothing, takes what is new, and undoes nothing that people did."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from events.sqlite import SqliteEventLog
from kb.entries.bring import ImportedEntry, bring
from kb.entries.content import Content, Draft, Relation, Section, Source
from kb.entries.entry import (
    EntryArchived,
    EntryContributed,
    EntryEvent,
    EntryRelated,
    EntryRestored,
    EntryRevised,
    EntryTagged,
    EntryUnrelated,
    EntryUntagged,
)
from kb.entries.stream import entry_aggregate
from kb.errors import InvalidInput, Refused
from kb.ids import entry_id_for
from tests.kb.domain_histories import ARCHIVINGS, CONTENTS, GROUPS, HISTORIES, RELATIONS, TAGS
from tests.worlds.log import World, some_content

ID = entry_id_for("notes", "handover.md")
OTHER = entry_id_for("notes", "other.md")
ENTRY = entry_aggregate(ID)
CITES = Relation("References", OTHER)
FIRST = Content(title="Handover", sections=(Section("", "At the bed."),))
SECOND = Content(title="Handover", sections=(Section("", "At the bed, aloud."),))
MINE = Content(title="Handover", sections=(Section("", "At the bed, with the patient."),))
SOURCE = Source("notes", "handover.md")
IMPORTED = ImportedEntry(
    id=ID, author="ada", draft=Draft(kind="practice", content=FIRST), source=SOURCE
)
CONTRIBUTED = EntryContributed(
    kind="practice", author="ada", content=FIRST, source=SOURCE, imported=True
)
ARCHIVED = EntryArchived(reason="Merged.", successor=OTHER)


def source_says(
    content: Content = FIRST,
    tags: tuple[str, ...] = (),
    relations: tuple[Relation, ...] = (),
    archived: EntryArchived | None = None,
) -> ImportedEntry:
    draft = Draft(kind="practice", content=content, tags=tags, relations=relations)
    return structs.replace(IMPORTED, draft=draft, archived=archived)


def then(happened: Sequence[Any], when: ImportedEntry) -> list[EntryEvent]:
    return bring(ENTRY.fold(happened), when)


def revised(content: Content) -> EntryRevised:
    return EntryRevised(content=content, note="from import", imported=True)


def test_the_first_import_brings_everything() -> None:
    imported = source_says(tags=("ward",), relations=(CITES,), archived=ARCHIVED)
    assert then([], imported) == [
        CONTRIBUTED,
        EntryTagged(tag="ward"),
        EntryRelated(relation=CITES),
        ARCHIVED,
    ]


def test_importing_again_changes_nothing() -> None:
    imported = source_says(tags=("ward",), relations=(CITES,), archived=ARCHIVED)
    assert then(then([], imported), imported) == []


def test_what_changed_in_the_source_is_revised() -> None:
    assert then([CONTRIBUTED], source_says(SECOND)) == [revised(SECOND)]


def test_a_text_that_the_source_takes_back_is_revised_back() -> None:
    assert then([CONTRIBUTED, revised(SECOND)], source_says(FIRST)) == [revised(FIRST)]


def test_a_members_revision_stays_while_the_source_rests() -> None:
    assert then([CONTRIBUTED, EntryRevised(content=MINE)], source_says(FIRST)) == []


def test_where_both_changed_the_source_comes_last() -> None:
    happened = [CONTRIBUTED, EntryRevised(content=MINE)]
    assert then(happened, source_says(SECOND)) == [revised(SECOND)]


def test_a_source_that_took_over_the_members_text_changes_nothing() -> None:
    assert then([CONTRIBUTED, EntryRevised(content=MINE)], source_says(MINE)) == []


def test_an_old_export_does_not_bring_back_an_old_text() -> None:
    written_here = EntryContributed(kind="practice", author="ada", content=FIRST)
    assert then([written_here, EntryRevised(content=MINE)], source_says(FIRST)) == []


def test_an_export_that_was_edited_is_taken() -> None:
    written_here = EntryContributed(kind="practice", author="ada", content=FIRST)
    assert then([written_here, EntryRevised(content=MINE)], source_says(SECOND)) == [
        revised(SECOND)
    ]


def test_tags_and_relations_that_a_curator_took_away_stay_away() -> None:
    happened = [
        CONTRIBUTED,
        EntryTagged(tag="ward"),
        EntryRelated(relation=CITES),
        EntryUntagged(tag="ward"),
        EntryUnrelated(relation=CITES),
    ]
    imported = source_says(tags=("ward", "night"), relations=(CITES,))
    assert then(happened, imported) == [EntryTagged(tag="night")]


def test_a_source_that_names_no_group_leaves_the_group() -> None:
    grouped = EntryRevised(content=FIRST, group="Ward 3")
    assert then([CONTRIBUTED, grouped], source_says(FIRST)) == []
    assert then([CONTRIBUTED, grouped], source_says(SECOND)) == [
        structs.replace(revised(SECOND), group="Ward 3")
    ]


def test_a_group_that_changed_in_the_source_is_revised() -> None:
    imported = source_says(FIRST)
    moved = structs.replace(imported, draft=structs.replace(imported.draft, group="Ward 4"))
    assert then([CONTRIBUTED], moved) == [structs.replace(revised(FIRST), group="Ward 4")]


def test_an_entry_that_was_restored_is_not_archived_again() -> None:
    happened = [CONTRIBUTED, ARCHIVED, EntryRestored()]
    assert then(happened, source_says(archived=ARCHIVED)) == []


def test_an_archived_entry_takes_the_new_text_and_stays_archived() -> None:
    assert then([CONTRIBUTED, ARCHIVED], source_says(SECOND)) == [revised(SECOND)]


def test_a_link_to_itself_is_left_out() -> None:
    assert then([], source_says(relations=(Relation("References", ID),))) == [CONTRIBUTED]


def test_another_kind_is_refused() -> None:
    other = structs.replace(IMPORTED, draft=Draft(kind="experiment", content=FIRST))
    with pytest.raises(Refused, match="cannot become experiment"):
        then([CONTRIBUTED], other)


@given(
    HISTORIES,
    st.builds(
        Draft,
        kind=st.just("practice"),
        content=CONTENTS,
        group=GROUPS,
        tags=st.lists(TAGS).map(tuple),
        relations=st.lists(RELATIONS).map(tuple),
    ),
    st.none() | ARCHIVINGS,
    st.booleans(),
)
def test_whatever_happened_a_second_import_changes_nothing(
    history: list[EntryEvent], draft: Draft, archived: EntryArchived | None, imported_first: bool
) -> None:
    imported = ImportedEntry(id=ID, author="ada", draft=draft, archived=archived)
    first = structs.replace(CONTRIBUTED, imported=imported_first)
    happened = [first, *history]
    happened += then(happened, imported)
    assert then(happened, imported) == []


def test_the_service_tells_what_an_import_did() -> None:
    world = World()
    assert world.entries.bring(IMPORTED).outcome == "contributed"
    assert world.entries.bring(IMPORTED).outcome == "unchanged"
    again = world.entries.bring(source_says(SECOND, tags=("Ward ",)))
    assert (again.outcome, again.receipt.version) == ("revised", 3)
    assert world.entry(ID).tags == {"ward": "Ward"}


def test_an_importer_is_not_kept_waiting_for_the_views() -> None:
    world = World()
    world.entries.bring(IMPORTED)
    assert world.settled == []


def test_an_import_needs_no_required_section_and_no_existing_target() -> None:
    world = World()
    brought = world.entries.bring(source_says(relations=(CITES,), archived=ARCHIVED))
    assert world.entry(brought.receipt.id).archived == ARCHIVED


def test_an_import_without_a_title_or_with_a_strange_id_is_refused() -> None:
    entries = World().entries
    with pytest.raises(InvalidInput, match="title"):
        entries.bring(source_says(Content(title=" ", sections=())))
    with pytest.raises(InvalidInput, match="id"):
        entries.bring(structs.replace(IMPORTED, id="handover"))


def test_two_processes_importing_the_same_folder_lose_and_double_nothing(tmp_path: Path) -> None:
    folder = [
        ImportedEntry(
            id=entry_id_for("notes", f"{number}.md"),
            draft=Draft(kind="practice", content=some_content(f"Note {number}"), tags=("a", "b")),
            source=Source("notes", f"{number}.md"),
        )
        for number in range(40)
    ]

    def import_folder(_: int) -> list[str]:
        with SqliteEventLog(tmp_path / "log.sqlite") as log:
            return [World(log).entries.bring(imported).outcome for imported in folder]

    with SqliteEventLog(tmp_path / "log.sqlite", create=True) as log, ThreadPoolExecutor(3) as pool:
        outcomes = list(pool.map(import_folder, range(3)))
        assert [sorted(each) for each in zip(*outcomes, strict=True)] == [
            ["contributed", "unchanged", "unchanged"]
        ] * len(folder)
        assert log.head() == 3 * len(folder)


def test_what_a_text_links_to_is_told_again_once_a_curator_has_stated_the_relation_anew() -> None:
    linked = EntryRelated(relation=CITES, written=("other.md",))
    says = structs.replace(source_says(relations=(CITES,)), written={CITES: ("other.md",)})
    assert then([CONTRIBUTED, linked], says) == []
    stated = [CONTRIBUTED, linked, EntryUnrelated(relation=CITES), EntryRelated(relation=CITES)]
    assert then(stated, says) == [linked]
    assert then([*stated, linked], says) == []


def test_a_source_that_does_not_tell_how_links_are_written_leaves_them() -> None:
    linked = EntryRelated(relation=CITES, written=("other.md",))
    assert then([CONTRIBUTED, linked], source_says(relations=(CITES,))) == []
