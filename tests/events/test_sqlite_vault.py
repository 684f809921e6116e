"""The vault in a file: durable, seen by every process, and nothing is left of a destroyed key."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from events.errors import KeyDestroyed, LogFormatError, LogUnavailable, SealedDataError
from events.marks import Mark
from events.sqlite import SqliteEventLog
from events.sqlite_vault import SqliteVault
from events.vault import KeyVault
from tests.contracts.vault import ADA, BEN, HERE, KeyVaultContract
from tests.events.altered import change
from tests.events.writing import writers

ROOT = Path(__file__).parents[2]

# Says what it sealed, and dies the hard way at once.
SEAL_AND_DIE = """
import os, signal, sys
from pathlib import Path
from events.sqlite_vault import SqliteVault
vault = SqliteVault(Path(sys.argv[1]), create=True)
print(vault.seal("member-ada", b"text", b"event-1/content").hex(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vault.sqlite"


@pytest.fixture
def vault(path: Path) -> Iterator[SqliteVault]:
    with SqliteVault(path, create=True) as vault:
        yield vault


class TestSqliteVault(KeyVaultContract):
    @pytest.fixture
    def vault(self, path: Path) -> Iterator[KeyVault]:
        with SqliteVault(path, create=True) as vault:
            yield vault


def stored_keys(path: Path) -> dict[str, bytes]:
    with closing(sqlite3.connect(path)) as db:
        return dict(db.execute("SELECT subject, key FROM keys"))


def every_byte(path: Path) -> bytes:
    """All that lies in the folder of the vault, as it lies."""
    return b"".join(file.read_bytes() for file in sorted(path.parent.iterdir()))


def test_keys_are_there_when_the_vault_is_opened_again(path: Path) -> None:
    with SqliteVault(path, create=True) as vault:
        sealed = vault.seal(ADA, b"text", HERE)
        vault.destroy(BEN)
    with SqliteVault(path) as again:
        assert again.open(ADA, sealed, HERE) == b"text"
        assert again.destroyed(BEN)


@pytest.mark.process
def test_a_key_outlives_the_process_that_made_it(path: Path) -> None:
    died = subprocess.run(
        [sys.executable, "-c", SEAL_AND_DIE, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert died.returncode < 0
    with SqliteVault(path) as vault:
        assert vault.open(ADA, bytes.fromhex(died.stdout), HERE) == b"text"


def test_no_byte_of_a_destroyed_key_is_left(path: Path, vault: SqliteVault) -> None:
    """Rows are made and destroyed in turns, so that SQLite moves them between its pages."""
    subjects = [f"entry-{number * 7919 % 3000}" for number in range(3000)]
    destroyed: list[bytes] = []
    for start in range(0, 3000, 500):
        vault.prepare(subjects[start : start + 500])
        keys = stored_keys(path)
        gone = subjects[start : start + 500 : 3]
        destroyed += [keys[subject] for subject in gone]
        vault.destroy(*gone)
        left = every_byte(path)
        assert [key for key in destroyed if key in left or key[:16] in left] == []
    kept = [key for key in stored_keys(path).values() if key]
    assert len(kept) + len(destroyed) == 3000
    assert all(key in left for key in kept)


def test_another_process_sees_a_destruction_at_once(path: Path, vault: SqliteVault) -> None:
    sealed = vault.seal(ADA, b"text", HERE)
    with SqliteVault(path) as other:
        assert other.open(ADA, sealed, HERE) == b"text"
        vault.destroy(ADA)
        with pytest.raises(KeyDestroyed):
            other.open(ADA, sealed, HERE)
        with pytest.raises(KeyDestroyed):
            other.seal(ADA, b"text", HERE)


def test_a_key_that_another_process_made_meanwhile_is_used(
    path: Path, vault: SqliteVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SqliteVault(path) as other:
        prepare = vault.prepare

        def too_late(subjects: list[str]) -> None:
            other.prepare(subjects)
            prepare(subjects)

        monkeypatch.setattr(vault, "prepare", too_late)
        assert vault.seal(ADA, b"text", HERE) == other.seal(ADA, b"text", HERE)


def test_traces_that_a_reader_holds_are_said_and_gone_after_another_try(path: Path) -> None:
    with SqliteVault(path, create=True, lock_timeout=0.01) as vault:
        vault.seal(ADA, b"text", HERE)
        key = stored_keys(path)[ADA]
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM keys").fetchall()
            with pytest.raises(LogUnavailable, match="traces of it are left"):
                vault.destroy(ADA)
            assert vault.destroyed(ADA)
        assert not vault.destroy(ADA)
        assert key not in every_byte(path)


def test_a_destruction_waits_for_those_who_open_many_values(path: Path) -> None:
    """They keep keys for so long, and must not use one that is destroyed."""
    with (
        SqliteVault(path, create=True) as reader,
        SqliteVault(path, lock_timeout=0.01) as other,
    ):
        sealed = reader.seal(ADA, b"text", HERE)
        with reader.reading():
            assert reader.open(ADA, sealed, HERE) == b"text"
            with pytest.raises(LogUnavailable, match="traces"):
                other.destroy(ADA)
            assert reader.open(ADA, sealed, HERE) == b"text"
        other.destroy(ADA)
        with reader.reading(), pytest.raises(KeyDestroyed):
            reader.open(ADA, sealed, HERE)


def test_a_destruction_goes_on_once_the_last_reader_is_done(path: Path) -> None:
    with (
        SqliteVault(path, create=True) as reader,
        SqliteVault(path) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        sealed = reader.seal(ADA, b"text", HERE)
        key = stored_keys(path)[ADA]
        with reader.reading():
            assert reader.open(ADA, sealed, HERE) == b"text"
            destroying = pool.submit(other.destroy, ADA)
        assert destroying.result()
        assert key not in every_byte(path)


def test_a_vault_that_cannot_be_opened_to_the_end_is_let_go(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise LogUnavailable("No more connections.")

    monkeypatch.setattr("events.sqlite_vault.open_reader", fails)
    with pytest.raises(LogUnavailable, match="No more"):
        SqliteVault(path, create=True)
    monkeypatch.undo()
    with SqliteVault(path) as vault:
        assert not vault.destroyed(ADA)


def test_a_file_that_broke_meanwhile_is_said(path: Path, vault: SqliteVault) -> None:
    vault.prepare([ADA])
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("DROP TABLE keys")
    with pytest.raises(LogUnavailable, match=r"The vault .* no such table"):
        vault.destroyed(ADA)


def test_a_write_that_fails_makes_no_key(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = writers(monkeypatch, "sqlite_vault")
    with SqliteVault(path, create=True) as vault:
        opened[-1].execute("PRAGMA max_page_count = 1")
        with pytest.raises(LogUnavailable, match=r"The vault .* disk is full"):
            vault.prepare([f"entry-{number}" for number in range(1000)])
    assert stored_keys(path) == {}


def test_a_destruction_that_fails_half_way_destroys_nothing(vault: SqliteVault) -> None:
    vault.prepare([ADA])
    with pytest.raises(UnicodeEncodeError):
        vault.destroy(ADA, "\ud800")
    assert not vault.destroyed(ADA)
    assert vault.destroy(ADA)


def test_nobody_can_change_a_key_or_forget_a_destruction(path: Path, vault: SqliteVault) -> None:
    vault.prepare([ADA])
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            db.execute("UPDATE keys SET key = zeroblob(64)")
        with pytest.raises(sqlite3.IntegrityError, match="stays known"):
            db.execute("DELETE FROM keys")


def test_only_the_owner_may_read_the_files(path: Path, vault: SqliteVault) -> None:
    vault.prepare([ADA])
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}


def test_a_missing_vault_is_made_only_if_asked_for(path: Path) -> None:
    with pytest.raises(LogUnavailable, match="There is no vault"):
        SqliteVault(path)
    assert not path.exists()
    with pytest.raises(LogUnavailable, match="cannot be opened"):
        SqliteVault(path / "nowhere", create=True)


def test_a_log_is_no_vault_and_a_vault_no_log(path: Path) -> None:
    SqliteEventLog(path, create=True).close()
    with pytest.raises(LogFormatError, match="not a Tributary vault"):
        SqliteVault(path)
    path.unlink()
    SqliteVault(path, create=True).close()
    with pytest.raises(LogFormatError, match="not a Tributary log"):
        SqliteEventLog(path)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE keys SET key = zeroblob(64) WHERE subject = 'member-ada'",
        "UPDATE keys SET key = NULL WHERE subject = 'member-ada'",
        "UPDATE keys SET hash = zeroblob(16) WHERE subject = 'member-ada'",
    ],
)
def test_a_key_that_is_not_what_was_kept_opens_nothing_and_counts_neither_as_lost_nor_destroyed(
    path: Path, statement: str
) -> None:
    with SqliteVault(path, create=True) as vault:
        sealed = vault.seal("member-ada", b"text", b"here")
    change(path, statement)
    with SqliteVault(path) as vault:
        with pytest.raises(SealedDataError, match="key of member-ada is damaged"):
            vault.open("member-ada", sealed, b"here")
        with pytest.raises(SealedDataError, match="damaged"):
            vault.seal("member-ada", b"text", b"here")
        assert not vault.destroyed("member-ada")
        assert vault.lacking(["member-ada"]) == {"member-ada"}


@pytest.mark.parametrize("name", ["'member-adb'", "CAST(x'ff' AS TEXT)"])
def test_a_key_under_a_damaged_name_is_not_made_a_second_time(path: Path, name: str) -> None:
    with SqliteVault(path, create=True) as vault:
        vault.prepare(["member-ada", "member-ben"])
    change(path, f"UPDATE keys SET subject = {name} WHERE subject = 'member-ada'")
    with (
        SqliteVault(path) as vault,
        pytest.raises(LogFormatError, match="damaged: put back a copy"),
    ):
        vault.prepare(["member-ada"])


def test_a_mark_that_is_damaged_is_none(path: Path) -> None:
    with SqliteVault(path, create=True) as vault:
        vault.place(Mark(b"i" * 16, 7, b"h" * 16))
    change(path, "UPDATE beside SET position = 8")
    with SqliteVault(path) as vault:
        assert vault.mark() is None
