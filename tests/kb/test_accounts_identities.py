"""Identities at a provider: linked to one member, and sign-ins that come back once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.accounts.identities import Identities, PendingSignIns
from tests.worlds.base import ANA, BEN, Accounts, at_once


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    world = Accounts(tmp_path)
    yield world
    world.close()


ISSUER, SUBJECT = "https://id.circle.example", "subject-4711"
BACK = "https://kb.circle.example/back"


def test_an_identity_belongs_to_one_member(accounts: Accounts) -> None:
    identities = Identities(accounts.store)
    assert identities.member(ISSUER, SUBJECT) is None
    assert identities.link(ANA, ISSUER, SUBJECT)
    assert identities.link(ANA, ISSUER, SUBJECT)
    assert not identities.link(BEN, ISSUER, SUBJECT)
    assert identities.member(ISSUER, SUBJECT) == ANA


def test_the_same_subject_of_another_issuer_is_someone_else(accounts: Accounts) -> None:
    identities = Identities(accounts.store)
    identities.link(ANA, ISSUER, SUBJECT)
    assert identities.member(ISSUER + "/other", SUBJECT) is None
    assert identities.link(BEN, ISSUER + "/other", SUBJECT)


def test_neither_issuer_nor_subject_stands_in_the_file(accounts: Accounts) -> None:
    Identities(accounts.store).link(ANA, ISSUER, SUBJECT)
    assert SUBJECT.encode() not in accounts.bytes_on_disk()
    assert ISSUER.encode() not in accounts.bytes_on_disk()


def test_identities_can_be_taken_away(accounts: Accounts) -> None:
    identities = Identities(accounts.store)
    assert not identities.has(ANA)
    identities.link(ANA, ISSUER, SUBJECT)
    assert identities.has(ANA)
    assert identities.unlink(ANA) == 1
    assert identities.unlink(ANA) == 0
    assert identities.member(ISSUER, SUBJECT) is None


def pending_of(accounts: Accounts) -> PendingSignIns:
    return PendingSignIns(accounts.opened(), clock=accounts.clock, random=accounts.random)


def test_a_sign_in_comes_back_once(accounts: Accounts) -> None:
    pending = pending_of(accounts)
    state, begun = pending.begin(BACK)
    assert begun.redirect_uri == BACK
    assert len({state, begun.nonce, begun.verifier}) == 3
    assert len(begun.verifier) == 43  # the least that PKCE allows
    assert pending.take(begun.nonce) is None
    assert pending.take(state[:-1]) is None
    assert pending.take(state) == begun
    assert pending.take(state) is None


def test_a_sign_in_comes_back_within_ten_minutes(accounts: Accounts) -> None:
    pending = pending_of(accounts)
    state, begun = pending.begin(BACK)
    accounts.wait(minutes=10, seconds=-1)
    other, _ = pending.begin(BACK)
    assert pending.take(state) == begun
    accounts.wait(minutes=10)
    assert pending.take(other) is None


def test_of_many_who_come_back_at_once_one_goes_on(accounts: Accounts) -> None:
    state, begun = pending_of(accounts).begin(BACK)
    ways = [pending_of(accounts) for _ in range(4)]
    answers = at_once(*[lambda way=way: way.take(state) for way in ways])
    assert answers.count(begun) == 1
    assert answers.count(None) == 3
