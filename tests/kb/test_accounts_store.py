"""The file of sign-in material: what it holds, who may open it, and what forgetting leaves."""

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from events.sqlite_files.errors import NoWal
from kb.accounts.schema import MEMBER_TABLES, VERSION
from kb.accounts.store import UNFINISHED, AccountStore
from kb.errors import DataDirectoryError, Refused
from tests.worlds.base import ANA, BEN, START, Accounts, at_once

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    world = Accounts(tmp_path)
    yield world
    world.close()


def fill(accounts: Accounts, member: str) -> None:
    """A row in every table that knows members."""
    accounts.sessions.begin(member, "password")
    accounts.tokens.make(member, ["search"], f"token of {member}", START + timedelta(days=9))
    accounts.links.make("invitation", member, START + timedelta(days=1))
    accounts.passwords.set(member, f"seven green boats {member}")
    accounts.names.set(member, f"{member}@circle.example")
    rows = {
        "passkey": (member.encode(), member, b"key", 0, "phone", 0, None),
        "passkey_user": (member, member.encode()),
        "challenge": (member.encode(), member, b"value", 0),
        "identity": (member.encode(), member),
    }
    for table, row in rows.items():
        marks = ", ".join("?" * len(row))
        accounts.store.run(f"INSERT INTO {table} VALUES ({marks})", row)


def tables_with(accounts: Accounts, member: str) -> set[str]:
    return {
        table
        for table in MEMBER_TABLES
        if accounts.store.run(f"SELECT 1 FROM {table} WHERE member = ?", (member,))
    }


ONCE = 1
"""How often the id of a forgotten member stands in the file: among those who get nothing again."""


def test_the_file_can_be_read_by_its_owner_only(accounts: Accounts) -> None:
    for path in accounts.path.parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_was_stored_is_there_after_opening_again(accounts: Accounts) -> None:
    token = accounts.sessions.begin(ANA, "password")
    accounts.store.close()
    assert accounts.sessions_of(accounts.opened()).member_of(token)


def test_a_key_is_drawn_once_and_the_same_for_everybody(accounts: Accounts) -> None:
    first = accounts.store.key("names")
    assert len(first) == 32
    assert accounts.opened().key("names") == first
    assert accounts.store.key("others") != first


def test_openers_of_a_new_file_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite"
    stores = at_once(*[lambda: AccountStore(path)] * 6)
    keys = {store.key("one") for store in stores}
    for store in stores:
        store.close()
    assert len(stores) == 6
    assert len(keys) == 1


