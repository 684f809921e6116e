"""An invitation is taken whole: by one of many, and also when the program dies in between."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kb import access
from kb.accounts.links import Links, Purpose
from kb.accounts.names import SignInNames
from kb.accounts.passwords import Passwords
from kb.accounts.sessions import Sessions
from kb.errors import InvalidInput, KnowledgeBaseError, NotFound, Refused
from kb.knowledge_base import KnowledgeBase
from kb.people.member import Profile
from kb.writer import Receipt, Writer
from tests.worlds.base import END, PASSWORD, at_once, id_of, joined, operators

PURPOSES: tuple[Purpose, ...] = ("invitation", "first-steward")


class Killed(BaseException):
    """The program ends here, and nothing after it is done."""


@pytest.fixture
def base(base: KnowledgeBase) -> KnowledgeBase:
    return operators(base)


def link_to(base: KnowledgeBase, purpose: Purpose = "invitation") -> tuple[str, str]:
    """Someone invited, and the secret of their link."""
    member = base.session.people.invite().id
    return member, base.session.credentials.make_link(purpose, member, END)


def take(
    base: KnowledgeBase, member: str, link: tuple[str, Purpose], name: str, password: str = PASSWORD
) -> object:
    """What taking the link answers: the profile, name and password are all of `name`."""
    new = base.as_(access.of_member(member, (), ()))
    profile = Profile(name=f"Profile of {name}")
    try:
        return new.credentials.join(profile, link, name=name, password=f"{password} of {name}")
    except KnowledgeBaseError as error:
        return error


def who_is(base: KnowledgeBase, member: str, names: tuple[str, ...]) -> list[str]:
    """Of `names` those that sign in as `member`, with the password of that name."""
    return [
        name
        for name in names
        if base.accounts.names.member(name) == member
        and base.accounts.passwords.check(member, f"{PASSWORD} of {name}")
    ]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_of_seven_who_use_one_link_at_once_one_wins_whole(
    base: KnowledgeBase, purpose: Purpose
) -> None:
    member, secret = link_to(base, purpose)
    names = tuple(f"taker {number}" for number in range(7))

    answers = at_once(
        *[lambda name=name: take(base, member, (secret, purpose), name) for name in names]
    )

    assert [type(each).__name__ for each in answers if isinstance(each, Exception)] == [
        "NotFound"
    ] * 6
    (winner,) = who_is(base, member, names)
    assert base.session.directory.member(member).name == f"Profile of {winner}"
    assert [name for name in names if base.accounts.names.member(name)] == [winner]
    assert base.accounts.links.look(secret, purpose) is None


def test_who_is_overtaken_with_their_link_does_not_join_with_what_the_other_signs_in_by(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    member, secret = link_to(base)
    store, transaction = base.accounts.store, base.accounts.store.transaction
    depth, begun, rivals = 0, 0, []

    @contextmanager
    def overtaken() -> Iterator[sqlite3.Connection]:
        """Before the second transaction another does all of it."""
        nonlocal depth, begun
        begun += not depth
        if begun == 2:
            monkeypatch.setattr(store, "transaction", transaction)
            rivals.append(take(base, member, (secret, "invitation"), "rival"))
        depth += 1
        with transaction() as db:
            yield db
        depth -= 1

    monkeypatch.setattr(store, "transaction", overtaken)
    slow = take(base, member, (secret, "invitation"), "slow")
    assert isinstance(slow, NotFound)
    assert [type(each) for each in rivals] == [Receipt]
    assert who_is(base, member, ("rival", "slow")) == ["rival"]
    assert base.session.directory.member(member).name == "Profile of rival"


def test_who_begins_with_a_link_after_another_leaves_that_one_nothing_to_join_with(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    member, secret = link_to(base)
    me = base.as_(access.of_member(member, (), ()))
    kept = Passwords.kept

    def replaced(passwords: Passwords, of: str) -> str | None:
        """Another has begun since then, and goes on later."""
        passwords.keep(of, "the hash of another")
        return kept(passwords, of)

    monkeypatch.setattr(Passwords, "kept", replaced)
    taken = take(base, member, (secret, "invitation"), "slow")
    assert isinstance(taken, NotFound)
    assert me.people.join(member, Profile(name="Rival")).version


def test_of_two_links_to_one_place_one_is_taken(base: KnowledgeBase) -> None:
    member, secret = link_to(base)
    welcome = base.session.credentials.make_link("first-steward", member, END)
    links: list[tuple[str, tuple[str, Purpose]]] = [
        ("by join", (secret, "invitation")),
        ("by welcome", (welcome, "first-steward")),
    ]
    at_once(*[lambda name=name, link=link: take(base, member, link, name) for name, link in links])
    (winner,) = who_is(base, member, ("by join", "by welcome"))
    assert base.session.directory.member(member).name == f"Profile of {winner}"


def killed(monkeypatch: pytest.MonkeyPatch, owner: type, name: str, *, after: bool) -> None:
    """Let the program die at this call, before or after it is done."""
    real = getattr(owner, name)

    def dies(*arguments: Any, **named: Any) -> Any:
        if after:
            real(*arguments, **named)
        raise Killed

    monkeypatch.setattr(owner, name, dies)


DEATHS: list[tuple[type, str, bool]] = [
    (Links, "look", True),
    (SignInNames, "release", True),
    (SignInNames, "set", True),
    (Passwords, "keep", False),
    (Passwords, "keep", True),
    (Writer, "execute", False),
    (Writer, "execute", True),
    (Links, "end_invitation", False),
    (Links, "end_invitation", True),
]


@pytest.mark.parametrize(("owner", "name", "after"), DEATHS)
def test_a_taker_who_dies_has_joined_whole_or_not_at_all(
    base: KnowledgeBase, owner: type, name: str, after: bool
) -> None:
    member, secret = link_to(base)
    with pytest.MonkeyPatch.context() as patch:
        killed(patch, owner, name, after=after)
        with pytest.raises(Killed):
            take(base, member, (secret, "invitation"), "first")

    second = take(base, member, (secret, "invitation"), "second")

    base.parts.catch_up_views()  # nobody waited for them who died
    winner = "first" if isinstance(second, NotFound) else "second"
    assert who_is(base, member, ("first", "second")) == [winner]
    assert base.session.directory.member(member).name == f"Profile of {winner}"
    told = [change.detail for change in base.session.directory.changes(member)]
    assert told.count("Sign-in name set.") == told.count("Password set.") == 1
    # What the loser chose is free for others.
    loser = {"first": "second", "second": "first"}[winner]
    other, link = link_to(base)
    assert not isinstance(take(base, other, (link, "invitation"), loser), Exception)
    assert who_is(base, other, (loser,)) == [loser]


def test_a_name_that_a_dead_taker_left_signs_nobody_in_and_is_free(base: KnowledgeBase) -> None:
    member, secret = link_to(base)
    with pytest.MonkeyPatch.context() as patch:
        killed(patch, Writer, "execute", after=False)
        with pytest.raises(Killed):
            take(base, member, (secret, "invitation"), "left behind")
    her = joined(base)
    her.credentials.set_password(PASSWORD, "Left Behind")
    assert base.accounts.names.member("left behind") == id_of(her)


@pytest.mark.parametrize("in_place", [False, True])
def test_who_joins_without_a_password_gets_none_that_someone_left(
    base: KnowledgeBase, in_place: bool
) -> None:
    """Neither where passwords are off, nor when a steward takes the invitation in their place."""
    member, secret = link_to(base)
    with pytest.MonkeyPatch.context() as patch:
        killed(patch, Writer, "execute", after=False)
        with pytest.raises(Killed):
            take(base, member, (secret, "invitation"), "left behind")
    new = base.as_(access.of_member(member, (), ()))
    new.credentials.join(Profile(name="Nora"), None if in_place else (secret, "invitation"))
    assert base.accounts.names.member("left behind") is None
    assert not base.accounts.passwords.has(member)


@pytest.mark.parametrize(
    ("name", "password", "purpose", "own"),
    [
        pytest.param("HERS", PASSWORD, "invitation", True, id="the name is taken"),
        pytest.param("new", "x" * 1024, "invitation", True, id="the password is too long"),
        pytest.param("new", PASSWORD, "first-steward", True, id="the link is of another kind"),
        pytest.param("new", PASSWORD, "invitation", False, id="the link is for another"),
    ],
)
def test_what_is_refused_uses_nothing_up_and_leaves_nothing(
    base: KnowledgeBase, name: str, password: str, purpose: Purpose, own: bool
) -> None:
    joined(base).credentials.set_password(PASSWORD, "hers")
    member, secret = link_to(base)
    given = secret if own else link_to(base)[1]
    assert isinstance(take(base, member, (given, purpose), name, password), InvalidInput | NotFound)
    assert base.session.directory.member(member).standing == "invited"
    assert base.accounts.names.member("new") is None
    assert not base.accounts.passwords.has(member)
    assert not isinstance(take(base, member, (secret, "invitation"), "at last"), Exception)


@pytest.mark.parametrize(
    ("purpose", "is_joined"), [("sign-in", False), ("invitation", True), ("first-steward", True)]
)
def test_no_link_is_made_that_leads_nowhere(
    base: KnowledgeBase, purpose: Purpose, is_joined: bool
) -> None:
    member = id_of(joined(base)) if is_joined else base.session.people.invite().id
    before = base.session.directory.changes(member)
    with pytest.raises(Refused, match="has joined: make a link" if is_joined else "not joined yet"):
        base.session.credentials.make_link(purpose, member, END)
    assert base.session.directory.changes(member) == before
    assert base.accounts.links.withdraw(member, purpose) == 0


def test_a_link_that_signs_in_is_used_up_by_the_session_alone(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    mara = id_of(joined(base))
    secret = base.session.credentials.make_link("sign-in", mara, END)
    with monkeypatch.context() as patch:
        killed(patch, Sessions, "begin", after=False)
        with pytest.raises(Killed):
            base.accounts.enter(secret)
    tokens = at_once(*[lambda: base.accounts.enter(secret)] * 7)
    assert [token is None for token in tokens].count(False) == 1
    assert len(base.accounts.sessions.of(mara)) == 1
