"""Browsers that are known: for whom, for how many, and what their cookies tell."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.accounts.devices import MOST, Devices
from tests.worlds.base import ANA, BEN, Accounts


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    world = Accounts(tmp_path)
    yield world
    world.close()


@pytest.fixture
def devices(accounts: Accounts) -> Devices:
    return Devices(accounts.store, random=accounts.random)


def named(accounts: Accounts, member: str, name: str) -> bytes:
    assert accounts.names.set(member, name)
    hashed = accounts.names.hash_of(member)
    assert hashed in accounts.names.hashes(name.upper())
    assert hashed
    return hashed


def test_a_browser_is_known_for_those_who_signed_in_there(
    accounts: Accounts, devices: Devices
) -> None:
    ana, ben = named(accounts, ANA, "ana"), named(accounts, BEN, "ben")
    cookie = devices.remembering("", ana)
    assert devices.knows(cookie, ana)
    assert devices.knows(cookie, ben) is None
    both = devices.remembering(cookie, ben)
    assert devices.knows(both, ana) == devices.knows(both, ben) == devices.number(cookie)
    assert devices.remembering(both, ben) == both


def test_a_browser_of_a_member_without_a_name_is_known_for_nobody(
    accounts: Accounts, devices: Devices
) -> None:
    assert accounts.names.hash_of(ANA) is None
    cookie = devices.remembering("", None)
    assert devices.number(cookie)
    assert devices.knows(cookie, *accounts.names.hashes("")) is None


def test_a_cookie_that_is_not_ours_is_of_no_use(accounts: Accounts, devices: Devices) -> None:
    ana = named(accounts, ANA, "ana")
    ours = devices.remembering("", ana)
    number, own, mark = ours.split(".")
    other = devices.remembering("", None)
    for forged in (
        *("", ".", "..", "x", number, f"{number}.{mark}", f"{number}..{mark}", f"{number}.{own}"),
        *(f"{other}.{mark}", f"x.{own}.{mark}", "ä.ä.ä", "\ud800.x.y", f"{number}.{own}.ä"),
    ):
        assert devices.knows(forged, ana) is None
        assert devices.number(devices.remembering(forged, ana))
    assert devices.number(devices.remembering(f"x.{own}.{mark}", None)) != number


def test_a_browser_is_known_for_the_last_ten_and_the_cookie_stays_short(
    accounts: Accounts, devices: Devices
) -> None:
    names = [accounts.names.hashes(f"member {number}")[-1] for number in range(MOST + 3)]
    cookie = ""
    for name in names:
        cookie = devices.remembering(cookie, name)
    assert [bool(devices.knows(cookie, name)) for name in names] == [False] * 3 + [True] * MOST
    assert len(cookie) < 400


def test_a_cookie_has_no_name_and_the_file_no_cookie(accounts: Accounts, devices: Devices) -> None:
    ana = named(accounts, ANA, "ana")
    cookie = devices.remembering("", ana)
    assert ana.hex() not in cookie
    assert not any(part.encode() in accounts.bytes_on_disk() for part in cookie.split("."))
