"""Drafts in memory and in their file keep the same promises."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from events.memory import InMemoryEventLog
from kb.drafts.draft_file import DraftFile
from kb.drafts.store import DraftStore, MemoryDrafts
from kb.errors import DataDirectoryError
from tests.contracts.drafts import ADA, DraftStoreContract, DraftTabs, stored


class TestMemoryDrafts(DraftStoreContract):
    @pytest.fixture
    def store(self) -> DraftStore:
        return MemoryDrafts()


class TestDraftFile(DraftStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> DraftStore:
        return DraftFile(tmp_path / "drafts.sqlite", InMemoryEventLog())


class TabsOnMemory(DraftTabs):
    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryDrafts()


class TabsOnFile(DraftTabs):
    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.store = DraftFile(Path(self._folder.name) / "drafts.sqlite", InMemoryEventLog())

    def teardown(self) -> None:
        self._folder.cleanup()


TestTabsOnMemory = TabsOnMemory.TestCase
TestTabsOnFile = TabsOnFile.TestCase


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "drafts.sqlite"


def test_reading_and_forgetting_make_no_file(path: Path) -> None:
    drafts = DraftFile(path, InMemoryEventLog())
    assert drafts.of(ADA) == []
    assert drafts.get(ADA, "one") is None
    assert not drafts.discard(ADA, "one")
    drafts.forget([ADA], [])
    drafts.expire(1)
    assert not path.exists()


def test_the_file_is_its_owners_alone(path: Path) -> None:
    DraftFile(path, InMemoryEventLog()).put(stored())
    assert path.stat().st_mode & 0o777 == 0o600


def test_drafts_outlive_the_program(path: Path) -> None:
    log = InMemoryEventLog()
    DraftFile(path, log).put(stored())
    assert DraftFile(path, log).get(ADA, "one") == stored()


def test_drafts_of_another_base_are_refused_and_stay(path: Path) -> None:
    log = InMemoryEventLog()
    DraftFile(path, log).put(stored())
    foreign = DraftFile(path, InMemoryEventLog())
    with pytest.raises(DataDirectoryError, match=r"do not belong to the log .* remove the file\."):
        foreign.of(ADA)
    with pytest.raises(DataDirectoryError, match="do not belong"):
        foreign.put(stored("two"))
    assert [each.id for each in DraftFile(path, log).of(ADA)] == ["one"]


@pytest.mark.parametrize("damage", [b"damaged" * 1000, b"SQLite format 3\0" + b"\7" * 4096])
def test_a_damaged_file_is_told_in_one_sentence(path: Path, damage: bytes) -> None:
    path.write_bytes(damage)
    drafts = DraftFile(path, InMemoryEventLog())
    for use in (lambda: drafts.of(ADA), lambda: drafts.put(stored())):
        with pytest.raises(DataDirectoryError, match=r"drafts\.sqlite with the drafts is damaged"):
            use()


def test_another_database_and_one_of_a_newer_version_are_told(path: Path) -> None:
    drafts = DraftFile(path, InMemoryEventLog())
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE other (value)")
    with pytest.raises(DataDirectoryError, match="is another database"):
        drafts.of(ADA)
    path.unlink()
    drafts.put(stored())
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(DataDirectoryError, match="newer version of Tributary"):
        drafts.of(ADA)


def test_what_is_forgotten_leaves_no_byte_in_the_file(path: Path) -> None:
    drafts = DraftFile(path, InMemoryEventLog())
    for each in range(40):
        words = b"Zymurgy%d " % each * 30
        drafts.put(stored(f"{each}", entry="erased" if each % 2 else "", fields=words))
    assert b"Zymurgy" in path.read_bytes()
    drafts.forget([], ["erased"])
    assert b"Zymurgy1 " not in path.read_bytes()
    assert b"Zymurgy2 " in path.read_bytes()
    drafts.forget([ADA], [])
    assert b"Zymurgy" not in path.read_bytes()
