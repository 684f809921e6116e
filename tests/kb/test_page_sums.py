"""The checksums of the pages of the views, as several processes write them."""

import fcntl
import os
import struct
from pathlib import Path

import pytest

from kb.views.file import open_views
from kb.views.page_sums import PageSums
from tests.worlds.log import ViewedWorld


def test_sums_that_are_written_twice_at_the_same_moment_are_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "views.sqlite"
    world = ViewedWorld(path)
    world.practice("One")
    world.catch_up()
    world.close()
    fsync, one, other = os.fsync, PageSums(path), PageSums(path)

    def at_the_same_moment(file: int) -> None:
        monkeypatch.setattr("os.fsync", fsync)
        other.take_all(4096)
        assert other.fits()
        fsync(file)

    monkeypatch.setattr("os.fsync", at_the_same_moment)
    one.take_all(4096)
    assert one.fits()
    assert PageSums(path).fits()
    assert list(tmp_path.glob("*.new")) == []


def is_locked(file: int) -> bool:
    """Whether a connection keeps others from taking the file for theirs alone (SHARED_FIRST)."""
    wanted = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, 0x40000002, 510, 0)
    (found, *_) = struct.unpack("hhqqi", fcntl.fcntl(file, fcntl.F_OFD_GETLK, wanted))
    return bool(found != fcntl.F_UNLCK)


def opened(path: Path) -> list[int]:
    """The descriptors by which this process has the file open."""
    found = Path("/proc/self/fd").iterdir()
    return [int(one.name) for one in found if one.resolve() == path.resolve()]


@pytest.mark.skipif(not hasattr(fcntl, "F_OFD_GETLK"), reason="Only Linux tells locks of its own.")
def test_taking_sums_gives_up_no_lock_of_the_connections_of_this_process(tmp_path: Path) -> None:
    """Another process would remove the log (WAL) under them when it closes the file."""
    path = tmp_path / "views.sqlite"
    world = ViewedWorld(path)
    world.practice("One")
    world.catch_up()
    reader = open_views(path)
    reader.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    file = os.open(path, os.O_RDWR)
    assert is_locked(file)
    PageSums(path).take_all(4096)
    PageSums(path).check()
    world.close()
    assert is_locked(file)
    reader.close()
    assert not is_locked(file)
    assert opened(path) == [file]
    PageSums(path).take_all(4096)
    assert opened(path) == [file]
    os.close(file)
