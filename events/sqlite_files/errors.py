"""What the errors of SQLite and of the disk mean for a file, and what to do about each."""

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
"""For each of SQLite's primary codes, how a sentence goes on that begins with a file's name."""

DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
# The first to open a file in WAL mode needs 32 kB beside it, to read as well.
_NO_ROOM = frozenset({sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMMAP})
_OF_SYSTEM = {
    **dict.fromkeys((ENOSPC, EDQUOT), sqlite3.SQLITE_FULL),
    **dict.fromkeys((EROFS, EACCES), sqlite3.SQLITE_READONLY),
}


class NoWal(sqlite3.OperationalError):
    """The file is where SQLite cannot keep a log (WAL) beside it."""

    sqlite_errorcode = sqlite3.SQLITE_PROTOCOL


def kind_of(error: BaseException) -> int:
    """The one of SQLite's primary codes that `error` comes to, also where it is the system's.

    `SQLITE_ERROR` for what is of no known kind.
    """
    if "not decode to UTF-8" in str(error) or isinstance(error, UnicodeDecodeError):
        # The first is said of a text; the other is raised where SQLite quotes what is damaged.
        return sqlite3.SQLITE_CORRUPT
    if isinstance(error, OSError):
        return _OF_SYSTEM.get(error.errno or 0, sqlite3.SQLITE_ERROR)
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    # The low byte is the kind of the error, the others the detail; the module's own have no code.
    return sqlite3.SQLITE_FULL if code in _NO_ROOM else code & 0xFF


def is_damage(error: BaseException) -> bool:
    """Whether `error` means that the file itself is broken."""
    return kind_of(error) in DAMAGE


def said(error: BaseException, own: Mapping[int, str] = {}) -> str:
    """What `error` means, to go on with behind the name of a file; `own` words come first."""
    if meaning := {**MEANING, **own}.get(kind_of(error)):
        return meaning
    return f"cannot be used: {bare(error)}"


def bare(error: BaseException) -> str:
    """What `error` says, but for where the file lies: that may be a copy that nobody chose."""
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


@contextmanager
def explained(ours: Callable[[Exception], Exception], *also: type[Exception]) -> Iterator[None]:
    """Raise what `ours` makes of an error of SQLite, or of `also`, in the place of that."""
    kinds: tuple[type[Exception], ...] = (sqlite3.Error, UnicodeDecodeError, *also)
    try:
        yield
    except kinds as error:
        raise ours(error) from error
