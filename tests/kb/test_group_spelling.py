"""A group that people spell in several ways is shown, counted and chosen as one."""

import pytest
from msgspec import structs

from kb.access import Visibility, of_member
from kb.entries.catalogue import Catalogue
from kb.entries.results import EntryFilter
from kb.knowledge_base import KnowledgeBase
from tests.worlds.log import ViewedWorld, some_content, some_draft

OWN = "Grid South Operations"
TYPED = ("grid south operations", OWN, "GRID  South\u00a0operations", "Gr\u0456d South Operations")
"""The third with a blank that does not break, the last with a letter of another alphabet."""


def contribute(world: ViewedWorld, group: str | None, seen_by: str = "members") -> str:
    """The id of an entry of `group`."""
    draft = structs.replace(some_draft(), group=group, visibility=Visibility(seen_by))  # type: ignore[arg-type]
    return world.entries.contribute(draft).id


def record(world: ViewedWorld, entry: str, group: str) -> str:
    """The id of a reuse by `group`."""
    return world.reuses.record(entry, group=group, context="x", outcome="adopted").id


def counted(world: ViewedWorld) -> dict[str, int]:
    """Reuses by group, as reported."""
    return {row.key: row.recorded for row in world.reports.reuse(by="group").rows}


def test_a_group_of_the_community_goes_by_its_own_spelling_everywhere(
    world: ViewedWorld,
) -> None:
    world.people().form_group(OWN)
    ids = [contribute(world, name) for name in TYPED]
    reuses = [record(world, ids[0], name) for name in TYPED]
    catalogue = world.catalogue

    assert {catalogue.get(each).group for each in ids} == {OWN}
    assert {each.group for each in catalogue.browse().items} == {OWN}
    assert {catalogue.reuse(each).group for each in reuses} == {OWN}
    assert {each.group for each in catalogue.get(ids[0]).reuse} == {OWN}
    assert catalogue.groups() == catalogue.groups("south") == (OWN,)
    assert counted(world) == {OWN: 4}


@pytest.mark.parametrize("chosen", TYPED)
def test_as_many_are_listed_as_the_number_beside_the_group_says(
    world: ViewedWorld, chosen: str
) -> None:
    for name in (*TYPED, "Grid North"):
        contribute(world, name)
    found = world.catalogue.browse(EntryFilter(groups=(chosen,)))
    assert (found.total, found.facets.groups) == (4, {TYPED[0]: 4, "Grid North": 1})


def test_any_other_group_goes_by_the_first_spelling_of_entries_and_reuses(
    world: ViewedWorld,
) -> None:
    record(world, contribute(world, None), "Ward  9")
    entry = contribute(world, "WARD 9")
    record(world, entry, "ward 9")
    assert world.catalogue.get(entry).group == "Ward  9"
    assert world.catalogue.groups() == ("Ward  9",)
    assert counted(world) == {"Ward  9": 2}


def test_a_group_formed_later_spells_what_was_typed_before(world: ViewedWorld) -> None:
    entry = contribute(world, TYPED[0])
    assert world.catalogue.get(entry).group == TYPED[0]
    world.people().form_group(OWN)
    assert world.catalogue.get(entry).group == OWN


def test_nobody_is_told_a_spelling_by_an_entry_that_they_do_not_see(world: ViewedWorld) -> None:
    contribute(world, "WARD 9", seen_by="author")
    contribute(world, "Ward 9")
    world.catch_up()
    ben = Catalogue(world.reader, of_member("ben", ["member"], []).labels)
    assert ben.browse().facets.groups == {"Ward 9": 1}
    assert world.catalogue.browse().facets.groups == {"WARD 9": 2}


@pytest.mark.parametrize("chosen", TYPED)
def test_a_question_is_kept_to_a_group_in_all_its_spellings(
    base: KnowledgeBase, chosen: str
) -> None:
    for number, name in enumerate((*TYPED, "Grid North")):
        draft = some_draft(some_content(f"Handover {number}"))
        base.session.entries.contribute(structs.replace(draft, group=name))
    found = base.session.search("handover", EntryFilter(groups=(chosen,))).results
    assert [result.group for result in found] == [TYPED[0]] * 4
