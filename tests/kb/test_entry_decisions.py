"""Given what happened to an entry, when something is asked, then this happens."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from kb.access import Visibility
from kb.endorsements.endorsement import EndorsementWithdrawn
from kb.entries.commands import (
    Archive,
    Contribute,
    EntryCommand,
    Relate,
    Restore,
    Revise,
    Show,
    Tag,
    Unrelate,
    Untag,
    decide,
)
from kb.entries.content import Relation
from kb.entries.entry import (
    Entry,
    EntryArchived,
    EntryContributed,
    EntryEvent,
    EntryRelated,
    EntryRestored,
    EntryRevised,
    EntryTagged,
    EntryUnrelated,
    EntryUntagged,
    EntryVisibilityChanged,
    Text,
    evolve,
)
from kb.entries.stream import entry_aggregate
from kb.errors import InvalidInput, NotFound, Refused, RevisionConflict
from tests.kb.domain_histories import CONTENTS, GROUPS, HISTORIES, ID, OTHER, RELATIONS, TAGS
from tests.kb.domain_world import some_content, some_draft

ENTRY = entry_aggregate(ID)
CITES = Relation("Cites", OTHER)
FIRST = some_content("First")
SECOND = some_content("Second")
CONTRIBUTED = EntryContributed(kind="practice", author="ada", content=FIRST, group="Ward 3")
REVISED = EntryRevised(content=SECOND, group="Ward 3")
ARCHIVED = EntryArchived(reason="Out of date.", successor=OTHER)


def then(given: Sequence[Any], when: EntryCommand) -> list[EntryEvent]:
    return decide(when, ENTRY.fold(given))


def test_a_contribution_brings_its_tags_and_relations() -> None:
    draft = structs.replace(
        some_draft(FIRST), tags=("ward", "night", "ward"), relations=(CITES, CITES)
    )
    assert then([], Contribute(draft, "ada")) == [
        CONTRIBUTED,
        EntryTagged(tag="ward"),
        EntryTagged(tag="night"),
        EntryRelated(relation=CITES),
    ]


def test_an_entry_cannot_begin_twice() -> None:
    with pytest.raises(Refused, match="exists already"):
        then([CONTRIBUTED], Contribute(some_draft(), "ada"))


@pytest.mark.parametrize(
    "command",
    [
        Revise(content=FIRST, version=1),
        Tag(("ward",)),
        Untag(("ward",)),
        Relate(CITES),
        Unrelate(CITES),
        Archive("Old."),
        Restore(),
    ],
)
def test_nothing_can_be_done_to_an_entry_that_is_not_there(command: EntryCommand) -> None:
    with pytest.raises(NotFound, match=ID):
        then([], command)


def test_a_revision_keeps_the_group_that_it_does_not_mention() -> None:
    assert then([CONTRIBUTED], Revise(content=SECOND, version=1, note="Clearer.")) == [
        EntryRevised(content=SECOND, group="Ward 3", note="Clearer.")
    ]


@pytest.mark.parametrize("group", ["Ward 4", None])
def test_a_revision_may_change_or_drop_the_group(group: str | None) -> None:
    assert then([CONTRIBUTED], Revise(content=FIRST, version=1, group=group)) == [
        EntryRevised(content=FIRST, group=group)
    ]


def test_revising_to_the_same_text_adds_nothing() -> None:
    assert then([CONTRIBUTED], Revise(content=FIRST, version=1, group="Ward 3")) == []


def test_a_revision_of_a_text_that_was_revised_meanwhile_is_a_conflict() -> None:
    given = [CONTRIBUTED, EntryTagged(tag="ward"), REVISED]
    with pytest.raises(RevisionConflict) as caught:
        then(given, Revise(content=some_content("Third"), version=2))
    assert (caught.value.entry_id, caught.value.expected, caught.value.actual) == (ID, 2, 3)


def test_two_who_wrote_the_same_text_do_not_conflict() -> None:
    assert then([CONTRIBUTED, REVISED], Revise(content=SECOND, version=1)) == []


def test_tags_added_meanwhile_are_no_conflict() -> None:
    given = [CONTRIBUTED, EntryTagged(tag="ward"), EntryTagged(tag="night")]
    assert then(given, Revise(content=SECOND, version=1)) == [REVISED]


def test_a_version_that_is_not_there_yet_is_bad_input() -> None:
    with pytest.raises(InvalidInput, match="no version 2") as caught:
        then([CONTRIBUTED], Revise(content=SECOND, version=2))
    assert caught.value.field == "version"


def test_an_archived_entry_is_not_revised() -> None:
    with pytest.raises(Refused, match="restore it first"):
        then([CONTRIBUTED, ARCHIVED], Revise(content=SECOND, version=2))


def test_only_tags_that_are_missing_are_put_on() -> None:
    given = [CONTRIBUTED, EntryTagged(tag="ward")]
    assert then(given, Tag(("ward", "night", "night"))) == [EntryTagged(tag="night")]


def test_only_tags_that_are_there_are_taken_off() -> None:
    given = [CONTRIBUTED, EntryTagged(tag="ward")]
    assert then(given, Untag(("night", "ward", "ward"))) == [EntryUntagged(tag="ward")]


def test_a_tag_can_come_back() -> None:
    given = [CONTRIBUTED, EntryTagged(tag="ward"), EntryUntagged(tag="ward")]
    assert then(given, Tag(("ward",))) == [EntryTagged(tag="ward")]


def test_a_relation_is_stated_once_and_withdrawn_once() -> None:
    related = EntryRelated(relation=CITES)
    assert then([CONTRIBUTED], Relate(CITES)) == [related]
    assert then([CONTRIBUTED, related], Relate(CITES)) == []
    unrelated = EntryUnrelated(relation=CITES)
    assert then([CONTRIBUTED, related], Unrelate(CITES)) == [unrelated]
    assert then([CONTRIBUTED, related, unrelated], Unrelate(CITES)) == []


def test_an_archived_entry_can_still_be_tagged_and_related() -> None:
    given = [CONTRIBUTED, ARCHIVED]
    assert then(given, Tag(("ward",))) == [EntryTagged(tag="ward")]
    assert then(given, Relate(CITES)) == [EntryRelated(relation=CITES)]


@pytest.mark.parametrize("command", [Relate(Relation("Cites", ID)), Archive("Old.", ID)])
def test_an_entry_does_not_point_to_itself(command: EntryCommand) -> None:
    with pytest.raises(InvalidInput, match="itself"):
        then([CONTRIBUTED], command)


def test_archiving_keeps_the_reason_and_the_successor_and_adds_nothing_else() -> None:
    assert then([CONTRIBUTED], Archive("Out of date.", OTHER)) == [ARCHIVED]
    assert then([CONTRIBUTED], Archive("Out of date.")) == [EntryArchived(reason="Out of date.")]


def test_archiving_again_for_the_same_reason_adds_nothing() -> None:
    assert then([CONTRIBUTED, ARCHIVED], Archive("Out of date.", OTHER)) == []


def test_archiving_again_for_another_reason_is_refused() -> None:
    with pytest.raises(Refused, match="restore it first"):
        then([CONTRIBUTED, ARCHIVED], Archive("Never worked."))


def test_restoring_ends_the_archiving_and_is_harmless_to_repeat() -> None:
    assert then([CONTRIBUTED, ARCHIVED], Restore()) == [EntryRestored()]
    assert then([CONTRIBUTED, ARCHIVED, EntryRestored()], Restore()) == []
    assert then([CONTRIBUTED, ARCHIVED, EntryRestored()], Revise(content=SECOND, version=3)) == [
        REVISED
    ]


def test_the_fold_is_the_state_and_remembers_what_was() -> None:
    brought = EntryRevised(content=SECOND, group=None, imported=True)
    entry = ENTRY.fold(
        [
            CONTRIBUTED,
            EntryTagged(tag="ward"),
            EntryUntagged(tag="ward"),
            EntryRelated(relation=CITES),
            EntryUnrelated(relation=CITES),
            brought,
            ARCHIVED,
            EntryRestored(),
        ],
    )
    second = Text(content=SECOND)
    assert entry == Entry(
        id=ID,
        version=8,
        author="ada",
        shown=((1, Visibility()),),
        kind="practice",
        content=SECOND,
        revision_version=6,
        texts=(Text(content=FIRST, group="Ward 3"), second),
        brought=second,
        known_tags=frozenset({"ward"}),
        known_relations=frozenset({CITES}),
        was_archived=True,
    )


COMMANDS: st.SearchStrategy[EntryCommand] = st.one_of(
    st.builds(Revise, content=CONTENTS, version=st.integers(1, 12), group=GROUPS),
    st.lists(TAGS).map(lambda tags: Tag(tuple(tags))),
    st.lists(TAGS).map(lambda tags: Untag(tuple(tags))),
    RELATIONS.map(Relate),
    RELATIONS.map(Unrelate),
    st.sampled_from([Archive("Out of date.", OTHER), Archive("Merged."), Archive("x", ID)]),
    st.just(Restore()),
)


def test_an_event_of_something_else_is_no_part_of_an_entry() -> None:
    stray: Any = EndorsementWithdrawn(entry_id=ID, member="ada")
    with pytest.raises(AssertionError):
        evolve(Entry(id=ID), stray)


@given(HISTORIES)
def test_any_history_adds_up(history: list[EntryEvent]) -> None:
    entry = ENTRY.fold([CONTRIBUTED, *history])
    assert entry.version == len(history) + 1
    assert entry.tags.keys() <= entry.known_tags
    assert entry.relations <= entry.known_relations
    assert (entry.texts[-1].content, entry.texts[-1].group) == (entry.content, entry.group)
    assert 1 <= entry.revision_version <= entry.version


@given(HISTORIES, COMMANDS)
def test_what_was_done_is_not_done_again(history: list[EntryEvent], command: EntryCommand) -> None:
    entry = ENTRY.fold([CONTRIBUTED, *history])
    try:
        events = decide(command, entry)
    except (InvalidInput, Refused, RevisionConflict):
        return
    for event in events:
        entry = evolve(entry, event)
    assert decide(command, entry) == []


def test_an_entry_has_so_many_tags_however_often_some_are_added() -> None:
    given = [CONTRIBUTED, *(EntryTagged(tag=f"t{n}") for n in range(99))]
    assert then(given, Tag(("t1", "one"))) == [EntryTagged(tag="one")]
    with pytest.raises(InvalidInput, match="at most 100 tags; this one would have 101: take some"):
        then(given, Tag(("one", "two")))


def test_who_sees_an_entry_is_chosen_on_the_version_that_was_read() -> None:
    world = Visibility("world")
    assert then([CONTRIBUTED, REVISED], Show(world, 2)) == [
        EntryVisibilityChanged(visibility=world)
    ]
    assert then([CONTRIBUTED, REVISED], Show(Visibility(), 1)) == []
    with pytest.raises(RevisionConflict, match="from version 1, it is now at 2"):
        then([CONTRIBUTED, REVISED], Show(world, 1))
    with pytest.raises(InvalidInput, match="no version 3"):
        then([CONTRIBUTED, REVISED], Show(world, 3))


@pytest.mark.parametrize("version", [3, 2**70])
@pytest.mark.parametrize(
    "command",
    [
        Show(Visibility()),
        Tag(("ward",)),
        Archive("Out of date.", OTHER),
        Revise(content=FIRST, version=1),
    ],
)
def test_a_version_that_is_not_there_yet_is_refused_where_nothing_would_change_as_well(
    command: Show | Tag | Archive | Revise, version: int
) -> None:
    given = [CONTRIBUTED, ARCHIVED if isinstance(command, Archive) else EntryTagged(tag="ward")]
    assert then(given, structs.replace(command, version=1)) == []
    with pytest.raises(InvalidInput, match=f"no version {version} yet; it is at 2"):
        then(given, structs.replace(command, version=version))
