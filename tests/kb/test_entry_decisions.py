"""Given what happened to an entry, when something is asked, then this happens."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from kb.access import Visibility
from kb.endorsements.endorsement import EndorsementWithdrawn
from kb.entries.content import Relation
from kb.entries.decide import (
    Decide,
    archive,
    contribute,
    erase,
    relate,
    restore,
    revise,
    show,
    tag,
    unrelate,
    untag,
)
from kb.entries.entry import (
    Entry,
    EntryArchived,
    EntryContributed,
    EntryErased,
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
from tests.worlds.log import some_content, some_draft

ENTRY = entry_aggregate(ID)
CITES = Relation("Cites", OTHER)
FIRST = some_content("First")
SECOND = some_content("Second")
CONTRIBUTED = EntryContributed(kind="practice", author="ada", content=FIRST, group="Ward 3")
REVISED = EntryRevised(content=SECOND, group="Ward 3")
TAGGED, UNTAGGED = EntryTagged(tag="ward"), EntryUntagged(tag="ward")
RELATED, UNRELATED = EntryRelated(relation=CITES), EntryUnrelated(relation=CITES)
ARCHIVED = EntryArchived(reason="Out of date.", successor=OTHER)
REASONS = st.sampled_from(["Out of date.", "Merged."])
SUCCESSORS = st.sampled_from([OTHER, ID, None])


def after(*events: EntryEvent) -> Entry:
    return ENTRY.fold(events)


def test_a_contribution_brings_its_tags_and_relations() -> None:
    draft = structs.replace(
        some_draft(FIRST), tags=("ward", "night", "ward"), relations=(CITES, CITES)
    )
    events = [CONTRIBUTED, TAGGED, EntryTagged(tag="night"), RELATED]
    assert contribute(after(), draft, "ada") == events


def test_an_entry_cannot_begin_twice() -> None:
    with pytest.raises(Refused, match="exists already"):
        contribute(after(CONTRIBUTED), some_draft(), "ada")


@pytest.mark.parametrize(
    "wish",
    [
        partial(revise, content=FIRST, version=1),
        partial(tag, tags=["ward"], version=None),
        partial(untag, tags=["ward"]),
        partial(relate, relation=CITES),
        partial(unrelate, relation=CITES),
        partial(archive, reason="Old.", version=None),
        partial(show, visibility=Visibility(), version=None),
        restore,
        erase,
    ],
)
def test_nothing_can_be_done_to_an_entry_that_is_not_there(wish: Decide) -> None:
    for entry in (after(), after(CONTRIBUTED, EntryErased())):
        with pytest.raises(NotFound, match=ID):
            wish(entry)


def test_a_revision_keeps_the_group_that_it_does_not_mention() -> None:
    assert revise(after(CONTRIBUTED), SECOND, version=1, note="Clearer.") == [
        EntryRevised(content=SECOND, group="Ward 3", note="Clearer.")
    ]


@pytest.mark.parametrize("group", ["Ward 4", None])
def test_a_revision_may_change_or_drop_the_group(group: str | None) -> None:
    assert revise(after(CONTRIBUTED), FIRST, version=1, group=group) == [
        EntryRevised(content=FIRST, group=group)
    ]


def test_revising_to_the_same_text_adds_nothing() -> None:
    assert revise(after(CONTRIBUTED), FIRST, version=1, group="Ward 3") == []


def test_a_revision_of_a_text_that_was_revised_meanwhile_is_a_conflict() -> None:
    entry = after(CONTRIBUTED, TAGGED, REVISED)
    with pytest.raises(RevisionConflict) as caught:
        revise(entry, some_content("Third"), version=2)
    assert (caught.value.entry_id, caught.value.expected, caught.value.actual) == (ID, 2, 3)


def test_two_who_wrote_the_same_text_do_not_conflict() -> None:
    assert revise(after(CONTRIBUTED, REVISED), SECOND, version=1) == []


def test_tags_added_meanwhile_are_no_conflict() -> None:
    assert revise(after(CONTRIBUTED, TAGGED), SECOND, version=1) == [REVISED]


def test_a_version_that_is_not_there_yet_is_bad_input() -> None:
    with pytest.raises(InvalidInput, match="no version 2") as caught:
        revise(after(CONTRIBUTED), SECOND, version=2)
    assert caught.value.field == "version"


def test_an_archived_entry_is_not_revised() -> None:
    with pytest.raises(Refused, match="restore it first"):
        revise(after(CONTRIBUTED, ARCHIVED), SECOND, version=2)


def test_only_tags_that_are_missing_are_put_on() -> None:
    entry = after(CONTRIBUTED, TAGGED)
    assert tag(entry, ("ward", "night", "night"), version=None) == [EntryTagged(tag="night")]


def test_only_tags_that_are_there_are_taken_off() -> None:
    assert untag(after(CONTRIBUTED, TAGGED), ("night", "ward", "ward")) == [UNTAGGED]


def test_a_tag_can_come_back() -> None:
    assert tag(after(CONTRIBUTED, TAGGED, UNTAGGED), ("ward",), version=None) == [TAGGED]


def test_a_relation_is_stated_once_and_withdrawn_once() -> None:
    assert relate(after(CONTRIBUTED), CITES) == [RELATED]
    assert relate(after(CONTRIBUTED, RELATED), CITES) == []
    assert unrelate(after(CONTRIBUTED, RELATED), CITES) == [UNRELATED]
    assert unrelate(after(CONTRIBUTED, RELATED, UNRELATED), CITES) == []


def test_an_archived_entry_can_still_be_tagged_and_related() -> None:
    entry = after(CONTRIBUTED, ARCHIVED)
    assert tag(entry, ("ward",), version=None) == [TAGGED]
    assert relate(entry, CITES) == [RELATED]


def test_an_entry_does_not_point_to_itself() -> None:
    with pytest.raises(InvalidInput, match="itself"):
        relate(after(CONTRIBUTED), Relation("Cites", ID))
    with pytest.raises(InvalidInput, match="itself"):
        archive(after(CONTRIBUTED), "Old.", ID, version=None)


def test_archiving_keeps_the_reason_and_the_successor_and_adds_nothing_else() -> None:
    assert archive(after(CONTRIBUTED), "Out of date.", OTHER, version=None) == [ARCHIVED]
    assert archive(after(CONTRIBUTED), "Old.", version=None) == [EntryArchived(reason="Old.")]


def test_archiving_again_for_the_same_reason_adds_nothing() -> None:
    assert archive(after(CONTRIBUTED, ARCHIVED), "Out of date.", OTHER, version=None) == []


def test_archiving_again_for_another_reason_is_refused() -> None:
    with pytest.raises(Refused, match="restore it first"):
        archive(after(CONTRIBUTED, ARCHIVED), "Never worked.", version=None)


def test_restoring_ends_the_archiving_and_is_harmless_to_repeat() -> None:
    assert restore(after(CONTRIBUTED, ARCHIVED)) == [EntryRestored()]
    assert restore(after(CONTRIBUTED, ARCHIVED, EntryRestored())) == []
    assert revise(after(CONTRIBUTED, ARCHIVED, EntryRestored()), SECOND, version=3) == [REVISED]


def test_the_fold_is_the_state_and_remembers_what_was() -> None:
    brought = EntryRevised(content=SECOND, group=None, imported=True)
    relations = (RELATED, UNRELATED)
    entry = after(CONTRIBUTED, TAGGED, UNTAGGED, *relations, brought, ARCHIVED, EntryRestored())
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
        written_as=(1, 6),
        brought=second,
        known_tags=frozenset({"ward"}),
        known_relations=frozenset({CITES}),
        was_archived=True,
    )


def wish(decide: Callable[..., list[EntryEvent]], **given: Any) -> st.SearchStrategy[Decide]:
    return st.builds(partial, st.just(decide), **given)


WISHES = st.one_of(
    wish(revise, content=CONTENTS, version=st.integers(1, 12), group=GROUPS),
    wish(tag, tags=st.lists(TAGS), version=st.none()),
    wish(untag, tags=st.lists(TAGS)),
    wish(relate, relation=RELATIONS),
    wish(unrelate, relation=RELATIONS),
    wish(archive, reason=REASONS, successor=SUCCESSORS, version=st.none()),
    st.just(restore),
)


def test_an_event_of_something_else_is_no_part_of_an_entry() -> None:
    stray: Any = EndorsementWithdrawn(entry_id=ID, member="ada")
    with pytest.raises(AssertionError):
        evolve(Entry(id=ID), stray)


@given(HISTORIES)
def test_any_history_adds_up(history: list[EntryEvent]) -> None:
    entry = after(CONTRIBUTED, *history)
    assert entry.version == len(history) + 1
    assert entry.tags.keys() <= entry.known_tags
    assert entry.relations <= entry.known_relations
    assert (entry.texts[-1].content, entry.texts[-1].group) == (entry.content, entry.group)
    assert 1 <= entry.revision_version <= entry.version


@given(HISTORIES, WISHES)
def test_what_was_done_is_not_done_again(history: list[EntryEvent], decide: Decide) -> None:
    entry = after(CONTRIBUTED, *history)
    try:
        events = decide(entry)
    except (InvalidInput, Refused, RevisionConflict):
        return
    assert decide(after(CONTRIBUTED, *history, *events)) == []


def test_an_entry_has_so_many_tags_however_often_some_are_added() -> None:
    entry = after(CONTRIBUTED, *(EntryTagged(tag=f"t{n}") for n in range(99)))
    assert tag(entry, ("t1", "one"), version=None) == [EntryTagged(tag="one")]
    with pytest.raises(InvalidInput, match="at most 100 tags; this one would have 101: take some"):
        tag(entry, ("one", "two"), version=None)


def test_who_sees_an_entry_is_chosen_on_the_version_that_was_read() -> None:
    world = Visibility("world")
    assert show(after(CONTRIBUTED, REVISED), world, version=2) == [
        EntryVisibilityChanged(visibility=world)
    ]
    assert show(after(CONTRIBUTED, REVISED), Visibility(), version=1) == []
    with pytest.raises(RevisionConflict, match="from version 1, it is now at 2"):
        show(after(CONTRIBUTED, REVISED), world, version=1)
    with pytest.raises(InvalidInput, match="no version 3"):
        show(after(CONTRIBUTED, REVISED), world, version=3)


@pytest.mark.parametrize(
    ("last", "wish"),
    [
        (TAGGED, partial(show, visibility=Visibility())),
        (TAGGED, partial(tag, tags=["ward"])),
        (TAGGED, partial(revise, content=FIRST)),
        (ARCHIVED, partial(archive, reason="Out of date.", successor=OTHER)),
    ],
)
def test_a_version_that_is_not_there_yet_is_refused_where_nothing_would_change_as_well(
    last: EntryEvent, wish: Callable[..., list[EntryEvent]]
) -> None:
    entry = after(CONTRIBUTED, last)
    assert wish(entry, version=1) == []
    for version in (3, 2**70):
        with pytest.raises(InvalidInput, match=f"no version {version} yet; it is at 2"):
            wish(entry, version=version)
