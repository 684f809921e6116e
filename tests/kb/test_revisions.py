"""Every text that an entry had can be listed, read, compared and restored by those who saw it."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from kb import access
from kb.access import Principal, Visibility
from kb.entries import decide
from kb.entries.catalogue import Catalogue
from kb.entries.entry import EntryRevised
from kb.errors import Forbidden, InvalidInput, NotFound, Refused, RevisionConflict, ShownToMore
from kb.ids import group_id, new_id
from kb.people.service import People
from tests.worlds.log import ABSENT, ViewedWorld, World, answered, some_content, some_draft

TEAM = group_id("team")
AUTHOR = access.of_member("ada", ["member"], [])
BEN = access.of_member("ben", ["member"], [TEAM])
CLEO = access.of_member("cleo", ["member"], [])
OTHERS = [BEN, CLEO, access.of_member("dan", ["member", "curator", "steward"], [])]


def as_(world: ViewedWorld, principal: Principal) -> Catalogue:
    world.catch_up()
    return Catalogue(world.reader, principal.labels)


def begun(world: World, sight: str = "members") -> str:
    """The id of an entry that was revised once."""
    People(world.writer.as_(access.operator()), new_id).form_group("team")
    seen = Visibility(sight, (TEAM,) if sight == "groups" else ())  # type: ignore[arg-type]  # one of them
    entry_id = world.entries.contribute(replace(some_draft(), visibility=seen)).id
    world.entries.revise(entry_id, some_content("Second"), version=1, group="Ward 4", note="Better")
    return entry_id


def versions(catalogue: Catalogue, entry_id: str) -> list[tuple[int, int]]:
    return [(each.version, each.number) for each in catalogue.revisions(entry_id)]


def test_revisions_are_listed_with_who_and_why_the_newest_first(world: ViewedWorld) -> None:
    entry_id = begun(world)
    world.entries.tag(entry_id, ["ward"])
    world.by("bo").entries.revise(entry_id, some_content("Third"), version=3)
    found = world.catalogue.revisions(entry_id)
    told = [(r.version, r.number, r.by, r.title, r.group, r.note) for r in found]
    assert told == [
        (4, 3, "bo", "Third", "Ward 4", None),
        (2, 2, "ada", "Second", "Ward 4", "Better"),
        (1, 1, "ada", "Bedside handover", "Ward 3", None),
    ]
    texts = ("entry-contributed", "entry-revised")
    times = [event.recorded_at for event in world.recorded() if event.type in texts]
    assert [r.at for r in found] == times[::-1]
    assert world.catalogue.revisions(entry_id, offset=1, limit=1) == found[1:2]
    assert world.catalogue.revisions(entry_id, offset=3) == ()


def test_a_revision_is_read_by_the_version_that_it_made(world: ViewedWorld) -> None:
    entry_id = begun(world)
    world.entries.tag(entry_id, ["ward"])
    first, second = (world.catalogue.revision(entry_id.upper(), n) for n in (1, 2))
    assert (first.content, first.number, first.latest) == (some_content(), 1, False)
    assert (second.content, second.number, second.latest) == (some_content("Second"), 2, True)
    for version in (0, 3, 4, -1, 10**18):
        with pytest.raises(NotFound):
            world.catalogue.revision(entry_id, version)
    for ask in (world.catalogue.revisions, world.catalogue.compared):
        with pytest.raises(NotFound):
            ask(ABSENT)


def test_two_revisions_are_compared_in_the_order_in_which_they_were_written(
    world: ViewedWorld,
) -> None:
    entry_id = begun(world)
    world.entries.revise(entry_id, some_content("Third"), version=2, group="Ward 5")
    whole = world.catalogue.compared(entry_id, 3, 1)
    assert (whole.earlier.version, whole.later.version) == (1, 3)
    assert [run.text for run in whole.differences.group] == ["Ward ", "3", "5"]
    assert world.catalogue.compared(entry_id, 1, 3) == whole
    last = world.catalogue.compared(entry_id)
    assert (last.earlier.version, last.later.version) == (2, 3)
    assert world.catalogue.compared(entry_id, 2, 2).differences.none
    only = world.practice()
    assert world.catalogue.compared(only).differences.none
    for pair in ((1, 9), (9, 1), (None, 9)):
        with pytest.raises(NotFound):
            world.catalogue.compared(entry_id, *pair)


@pytest.mark.parametrize("sight", ["draft", "author"])
def test_what_was_written_in_private_is_its_authors_alone(world: ViewedWorld, sight: str) -> None:
    entry_id = begun(world, sight)
    world.entries.show(entry_id, Visibility("members"))
    shown_at = world.recorded()[-1].recorded_at
    for other in OTHERS:
        (one,) = as_(world, other).revisions(entry_id)
        # The note was written for its author, and that a draft was revised is told to nobody.
        assert (one.version, one.number, one.by, one.note, one.at) == (2, 1, "ada", None, shown_at)
        for version in (1, 3):
            with pytest.raises(NotFound):
                as_(world, other).revision(entry_id, version)
        assert as_(world, other).compared(entry_id).differences.none
        with pytest.raises(NotFound):
            as_(world, other).compared(entry_id, 1)
        with pytest.raises(NotFound):
            world.entries_of(other).restore_revision(entry_id, 1, version=3)
    for owner in (AUTHOR, access.operator()):
        assert versions(as_(world, owner), entry_id) == [(2, 2), (1, 1)]
        assert as_(world, owner).revision(entry_id, 1).shown_otherwise
        assert as_(world, owner).revision(entry_id, 2).note == "Better"


def test_what_was_written_for_a_group_stays_with_it(world: ViewedWorld) -> None:
    entry_id = begun(world, "groups")
    world.entries.show(entry_id, Visibility("members"))
    assert versions(as_(world, BEN), entry_id) == [(2, 2), (1, 1)]
    assert versions(as_(world, CLEO), entry_id) == [(2, 1)]
    (one,) = as_(world, CLEO).revisions(entry_id)
    assert (one.by, one.note) == (None, None)


def test_a_text_hidden_between_two_others_is_not_counted(world: ViewedWorld) -> None:
    entry_id = begun(world)
    world.entries.show(entry_id, Visibility("author"))
    for title in ("Hidden", "Shown"):
        version = world.entry(entry_id).version
        world.entries.revise(entry_id, some_content(title), version=version)
    world.entries.show(entry_id, Visibility("members"))
    assert versions(as_(world, CLEO), entry_id) == [(5, 2), (1, 1)]
    with pytest.raises(NotFound):
        as_(world, CLEO).revision(entry_id, 4)


def test_an_erased_entry_has_no_revisions(world: ViewedWorld) -> None:
    entry_id = begun(world)
    world.entries.erase(entry_id)
    with pytest.raises(NotFound):
        world.catalogue.revisions(entry_id)
    with pytest.raises(NotFound):
        world.catalogue.revision(entry_id, 1)


def test_an_earlier_text_is_restored_with_its_group_as_a_revision(world: ViewedWorld) -> None:
    entry_id = begun(world)
    world.entries.tag(entry_id, ["ward"])
    receipt = world.entries.restore_revision(entry_id, 1, version=3, note="Too long")
    assert receipt.version == 4
    page = world.catalogue.get(entry_id)
    assert (page.title, page.group, page.tags) == ("Bedside handover", "Ward 3", ("ward",))
    assert page.sections == some_content().sections
    assert world.catalogue.history(entry_id)[-1].detail == (
        "Restored the text of version 1, “Bedside handover”: Too long."
    )
    assert versions(world.catalogue, entry_id) == [(4, 3), (2, 2), (1, 1)]
    last = world.happened()[-1]
    assert isinstance(last, EntryRevised)
    assert last.restored == 1
    assert world.entries.restore_revision(entry_id, 4, version=4).version == 4


def test_a_restoration_is_refused_as_a_revision_is(world: ViewedWorld) -> None:
    entry_id = begun(world)
    restore = world.entries.restore_revision
    world.entries.revise(entry_id, some_content("Third"), version=2)
    with pytest.raises(RevisionConflict):
        restore(entry_id, 1, version=2)
    for version in (0, 9):
        with pytest.raises(InvalidInput):
            restore(entry_id, 1, version=version)
    for missing in (4, 99):
        with pytest.raises(NotFound):
            restore(entry_id, missing, version=3)
    reporter = access.of_member("eva", ["reporter"], [])
    with pytest.raises((Forbidden, NotFound)):
        world.entries_of(reporter).restore_revision(entry_id, 1, version=3)
    world.open_to_world()
    world.entries.show(entry_id, Visibility("world"))
    with pytest.raises(ShownToMore):
        restore(entry_id, 1, version=3)
    world.entries.archive(entry_id, "Old")
    with pytest.raises(Refused, match="archived"):
        restore(entry_id, 1, version=5)


def test_what_an_author_restores_of_a_private_past_tells_nobody_that_there_was_one(
    world: ViewedWorld,
) -> None:
    entry_id = begun(world, "draft")
    world.entries.show(entry_id, Visibility("members"))
    world.entries_of(AUTHOR).restore_revision(entry_id, 1, version=3)
    last = world.happened()[-1]
    assert isinstance(last, EntryRevised)
    assert last.restored is UNSET
    assert as_(world, CLEO).history(entry_id)[-1].detail == "Revised as “Bedside handover”."


@given(
    st.lists(
        st.sampled_from(["author", "draft", "members", "groups", "revise", "tag"]), max_size=12
    )
)
def test_who_reads_a_text_may_restore_it_and_nobody_else(steps: list[str]) -> None:
    with TemporaryDirectory() as folder:
        world = ViewedWorld(Path(folder) / "views.sqlite")
        entry_id = begun(world, "draft")
        for number, step in enumerate(steps):
            version = world.entry(entry_id).version
            if step == "revise":
                world.entries.revise(entry_id, some_content(f"Text {number}"), version=version)
            elif step == "tag":
                world.entries.tag(entry_id, [f"tag {number}"])
            else:
                groups = (TEAM,) if step == "groups" else ()
                world.entries.show(entry_id, Visibility(step, groups))  # type: ignore[arg-type]  # one of them
        entry = world.entry(entry_id)
        for principal in (AUTHOR, BEN, CLEO, access.operator()):
            for version in range(1, entry.version + 1):
                read = answered(partial(as_(world, principal).revision, entry_id, version))
                decided = answered(
                    partial(
                        decide.restore_revision,
                        entry,
                        version,
                        labels=principal.labels
                        if world.seen_by(entry_id, principal)
                        else frozenset(),
                        version=entry.version,
                    )
                )
                assert isinstance(read, tuple) == isinstance(decided, tuple)
        world.close()
