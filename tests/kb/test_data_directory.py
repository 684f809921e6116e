"""What is wrong with a data directory is one sentence, and what is right is found again."""

import os
import re
import shutil
import sqlite3
from contextlib import closing
from errno import EIO, ENOSPC, EROFS
from pathlib import Path

import pytest

from indexer.embedding.testing import HashEmbedder
from kb import backends
from kb.errors import DataDirectoryError
from kb.knowledge_base import KnowledgeBase
from kb.projections.views import Views
from kb.storage import data_directory
from kb.storage.settings import Settings
from tests.events.writing import writers
from tests.kb.conftest import OpenBase
from tests.worlds.log import some_content, some_draft


def test_a_new_directory_holds_a_log_and_its_settings(tmp_path: Path) -> None:
    path = tmp_path / "new" / "data"
    settings = Settings(data=path, community='A "quoted" one — ü\x7f\n😀', port=99)
    KnowledgeBase.create(path, settings=settings)
    with KnowledgeBase.open(path, embedder=HashEmbedder()) as base:
        assert base.settings == settings
        assert base.session.catalogue.browse().total == 0
        assert base.head() == 0


def test_an_empty_directory_becomes_a_data_directory_and_another_does_not(tmp_path: Path) -> None:
    KnowledgeBase.create(tmp_path)
    with pytest.raises(DataDirectoryError, match="already"):
        KnowledgeBase.create(tmp_path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("mine")
    with pytest.raises(DataDirectoryError, match="not empty"):
        KnowledgeBase.create(tmp_path / "other")
    with pytest.raises(DataDirectoryError, match="cannot be used"):
        KnowledgeBase.create(tmp_path / "other" / "notes.txt")


@pytest.mark.parametrize("written", ["", "SQLite format 3"])
@pytest.mark.parametrize("made", ["kb.backends.SqliteVault", "kb.backends.SqliteEventLog"])
def test_a_directory_that_was_not_made_to_the_end_can_be_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: str, written: str
) -> None:
    def power_cut(path: Path, **_: object) -> None:
        for end in ("", "-wal", "-journal") if written else ():
            path.with_name(path.name + end).write_text(written)
        raise KeyboardInterrupt

    settings = Settings(data=tmp_path, community="Wards")
    monkeypatch.setattr(made, power_cut)
    with pytest.raises(KeyboardInterrupt):
        KnowledgeBase.create(tmp_path, settings=settings)
    monkeypatch.undo()
    assert (tmp_path / "settings.toml").is_file()
    with pytest.raises(DataDirectoryError, match="not a data directory"):
        data_directory.find(tmp_path)

    KnowledgeBase.create(tmp_path, settings=settings)

    with KnowledgeBase.open(tmp_path, embedder=HashEmbedder()) as base:
        assert base.settings == settings
    assert not [*tmp_path.glob("*.begun*")]


def test_settings_are_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disk_full(_: int) -> None:
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", disk_full)
    with pytest.raises(DataDirectoryError, match="the disk is full"):
        KnowledgeBase.create(tmp_path, settings=Settings(data=tmp_path, sign_in="password"))
    monkeypatch.undo()
    assert not (tmp_path / "settings.toml").exists()
    KnowledgeBase.create(tmp_path, settings=Settings(data=tmp_path, sign_in="password"))
    assert 'sign_in = "password"' in (tmp_path / "settings.toml").read_text()


def test_settings_that_someone_wrote_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("port = 99\n")
    with pytest.raises(DataDirectoryError, match="not empty"):
        KnowledgeBase.create(tmp_path)


def refused(path: Path) -> str:
    with pytest.raises(DataDirectoryError) as caught:
        KnowledgeBase.open(path, embedder=HashEmbedder())
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def test_a_directory_that_is_absent_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    assert "kb init" in refused(tmp_path / "absent")
    assert "not a data directory" in refused(tmp_path)
    (tmp_path / "file").write_text("x")
    assert "not a data directory" in refused(tmp_path / "file")


def test_a_log_that_is_not_ours_is_refused(data: Path) -> None:
    (data / "log.sqlite").write_bytes(b"something else entirely " * 200)
    assert "log.sqlite" in refused(data)


def test_a_log_of_a_newer_version_is_refused(data: Path) -> None:
    with closing(sqlite3.connect(data / "log.sqlite")) as db:
        db.execute("PRAGMA user_version = 42")
    assert "format 42" in refused(data)


def test_a_log_from_before_anything_was_sealed_is_refused_with_a_way_on(data: Path) -> None:
    with closing(sqlite3.connect(data / "log.sqlite")) as db:
        db.execute("PRAGMA user_version = 0")
    assert "export it with the version of Tributary that wrote it" in refused(data)


def test_a_log_whose_vault_is_gone_is_refused(data: Path, open_base: OpenBase) -> None:
    """Nothing is made in its place: a new vault would hide that the old one has to come back."""
    with open_base() as base:
        base.session.entries.contribute(some_draft())
    (data / "vault.sqlite").rename(data / "elsewhere")
    for _ in range(2):
        assert "put back the vault.sqlite that belongs to this log.sqlite" in refused(data)
    (data / "elsewhere").rename(data / "vault.sqlite")
    assert open_base().session.catalogue.browse().total == 1


def test_an_empty_log_gets_a_new_vault(data: Path, open_base: OpenBase) -> None:
    (data / "vault.sqlite").unlink()
    with open_base() as base:
        base.session.entries.contribute(some_draft())
    assert (data / "vault.sqlite").stat().st_mode & 0o777 == 0o600


