"""A disk on which nothing can be written, even by root."""

import errno
import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest

from kb.storage import frozen

State = Literal["full", "read-only"]
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class _Shut:
    """Refuses what would write below `root`, as the system does before any of ours is asked."""

    def __init__(self) -> None:
        self.root: Path | None = None
        self.state: State = "full"

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.root is None or not arguments or not isinstance(arguments[0], str | Path):
            return
        place = str(arguments[0]).removeprefix("file://")
        if not place.startswith(f"{self.root}/"):
            return
        if event == "sqlite3.connect" and not place.partition("?")[2].endswith(
            ("readonly_shm=1", "immutable=1")
        ):
            refused = sqlite3.OperationalError("no room for the -shm")
            refused.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
            raise refused
        made = event in ("os.mkdir", "os.rename", "os.remove")
        made |= event == "open" and bool(arguments[2] & _WRITING)
        # Names without a byte find room on most full disks.
        if made and self.state == "read-only":
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))


_shut = _Shut()
sys.addaudithook(_shut)


@contextmanager
def shut(root: Path, state: State, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """While the block runs, nothing can be written below `root`, and not one byte is."""
    before = contents(root)
    with monkeypatch.context() as patch:
        has_room, access = frozen.has_room, os.access
        if state == "full":
            patch.setattr(
                frozen, "has_room", lambda place, size: place != root and has_room(place, size)
            )
        else:
            patch.setattr(
                os,
                "access",
                lambda place, mode: (
                    not (Path(place) == root and mode & os.W_OK) and access(place, mode)
                ),
            )
        _shut.root, _shut.state = root, state
        try:
            yield
        finally:
            _shut.root = None
    assert contents(root) == before


def contents(root: Path) -> dict[str, bytes]:
    """What stands in the files of a folder and below; those without a byte are nothing."""
    files = (path for path in root.rglob("*") if path.is_file())
    found = {str(path.relative_to(root)): path.read_bytes() for path in files}
    return {name: content for name, content in found.items() if content}


def places() -> tuple[Path, ...]:
    """The folders that copies may lie in."""
    return frozen.MEMORY, Path(tempfile.gettempdir())


def copies() -> list[Path]:
    """The copies that stand in for a directory at this moment."""
    return [path for place in places() for path in place.glob(f"{frozen.PREFIX}*")]
