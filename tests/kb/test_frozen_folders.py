"""Folders of a data directory in which nothing may be written are copied to be written to."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kb.storage import frozen
from kb.storage.data_directory import DataDirectory
from kb.storage.frozen import READ_ONLY, FrozenDirectory, remove_left
from tests.kb.conftest import OpenBase
from tests.kb.powerless import powerless
from tests.kb.shut_disk import contents, copies
from tests.worlds.log import some_draft


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Other tests make their copies meanwhile."""
    monkeypatch.setattr(frozen, "MEMORY", tmp_path_factory.mktemp("memory"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path_factory.mktemp("temporary")))


@contextmanager
def read_only(root: Path, *, files: bool) -> Iterator[None]:
    """While the block runs, the folders may be written by nobody, nor may the files if `files`."""
    found = [root, *(path for path in root.rglob("*") if files or path.is_dir())]
    modes = {path: path.stat().st_mode for path in found}
    before = contents(root)
    for path, mode in modes.items():
        path.chmod(mode & 0o555)
    try:
        yield
        assert contents(root) == before
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


@pytest.fixture
def written(data: Path, open_base: OpenBase) -> Path:
    """A directory with an entry that was found."""
    with open_base() as base:
        base.session.entries.contribute(some_draft())
        assert base.session.search("bedside handover").results
    return data


@pytest.mark.parametrize("files", [True, False])
def test_search_works_where_no_folder_may_be_written(
    written: Path, open_base: OpenBase, files: bool
) -> None:
    def search() -> None:
        with open_base() as base:
            assert base.unwritable == READ_ONLY
            assert base.session.search("bedside handover").results
            assert copies()
        assert copies() == []

    with read_only(written, files=files):
        powerless(search)


def test_copies_have_none_of_the_modes_of_what_they_were_copied_from(written: Path) -> None:
    with read_only(written, files=True):
        stands_in = FrozenDirectory(DataDirectory(written), READ_ONLY)
        made = stands_in.index().parent
        modes = {path.is_dir(): set[int]() for path in made.rglob("*")}
        for path in made.rglob("*"):
            modes[path.is_dir()].add(path.stat().st_mode & 0o777)
        assert modes == {True: {0o700}, False: {0o600}}
        stands_in.close()
    assert copies() == []


@pytest.mark.parametrize("locked", [True, False])
def test_copies_that_a_version_of_before_left_read_only_are_removed(
    written: Path, locked: bool
) -> None:
    left = frozen.MEMORY / f"{frozen.PREFIX}left"
    shutil.copytree(written, left)
    if locked:
        left.with_name(f"{left.name}.lock").touch()
    for path in (left, *left.rglob("*")):
        path.chmod(path.stat().st_mode & 0o555)
    powerless(remove_left)
    assert copies() == []


def test_copies_that_are_in_use_stay(written: Path) -> None:
    stands_in = FrozenDirectory(DataDirectory(written), READ_ONLY)
    remove_left()
    assert copies()
    stands_in.close()
    assert copies() == []


def test_a_directory_that_is_opened_removes_what_a_killed_process_left(
    data: Path, open_base: OpenBase
) -> None:
    (frozen.MEMORY / f"{frozen.PREFIX}left").mkdir()
    with open_base() as base:
        assert not base.unwritable
        assert copies() == []
