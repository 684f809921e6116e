"""Explanations of SQLite and disk errors, each with what to do about it."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from errno import EACCES, EDQUOT, ENOSPC, EROFS

_LOCKED = "is kept locked by another program: try again when that one is done"
MEANING: Mapping[int, str] = {
    sqlite3.SQLITE_FULL: "cannot be used because the disk is full: free some space",
    sqlite3.SQLITE_READONLY: "cannot be written: it or its folder is read-only",
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: its folder is missing, read-only or not yours",
    sqlite3.SQLITE_PERM: "cannot be opened: see that it can be read and written",
    sqlite3.SQLITE_IOERR: "cannot be read or written because of an error of the disk: check it",
    sqlite3.SQLITE_PROTOCOL: "cannot be used here: put it where SQLite can keep a WAL file",
    sqlite3.SQLITE_NOTADB: "is not an SQLite file: put back a copy of it",
    sqlite3.SQLITE_CORRUPT: "is damaged: put back a copy of it",
}
"""For each of SQLite's primary codes, the rest of a sentence that begins with a file's name."""

DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
# The first connection in WAL mode needs 32 kB beside the file, even to read.
_NO_ROOM = frozenset({sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMMAP})
_OF_SYSTEM = {
    **dict.fromkeys((ENOSPC, EDQUOT), sqlite3.SQLITE_FULL),
    **dict.fromkeys((EROFS, EACCES), sqlite3.SQLITE_READONLY),
}


class NoWal(sqlite3.OperationalError):
    """SQLite cannot keep a write-ahead log (WAL) beside the file."""

    sqlite_errorcode = sqlite3.SQLITE_PROTOCOL


def kind_of(error: BaseException) -> int:
    """SQLite's primary code for `error`, also for the system's; `SQLITE_ERROR` if unknown."""
    if "not decode to UTF-8" in str(error) or isinstance(error, UnicodeDecodeError):
        # The first is about a text value; the second occurs where SQLite quotes damaged text.
        return sqlite3.SQLITE_CORRUPT
    if isinstance(error, OSError):
        return _OF_SYSTEM.get(error.errno or 0, sqlite3.SQLITE_ERROR)
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    # The low byte is the primary code. Errors of the sqlite3 module itself have no code.
    return sqlite3.SQLITE_FULL if code in _NO_ROOM else code & 0xFF


def is_damage(error: BaseException) -> bool:
    """Whether `error` means that the file is damaged."""
    return kind_of(error) in DAMAGE


def said(error: BaseException, own: Mapping[int, str] = {}) -> str:
    """The meaning of `error`, to follow the name of a file; `own` words take precedence."""
    if meaning := {**MEANING, **own}.get(kind_of(error)):
        return meaning
    return f"cannot be used: {bare(error)}"


def bare(error: BaseException) -> str:
    """The text of `error` without the path, which may be that of a temporary copy."""
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


@contextmanager
def explained(ours: Callable[[Exception], Exception], *also: type[Exception]) -> Iterator[None]:
    """Translate errors of SQLite, and of `also`, by `ours`."""
    kinds: tuple[type[Exception], ...] = (sqlite3.Error, UnicodeDecodeError, *also)
    try:
        yield
    except kinds as error:
        raise ours(error) from error
