"""Checksums over the rows of a small database: a lost, altered or added row is noticed.

In the accounts, a single flipped character could let a stranger in, lock a member out, or revive
an expired token; in the counts of searches it could show what nobody asked. The sums are in the
table `tally`, and triggers of each connection maintain them.
"""

import sqlite3

from events.chain import hash_of
from events.sqlite_files.tables import Table, make

TABLE = Table("tally", "name, number integer, sum integer", "name")
_TABLES = """SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'tally'
AND name NOT LIKE 'sqlite_%' ORDER BY name"""
_ADD, _TAKE = "+", "-"
_BITS = 56
_MASK = 2**_BITS - 1
"""Sums are taken in this many bits, so that SQLite adds them without overflow."""


def keep_up(db: sqlite3.Connection) -> None:
    """Set up triggers by which each change through `db` updates the sums in its transaction."""
    db.create_function("row_sum", -1, row_sum, deterministic=True)
    db.execute("PRAGMA recursive_triggers = ON")  # so that a row that is replaced counts as gone
    for table in _tables(db):
        taken = f"DELETE_{table}", "DELETE", _count(db, table, _TAKE, "OLD")
        added = f"INSERT_{table}", "INSERT", _count(db, table, _ADD, "NEW")
        changed = f"UPDATE_{table}", "UPDATE", taken[2] + added[2]
        for name, event, statements in (taken, added, changed):
            db.execute(
                f"CREATE TEMP TRIGGER tally_{name} AFTER {event} ON main.{table} "
                f"BEGIN {statements} END"
            )


def begin(db: sqlite3.Connection) -> None:
    """Count all rows as they are; in the caller's transaction."""
    make(db, [TABLE])
    for table in _tables(db):
        db.execute("INSERT INTO tally VALUES (?, ?, ?)", (table, *_counted(db, table)))


def is_kept(db: sqlite3.Connection) -> bool:
    """Whether the file has sums."""
    return bool(db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'tally'").fetchall())


def damaged(db: sqlite3.Connection) -> list[str]:
    """The tables whose rows do not match their sums, read in one transaction.

    Otherwise rows that another process writes between two statements would look like damage.
    """
    db.execute("BEGIN")
    try:
        return damaged_now(db)
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


def damaged_now(db: sqlite3.Connection) -> list[str]:
    """As `damaged`, in the caller's transaction."""
    try:
        (found,) = db.execute("PRAGMA integrity_check(1)").fetchone()
        kept = {name: (number, sum_) for name, number, sum_ in db.execute("SELECT * FROM tally")}
        tables = _tables(db)
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        found, tables = "", ["tally"]
    if found != "ok":
        return tables
    return [table for table in tables if kept.get(table) != _counted_if_whole(db, table)]


def count_again(db: sqlite3.Connection, table: str) -> None:
    """Set the sums of a table to those of its present rows."""
    db.execute("INSERT OR REPLACE INTO tally VALUES (?, ?, ?)", (table, *_counted(db, table)))


def row_sum(table: str, *values: object) -> int:
    """A hash of a row as a number."""
    number: int = int.from_bytes(hash_of(table, *values)) & _MASK
    return number


def _tables(db: sqlite3.Connection) -> list[str]:
    return [name for (name,) in db.execute(_TABLES)]


def _count(db: sqlite3.Connection, table: str, sign: str, row: str) -> str:
    names = (name for _, name, *_ in db.execute(f"PRAGMA table_info({table})"))
    values = ", ".join(f"{row}.{name}" for name in names)
    return (
        f"UPDATE tally SET number = number {sign} 1, "
        f"sum = (sum {sign} row_sum('{table}', {values})) & {_MASK} WHERE name = '{table}'; "
    )


def _counted(db: sqlite3.Connection, table: str) -> tuple[int, int]:
    rows = db.execute(f"SELECT * FROM main.{table}").fetchall()
    return len(rows), sum(row_sum(table, *row) for row in rows) & _MASK


def _counted_if_whole(db: sqlite3.Connection, table: str) -> tuple[int, int] | None:
    try:
        return _counted(db, table)
    except (sqlite3.DatabaseError, ValueError):
        return None
