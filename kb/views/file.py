"""The file views.sqlite: opened, and told apart from its replacements.

POSIX locks belong to a process and a file: when a process closes any descriptor of the file, all
its connections lose their locks, and another process that ends could delete the WAL under them. So
code that reads or writes bytes of the file uses `beside`, whose descriptors stay open as long as
this process has a connection to the file. See https://www.sqlite.org/howtocorrupt.html, 2.2.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from events.sqlite_files.opening import connect

BUSY_SECONDS = 1.0
"""How long to wait for a lock of another program; ours hold none for long."""

File = tuple[int, int]
"""The identity of a file: device and inode."""

MISSING: File = (0, 0)


class _Use:
    """The number of connections and readers of a file, and its open descriptors."""

    def __init__(self) -> None:
        self.count = 0
        self.descriptors: dict[tuple[File, int], int] = {}


_uses: dict[Path, _Use] = {}
_using = RLock()  # reentrant, as a finalizer may close a connection at any moment


def _begin(path: Path) -> _Use:
    with _using:
        use = _uses.setdefault(path, _Use())
        use.count += 1
    return use


def _end(path: Path) -> None:
    with _using:
        use = _uses[path]
        use.count -= 1
        if not use.count:
            del _uses[path]
            for descriptor in use.descriptors.values():
                os.close(descriptor)


class _Connection(sqlite3.Connection):
    """A connection that counts as a user of its file until it is closed."""

    path: Path | None = None

    def close(self) -> None:
        super().close()
        path, self.path = self.path, None
        if path:
            _end(path)


def open_views(
    path: Path, mode: str = "ro", pragmas: Mapping[str, str | int] = {}
) -> sqlite3.Connection:
    """A connection to the views at `path`; in WAL mode where it may write."""
    used = path.resolve()
    _begin(used)
    try:
        connection = connect(
            path, mode, wait=BUSY_SECONDS, wal=mode != "ro", factory=_Connection, pragmas=pragmas
        )
    except BaseException:
        _end(used)
        raise
    if isinstance(connection, _Connection):
        connection.path = used
    return connection


@contextmanager
def beside(path: Path, flags: int = os.O_RDONLY) -> Iterator[int]:
    """A descriptor for bytes of the file at `path` during the block."""
    used = path.resolve()
    use = _begin(used)
    try:
        with _using:
            descriptor = use.descriptors.get((file_at(path), flags))
            if descriptor is None:
                descriptor = os.open(path, flags | os.O_CLOEXEC)
                found = os.fstat(descriptor)
                use.descriptors[(found.st_dev, found.st_ino), flags] = descriptor
        yield descriptor
    finally:
        _end(used)


def file_at(path: Path) -> File:
    """The file that is at `path` now, `MISSING` if there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return MISSING
    return (found.st_dev, found.st_ino)
