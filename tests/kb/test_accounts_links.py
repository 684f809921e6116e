"""Links that work once: for their purpose only, in time only, and for one of many at a time."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, rule

from kb.accounts.links import Purpose
from tests.examples import costly
from tests.worlds.base import ANA, BEN, START, Accounts, at_once


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    world = Accounts(tmp_path)
    yield world
    world.close()


PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
TOMORROW = START + timedelta(days=1)


def test_a_link_works_once(accounts: Accounts) -> None:
    secret = accounts.links.make("sign-in", ANA, TOMORROW)
    assert accounts.links.take(secret, "sign-in") == ANA
    assert accounts.links.take(secret, "sign-in") is None


def test_looking_uses_nothing_up(accounts: Accounts) -> None:
    secret = accounts.links.make("invitation", ANA, TOMORROW)
    assert accounts.links.look(secret, "invitation") == ANA
    assert accounts.links.look(secret, "invitation") == ANA
    assert accounts.links.take(secret, "invitation") == ANA
    assert accounts.links.look(secret, "invitation") is None


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_link_serves_its_own_purpose_only(accounts: Accounts, purpose: Purpose) -> None:
    secret = accounts.links.make(purpose, ANA, TOMORROW)
    for other in set(PURPOSES) - {purpose}:
        assert accounts.links.look(secret, other) is None
        assert accounts.links.take(secret, other) is None
    assert accounts.links.take(secret, purpose) == ANA


def test_a_link_ends_in_time(accounts: Accounts) -> None:
    secret = accounts.links.make("invitation", ANA, START + timedelta(seconds=10))
    accounts.wait(seconds=9)
    assert accounts.links.look(secret, "invitation") == ANA
    accounts.wait(seconds=1)
    assert accounts.links.look(secret, "invitation") is None
    assert accounts.links.take(secret, "invitation") is None


def test_links_that_are_over_do_not_stay_in_the_file(accounts: Accounts) -> None:
    accounts.links.make("invitation", ANA, START + timedelta(seconds=10))
    accounts.wait(minutes=1)
    accounts.links.make("invitation", BEN, TOMORROW)
    assert accounts.store.run("SELECT member FROM link") == [(BEN,)]


def test_withdrawn_links_are_void(accounts: Accounts) -> None:
    secrets = [accounts.links.make("sign-in", ANA, TOMORROW) for _ in range(2)]
    bens = accounts.links.make("sign-in", BEN, TOMORROW)
    assert accounts.links.withdraw(ANA, "invitation") == 0
    assert accounts.links.withdraw(ANA, "sign-in") == 2
    assert [accounts.links.take(secret, "sign-in") for secret in secrets] == [None, None]
    assert accounts.links.take(bens, "sign-in") == BEN


@pytest.mark.parametrize("turn", range(5))
def test_of_many_who_take_a_link_at_once_one_has_it(accounts: Accounts, turn: int) -> None:
    secret = accounts.links.make("first-steward", ANA, TOMORROW)
    links = [accounts.links_of(accounts.opened()) for _ in range(4)]
    tasks = [lambda each=each: each.take(secret, "first-steward") for each in links]
    answers = at_once(*tasks)
    assert sorted(answers, key=str) == [None, None, None, ANA]


class LinkMachine(RuleBasedStateMachine):
    """Links against a dictionary: secret -> (member, purpose, end)."""

    secrets = Bundle("secrets")
    members = st.sampled_from([ANA, BEN])
    purposes = st.sampled_from(PURPOSES)

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.world = Accounts(Path(self.folder.name))
        self.both = (self.world.links, self.world.links_of(self.world.opened()))
        self.known: dict[str, tuple[str, Purpose, datetime]] = {}

    def expected(self, secret: str, purpose: Purpose) -> str | None:
        member, own, end = self.known.get(secret, ("", purpose, self.world.now))
        return member if own == purpose and end > self.world.now else None

    @rule(target=secrets, member=members, purpose=purposes, hours=st.integers(1, 5))
    def make(self, member: str, purpose: Purpose, hours: int) -> str:
        end = self.world.now + timedelta(hours=hours)
        secret = self.both[0].make(purpose, member, end)
        self.known[secret] = (member, purpose, end)
        return secret

    @rule(secret=secrets, purpose=purposes, place=st.integers(0, 1))
    def look(self, secret: str, purpose: Purpose, place: int) -> None:
        assert self.both[place].look(secret, purpose) == self.expected(secret, purpose)

    @rule(secret=secrets, purpose=purposes, place=st.integers(0, 1))
    def take(self, secret: str, purpose: Purpose, place: int) -> None:
        expected = self.expected(secret, purpose)
        assert self.both[place].take(secret, purpose) == expected
        if expected:
            del self.known[secret]

    @rule(member=members, purpose=purposes)
    def withdraw(self, member: str, purpose: Purpose) -> None:
        self.both[1].withdraw(member, purpose)
        self.known = {s: k for s, k in self.known.items() if k[:2] != (member, purpose)}

    @rule(minutes=st.integers(0, 150))
    def wait(self, minutes: int) -> None:
        self.world.wait(minutes=minutes)

    def teardown(self) -> None:
        self.world.close()
        self.folder.cleanup()


TestLinksAsADictionary = LinkMachine.TestCase
TestLinksAsADictionary.settings = costly(4)
