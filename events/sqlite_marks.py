"""The table of marks in an SQLite file: which log it belongs to, and up to which position.

Most files keep one mark. One that has to find where copies of the log diverged keeps its earlier
marks too.
"""

import sqlite3

from events.chain import hash_of
from events.marks import Mark

TABLE = """CREATE TABLE IF NOT EXISTS beside (
    identity BLOB NOT NULL, position INTEGER NOT NULL, hash BLOB NOT NULL, sum BLOB NOT NULL
) STRICT;"""
_READ = "SELECT identity, position, hash, sum FROM beside ORDER BY rowid DESC"
_CLEAR = "DELETE FROM beside"
_CLEAR_LAST = "DELETE FROM beside WHERE rowid = (SELECT max(rowid) FROM beside)"
_WRITE = "INSERT INTO beside VALUES (?, ?, ?, ?)"


def read_mark(connection: sqlite3.Connection) -> Mark | None:
    """The latest undamaged mark of the file, if any."""
    return next(iter(read_marks(connection)), None)


def read_marks(connection: sqlite3.Connection) -> list[Mark]:
    """All undamaged marks of the file, the latest first."""
    return [
        Mark(identity, position, hash_)
        for identity, position, hash_, sum_ in connection.execute(_READ).fetchall()
        if hash_of(identity, position, hash_) == sum_
    ]


def write_mark(connection: sqlite3.Connection, mark: Mark) -> None:
    """Replace all marks by this one, in the caller's transaction."""
    connection.execute(_CLEAR)
    add_mark(connection, mark)


def add_mark(connection: sqlite3.Connection, mark: Mark, *, instead: bool = False) -> None:
    """Add a mark, or put it in place of the latest one, in the caller's transaction."""
    fields = (mark.identity, mark.position, mark.hash)
    if instead:
        connection.execute(_CLEAR_LAST)
    connection.execute(_WRITE, (*fields, hash_of(*fields)))
