"""Members and groups: what commands decide, whatever came before, and what they refuse."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from kb import community
from kb.access import ROLES, Principal, Role, Visibility
from kb.community import Community
from kb.errors import Forbidden, InvalidInput, KnowledgeBaseError, NotFound, Refused
from kb.ids import group_id
from kb.people import decide, group, member
from kb.people.checks import MOST_LANGUAGES, checked_profile
from kb.people.group import Group, GroupChanged
from kb.people.member import Member, MemberEvent, Profile
from tests.examples import costly
from tests.worlds.log import ADA, ViewedWorld, some_draft

BEA = Profile(name="Bea")
ROLE_SETS = st.frozensets(st.sampled_from(ROLES), min_size=1)
GROUPS = st.sampled_from(["g-1", "g-2"])
PROFILES = st.sampled_from([ADA, BEA])
Command = partial[list[MemberEvent]]


def wish(decided: Callable[..., list[MemberEvent]], **given: Any) -> st.SearchStrategy[Command]:
    return st.builds(partial, st.just(decided), **given)


COMMANDS = st.lists(
    st.one_of(
        wish(decide.invite, roles=ROLE_SETS.map(lambda roles: tuple(sorted(roles)))),
        wish(decide.join, profile=PROFILES),
        wish(decide.change_profile, profile=PROFILES),
        wish(decide.change_roles, given=ROLE_SETS, taken=ROLE_SETS),
        wish(decide.change_groups, joined=st.sets(GROUPS), left=st.sets(GROUPS)),
        wish(decide.leave),
        wish(decide.erase, entries=st.sampled_from(["kept", "erased"])),
    ),
    max_size=15,
)


def after(commands: list[Command]) -> Iterator[tuple[Command, Member, Member]]:
    """Each command that was not refused, and the member before and after it."""
    now = Member(id="m")
    for command in commands:
        before = now
        try:
            events = command(before)
        except KnowledgeBaseError:
            continue
        for event in events:
            now = member.evolve(now, event)
        yield command, before, now


@given(COMMANDS)
def test_a_member_has_the_roles_that_were_given_last_and_none_after_leaving(
    commands: list[Command],
) -> None:
    given_last: frozenset[Role] = frozenset()
    for command, _, now in after(commands):
        wished = command.keywords
        given_last |= {*wished.get("roles", ()), *wished.get("given", ())}
        given_last -= wished.get("taken", frozenset())
        if now.standing in ("left", "erased"):
            given_last = frozenset()
            assert not now.groups

        assert now.roles == given_last


@given(COMMANDS)
def test_an_invitation_is_taken_once_and_one_who_is_gone_never_returns(
    commands: list[Command],
) -> None:
    steps = list(after(commands))

    assert sum(command.func is decide.join for command, _, _ in steps) <= 1
    for _, before, now in steps:
        assert not (before.standing == "left" and now.standing in ("invited", "joined"))
        assert not (before.standing == "erased" and now != before)
        assert (now.profile is None) == (now.standing in ("unknown", "invited", "erased")) or (
            now.standing == "left"
        )


@given(COMMANDS)
def test_a_wish_that_is_met_already_is_no_event(commands: list[Command]) -> None:
    for command, _, now in after(commands):
        if command.func not in (decide.invite, decide.join, decide.leave, decide.erase):
            assert command(now) == []


def test_a_profile_is_changed_by_members_who_have_joined() -> None:
    invited = Member(id="m", version=1, standing="invited")

    with pytest.raises(Refused, match="has not joined yet"):
        decide.change_profile(invited, BEA)
    with pytest.raises(NotFound):
        decide.change_profile(Member(id="m"), BEA)


def test_a_group_that_is_not_there_cannot_be_changed() -> None:
    with pytest.raises(NotFound):
        group.close(Group(id="g"))


def test_a_group_is_formed_once_and_closed_once() -> None:
    formed = group.evolve(Group(id="g"), group.form(Group(id="g"), "Ward 3")[0])
    closed = group.evolve(formed, group.close(formed)[0])

    assert group.close(closed) == []
    assert group.change(formed) == []
    assert group.change(closed) == []
    assert group.change(closed, closed=False) == [
        GroupChanged(name="Ward 3", parent=None, open=False)
    ]
    renamed = group.evolve(closed, group.change(closed, name="Ward 4")[0])
    assert (renamed.name, renamed.closed) == ("Ward 4", True)
    with pytest.raises(Refused, match="closed"):
        group.change(renamed, open=True)
    with pytest.raises(Refused, match="“Ward 3” already"):
        group.form(closed, "WARD 3")


@given(st.lists(st.booleans(), max_size=6))
def test_the_community_is_as_open_as_was_said_last(said: list[bool]) -> None:
    now = Community()
    for allowed in said:
        for event in community.allow_world(now, allowed):
            now = community.evolve(now, event)

        assert now.world == allowed


STEPS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["up", "down", "go"])), max_size=8)


@costly(4)
@given(STEPS)
def test_the_last_steward_stays(steps: list[tuple[int, str]]) -> None:
    with TemporaryDirectory() as folder:
        world = ViewedWorld(Path(folder) / "views.sqlite")
        members = [world.joined("member", "steward").member or ""]
        members += [world.joined().member or "" for _ in range(2)]
        for who, step in steps:
            with suppress(Refused):
                if step == "go":
                    world.people().leave(members[who])
                else:
                    roles: tuple[Role, ...] = ("member", "steward") if step == "up" else ("member",)
                    world.people().change_roles(members[who], roles)

            assert world.directory().stewards()
        world.close()


MOVES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3) | st.none()), max_size=8)


@costly(2)
@given(MOVES)
def test_no_group_is_ever_inside_itself(moves: list[tuple[int, int | None]]) -> None:
    with TemporaryDirectory() as folder:
        world = ViewedWorld(Path(folder) / "views.sqlite")
        groups = [world.group(f"Group {number}") for number in range(4)]
        for inner, outer in moves:
            around = None if outer is None else groups[outer]
            with suppress(Refused):
                world.people().change_group(groups[inner], parent=around)

            parents = {each.id: each.parent for each in world.directory().groups()}
            for start in groups:
                at, steps = parents[start], 0
                while at:
                    at, steps = parents[at], steps + 1
                    assert steps < len(groups)
        world.close()


def test_an_invitation_is_for_the_person_who_was_invited(world: ViewedWorld) -> None:
    invited = world.invited()
    other = world.joined()

    with pytest.raises(Forbidden, match="Only the invited person"):
        world.people(other).join(invited, BEA)
    world.take(invited)
    with pytest.raises(Refused, match="taken already"):
        world.take(invited)


def test_one_who_left_or_was_taken_out_asks_as_nobody(world: ViewedWorld) -> None:
    leaving, removed = world.joined(), world.joined()
    world.people(leaving).leave()
    world.people().leave(removed.member)

    for gone in (leaving, removed):
        with pytest.raises(NotFound):
            world.principal(gone.member or "")
        with pytest.raises(Refused, match="invite them again"):
            world.people().change_roles(gone.member or "", ["member"])


def test_someone_who_is_taken_out_before_joining_cannot_join(world: ViewedWorld) -> None:
    invited = world.invited()
    world.people().leave(invited)

    with pytest.raises(Refused):
        world.take(invited)


def test_members_change_themselves_and_no_others(world: ViewedWorld) -> None:
    ada, bea = world.joined(), world.joined()
    closed, is_open = world.group("Ward 3"), world.group("Makers", is_open=True)
    people = world.people(ada)

    people.change_profile(BEA)
    people.join_group(is_open)
    people.leave_group(is_open)

    assert world.directory().member(ada.member or "").name == "Bea"
    # What needs another role is asked in tests/kb/test_table_of_commands.py.
    refusals: list[Callable[[], object]] = [
        lambda: people.join_group(closed),
        lambda: people.join_group(is_open, bea.member),
        lambda: people.leave_group(is_open, bea.member),
    ]
    for refused in refusals:
        with pytest.raises(Forbidden):
            refused()


def test_a_group_inside_one_that_is_not_open_cannot_be_open(world: ViewedWorld) -> None:
    people = world.people(world.joined("member", "steward"))
    people.form_group("Board")
    with pytest.raises(Refused, match="cannot be open"):
        people.form_group("Picnic", "Board", open=True)
    picnic = people.form_group("Picnic", open=True).id
    with pytest.raises(Refused, match="cannot be open"):
        people.change_group(picnic, parent="Board")
    people.change_group(picnic, parent="Board", open=False)


def test_a_group_is_joined_by_oneself_only_if_all_around_it_are_open_still(
    world: ViewedWorld,
) -> None:
    people, ada = world.people(), world.joined()
    board = people.form_group("Board", open=True).id
    picnic = people.form_group("Picnic", "Board", open=True).id
    people.change_group(board, open=False)
    with pytest.raises(Forbidden, match="stewards"):
        world.people(ada).join_group(picnic)
    people.change_group(board, open=True)
    world.people(ada).join_group(picnic)
    assert f"group:{board}" in world.principal(ada.member or "").labels


def test_a_renamed_group_is_meant_by_the_name_that_it_has(world: ViewedWorld) -> None:
    people, ada = world.people(), world.joined().member or ""
    alpha = world.group("Alpha")
    people.change_group(alpha, name="Beta")
    people.join_group("beta", ada)
    assert f"group:{alpha}" in world.principal(ada).labels


def test_a_steward_says_who_is_in_a_group_until_it_is_closed(world: ViewedWorld) -> None:
    steward, ada = world.joined("member", "steward"), world.joined()
    ward = world.group("Ward 3")
    people = world.people(steward)

    people.join_group("ward 3", ada.member)
    assert f"group:{ward}" in world.principal(ada.member or "").labels
    people.close_group("Ward 3")

    assert f"group:{ward}" in world.principal(ada.member or "").labels
    with pytest.raises(Refused, match="The group “Ward 3” is closed"):
        people.join_group(ward, steward.member)
    with pytest.raises(Refused, match="closed"):
        people.invite(groups=[ward])
    people.leave_group(ward, ada.member)
    assert f"group:{ward}" not in world.principal(ada.member or "").labels


def test_a_group_is_renamed_without_taking_the_name_of_another(world: ViewedWorld) -> None:
    region, ward = world.group("Region"), world.group("Ward 3", "Region")
    people = world.people()

    people.change_group(ward, name="Ward Three", parent=None)
    with pytest.raises(Refused, match="is called “REGION”; choose another name"):
        people.change_group(ward, name="REGION")
    people.change_group(region, name="REGION")
    with pytest.raises(Refused, match="is called “Ward three”"):
        people.form_group("Ward three")

    found = {each.id: (each.name, each.parent) for each in world.directory().groups()}
    assert found == {region: ("REGION", None), ward: ("Ward Three", None)}
    assert ward == group_id("Ward 3")


@pytest.mark.parametrize(
    "twin", ["Ward\u200b 3", "\u202eWard 3", "W\u0430rd 3", "ＷＡＲＤ 3", "Ward\u00a0 3\ufeff"]
)
def test_no_group_takes_a_name_that_looks_like_that_of_another(
    world: ViewedWorld, twin: str
) -> None:
    people = world.people()
    ward, other = world.group("Ward 3"), world.group("Makers")
    with pytest.raises(Refused):
        people.form_group(twin)
    with pytest.raises(Refused, match="Another group"):
        people.change_group(other, name=twin)
    assert world.directory().group(twin).id == ward
    assert world.group("Ward 4") not in (ward, other)


def test_nothing_is_shown_to_a_group_that_is_not_there(world: ViewedWorld) -> None:
    ada = world.entries_of(world.joined())
    hidden = Visibility("groups", (group_id("Typo"),))
    with pytest.raises(NotFound, match="There is no group"):
        ada.contribute(structs.replace(some_draft(), visibility=hidden))
    entry = ada.contribute(some_draft()).id
    with pytest.raises(NotFound, match="There is no group"):
        ada.show(entry, hidden)
    world.group("Typo")
    ada.show(entry, hidden)


def test_a_group_inside_one_that_is_not_there_is_not_found(world: ViewedWorld) -> None:
    with pytest.raises(NotFound, match="form it first"):
        world.group("Ward 3", "Nowhere")


@pytest.mark.parametrize("roles", [(), ("boss",), ("curator",), ("steward", "reporter")])
def test_roles_that_cannot_be_are_refused(world: ViewedWorld, roles: tuple[Role, ...]) -> None:
    with pytest.raises(InvalidInput) as refused:
        world.people().invite(roles)

    assert refused.value.field == "roles"


@pytest.mark.parametrize(
    ("profile", "field"),
    [
        (Profile(name=" "), "name"),
        (Profile(name="Ada", time_zone="Vienna"), "time_zone"),
        (Profile(name="Ada", time_zone="../etc/passwd"), "time_zone"),
        (Profile(name="Ada", languages=("x",) * (MOST_LANGUAGES + 1)), "languages"),
        (Profile(name="Ada", languages=("",)), "languages"),
        (Profile(name="Ada", help="x\x00"), "help"),
        (Profile(name="Ada", address="a\nb"), "address"),
    ],
)
def test_a_profile_that_cannot_be_names_the_field(profile: Profile, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_profile(profile)

    assert refused.value.field == field


def test_what_a_group_sees_goes_with_being_in_it(world: ViewedWorld) -> None:
    region = world.group("Region")
    ward = world.group("Ward 3", region)
    author, nurse = world.joined(), world.joined(groups=(ward,))
    entries = world.entries_of(author)
    shown = entries.contribute(some_draft()).id
    entries.show(shown, Visibility("groups", (region,)))

    def sees(principal: Principal) -> bool:
        return world.seen_by(shown, principal)

    assert (sees(nurse), sees(author), sees(world.joined())) == (True, True, False)
    world.people(nurse).leave_group(ward)
    assert not sees(world.principal(nurse.member or ""))
