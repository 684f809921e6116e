"""Reads SQLite files in WAL mode where nothing can be written, not even the `-shm` of readers.

Opening such a file creates a `-shm` of 32 kB beside it, even for reading, which fails on a full
disk or in a read-only folder. With `readonly_shm` SQLite does without: it reads the WAL into memory
and switches to the shared one as soon as another process has made it. Both files have to exist for
that, even if empty. If they do not and cannot be made, nobody has the file open and it holds all
that was ever committed (`immutable`); that this still holds is checked before each use.
"""

import sqlite3
from contextlib import suppress
from pathlib import Path

from events.errors import LogUnavailable
from events.sqlite_files.opening import Look, connect, looked_at

_READING = {"query_only": "ON"}
_BESIDE = ("-wal", "-shm")

_Stamp = tuple[tuple[int, int, int, int] | None, ...]


class Frozen:
    """Read-only access to the files of one directory that cannot be written to.

    One object serves all connections of a process; `why` is a sentence for people.
    """

    def __init__(self, why: str) -> None:
        self.why = why
        self._taken: dict[Path, _Stamp] = {}  # files opened as immutable

    def connect(self, path: Path, timeout: float, look: Look = looked_at) -> sqlite3.Connection:
        """A connection to the file at `path`, which `look` may refuse.

        Raises `sqlite3.Error`.
        """
        return connect(path, f"ro&{self._how(path)}", wait=timeout, prepare=look, pragmas=_READING)

    def refuse(self) -> None:
        """Raise `LogUnavailable`, instead of a write."""
        raise LogUnavailable(self.why)

    def refuse_changed(self) -> None:
        """Raise `LogUnavailable` if a file may have been written to since it was opened here."""
        if self.changed():
            raise LogUnavailable(
                "Another program wrote to the data directory, which was opened here to be read "
                "only: open it again."
            )

    def changed(self) -> bool:
        """Whether a file opened as immutable has changed."""
        return any(_stamp(path) != taken for path, taken in self._taken.items())

    def _how(self, path: Path) -> str:
        if path in self._taken:
            return "immutable=1"
        if path.is_file():
            for end in _BESIDE:
                with suppress(OSError):
                    _beside(path, end).touch(path.stat().st_mode & 0o777, exist_ok=False)
        found = _stamp(path)
        _, wal, shm = found
        # Never skip commits that are not in the file yet: without a `-shm` SQLite then refuses.
        unfinished = _beside(path, "-journal").exists() or (wal is not None and wal[1])
        if unfinished or (wal and shm):
            return "readonly_shm=1"
        self._taken[path] = found
        return "immutable=1"


def _beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def _stamp(path: Path) -> _Stamp:
    """Inode, size and times of the file, its WAL and its `-shm`; None for a missing one."""
    found: list[tuple[int, int, int, int] | None] = []
    for end in ("", *_BESIDE):
        try:
            seen = _beside(path, end).stat()
        except FileNotFoundError:
            found.append(None)
        else:
            found.append((seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns))
    return tuple(found)
