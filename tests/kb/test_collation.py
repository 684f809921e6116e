"""Names are listed as people look for them."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.access import Visibility
from kb.collation import sort_key
from kb.entries.content import Draft
from kb.ids import group_id
from kb.people.member import Profile
from kb.visibility_words import words
from tests.worlds.log import ViewedWorld, some_content


@pytest.mark.parametrize(
    "names",
    [
        ["Arzt", "Ärzte", "Axt", "Zebra"],
        ["Etape", "Étape", "étape b", "Etapf"],
        ["Room 9", "Room 10", "Room 10a", "Room 100"],
        ["1.9 notes", "1.10 notes"],
        ["Chapter 1.9", "Chapter 1.10", "Chapter 2.1"],
        ["Version 1", "Version 1.4", "Version 1.4.9", "Version 1.4.10", "Version 1.13.8"],
        ["2 of 3", "2024-9-30", "2024-10-01", "12,000", "20'000"],
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


@given(st.text(st.sampled_from("aZé_-., \t\x02019½²中٩"), max_size=12))
def test_the_key_has_letters_numbers_and_blanks_alone(name: str) -> None:
    letters, _, end = sort_key(name).partition("\x01")
    assert end == name
    assert all(sign.isspace() or sign == "\x02" or sign.isalnum() for sign in letters)
    assert letters == " ".join(letters.split())


def test_a_list_by_title_is_in_this_order(world: ViewedWorld) -> None:
    titles = ["Zelt", "Ärzte", "Runde 10", "Arzt", "runde 9"]
    for title in titles:
        world.entries.contribute(Draft(kind="practice", content=some_content(title)))
    found = world.catalogue.browse(sort="title").items
    assert [item.title for item in found] == ["Arzt", "Ärzte", "runde 9", "Runde 10", "Zelt"]


NAMES = ["Arzt", "Ärzte", "Axt", "Teil 9", "Teil 10"]
SHUFFLED = Random(2).sample(NAMES, len(NAMES))


def test_tags_and_groups_of_entries_are_in_this_order_where_as_many_have_them(
    world: ViewedWorld,
) -> None:
    content = some_content()
    for name in SHUFFLED:
        entry = Draft(kind="practice", content=content, tags=(name,), group=name)
        made = world.entries.contribute(entry).id
        world.reuses.record(made, group=name, context="Ours.", outcome="adopted")
    catalogue = world.catalogue
    facets = catalogue.browse().facets
    assert [*facets.tags] == [*facets.groups] == NAMES
    assert [*catalogue.tags()] == [*catalogue.groups()] == NAMES
    assert [*catalogue.tags(limit=2)] == [*catalogue.groups(limit=2)] == NAMES[:2]
    assert [*catalogue.tags("teil")] == [*catalogue.groups("teil")] == ["Teil 9", "Teil 10"]
    for by in ("tag", "group"):
        assert [row.key for row in world.reports.reuse(by=by).rows] == NAMES


def test_what_more_entries_have_comes_first(world: ViewedWorld) -> None:
    for tags in (("Axt",), ("Axt", "Arzt")):
        world.entries.contribute(Draft(kind="practice", content=some_content(), tags=tags))
    assert [*world.catalogue.tags()] == ["Axt", "Arzt"]


def test_members_and_groups_are_in_this_order(tmp_path: Path) -> None:
    world = ViewedWorld(tmp_path / "views.sqlite")
    for name in SHUFFLED:
        world.group(name)
        principal = world.joined("member")
        world.people(principal).change_profile(Profile(name=name))
    directory = world.directory()
    assert [member.name for member in directory.members_listed().items] == NAMES
    assert [group.name for group in directory.groups()] == NAMES
    assert [group.name for group, _ in directory.nested().items] == NAMES
    seen = Visibility("groups", tuple(map(group_id, SHUFFLED)))
    for name in SHUFFLED:
        world.people().join_group(name, principal.member or "")
    assert world.directory().member(principal.member or "").groups == tuple(map(group_id, NAMES))
    names = {group_id(name): name for name in NAMES}
    assert words(seen, names) == tuple(f"group:{name}" for name in NAMES)
    world.close()
