"""What people ask of entries, with bad input refused before anything is written."""

import pytest

from kb.entries.content import Content, Draft, Relation, Section
from kb.entries.entry import EntryArchived, EntryRevised, EntryTagged
from kb.entries.stream import entry_aggregate
from kb.errors import InvalidInput, NotFound, Refused, RevisionConflict
from tests.worlds.log import ABSENT, World, command, some_content, some_draft


@pytest.fixture
def world() -> World:
    return World()


def test_a_contribution_gets_an_id_and_can_be_read_back(world: World) -> None:
    receipt = world.entries.contribute(some_draft(tags=("Night Shift",)))
    entry = world.entry(receipt.id)
    assert (receipt.version, receipt.position) == (2, 2)
    assert (entry.kind, entry.content, entry.group) == ("practice", some_content(), "Ward 3")
    assert entry.tags == {"night-shift": "Night Shift"}


def test_a_contribution_without_a_required_section_is_refused(world: World) -> None:
    content = Content(title="Title", sections=(Section("The problem", "x"),))
    with pytest.raises(InvalidInput, match="What we do"):
        world.entries.contribute(Draft(kind="practice", content=content))
    assert world.recorded() == []


def test_further_sections_are_kept_in_order(world: World) -> None:
    sections = (Section("Numbers", "12"), *some_content().sections, Section("Thanks", "to all"))
    receipt = world.entries.contribute(some_draft(Content(title="Title", sections=sections)))
    content = world.entry(receipt.id).content
    assert content is not None
    assert content.sections == sections


def test_a_contribution_relates_only_to_what_exists(world: World) -> None:
    first = world.practice()
    draft = Draft(
        kind="practice", content=some_content(), relations=(Relation("IsDerivedFrom", first),)
    )
    receipt = world.entries.contribute(draft)
    assert world.entry(receipt.id).relations == {Relation("IsDerivedFrom", first)}
    with pytest.raises(NotFound, match=ABSENT):
        world.entries.contribute(
            Draft(kind="practice", content=some_content(), relations=(Relation("Cites", ABSENT),))
        )


def test_a_revision_is_cleaned_and_noted(world: World) -> None:
    entry_id = world.practice()
    receipt = world.entries.revise(
        entry_id, some_content(" New title "), version=1, group=" Ward 4 ", note=" Clearer. "
    )
    assert receipt.version == 2
    assert world.happened()[-1] == EntryRevised(
        content=some_content("New title"), group="Ward 4", note="Clearer."
    )


def test_of_two_revisions_of_the_same_version_the_later_is_a_conflict(world: World) -> None:
    entry_id = world.practice()
    world.entries.revise(entry_id, some_content(doing="Mine."), version=1)
    world.entries.tag(entry_id, ["ward"])
    with pytest.raises(RevisionConflict, match="started from version 1, it is now at 3"):
        world.entries.revise(entry_id, some_content(doing="Yours."), version=1)


@pytest.mark.parametrize("version", [0, -1])
def test_a_revision_of_a_version_that_cannot_be_is_bad_input_and_no_conflict(
    world: World, version: int
) -> None:
    entry_id = world.practice()
    with pytest.raises(InvalidInput, match=f"There is no version {version};") as caught:
        world.entries.revise(entry_id, some_content("New title"), version=version)
    assert caught.value.field == "version"


def test_a_revision_may_not_empty_a_required_section(world: World) -> None:
    entry_id = world.practice()
    with pytest.raises(InvalidInput, match="The problem"):
        world.entries.revise(entry_id, some_content(problem=" "), version=1)


def test_tags_are_put_on_and_taken_off_in_any_spelling(world: World) -> None:
    entry_id = world.practice()
    world.entries.tag(entry_id, ["Night Shift", "Ward"])
    assert world.entries.untag(entry_id, [" WARD", "absent"]).version == 4
    assert [*world.entry(entry_id).tags.values()] == ["Night Shift"]


def test_a_tag_with_a_comma_from_an_earlier_time_can_be_taken_off(world: World) -> None:
    entry_id = world.practice(tags=("night",))
    earlier = [EntryTagged(tag="ward,night")]
    world.writer.execute(entry_aggregate(entry_id), lambda _: earlier)
    world.entries.untag(entry_id, ["Ward,night"])
    assert world.entry(entry_id).tags == {}


def test_relations_are_stated_and_withdrawn(world: World) -> None:
    one, two = world.practice("One"), world.practice("Two")
    relation = Relation("IsPartOf", two)
    world.entries.relate(one, relation)
    assert world.entry(one).relations == {relation}
    world.entries.unrelate(one, relation)
    assert world.entry(one).relations == frozenset()


@pytest.mark.parametrize(
    ("relation", "error"),
    [
        (Relation("IsPartOf", ABSENT), NotFound),
        (Relation("IsPartOf", "nonsense"), InvalidInput),
        (Relation("Likes", ABSENT), InvalidInput),
    ],
)
def test_a_relation_to_nothing_or_of_no_type_is_refused(
    world: World, relation: Relation, error: type[Exception]
) -> None:
    with pytest.raises(error):
        world.entries.relate(world.practice(), relation)


def test_archiving_names_an_existing_successor(world: World) -> None:
    old, new = world.practice("Old"), world.practice("New")
    world.entries.archive(old, " Merged. ", new)
    assert world.entry(old).archived == EntryArchived(reason="Merged.", successor=new)
    with pytest.raises(NotFound):
        world.entries.archive(new, "Merged.", ABSENT)
    with pytest.raises(InvalidInput, match="reason"):
        world.entries.archive(new, " ")


def test_a_restored_entry_counts_again(world: World) -> None:
    entry_id = world.practice()
    world.entries.archive(entry_id, "Old.")
    with pytest.raises(Refused, match="restore it first"):
        world.entries.revise(entry_id, some_content("New"), version=2)
    world.entries.restore(entry_id)
    assert world.entries.revise(entry_id, some_content("New"), version=2).version == 4


@pytest.mark.parametrize("entry_id", [ABSENT, "", "nonsense", "\ud800", "x" * 10_000])
def test_an_entry_that_is_not_there_is_not_found(world: World, entry_id: str) -> None:
    with pytest.raises(NotFound) as caught:
        world.entries.restore(entry_id)
    assert len(str(caught.value)) < 200


def test_an_id_may_be_given_in_any_usual_form(world: World) -> None:
    entry_id = world.practice()
    assert world.entries.tag(entry_id.upper(), ["ward"]).id == entry_id


def test_a_contribution_under_a_command_id_has_the_same_id_each_time(world: World) -> None:
    first = world.entries.contribute(some_draft(), command_id=command(1))
    assert World().entries.contribute(some_draft(), command_id=command(1)).id == first.id