def test_a_vault_that_is_not_ours_is_refused(data: Path) -> None:
    (data / "vault.sqlite").write_bytes(b"something else entirely " * 200)
    assert "vault.sqlite is not a Tributary vault" in refused(data)


def test_no_text_stands_in_the_clear_in_the_log(data: Path, open_base: OpenBase) -> None:
    with open_base() as base:
        base.session.entries.contribute(some_draft())
    stored = b"".join(path.read_bytes() for path in data.glob("log.sqlite*"))
    assert b"practice" in stored
    assert b"Bedside" not in stored
    assert b"shift change" not in stored


def test_settings_that_cannot_be_read_are_refused(data: Path) -> None:
    (data / "settings.toml").write_text("member = ", encoding="utf-8")
    assert "settings.toml" in refused(data)


def test_a_directory_in_which_nothing_can_be_locked_is_refused(data: Path) -> None:
    """A folder in the place of the lock file stands for one that may not be written."""
    (data / "follower.lock").mkdir()
    assert str(data) in refused(data)


def test_a_directory_in_which_no_views_can_be_made_is_refused(data: Path) -> None:
    (data / "views.sqlite").mkdir()
    assert str(data) in refused(data)


@pytest.mark.parametrize("what", ["a pipe or device", "a folder", "a link that leads to itself"])
@pytest.mark.parametrize(
    "name",
    [
        *("vault.sqlite", "accounts.sqlite", "settings.toml", "views.sqlite", "views.sqlite.sums"),
        *("views.sqlite.new", "views.sqlite.new.sums"),
        *("parked.sqlite", "follower.lock", "vault.sqlite-wal", "index"),
    ],
)
def test_what_is_no_file_is_refused_at_once_with_what_to_do(
    data: Path, name: str, what: str
) -> None:
    place = data / name
    place.unlink(missing_ok=True)
    if name == "index" and what == "a folder":
        what = "a file"
        place.touch()
    elif what == "a folder":
        place.mkdir()
    elif what == "a pipe or device":
        os.mkfifo(place)
    else:
        place.symlink_to(place)
    for _ in range(2):
        with pytest.raises(DataDirectoryError) as caught:
            KnowledgeBase.open(data)
        assert str(caught.value).startswith(f"{place} is {what}, not a f")
        assert "put back a copy" in str(caught.value) or "move it away" in str(caught.value)


def test_a_full_disk_is_one_sentence(
    data: Path, open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = open_base()

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Views, "apply", full)
    receipt = base.session.entries.contribute(some_draft())
    assert re.search(r"is safe .*full", receipt.behind)
    assert "full" in refused(data)
    monkeypatch.undo()
    base.wait(base.head())
    assert base.session.catalogue.browse().total == 1


def test_a_log_that_is_full_is_one_sentence(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that may not grow stands for a full disk: SQLite reports both the same way."""
    opened, base = writers(monkeypatch, "sqlite"), open_base()
    opened[-1].execute("PRAGMA max_page_count = 1")
    long = some_draft(some_content(problem="All of it got lost. " * 2000))
    with pytest.raises(DataDirectoryError, match="full"):
        base.session.entries.contribute(long)


def test_views_and_index_that_are_gone_come_back_by_themselves(
    data: Path, open_base: OpenBase, notices: list[str]
) -> None:
    with open_base() as base:
        entry_id = base.session.entries.contribute(some_draft()).id
        assert base.session.search("bedside handover").results
    for name in ("views.sqlite", "index"):
        path = data / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    notices.clear()
    again = open_base()
    assert again.session.catalogue.get(entry_id).title == "Bedside handover"
    assert [result.id for result in again.session.search("bedside handover").results] == [entry_id]
    assert "views" in notices[0]
    assert "index" in notices[1]


def test_views_and_index_of_another_log_are_made_anew(
    data: Path, open_base: OpenBase, notices: list[str]
) -> None:
    with open_base() as base:
        base.session.entries.contribute(some_draft())
        assert base.session.search("bedside handover").results
    backends.create(data.parent / "fresh", {})
    for name in ("log.sqlite", "vault.sqlite"):
        for path in data.glob(f"{name}*"):
            path.unlink()
        shutil.move(data.parent / "fresh" / name, data / name)
    notices.clear()
    again = open_base()
    assert again.session.catalogue.browse().total == 0
    assert again.session.search("bedside handover").nothing_close
    assert any("made from another log" in notice for notice in notices)


def test_sizes_are_told_and_files_that_vanish_meanwhile_do_not_matter(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.walk", lambda folder: iter([(str(folder), [], ["gone"])]))
    sizes = base.status().sizes
    assert set(sizes) == {"log", "vault", "views", "index"}
    assert sizes["log"] > 0
    assert sizes["vault"] > 0
    assert sizes["index"] == 0


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(ENOSPC, "No space left on device"), "free some space"),
        (OSError(EROFS, "Read-only file system"), "read-only"),
        (OSError(EIO, "Input/output error"), "Input/output error"),
        (OSError("of no known kind"), "of no known kind"),
        (sqlite3.OperationalError("disk I/O error"), "disk I/O error"),
    ],
)
def test_what_the_disk_says_becomes_advice(data: Path, error: Exception, sentence: str) -> None:
    with pytest.raises(DataDirectoryError, match=sentence), data_directory.storage_errors(data):
        raise error
