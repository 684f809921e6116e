"""The file views.sqlite: how it is opened, which one it is, and when it is broken."""

import sqlite3
from pathlib import Path

BUSY_SECONDS = 30.0
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

File = tuple[int, int]
"""Which file it is: device and inode."""

MISSING: File = (0, 0)


def connect(path: Path, *, mode: str = "rwc") -> sqlite3.Connection:
    """A connection to the views at `path` that may be used from any thread, one at a time."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )


def file_at(path: Path) -> File:
    """The file that is at `path` now, `MISSING` if there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return MISSING
    return (found.st_dev, found.st_ino)


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether `error` means that the file itself is broken."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGED
