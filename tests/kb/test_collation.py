"""Names are listed as people look for them."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.collation import sort_key
from kb.entries.content import Draft
from tests.kb.domain_world import some_content
from tests.kb.viewed_world import ViewedWorld


@pytest.mark.parametrize(
    "names",
    [
        ["Arzt", "Ärzte", "Axt", "Zebra"],
        ["Etape", "Étape", "étape b", "Etapf"],
        ["Room 9", "Room 10", "Room 10a", "Room 100"],
        ["1.9 notes", "1.10 notes"],
        ["Cote", "cote", "coté"],
        ["ostrich", "Øystein", "pear"],
        ["„Quoted“", "quotes"],
        ["٩ بيوت", "١٠ بيوت"],
        ["straße", "strasse 2"],
    ],
)
def test_letters_count_before_accents_and_case_and_numbers_by_their_value(names: list[str]) -> None:
    shuffled = Random(1).sample(names, len(names))
    assert sorted(shuffled, key=sort_key) == names


@given(st.text(), st.text())
def test_two_names_are_alike_only_if_they_are_the_same(one: str, other: str) -> None:
    assert (sort_key(one) == sort_key(other)) == (one == other)


def test_a_list_by_title_is_in_this_order(world: ViewedWorld) -> None:
    titles = ["Zelt", "Ärzte", "Runde 10", "Arzt", "runde 9"]
    for title in titles:
        world.entries.contribute(Draft(kind="practice", content=some_content(title)))
    found = world.catalogue.browse(sort="title").items
    assert [item.title for item in found] == ["Arzt", "Ärzte", "runde 9", "Runde 10", "Zelt"]
