"""Passkeys: adding one, signing in with it, and everything that is not quite it."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.accounts.passkeys import Passkeys, Site
from kb.errors import InvalidInput, SignInRefused
from tests.examples import costly
from tests.kb.accounts_authenticator import VERIFIED, Authenticator, decoded
from tests.worlds.base import ANA, BEN, START, Accounts, at_once


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    world = Accounts(tmp_path)
    yield world
    world.close()


HOST, ORIGIN = "kb.circle.example", "https://kb.circle.example"
SITE = Site(HOST, "Harbour Circle Exchange", ORIGIN)


@pytest.fixture
def passkeys(accounts: Accounts) -> Passkeys:
    return Passkeys(accounts.store, SITE, clock=accounts.clock, random=accounts.random)


@pytest.fixture
def phone() -> Authenticator:
    return Authenticator(HOST, ORIGIN)


def add(passkeys: Passkeys, phone: Authenticator, member: str = ANA) -> str:
    ceremony = passkeys.registration_options(member, "Ana")
    return passkeys.register(ceremony.ticket, member, phone.create(ceremony.options), "my phone")


def sign_in(passkeys: Passkeys, phone: Authenticator) -> str:
    ceremony = passkeys.sign_in_options()
    return passkeys.sign_in(ceremony.ticket, phone.get(ceremony.options))


def test_a_member_signs_in_with_a_passkey(
    accounts: Accounts, passkeys: Passkeys, phone: Authenticator
) -> None:
    passkey_id = add(passkeys, phone)
    (info,) = passkeys.of(ANA)
    assert (info.id, info.label, info.made, info.used_on) == (passkey_id, "my phone", START, None)
    accounts.wait(days=1)
    assert sign_in(passkeys, phone) == ANA
    assert sign_in(passkeys, phone) == ANA
    assert passkeys.of(ANA)[0].used_on == date(2026, 3, 2)


def test_an_authenticator_that_does_not_count_may_sign_in_again(passkeys: Passkeys) -> None:
    phone = Authenticator(HOST, ORIGIN, counting=False)
    add(passkeys, phone)
    assert [sign_in(passkeys, phone) for _ in range(2)] == [ANA, ANA]


def test_the_browser_is_asked_for_a_verified_passkey_of_this_host(passkeys: Passkeys) -> None:
    ceremony = passkeys.registration_options(ANA, "Ana")
    asked = json.loads(ceremony.options)
    assert asked["rp"] == {"name": SITE.name, "id": HOST}
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert ceremony.ticket not in ceremony.options
    asked = json.loads(passkeys.sign_in_options().options)
    assert (asked["rpId"], asked["userVerification"]) == (HOST, "required")
    assert not asked.get("allowCredentials")


def test_the_handle_of_a_member_is_random_and_stays(passkeys: Passkeys) -> None:
    def handle(member: str) -> bytes:
        asked = json.loads(passkeys.registration_options(member, "Ana").options)
        return decoded(asked["user"]["id"])

    assert handle(ANA) == handle(ANA)
    assert handle(ANA) != handle(BEN)
    assert ANA.encode() not in handle(ANA)


def test_a_second_passkey_is_not_made_where_the_first_one_is(
    passkeys: Passkeys, phone: Authenticator
) -> None:
    passkey_id = add(passkeys, phone)
    asked = json.loads(passkeys.registration_options(ANA, "Ana").options)
    assert [known["id"] for known in asked["excludeCredentials"]] == [passkey_id]


def test_a_passkey_belongs_to_one_member(passkeys: Passkeys, phone: Authenticator) -> None:
    add(passkeys, phone)
    with pytest.raises(SignInRefused):
        add(passkeys, phone, BEN)
    assert passkeys.of(BEN) == []
    assert len(passkeys.of(ANA)) == 1


def test_a_removed_passkey_opens_nothing(passkeys: Passkeys, phone: Authenticator) -> None:
    passkey_id = add(passkeys, phone)
    assert not passkeys.remove(BEN, passkey_id)
    assert not passkeys.remove(ANA, "another")
    assert sign_in(passkeys, phone) == ANA
    assert passkeys.remove(ANA, passkey_id)
    with pytest.raises(SignInRefused):
        sign_in(passkeys, phone)


def test_a_label_is_one_short_line(passkeys: Passkeys, phone: Authenticator) -> None:
    ceremony = passkeys.registration_options(ANA, "Ana")
    with pytest.raises(InvalidInput):
        passkeys.register(ceremony.ticket, ANA, phone.create(ceremony.options), "")
    assert passkeys.register(ceremony.ticket, ANA, phone.create(ceremony.options), "phone")


def test_a_ticket_serves_once_and_the_member_it_was_made_for(
    passkeys: Passkeys, phone: Authenticator
) -> None:
    ceremony = passkeys.registration_options(ANA, "Ana")
    answer = phone.create(ceremony.options)
    with pytest.raises(SignInRefused, match="start again"):
        passkeys.register(ceremony.ticket, BEN, answer, "phone")
    with pytest.raises(SignInRefused, match="start again"):
        passkeys.sign_in(ceremony.ticket, answer)
    passkeys.register(ceremony.ticket, ANA, answer, "phone")
    with pytest.raises(SignInRefused, match="start again"):
        passkeys.register(ceremony.ticket, ANA, answer, "phone")


def test_a_recorded_sign_in_cannot_be_sent_again(passkeys: Passkeys, phone: Authenticator) -> None:
    add(passkeys, phone)
    ceremony = passkeys.sign_in_options()
    answer = phone.get(ceremony.options)
    assert passkeys.sign_in(ceremony.ticket, answer) == ANA
    for ticket in (ceremony.ticket, passkeys.sign_in_options().ticket):
        with pytest.raises(SignInRefused):
            passkeys.sign_in(ticket, answer)


def test_of_two_who_send_the_same_answer_at_once_one_is_signed_in(
    accounts: Accounts, passkeys: Passkeys, phone: Authenticator
) -> None:
    add(passkeys, phone)
    other = Passkeys(accounts.opened(), SITE, clock=accounts.clock, random=accounts.random)
    ceremony = passkeys.sign_in_options()
    answer = phone.get(ceremony.options)

    def tried(through: Passkeys) -> str | None:
        try:
            return through.sign_in(ceremony.ticket, answer)
        except SignInRefused:
            return None

    answers = at_once(lambda: tried(passkeys), lambda: tried(other))
    assert sorted(answers, key=str) == [None, ANA]


def test_a_ceremony_lasts_five_minutes(
    accounts: Accounts, passkeys: Passkeys, phone: Authenticator
) -> None:
    add(passkeys, phone)
    ceremony = passkeys.sign_in_options()
    accounts.wait(minutes=5)
    with pytest.raises(SignInRefused, match="took too long"):
        passkeys.sign_in(ceremony.ticket, phone.get(ceremony.options))
    assert sign_in(passkeys, phone) == ANA
    assert accounts.store.run("SELECT count(*) FROM challenge") == [(1,)]


def test_nothing_is_kept_of_what_is_begun_or_answered_wrongly(
    accounts: Accounts, passkeys: Passkeys, phone: Authenticator
) -> None:
    """So nobody uses up what others need, however often they begin."""
    add(passkeys, phone)
    before = accounts.store.run("SELECT count(*) FROM challenge")
    ceremony = passkeys.sign_in_options()
    answer = phone.get(ceremony.options)
    wrong = phone.get(passkeys.sign_in_options().options)
    with pytest.raises(SignInRefused, match="not accepted"):
        passkeys.sign_in(ceremony.ticket, wrong)
    assert accounts.store.run("SELECT count(*) FROM challenge") == before
    assert passkeys.sign_in(ceremony.ticket, answer) == ANA


def other_host(phone: Authenticator) -> None:
    phone.host = "elsewhere.example"


def other_origin(phone: Authenticator) -> None:
    phone.origin = "https://elsewhere.example"


def unverified(phone: Authenticator) -> None:
    phone.flags &= ~VERIFIED


def copied(phone: Authenticator) -> None:
    phone.count = 0


def other_key(phone: Authenticator) -> None:
    phone.key = Authenticator(HOST, ORIGIN).key


def other_handle(phone: Authenticator) -> None:
    phone.handle = b"h" * 32


def unknown(phone: Authenticator) -> None:
    phone.credential = b"u" * 16


Change = Callable[[Authenticator], None]
CHANGES: list[Change] = [
    *(other_host, other_origin, unverified, copied, other_key, other_handle, unknown)
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_passkey_that_is_not_quite_it_is_refused_with_the_same_words(
    passkeys: Passkeys, phone: Authenticator, change: Change
) -> None:
    add(passkeys, phone)
    assert sign_in(passkeys, phone) == ANA
    change(phone)
    with pytest.raises(SignInRefused, match="passkey was not accepted"):
        sign_in(passkeys, phone)


@pytest.mark.parametrize("change", [other_host, other_origin, unverified])
def test_a_passkey_made_elsewhere_is_not_added(
    passkeys: Passkeys, phone: Authenticator, change: Change
) -> None:
    change(phone)
    with pytest.raises(SignInRefused, match="passkey was not accepted"):
        add(passkeys, phone)
    assert passkeys.of(ANA) == []


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
PATHS = [("id",), ("rawId",), ("type",), ("response",), ("authenticatorAttachment",)]
INNER = ["clientDataJSON", "authenticatorData", "signature", "userHandle", "attestationObject"]


@costly(1, fixtures=True)
@given(
    path=st.sampled_from([*PATHS, *[("response", name) for name in INNER]]),
    junk=JUNK | st.sampled_from(["A", "AAAA", "e30", "é", "\ud800", "_" * 500]),
    adding=st.booleans(),
)
def test_whatever_a_browser_would_never_send_is_refused(
    accounts: Accounts, path: tuple[str, ...], junk: Any, adding: bool
) -> None:
    passkeys = Passkeys(accounts.store, SITE, clock=accounts.clock, random=accounts.random)
    phone = Authenticator(HOST, ORIGIN, credential=accounts.random(16))
    add(passkeys, phone)
    if adding:
        ceremony = passkeys.registration_options(ANA, "Ana")
        phone.credential = accounts.random(16)
        answer = phone.create(ceremony.options)
    else:
        ceremony = passkeys.sign_in_options()
        answer = phone.get(ceremony.options)
    place = answer if len(path) == 1 else answer["response"]
    harmless = path[-1] == "authenticatorAttachment" or path[-1] not in place
    place[path[-1]] = junk
    try:
        if adding:
            passkeys.register(ceremony.ticket, ANA, answer, "phone")
        else:
            passkeys.sign_in(ceremony.ticket, answer)
    except SignInRefused:
        return
    assert harmless
