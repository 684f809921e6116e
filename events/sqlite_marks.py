"""The table that says beside which log an SQLite file is, and up to where it knows that log.

Most files keep one mark. One that has to know how far it shared the past of another copy of the log
keeps those that it had before as well.
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
    """The mark of the file; None if it has none yet, or one that is damaged."""
    return next(iter(read_marks(connection)), None)


def read_marks(connection: sqlite3.Connection) -> list[Mark]:
    """All marks of the file that are not damaged, the one that it was given last first."""
    return [
        Mark(identity, position, hash_)
        for identity, position, hash_, sum_ in connection.execute(_READ).fetchall()
        if hash_of(identity, position, hash_) == sum_
    ]


def write_mark(connection: sqlite3.Connection, mark: Mark) -> None:
    """Give the file this mark and no other, in the caller's transaction."""
    connection.execute(_CLEAR)
    add_mark(connection, mark)


def add_mark(connection: sqlite3.Connection, mark: Mark, *, instead: bool = False) -> None:
    """Give the file this mark beside those it has, or `instead` of the one that it was given last.

    In the caller's transaction.
    """
    fields = (mark.identity, mark.position, mark.hash)
    if instead:
        connection.execute(_CLEAR_LAST)
    connection.execute(_WRITE, (*fields, hash_of(*fields)))
