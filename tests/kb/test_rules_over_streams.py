"""Rules over several streams hold while threads and processes change these at once."""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from events.event import RecordedEvent, StreamWrite
from kb.access import operator
from kb.errors import Forbidden, InvalidInput, Refused
from kb.knowledge_base import KnowledgeBase
from tests.kb import rivalling_child
from tests.kb.conftest import OpenBase
from tests.kb.rivalling_child import Act, acted
from tests.worlds.base import NAME, PASSWORD, at_once, id_of, joined, operators

TURNS = 4
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([rivalling_child.__name__])

Race = Callable[[Act, Act], list[str]]
"""Lets two do something at once; what each was refused with, in their order."""


@pytest.fixture
def base(base: KnowledgeBase) -> KnowledgeBase:
    return KnowledgeBase(base.parts, operator())


@pytest.fixture
def other(open_base: OpenBase) -> KnowledgeBase:
    """The same directory, opened once more as by another process."""
    return KnowledgeBase(open_base().parts, operator())


@contextmanager
def threads(base: KnowledgeBase, other: KnowledgeBase) -> Iterator[Race]:
    def race(one: Act, two: Act) -> list[str]:
        tasks = [
            lambda: (0, acted(base.session.people, one)),
            lambda: (1, acted(other.session.people, two)),
        ]
        return [said for _, said in sorted(at_once(*tasks))]

    yield race


@contextmanager
def processes(data: Path) -> Iterator[Race]:
    with ExitStack() as ended:
        pipes = []
        for _ in range(2):
            pipe, theirs = CONTEXT.Pipe()
            process = CONTEXT.Process(target=rivalling_child.main, args=(theirs, data))
            process.start()
            ended.callback(process.join)
            ended.callback(pipe.send, None)
            pipes.append(pipe)
        assert [pipe.recv() for pipe in pipes] == ["ready", "ready"]

        def race(one: Act, two: Act) -> list[str]:
            for pipe, act in zip(pipes, (one, two), strict=True):
                pipe.send(act)
            return [pipe.recv() for pipe in pipes]

        yield race


@pytest.fixture(params=["threads", pytest.param("processes", marks=pytest.mark.process)])
def race(
    request: pytest.FixtureRequest, base: KnowledgeBase, other: KnowledgeBase, data: Path
) -> Iterator[Race]:
    with threads(base, other) if request.param == "threads" else processes(data) as found:
        yield found


