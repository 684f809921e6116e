"""The table that says beside which log an SQLite file is, and up to where it knows that log."""

import sqlite3

from events.chain import hash_of
from events.marks import Mark

TABLE = """CREATE TABLE IF NOT EXISTS beside (
    identity BLOB NOT NULL, position INTEGER NOT NULL, hash BLOB NOT NULL, sum BLOB NOT NULL
) STRICT;"""
_READ = "SELECT identity, position, hash, sum FROM beside"
_CLEAR = "DELETE FROM beside"
_WRITE = "INSERT INTO beside VALUES (?, ?, ?, ?)"


def read_mark(connection: sqlite3.Connection) -> Mark | None:
    """The mark of the file; None if it has none yet, or one that is damaged."""
    for identity, position, hash_, sum_ in connection.execute(_READ).fetchall():
        if hash_of(identity, position, hash_) == sum_:
            return Mark(identity, position, hash_)
    return None


def write_mark(connection: sqlite3.Connection, mark: Mark) -> None:
    """Give the file this mark and no other, in the caller's transaction."""
    fields = (mark.identity, mark.position, mark.hash)
    connection.execute(_CLEAR)
    connection.execute(_WRITE, (*fields, hash_of(*fields)))
