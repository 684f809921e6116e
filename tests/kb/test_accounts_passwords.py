"""Passwords: which are taken, what checking one costs, and what the file holds of them."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.accounts.password_rules import too_common
from kb.accounts.passwords import Hasher, Passwords, production_hasher
from kb.errors import InvalidInput
from tests.worlds.base import (
    ANA,
    BEN,
    COMMUNITY,
    Accounts,
    CountingHasher,
    at_once,
)


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    world = Accounts(tmp_path)
    yield world
    world.close()


GOOD = "seven green boats"
LONG = ("boat harbour kite wind " * 50)[:1024]


def test_a_member_is_known_by_the_password(accounts: Accounts) -> None:
    accounts.passwords.set(ANA, GOOD)
    assert accounts.passwords.check(ANA, GOOD)
    for wrong in (GOOD.upper(), GOOD + " ", "", GOOD + "\0", "\ud800"):
        assert not accounts.passwords.check(ANA, wrong)
    assert not accounts.passwords.check(BEN, GOOD)
    assert not accounts.passwords.check(None, GOOD)


def test_a_new_password_takes_the_place_of_the_old(accounts: Accounts) -> None:
    accounts.passwords.set(ANA, GOOD)
    accounts.passwords.set(ANA, "eleven red kites")
    assert not accounts.passwords.check(ANA, GOOD)
    assert accounts.passwords.check(ANA, "eleven red kites")


def test_a_password_typed_on_another_system_is_the_same(accounts: Accounts) -> None:
    accounts.passwords.set(ANA, "caf\u00e9 on the harbour")
    assert accounts.passwords.check(ANA, "cafe\u0301 on the harbour")


def test_a_member_has_a_password_once_it_is_set(accounts: Accounts) -> None:
    assert not accounts.passwords.has(ANA)
    accounts.passwords.set(ANA, GOOD)
    assert accounts.passwords.has(ANA)


@pytest.mark.parametrize("member", [None, BEN])
def test_the_sign_in_of_an_unknown_member_verifies_a_dummy_hash(
    accounts: Accounts, member: str | None
) -> None:
    accounts.passwords.set(ANA, GOOD)
    hasher = accounts.hasher
    accounts.passwords.check(ANA, GOOD)
    hashed, known = hasher.hashed, hasher.verified.pop()
    assert hasher.verified == []
    assert not accounts.passwords.check(member, GOOD)
    assert len(hasher.verified) == 1
    assert hasher.verified[0] != known
    assert hasher.verified[0].split("$")[:4] == known.split("$")[:4]  # kind and parameters
    assert hasher.hashed == hashed


def test_the_first_check_costs_the_same_for_all(tmp_path: Path, accounts: Accounts) -> None:
    costs = []
    for member in (ANA, None):
        accounts.passwords.set(ANA, GOOD)
        hasher = CountingHasher()
        fresh = Passwords(accounts.store, hasher, community=COMMUNITY, random=accounts.random)
        fresh.check(member, "wrong password")
        costs.append((hasher.hashed, len(hasher.verified)))
    assert costs == [(1, 1), (1, 1)]


def test_a_hash_is_renewed_when_parameters_rise(accounts: Accounts) -> None:
    def stored() -> str:
        text: str = accounts.store.run("SELECT hash FROM password")[0][0]
        return text

    accounts.passwords.set(ANA, GOOD)
    old = stored()
    stronger = CountingHasher(time_cost=2)
    passwords = Passwords(accounts.store, stronger, community=COMMUNITY, random=accounts.random)
    assert not passwords.check(ANA, "wrong password")
    assert stored() == old
    assert passwords.check(ANA, GOOD)
    assert "t=2" in stored()
    renewed = stored()
    assert passwords.check(ANA, GOOD)
    assert stored() == renewed


def test_a_damaged_hash_opens_nothing(accounts: Accounts) -> None:
    accounts.passwords.set(ANA, GOOD)
    for damaged in ("nonsense", "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAA$AAAA"):
        accounts.store.run("UPDATE password SET hash = ?", (damaged,))
        assert not accounts.passwords.check(ANA, GOOD)


def test_an_endless_password_is_not_hashed_whole(accounts: Accounts) -> None:
    accounts.passwords.set(ANA, LONG)
    assert accounts.passwords.check(ANA, LONG)
    assert not accounts.passwords.check(ANA, LONG + "x")
    assert not accounts.passwords.check(ANA, "x" * 10_000_000)


def test_at_most_two_passwords_are_checked_at_the_same_time(accounts: Accounts) -> None:
    hasher = CrowdedHasher()
    passwords = Passwords(accounts.store, hasher, community=COMMUNITY, random=accounts.random)
    assert at_once(*[lambda: passwords.check(ANA, GOOD)] * 6) == [False] * 6
    assert hasher.most == 2


class CrowdedHasher(CountingHasher):
    """Holds every verification up until a second one is there, and counts the crowd."""

    def __init__(self) -> None:
        super().__init__()
        self.here = self.most = 0
        self.lock = threading.Lock()
        self.pair = threading.Barrier(2)

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:
        with self.lock:
            self.here += 1
            self.most = max(self.most, self.here)
        self.pair.wait(timeout=20)
        with self.lock:
            self.here -= 1
        return super().verify(hash, password)


@pytest.mark.parametrize("password", ["", "elevenchars", "x" * 1025])
def test_a_password_has_twelve_to_1024_characters(accounts: Accounts, password: str) -> None:
    with pytest.raises(InvalidInput, match="12 to 1024") as refused:
        accounts.passwords.set(ANA, password)
    assert refused.value.field == "password"
    assert not accounts.passwords.has(ANA)


COMMON = [
    *("aaaaaaaaaaaa", "abababababab", "123456789012", "987654321098", "qwertyuiop12"),
    *("password1234", "Password-2024!!", "letmein letmein", "1qaz2wsx3edc", "!@#$%^&*()_+"),
    *("harbour circle exchange", "HarbourCircleExchange2026", "Ｐａｓｓｗｏｒｄ１２３４"),
]


@pytest.mark.parametrize("password", COMMON)
def test_what_anybody_would_try_first_is_refused(accounts: Accounts, password: str) -> None:
    with pytest.raises(InvalidInput, match="anybody would try"):
        accounts.passwords.set(ANA, password)


@pytest.mark.parametrize(
    "password",
    [GOOD, "correct horse battery", "k8#vQ!z0pLw2", "пароль у моря", "ことばの遊びは楽しいですね"],
)
def test_other_passwords_are_taken_whatever_they_are_made_of(
    accounts: Accounts, password: str
) -> None:
    accounts.passwords.set(ANA, password)
    assert accounts.passwords.check(ANA, password)


def test_a_community_without_a_name_refuses_nothing_for_it() -> None:
    assert not too_common(GOOD, "")


def test_the_hasher_of_production_is_argon2id_with_the_decided_parameters() -> None:
    hasher: Hasher = production_hasher()
    assert hasher.hash(GOOD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