def test_a_file_from_a_newer_version_is_refused_in_one_sentence(accounts: Accounts) -> None:
    accounts.store.run(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(DataDirectoryError, match=r"use the version of Tributary that wrote it\.$"):
        accounts.opened()


def test_a_database_of_someone_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    with pytest.raises(DataDirectoryError, match="not a file of accounts"):
        AccountStore(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.sqlite"
    path.write_text("no database, but long enough to look at " * 40)
    with pytest.raises(DataDirectoryError, match="not a file of accounts"):
        AccountStore(path)


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataDirectoryError, match="missing"):
        AccountStore(tmp_path / "missing" / "accounts.sqlite")


def test_a_file_that_cannot_have_a_wal_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise NoWal("no WAL")

    monkeypatch.setattr("events.sqlite_files.opening.switch_to_wal", refused)
    with pytest.raises(DataDirectoryError, match="where SQLite can keep a WAL"):
        AccountStore(tmp_path / "accounts.sqlite")


def test_a_file_that_stays_locked_is_said_to_be(accounts: Accounts) -> None:
    with (
        accounts.store.transaction(),
        AccountStore(accounts.path, timeout=0.01) as other,
        pytest.raises(DataDirectoryError, match="locked by another program"),
    ):
        other.run("DELETE FROM link")


def test_a_closed_store_says_that_it_cannot_be_used(accounts: Accounts) -> None:
    accounts.store.close()
    with pytest.raises(DataDirectoryError, match="cannot be used"):
        accounts.store.key("names")


def test_a_transaction_that_fails_changes_nothing(accounts: Accounts) -> None:
    def broken() -> None:
        with accounts.store.transaction() as db:
            db.execute("DELETE FROM session")
            raise ZeroDivisionError

    fill(accounts, ANA)
    with pytest.raises(ZeroDivisionError):
        broken()
    assert accounts.sessions.of(ANA)


def test_every_table_that_knows_members_is_among_those_that_forget(accounts: Accounts) -> None:
    with_column = accounts.store.run(
        "SELECT s.name FROM sqlite_schema s JOIN pragma_table_info(s.name) c "
        "WHERE s.type = 'table' AND c.name = 'member'"
    )
    assert {name for (name,) in with_column} == {*MEMBER_TABLES, "gone"}


def test_forgetting_a_member_leaves_nothing_of_them_and_all_of_others(
    accounts: Accounts,
) -> None:
    fill(accounts, ANA)
    fill(accounts, BEN)
    accounts.store.forget(ANA)
    assert tables_with(accounts, ANA) == set()
    assert tables_with(accounts, BEN) == set(MEMBER_TABLES)


def test_no_byte_of_a_forgotten_member_stays_on_the_disk(accounts: Accounts) -> None:
    for number in range(40):  # interleaved, so that pages are split and joined
        fill(accounts, f"{ANA}-{number:02}")
        fill(accounts, f"{BEN}-{number:02}")
    assert f"{ANA}-07".encode() in accounts.bytes_on_disk()
    for number in range(40):
        accounts.store.forget(f"{ANA}-{number:02}")
    left = accounts.bytes_on_disk()
    assert left.count(f"{ANA}-07".encode()) == ONCE
    assert left.count(f"{BEN}-07".encode()) > 0


def test_who_is_forgotten_gets_nothing_again(accounts: Accounts) -> None:
    accounts.store.forget(ANA)
    accounts.store.forget(ANA, BEN)
    for member in (ANA, BEN):
        with pytest.raises(Refused, match="has left or was erased"):
            fill(accounts, member)
        assert tables_with(accounts, member) == set()


def test_forgetting_waits_for_readers_and_says_so_when_they_stay(accounts: Accounts) -> None:
    fill(accounts, ANA)
    with AccountStore(accounts.path, timeout=0.01) as store:
        with closing(sqlite3.connect(accounts.path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM session").fetchall()
            with pytest.raises(DataDirectoryError, match="another program is reading"):
                store.forget(ANA)
        store.forget(ANA)
    assert accounts.bytes_on_disk().count(ANA.encode()) == ONCE


def test_while_forgetting_waits_for_a_reader_others_are_answered(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def seen(_: float) -> None:
        answers.append(at_once(lambda: accounts.sessions.member_of(token) is not None))
        reader.execute("COMMIT")

    fill(accounts, ANA)
    token, answers = accounts.sessions.begin(BEN, "password"), list[list[bool]]()
    with closing(sqlite3.connect(accounts.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM session").fetchall()
        monkeypatch.setattr("kb.accounts.store.time.sleep", seen)
        accounts.store.forget(ANA)
    assert answers == [[True]]
    assert accounts.bytes_on_disk().count(ANA.encode()) == ONCE


def test_forgetting_that_was_cut_short_is_finished_at_the_next_opening(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    fill(accounts, ANA)
    with monkeypatch.context() as patch:
        patch.setattr("kb.accounts.store.wal_is_emptied", killed)
        with pytest.raises(KeyboardInterrupt):
            accounts.store.forget(ANA)
    assert tables_with(accounts, ANA) == set()
    assert ANA.encode() in accounts.bytes_on_disk()
    store = accounts.opened()
    assert accounts.bytes_on_disk().count(ANA.encode()) == ONCE
    assert not store.run("SELECT 1 FROM mark WHERE name = ?", (UNFINISHED,))


def test_nothing_that_was_handed_out_or_typed_stands_in_the_file(accounts: Accounts) -> None:
    token = accounts.sessions.begin(ANA, "password")
    _, secret = accounts.tokens.make(ANA, ["search"], "job", START + timedelta(days=9))
    link = accounts.links.make("invitation", ANA, START + timedelta(days=1))
    accounts.passwords.set(ANA, "seven green boats")
    accounts.names.set(ANA, "Ana Example")
    lying = accounts.bytes_on_disk().lower()
    for text in (token, secret, secret[5:], link, "seven green boats", "ana example"):
        assert text.lower().encode() not in lying


def test_a_store_serves_many_threads(accounts: Accounts) -> None:
    tokens = at_once(*[lambda: accounts.sessions.begin(ANA, "passkey")] * 8)
    assert len(set(tokens)) == 8
    assert len(accounts.sessions.of(ANA)) == 8


@pytest.mark.process
def test_importing_the_package_loads_no_library_of_signing_in() -> None:
    found = {path.stem for path in (ROOT / "kb" / "accounts").glob("[a-z]*.py")}
    parts = sorted(found - {"small_answers"})  # which oidc loads when it asks a provider
    names = ", ".join(f"kb.accounts.{part}" for part in parts)
    heavy = "{'argon2', 'webauthn', 'authlib', 'joserfc', 'httpx2', 'cryptography', 'litestar'}"
    program = f"import sys, {names}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "kb.accounts.oidc" in names
    assert done.stdout == "[]\n"
