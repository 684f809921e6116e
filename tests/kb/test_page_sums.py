"""The checksums of the pages of the views, as several processes write them."""

import os
from pathlib import Path

import pytest

from kb.following.page_sums import PageSums
from tests.kb.viewed_world import ViewedWorld


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