@pytest.fixture
def meanwhile(base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets something else happen, once, when the next command of `base` is about to write."""
    append = base.parts.log.append

    def when_writing(act: Callable[[], object]) -> None:
        def busy(*writes: StreamWrite) -> list[RecordedEvent]:
            monkeypatch.setattr(base.parts.log, "append", append)
            act()
            return append(*writes)

        monkeypatch.setattr(base.parts.log, "append", busy)

    return when_writing


def test_of_the_last_two_stewards_who_leave_at_once_one_stays(
    base: KnowledgeBase, race: Race
) -> None:
    left = id_of(joined(base, "member", "steward"))
    for _ in range(TURNS):
        new = id_of(joined(base, "member", "steward"))
        said = race(("leave", (left,), {}), ("erase", (new,), {}))
        base.parts.catch_up_views()
        [left] = base.session.directory.stewards()
        assert sorted(map(bool, said)) == [False, True]
        assert "The last steward cannot go" in "".join(said)


def test_of_two_groups_that_take_one_name_at_once_one_has_it(
    base: KnowledgeBase, race: Race
) -> None:
    one, two = (base.session.people.form_group(name).id for name in ("Day", "Night"))
    for turn in range(TURNS):
        name = f"Ward {turn}"
        renamed: Act = ("change_group", (one,), {"name": name})
        rival: Act = ("form_group", (name,), {})
        if turn % 2:
            rival = ("change_group", (two,), {"name": name})
        said = race(renamed, rival)
        assert sorted(map(bool, said)) == [False, True]
        assert "choose another name" in "".join(said)
        base.parts.catch_up_views()
        assert [each.name for each in base.session.directory.groups()].count(name) == 1


def test_two_groups_that_are_put_inside_each_other_at_once_make_no_circle(
    base: KnowledgeBase, race: Race
) -> None:
    for turn in range(TURNS):
        one, two = (
            base.session.people.form_group(f"{name} {turn}").id for name in ("Day", "Night")
        )
        said = race(
            ("change_group", (one,), {"parent": two}), ("change_group", (two,), {"parent": one})
        )
        assert sorted(map(bool, said)) == [False, True]
        assert "cannot be inside itself" in "".join(said)


def test_a_steward_who_is_the_last_when_they_go_stays(
    base: KnowledgeBase, other: KnowledgeBase, meanwhile: Callable[..., None]
) -> None:
    one, two = (id_of(joined(base, "member", "steward")) for _ in range(2))
    meanwhile(partial(other.session.people.change_roles, two, ["member"]))
    with pytest.raises(Refused, match="last steward"):
        base.session.people.leave(one)
    assert base.session.directory.stewards() == [one]


def test_a_name_that_another_group_takes_meanwhile_is_refused(
    base: KnowledgeBase, other: KnowledgeBase, meanwhile: Callable[..., None]
) -> None:
    """Formed, then renamed: the other one is not known of when the name is looked for."""

    def take() -> None:
        known = other.session.people.form_group("Night").id
        other.session.people.change_group(known, name="Ward 3")

    meanwhile(take)
    with pytest.raises(Refused, match="Another group is called “Ward 3”"):
        base.session.people.form_group("Ward 3")


def test_nobody_joins_by_themselves_what_comes_to_lie_in_a_closed_circle_meanwhile(
    base: KnowledgeBase, other: KnowledgeBase, meanwhile: Callable[..., None]
) -> None:
    board, ward = (
        base.session.people.form_group("Board").id,
        base.session.people.form_group("Ward", open=True).id,
    )
    mara = joined(base)
    around = base.session.people.form_group("House", open=True).id
    base.session.people.change_group(ward, parent=around)
    meanwhile(partial(other.session.people.change_group, around, parent=board, open=False))
    with pytest.raises(Forbidden):
        mara.people.join_group(ward)
    assert not base.session.directory.member(id_of(mara)).groups


def test_nobody_is_invited_to_a_group_that_is_closed_meanwhile(
    base: KnowledgeBase, other: KnowledgeBase, meanwhile: Callable[..., None]
) -> None:
    ward = base.session.people.form_group("Ward").id
    meanwhile(partial(other.session.people.close_group, ward))
    with pytest.raises(Refused, match="is closed"):
        base.session.people.invite(groups=[ward])


def test_nobody_comes_into_what_a_group_around_closes_meanwhile(
    base: KnowledgeBase, other: KnowledgeBase, meanwhile: Callable[..., None]
) -> None:
    """By joining, by an invitation, or by a group that is formed or moved inside it."""
    people, mara = base.session.people, id_of(joined(base))
    commands: dict[str, Callable[[str, str], object]] = {
        "join": lambda _, ward: people.join_group(ward, mara),
        "invite": lambda _, ward: people.invite(groups=[ward]),
        "form": lambda _, ward: people.form_group("Room", ward),
        "move": lambda free, ward: people.change_group(free, parent=ward),
    }
    for how, command in commands.items():
        around = people.form_group(f"House, {how}").id
        ward = people.form_group(f"Ward, {how}", around).id
        free = people.form_group(f"Free, {how}").id
        meanwhile(partial(other.session.people.close_group, around))
        with pytest.raises(Refused, match=f"The group “House, {how}” is closed"):
            command(free, ward)
    assert not base.session.directory.member(mara).groups


def test_a_group_is_not_opened_inside_one_that_ceases_to_be_open_meanwhile(
    base: KnowledgeBase, other: KnowledgeBase, meanwhile: Callable[..., None]
) -> None:
    around = base.session.people.form_group("House", open=True).id
    floor = base.session.people.form_group("Floor", around, open=True).id
    ward = base.session.people.form_group("Ward", floor).id
    meanwhile(partial(other.session.people.change_group, around, open=False))
    with pytest.raises(Refused, match="cannot be open"):
        base.session.people.change_group(ward, open=True)


def test_a_sign_in_name_that_another_takes_meanwhile_stays_theirs(
    base: KnowledgeBase, meanwhile: Callable[..., None]
) -> None:
    mara, ben = joined(operators(base)), joined(base)
    meanwhile(partial(ben.credentials.set_password, PASSWORD, NAME))
    with pytest.raises(InvalidInput, match="cannot be used here"):
        mara.credentials.set_password(PASSWORD, NAME)
    assert base.accounts.names.member(NAME) == id_of(ben)
    assert not base.accounts.passwords.has(id_of(mara))


def test_a_lock_of_former_versions_is_removed(open_base: OpenBase, data: Path) -> None:
    (data / "people.lock").touch()
    open_base()
    assert not (data / "people.lock").exists()
