"""Sign-in names: found however they are typed, owned by one member, readable by nobody."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from kb.accounts.names import KEY, SignInNames
from kb.accounts.secret import keyed
from kb.errors import InvalidInput
from tests.worlds.base import ANA, BEN, Accounts, at_once


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    world = Accounts(tmp_path)
    yield world
    world.close()


@pytest.mark.parametrize(
    "typed",
    ["Ana Straße", " ana  strasse ", "ANA STRASSE", "ａｎａ ｓｔｒａｓｓｅ", "ana\tstrasse"],
)
def test_a_name_is_found_however_it_is_typed(accounts: Accounts, typed: str) -> None:
    assert accounts.names.set(ANA, "Ana Straße")
    assert accounts.names.member(typed) == ANA


@pytest.mark.parametrize("typed", ["", "ben", "x" * 1_000_000, "\ud800", "ana\0"])
def test_other_names_are_nobody(accounts: Accounts, typed: str) -> None:
    accounts.names.set(ANA, "ana")
    assert accounts.names.member(typed) is None


def test_a_name_belongs_to_one_member(accounts: Accounts) -> None:
    assert accounts.names.set(ANA, "ana@circle.example")
    assert not accounts.names.set(BEN, "Ana@Circle.example")
    assert accounts.names.member("ana@circle.example") == ANA
    assert accounts.names.set(ANA, "ANA@circle.example")


def test_a_new_name_takes_the_place_of_the_old(accounts: Accounts) -> None:
    accounts.names.set(ANA, "ana")
    accounts.names.set(ANA, "anna")
    assert accounts.names.member("ana") is None
    assert accounts.names.member("anna") == ANA
    assert accounts.names.set(BEN, "ana")


def test_a_name_that_is_refused_leaves_the_old_one(accounts: Accounts) -> None:
    accounts.names.set(ANA, "ana")
    accounts.names.set(BEN, "ben")
    assert not accounts.names.set(BEN, "ana")
    assert accounts.names.member("ben") == BEN


@pytest.mark.parametrize("text", ["", "  ", "x" * 321, "a\0b", "a\u202eb", "\ud800"])
def test_a_name_that_nobody_could_type_is_refused(accounts: Accounts, text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        accounts.names.set(ANA, text)
    assert refused.value.field == "sign_in_name"


def test_of_two_who_want_a_name_at_once_one_has_it(accounts: Accounts) -> None:
    other = SignInNames(accounts.opened())
    answers = at_once(lambda: accounts.names.set(ANA, "sea"), lambda: other.set(BEN, "sea"))
    assert sorted(answers) == [False, True]


def test_another_community_keeps_the_same_name_otherwise(
    accounts: Accounts, tmp_path: Path
) -> None:
    folder = tmp_path / "second"
    folder.mkdir()
    other = Accounts(folder)
    other.store.key(KEY)
    other.store.run("UPDATE key SET value = ?", (b"k" * 32,))
    other.names = SignInNames(other.store)
    for world in (accounts, other):
        world.names.set(ANA, "ana")
    kept = {world.store.run("SELECT hash FROM sign_in_name")[0][0] for world in (accounts, other)}
    other.close()
    assert len(kept) == 2


@pytest.mark.parametrize(
    "twin", ["\u0430na@circle.example", "ana\u200b@circle.example", "\u202eana@circle.example",
             "ana\ufe0f@circle.example", "ＡＮＡ@circle.example"]
)  # fmt: skip
def test_a_name_that_looks_like_that_of_another_is_taken(accounts: Accounts, twin: str) -> None:
    assert accounts.names.set(ANA, "ana@circle.example")
    with suppress(InvalidInput):
        assert not accounts.names.set(BEN, twin)
    assert accounts.names.member("ana@circle.example") == ANA


@pytest.mark.parametrize("name", ["\u3164", "\u2800", "\ufe0f", " \u00a0", "\u0301"])
def test_a_name_that_nobody_sees_is_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(InvalidInput):
        accounts.names.set(ANA, name)


def test_names_from_before_letters_were_compared_go_on_signing_in(
    accounts: Accounts,
) -> None:
    """They stand in the file as they were written; a new one that looks like it is another's."""
    key = accounts.store.key("sign-in names")
    accounts.store.run("INSERT INTO sign_in_name VALUES (?, ?)", (keyed(key, "вера"), ANA))
    assert accounts.names.member("Вера") == ANA
    assert not accounts.names.set(BEN, "ВЕРА")
    assert accounts.names.set(ANA, "вера")
    assert accounts.names.member("вера") == ANA
