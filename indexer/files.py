"""How files of an index are opened, made durable and found to be damaged, in one place."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.errors import IndexOutdated, IndexUnavailable


def connect(path: Path, *, writable: bool) -> sqlite3.Connection:
    """A connection in WAL mode with durable commits and transactions that begin when told to."""
    if not writable and not path.is_file():
        raise IndexOutdated(f"The index has no file {path}.")
    mode = "rwc" if writable else "ro"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=30,
        isolation_level=None,
        check_same_thread=False,
    )
    if writable:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
    return connection


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Tell damaged files (`IndexOutdated`) from unusable ones (`IndexUnavailable`)."""
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        if "no such table" in str(error) or "malformed" in str(error):
            raise IndexOutdated(f"The index file {path} is damaged ({error}).") from error
        raise IndexUnavailable(f"The index file {path} cannot be used now: {error}.") from error
    except sqlite3.DatabaseError as error:
        raise IndexOutdated(f"The index file {path} is damaged ({error}).") from error


def replace_durably(path: Path, content: bytes) -> None:
    """Give `path` its new content in one stroke that survives a crash."""
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
