"""Tokens for programs: what they may, how long, and what is known about their use."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kb.accounts.tokens import PREFIX
from kb.errors import InvalidInput
from tests.worlds.base import ANA, BEN, START, Accounts, at_once


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    world = Accounts(tmp_path)
    yield world
    world.close()


WEEK = START + timedelta(days=7)


def test_a_token_tells_whose_it_is_and_what_it_may(accounts: Accounts) -> None:
    token_id, secret = accounts.tokens.make(ANA, ["report", "search"], " nightly job ", WEEK)
    info = accounts.tokens.check(secret)
    assert info is not None
    assert (info.id, info.member, info.name) == (token_id, ANA, "nightly job")
    assert info.scopes == {"search", "report"}
    assert (info.made, info.expires_at) == (START, WEEK)


def test_a_secret_is_recognised_by_its_beginning(accounts: Accounts) -> None:
    _, secret = accounts.tokens.make(ANA, ["search"], "job", WEEK)
    assert secret.startswith(PREFIX)
    assert len(secret) == len(PREFIX) + 43


@pytest.mark.parametrize("secret", ["", "trib_", "trib_x", "\ud800"])
def test_an_unknown_secret_is_nobody(accounts: Accounts, secret: str) -> None:
    assert accounts.tokens.check(secret) is None


def test_neither_the_id_nor_a_part_of_a_secret_opens_anything(accounts: Accounts) -> None:
    token_id, secret = accounts.tokens.make(ANA, ["search"], "job", WEEK)
    for wrong in (token_id, secret[:-1], secret.removeprefix(PREFIX), secret.upper()):
        assert accounts.tokens.check(wrong) is None


def test_a_token_expires(accounts: Accounts) -> None:
    _, secret = accounts.tokens.make(ANA, ["search"], "job", START + timedelta(seconds=10))
    accounts.wait(seconds=9)
    assert accounts.tokens.check(secret)
    accounts.wait(seconds=1)
    assert accounts.tokens.check(secret) is None
    assert [info.name for info in accounts.tokens.of(ANA)] == ["job"]


def test_of_the_last_use_only_the_day_is_known(accounts: Accounts) -> None:
    _, secret = accounts.tokens.make(ANA, ["search"], "job", WEEK)
    assert accounts.tokens.of(ANA)[0].used_on is None
    accounts.wait(hours=13)
    info = accounts.tokens.check(secret)
    assert info is not None
    assert info.used_on == date(2026, 3, 2)
    accounts.wait(hours=1)
    assert accounts.tokens.check(secret) == info
    assert accounts.tokens.of(ANA) == [info]


def test_a_token_is_revoked_by_its_member_or_a_steward(accounts: Accounts) -> None:
    first, secret = accounts.tokens.make(ANA, ["search"], "one", WEEK)
    second, _ = accounts.tokens.make(ANA, ["search"], "two", WEEK)
    assert not accounts.tokens.revoke(first, BEN)
    assert accounts.tokens.check(secret)
    assert accounts.tokens.revoke(first, ANA)
    assert accounts.tokens.check(secret) is None
    assert accounts.tokens.revoke(second)
    assert not accounts.tokens.revoke(second)


def test_a_token_is_revoked_once_however_many_try(accounts: Accounts) -> None:
    token_id, _ = accounts.tokens.make(ANA, ["search"], "one", WEEK)
    assert at_once(*[lambda: accounts.tokens.revoke(token_id)] * 4).count(True) == 1


def test_a_member_sees_their_tokens_and_a_steward_all(accounts: Accounts) -> None:
    accounts.tokens.make(ANA, ["search"], "one", WEEK)
    accounts.wait(minutes=1)
    accounts.tokens.make(BEN, ["admin"], "two", WEEK)
    assert [info.name for info in accounts.tokens.of(BEN)] == ["two"]
    assert [info.name for info in accounts.tokens.all()] == ["one", "two"]


@pytest.mark.parametrize(
    ("scopes", "name", "expires_at", "field"),
    [
        ([], "job", WEEK, "scopes"),
        (["search", "everything"], "job", WEEK, "scopes"),
        (["search"], "  ", WEEK, "name"),
        (["search"], "two\nlines", WEEK, "name"),
        (["search"], "long" * 26, WEEK, "name"),
        (["search"], "job", START, "expires_at"),
    ],
)
def test_a_token_that_makes_no_sense_is_refused(
    accounts: Accounts, scopes: list[Any], name: str, expires_at: datetime, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        accounts.tokens.make(ANA, scopes, name, expires_at)
    assert refused.value.field == field
    assert accounts.tokens.all() == []


def test_an_end_without_a_time_zone_is_a_mistake_of_the_program(accounts: Accounts) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        accounts.tokens.make(ANA, ["search"], "job", WEEK.replace(tzinfo=None))
