"""Tickets: known again by their signature, once, for what they were given."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kb.accounts.secret import as_bytes, as_text
from kb.accounts.tickets import Tickets
from tests.worlds.base import ANA, Accounts


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    world = Accounts(tmp_path)
    yield world
    world.close()


def tickets_of(accounts: Accounts) -> Tickets:
    return Tickets(accounts.opened(), clock=accounts.clock, random=accounts.random)


FIVE = timedelta(minutes=5)


def test_a_ticket_is_known_to_every_process_until_it_expires_or_is_used(
    accounts: Accounts,
) -> None:
    one, other = tickets_of(accounts), tickets_of(accounts)
    given = one.give("enter", FIVE, "by the gate")
    assert other.read(given.text, "enter") == given
    assert other.secret(given, "word") == one.secret(given, "word") != one.secret(given, "sign")
    assert one.read(given.text, "leave") is None
    assert other.use(given, ANA)
    assert not one.use(given, ANA)
    assert one.read(given.text, "enter") is None
    late = one.give("enter", FIVE)
    accounts.wait(minutes=5)
    assert one.read(late.text, "enter") is None
    assert one.use(one.give("enter", FIVE))
    assert accounts.store.run("SELECT count(*) FROM challenge") == [(1,)]


def test_no_ticket_is_made_of_another_by_changing_it(accounts: Accounts) -> None:
    tickets = tickets_of(accounts)
    given = tickets.give("enter", FIVE, "gate").text
    data = as_bytes(given)
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1
        assert tickets.read(as_text(bytes(changed)), "enter") is None
    for text in ("", "x", "é", "\ud800", given[:-1], as_text(data + b"s"), as_text(data + b"\xff")):
        assert tickets.read(text, "enter") is None


def test_a_ticket_that_was_used_is_void_however_its_bytes_are_spelled(
    accounts: Accounts,
) -> None:
    tickets = tickets_of(accounts)
    given = tickets.give("enter", FIVE)
    assert tickets.use(given)
    other = given.text[:-1] + chr(ord(given.text[-1]) + 1)  # differs in bits that are no data
    for text in (f"{given.text}=", f"{given.text}\n", other):
        assert tickets.read(text, "enter") is None
