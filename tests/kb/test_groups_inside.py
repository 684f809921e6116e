"""What those around a group decide for it: whether it is open, and whether anybody joins it."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import Forbidden, Refused
from tests.worlds.log import ViewedWorld


def test_a_group_is_called_open_or_closed_as_those_around_it_let_it_be(world: ViewedWorld) -> None:
    people = world.people()
    house = people.form_group("House", open=True).id
    floor = people.form_group("Floor", house, open=True).id
    ward = people.form_group("Ward", floor, open=True).id

    def told() -> set[tuple[bool, bool]]:
        each = (*world.directory().groups(), world.directory().group(ward))
        return {(found.open, found.closed) for found in each}

    assert told() == {(True, False)}
    people.change_group(house, open=False)
    assert told() == {(False, False)}
    people.close_group(house)
    assert told() == {(False, True)}
    people.change_group(house, open=True, closed=False)
    assert told() == {(True, False)}


def test_a_change_that_leaves_place_and_openness_is_not_refused_for_them(
    world: ViewedWorld,
) -> None:
    people = world.people()
    house = people.form_group("House", open=True).id
    ward = people.form_group("Ward", house, open=True).id
    for shut in (
        partial(people.change_group, house, open=False),
        partial(people.close_group, house),
    ):
        shut()
        people.change_group(ward, name=f"{world.directory().group(ward).name} 3", parent=house)
        with pytest.raises(Refused, match="cannot be open"):
            people.change_group(ward, open=True)
    assert world.directory().group(ward).name == "Ward 3 3"
    people.change_group(house, open=True, closed=False)
    assert world.directory().group(ward).open


def test_a_group_that_was_not_open_for_one_around_it_is_not_opened_by_moving_it(
    world: ViewedWorld,
) -> None:
    people = world.people()
    house = people.form_group("House", open=True).id
    ward = people.form_group("Ward", house, open=True).id
    people.change_group(house, open=False)
    people.change_group(ward, parent=people.form_group("Board").id)
    people.change_group(ward, parent=None)
    assert not world.directory().group(ward).open
    with pytest.raises(Forbidden):
        world.people(world.joined()).join_group(ward)


def test_nobody_joins_what_lies_in_a_closed_group_and_nothing_is_put_there(
    world: ViewedWorld,
) -> None:
    people, ada = world.people(), world.joined()
    closed, free = world.group("Board"), world.group("Free")
    floor = world.group("Floor", closed)
    ward = world.group("Ward", floor)
    people.close_group(closed)
    refusals: list[tuple[str, Callable[[], object]]] = [
        (
            "“Board” is closed, and so is “Ward” inside it",
            lambda: people.join_group(ward, ada.member),
        ),
        ("“Board” is closed, and so is “Ward” inside it", lambda: people.invite(groups=[ward])),
        ("“Board” is closed, so none", lambda: people.form_group("Room", closed)),
        ("“Board” is closed, so none", lambda: people.form_group("Room", ward)),
        ("“Board” is closed, so none", lambda: people.change_group(free, parent=closed)),
        ("“Board” is closed, so none", lambda: people.change_group(free, parent=ward)),
    ]
    for why, refused in refusals:
        with pytest.raises(Refused, match=why):
            refused()
    people.change_group(floor, parent=None)
    people.join_group(ward, ada.member)
    assert f"group:{closed}" not in world.principal(ada.member or "").labels


GROUP_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["move", "close", "join", "free"]), st.integers(0, 3), st.integers(0, 3)
    ),
    min_size=8,
    max_size=12,
)


@given(GROUP_STEPS)
def test_nobody_comes_to_see_what_a_closed_group_sees(steps: list[tuple[str, int, int]]) -> None:
    with TemporaryDirectory() as folder:
        world = ViewedWorld(Path(folder) / "views.sqlite")
        people, groups = world.people(), [world.group(f"Group {number}") for number in range(4)]
        members = [world.joined(groups=(group,)).member or "" for group in groups]
        people.change_group(groups[1], parent=groups[0])
        people.close_group(groups[0])
        closed = {groups[0]}
        acts: dict[str, Callable[[str, int], object]] = {
            "move": lambda group, other: people.change_group(group, parent=groups[other]),
            "free": lambda group, _: people.change_group(group, parent=None),
            "close": lambda group, _: people.close_group(group),
            "join": lambda group, other: people.join_group(group, members[other]),
        }

        def seeing() -> set[tuple[str, str]]:
            return {
                (each, group)
                for each in members
                for group in closed
                if f"group:{group}" in world.principal(each).labels
            }

        for step, which, other in steps:
            closed -= {groups[which]} if step in ("move", "free") else set()
            before = seeing()
            with suppress(Refused):
                acts[step](groups[which], other)
            assert seeing() <= before
            closed |= {groups[which]} if step == "close" else set()
        world.close()
