"""Opens the files of an index, makes them durable, and detects damage."""

import os
import sqlite3
from contextlib import AbstractContextManager, closing
from functools import partial
from pathlib import Path

from events.sqlite_files.errors import explained, is_damage, said
from events.sqlite_files.opening import LEAVES_NOTHING, connect, wal_is_emptied
from indexer.errors import IndexerError, IndexOutdated, IndexUnavailable

_PATIENCE = 5.0
"""Seconds to wait for a lock."""

COPY_AT = 1000
"""Removed rows, if they are more than the others, before a file is compacted."""

_WAL_MODE = b"\2\2"
"""At bytes 18 and 19 of an SQLite file: the versions of its format for writing and reading."""


def open_file(path: Path, *, writable: bool) -> sqlite3.Connection:
    """A connection in WAL mode with durable commits and transactions that begin when told to.

    Nothing is left of a row that is taken out once the log (WAL) is emptied, if rows of its table
    are only added behind the last one and taken out by giving them empty values: SQLite moves rows
    from page to page, and leaves copies where they were, only where some are inserted between
    others or deleted. What an index over values leaves, REINDEX takes away.
    """
    if writable:
        pragmas = {"synchronous": "FULL", **LEAVES_NOTHING}
        return connect(path, "rwc", wait=_PATIENCE, wal=True, pragmas=pragmas)
    if not path.is_file():
        raise IndexOutdated("The index has no file {file}.", file=path.name)
    return connect(path, wait=_PATIENCE)


def compact(connection: sqlite3.Connection, removed: int, kept: int) -> None:
    """Compact a database if too many of its rows are `removed` (of all time)."""
    (known,) = connection.execute("PRAGMA user_version").fetchone()
    if removed - known > max(COPY_AT, kept):
        connection.execute("PRAGMA temp_store = FILE")  # it may be larger than the memory
        connection.execute("VACUUM")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(f"PRAGMA user_version = {removed}")


def empty_log(connection: sqlite3.Connection) -> None:
    """Checkpoint the log (WAL) and truncate it.

    Raises `sqlite3.OperationalError` if others read for longer than the connection waits.
    """
    if not wal_is_emptied(connection):
        raise sqlite3.OperationalError("someone reads, so old pages are left")


def empty_in_place(path: Path, schema: str) -> None:
    """Replace the content of a damaged database, which others may have open, by an empty `schema`.

    The file stays the same one: those who have it open go on with the new content. A new file at
    its path would be another one than theirs, beside a log (WAL) that belongs to both.
    """
    with closing(sqlite3.connect(":memory:")) as fresh:
        fresh.executescript(schema)
        if path.stat().st_size:
            try:
                _copy_over(fresh, path)
                return
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:
                pass  # Its beginning is damaged as well, which has to be mended first.
        image = bytearray(fresh.serialize())
        image[18:20] = _WAL_MODE
        # Never closed: that would take from all connections of this process what they have locked
        # there (https://www.sqlite.org/howtocorrupt.html, 2.2), and damage like this is rare.
        os.pwrite(os.open(path, os.O_RDWR | os.O_CLOEXEC), image, 0)
        _copy_over(fresh, path)


def _copy_over(fresh: sqlite3.Connection, path: Path) -> None:
    """In one transaction, through the log that all connections share."""

    def no_waiting(status: int, remaining: int, total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise sqlite3.OperationalError("database is locked")

    with closing(connect(path, "rw", wait=_PATIENCE)) as damaged:
        fresh.backup(damaged, progress=no_waiting)


def reading(path: Path) -> AbstractContextManager[None]:
    """Raise `IndexOutdated` for damaged files, `IndexUnavailable` for unusable ones."""
    return explained(partial(_ours, path), OSError)


def _ours(path: Path, error: Exception) -> IndexerError:
    # A truncated file, or one of an earlier version, lacks a table or a column.
    damaged = is_damage(error) or str(error).startswith(("no such table", "no such column"))
    if damaged or not isinstance(error, sqlite3.OperationalError | OSError):
        return IndexOutdated("The index file {file} is damaged ({why}).", file=path.name, why=error)
    return IndexUnavailable("The index file {file} {why}.", file=path.name, why=said(error))


def replace_durably(path: Path, content: bytes) -> None:
    """Replace the content of `path` atomically and durably."""
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Sync the entries of a directory to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
