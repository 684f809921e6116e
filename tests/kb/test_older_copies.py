"""An older log or vault that is put back is told of, and what was written since is not lost."""

import shutil
import time
from pathlib import Path

import pytest

from events.event import StreamWrite
from events.memory import InMemoryEventLog
from events.vault import MemoryVault
from kb.belonging import Keeper
from kb.errors import DataDirectoryError, NotFound
from kb.knowledge_base import KnowledgeBase
from tests.contracts.event_log import new_event
from tests.kb.file_copies import copied
from tests.worlds.base import id_of, joined, opened, practice

OLDER_LOG = "log.sqlite is another copy than the one beside which vault.sqlite was used last"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    KnowledgeBase.create(data)
    return data


def test_an_older_log_is_told_of_whatever_was_written_since_the_last_opening(
    data: Path, tmp_path: Path
) -> None:
    restored = tmp_path / "restored"
    restored.mkdir()
    with opened(data) as base:
        practice(base.session, "one")
        copied(data / "log.sqlite", restored / "log.sqlite")
        practice(base.session, "two")
    copied(data / "vault.sqlite", restored / "vault.sqlite")
    told: list[str] = []
    opened(restored, told=told.append).close()
    assert any(OLDER_LOG in sentence for sentence in told), told


def test_what_was_erased_stays_erased_beside_an_older_log(data: Path, tmp_path: Path) -> None:
    """A backup takes the log first and the vault after it: something may be erased in between."""
    with opened(data) as base:
        kept = practice(base.session, "Night shift")
        gone = practice(base.session, "Bedside handover")
        member, other = id_of(joined(base, name="Ada")), id_of(joined(base, name="Ben"))
        base.catch_up()
        copied(data / "log.sqlite", tmp_path / "older.sqlite")
        base.session.erasure.entry(gone)
        base.session.erasure.member(member, entries="kept")
    copied(tmp_path / "older.sqlite", data / "log.sqlite")
    with opened(data) as base:
        base.catch_up()
        assert [item.id for item in base.session.catalogue.browse().items] == [kept]
        assert [hit.id for hit in base.session.search("bedside handover night shift").results] == [
            kept
        ]
        with pytest.raises(NotFound):
            base.session.catalogue.get(gone)
        standing = {each.id: each.standing for each in base.session.directory.members()}
        assert standing.get(member, "erased") == "erased"
        assert standing[other] == "joined"
        with pytest.raises(NotFound):
            base.session.directory.principal(member)


def test_the_vault_knows_what_is_written_while_a_process_runs(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is killed keeps nothing at its end."""
    monkeypatch.setattr("kb.belonging.KEEP_SECONDS", 0.0)
    with opened(data) as base, opened(data) as other:
        vault, log = base.parts.vault, base.parts.log
        practice(base.session, "one")
        assert vault.mark() == log.mark()
        with base.follow():
            practice(other.session, "two")
            deadline = time.monotonic() + 60
            while vault.mark() != log.mark() and time.monotonic() < deadline:
                log.wait(log.head(), 0.01)
            assert vault.mark() == log.mark()


def test_a_mark_from_before_the_last_writes_of_a_killed_process_is_brought_up_in_silence(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And an older vault or log, to which the mark fits as well, is told of nevertheless."""
    monkeypatch.setattr("kb.belonging.KEEP_SECONDS", 3600.0)
    killed, older = tmp_path / "killed", tmp_path / "older"
    older.mkdir()
    with opened(data) as base:
        practice(base.session, "one")
        for name in ("vault.sqlite", "log.sqlite"):
            copied(data / name, older / name)
        practice(base.session, "two")
        base.wait(base.head(), index=True)
        mark = base.parts.vault.mark()
        shutil.copytree(data, killed)
    shutil.copytree(killed, tmp_path / "again")
    told: list[str] = []
    with opened(killed, told=told.append) as base:
        assert mark != base.parts.log.mark() == base.parts.vault.mark()
        assert told == []
    copied(older / "vault.sqlite", killed / "vault.sqlite")
    opened(killed, told=told.append).close()
    assert any("lacks the keys of 1 entry" in sentence for sentence in told), told
    told.clear()
    copied(older / "log.sqlite", tmp_path / "again" / "log.sqlite")
    opened(tmp_path / "again", told=told.append).close()
    assert any("hold more than the log" in sentence for sentence in told), told


def test_the_vault_is_written_to_once_a_second_at_most() -> None:
    times = iter([0.0, 0.9, 1.1, 1.1, 1.2])
    log, vault = InMemoryEventLog(), MemoryVault()
    vault.place(log.mark())
    keeper = Keeper(log, vault, log.mark(), lambda: next(times))
    log.append(StreamWrite("entry-1", [new_event()], 0))
    keeper.pass_by()
    assert vault.mark() != log.mark()
    keeper.pass_by()
    assert vault.mark() == log.mark()
    log.append(StreamWrite("entry-1", [new_event()], 1))
    keeper.pass_by()
    assert vault.mark() != log.mark()
    keeper.close()
    assert vault.mark() == log.mark()


@pytest.fixture
def other_wal(tmp_path: Path) -> Path:
    """The `log.sqlite-wal` that `kill -9` leaves of another base, beside that of its vault."""
    KnowledgeBase.create(tmp_path / "other")
    with opened(tmp_path / "other") as base:
        for number in range(3):
            practice(base.session, f"other {number}")
        shutil.copytree(tmp_path / "other", tmp_path / "killed")
    return tmp_path / "killed" / "log.sqlite-wal"


def sources(data: Path) -> dict[str, bytes]:
    names = ("log.sqlite", "vault.sqlite", "log.sqlite-wal", "vault.sqlite-wal")
    files = [data / name for name in names if (data / name).exists()]
    return {file.name: held for file in files if (held := file.read_bytes())}


@pytest.mark.parametrize("name", ["log.sqlite", "vault.sqlite"])
@pytest.mark.parametrize("written", [0, 3])
def test_a_wal_of_another_base_is_refused_and_spoils_no_file(
    data: Path, other_wal: Path, name: str, written: int
) -> None:
    with opened(data) as base:
        for number in range(written):
            practice(base.session, f"ours {number}")
    wal = data / f"{name}-wal"
    shutil.copy(other_wal.with_name(wal.name), wal)
    before = sources(data)
    for _ in range(2):
        with pytest.raises(DataDirectoryError):
            opened(data)
        assert sources(data) == before
    wal.unlink()
    (data / f"{name}-shm").unlink(missing_ok=True)
    told: list[str] = []
    with opened(data, told=told.append) as base:
        assert len([*base.session.catalogue.all_ids()]) == written
    assert told == []


def test_what_could_not_be_compared_is_left_for_the_next_opening() -> None:
    log, vault = InMemoryEventLog(), MemoryVault()
    since = log.mark()
    vault.place(since)
    log.append(StreamWrite("entry-1", [new_event()], 0))
    Keeper(log, vault, None, lambda: 0.0).close()
    assert vault.mark() == since
