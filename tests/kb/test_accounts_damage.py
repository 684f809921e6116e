"""A row of the accounts that is not what was written lets nobody in and locks nobody out unseen."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from kb.accounts import tally
from kb.accounts.schema import MEMBER_TABLES
from kb.accounts.store import AccountStore
from kb.errors import DataDirectoryError
from tests.worlds.base import ANA, BEN, Accounts, age_accounts


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Accounts with something in every table that lasts."""
    world = Accounts(tmp_path)
    world.names.set(ANA, "ana")
    world.passwords.set(ANA, "a quiet evening by the sea")
    world.sessions.begin(ANA, "password")
    world.links.make("sign-in", ANA, world.now + timedelta(days=1))
    world.tokens.make(ANA, ["search"], "notes", world.now + timedelta(days=1))
    world.store.forget(BEN)
    world.close()
    return world.path


def change(path: Path, statement: str) -> None:
    """As damage would, beside the program."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(statement)


def refusal(path: Path) -> str:
    with pytest.raises(DataDirectoryError) as caught:
        AccountStore(path)
    return str(caught.value)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE api_token SET expires = expires + 8",
        "UPDATE api_token SET scopes = 'search curate'",
        "UPDATE password SET member = 'member-x'",
        "DELETE FROM gone",
        "UPDATE gone SET member = 'member-c'",
        "UPDATE sign_in_name SET member = 'member-x'",
        "INSERT INTO password VALUES ('member-x', 'hash')",
        "UPDATE key SET value = zeroblob(32)",
        "UPDATE tally SET sum = sum + 1 WHERE name = 'password'",
        "DELETE FROM tally WHERE name = 'gone'",
        "UPDATE password SET hash = CAST(x'ff' AS TEXT)",
    ],
)
def test_a_row_that_is_not_what_was_written_is_refused(path: Path, statement: str) -> None:
    AccountStore(path).close()
    change(path, statement)
    assert refusal(path).endswith("put back a copy, or remove it and invite members again.")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE session SET member = 'member-x'",
        "UPDATE session SET seen = seen + 9999",
        "DELETE FROM link",
        "UPDATE link SET expires = expires + 9999",
    ],
)
def test_what_lasts_a_short_time_is_emptied_instead_and_that_is_told(
    path: Path, statement: str
) -> None:
    change(path, statement)
    told: list[str] = []
    table = next(name for name in MEMBER_TABLES if f" {name} " in f"{statement} ")
    with AccountStore(path, notice=told.append) as store:
        assert store.run(f"SELECT * FROM {table}") == []
        assert store.members() == {ANA}
    assert ["everybody has to sign in again" in sentence for sentence in told] == [True]
    with AccountStore(path, notice=told.append):
        assert len(told) == 1


def test_rows_that_are_replaced_taken_away_and_written_anew_add_up(path: Path) -> None:
    with AccountStore(path) as store:
        store.run("INSERT OR REPLACE INTO password VALUES (?, ?)", (ANA, "another"))
        store.run("UPDATE api_token SET used_on = 5")
        store.run("DELETE FROM session")
        store.forget(ANA)
        store.run("VACUUM")
    with AccountStore(path) as store:
        assert store.members() == set()


def test_a_change_that_is_undone_leaves_the_sums_as_they_were(path: Path) -> None:
    def power_cut(store: AccountStore) -> None:
        with store.transaction() as db:
            db.execute("DELETE FROM password")
            raise KeyboardInterrupt

    with AccountStore(path) as store, pytest.raises(KeyboardInterrupt):
        power_cut(store)
    with AccountStore(path) as store:
        assert store.run("SELECT member FROM password") == [(ANA,)]


def test_accounts_of_version_1_are_brought_over_with_all_that_they_hold(path: Path) -> None:
    age_accounts(path)
    with AccountStore(path) as store:
        assert store.members() == {ANA}
        assert store.marks() == []
    change(path, "DELETE FROM gone")
    assert "damaged" in refusal(path)


@pytest.mark.parametrize("version", [-1, 0, 1])
def test_a_file_that_has_what_its_version_lacks_is_called_damaged(path: Path, version: int) -> None:
    change(path, f"PRAGMA user_version = {version}")
    assert refusal(path).endswith(
        "is damaged: put back a copy, or remove it and invite members again."
    )


def test_what_another_process_writes_while_the_rows_are_looked_at_is_no_damage(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    another, row_sum = Accounts(tmp_path), tally.row_sum
    written: list[str] = []

    def beside(table: str, *values: object) -> int:
        if not written:
            written.append(another.sessions.begin(ANA, "password"))
            another.names.set(ANA, "ana@example.org")
        return row_sum(table, *values)

    monkeypatch.setattr(tally, "row_sum", beside)
    told: list[str] = []
    AccountStore(path, notice=told.append).close()
    assert (len(written), told) == (1, [])
    assert another.sessions.member_of(written[0])
    another.close()
