"""The tables of views.sqlite: those of all views, and SQL about the file itself."""

import sqlite3
import zlib

from msgspec import Struct

from events import sqlite_marks
from kb.endorsements.endorsement_view import ENDORSEMENTS
from kb.entries.catalogue_view import CATALOGUE
from kb.entries.history_view import HISTORY
from kb.entries.lineage_view import LINEAGE
from kb.following import withheld
from kb.following.view import Handler, View
from kb.people.people_view import PEOPLE
from kb.reuse.reuse_view import REUSE

# People first: what is said of an erased entry needs to know who saw it.
VIEWS: tuple[View, ...] = (PEOPLE, CATALOGUE, HISTORY, LINEAGE, ENDORSEMENTS, REUSE)
HANDLING_VERSION = 11  # count up when handlers write other rows into the same tables

SEEN_ROWS = {
    **withheld.SEEN_ROWS,
    **{table: condition for view in VIEWS for table, condition in view.seen.items()},
}
"""For each table about entries or people, the condition for the rows that an asker sees."""

READ_WHOLE = frozenset({"checkpoint", "erasure", "forgotten", "parked", "withheld"})
"""Tables about the file itself, which readers look up as they are."""

_TABLES = (
    # Nobody reads new views before they have reached `whole`: until then they show other things.
    "CREATE TABLE checkpoint (position INTEGER NOT NULL, whole INTEGER NOT NULL) STRICT",
    "INSERT INTO checkpoint VALUES (0, 0)",
    sqlite_marks.TABLE,
    *withheld.TABLES,
    # Every erasure, and everybody who left or was erased.
    """CREATE TABLE erasure (
        position INTEGER PRIMARY KEY, stream TEXT NOT NULL, actor TEXT NOT NULL,
        with_entries INTEGER NOT NULL) STRICT""",
    "CREATE TABLE departure (position INTEGER PRIMARY KEY, member TEXT NOT NULL) STRICT",
    # Up to where nothing erased is left; where only old pages of the file may hold some; and up to
    # where nothing is left of what those who left signed in with.
    """CREATE TABLE forgotten (
        position INTEGER NOT NULL, rewritten INTEGER NOT NULL, departed INTEGER NOT NULL) STRICT""",
    "INSERT INTO forgotten VALUES (0, 0, 0)",
    *(statement for view in VIEWS for statement in view.tables),
)
SCHEMA = zlib.crc32(repr((HANDLING_VERSION, _TABLES)).encode()) & 0x7FFFFFFF
"""Names the tables as they are now; a file with another number is made anew."""

CHECKPOINT = "SELECT position FROM checkpoint"
WHOLE = "SELECT position >= whole FROM checkpoint"
BEGIN_AGAIN = "UPDATE checkpoint SET whole = ?"
MOVE_CHECKPOINT = "UPDATE checkpoint SET position = ?"
ERASURES = "SELECT position, stream FROM erasure ORDER BY position"
DEPARTURES = "SELECT position, member FROM departure WHERE position > ? ORDER BY position"
DEPARTED = "SELECT departed FROM forgotten"
OF_ERASED = """SELECT entry.id, actor
FROM erasure CROSS JOIN entry ON contributed_by = substr(stream, length('member-') + 1)
WHERE with_entries ORDER BY entry.position"""
FORGOTTEN = "SELECT position FROM forgotten"
REWRITTEN = "SELECT rewritten FROM forgotten"
FORGET = "UPDATE forgotten SET position = rewritten"
REWRITE = "UPDATE forgotten SET rewritten = ?"
REMEMBER = "UPDATE forgotten SET position = 0, rewritten = 0"
DEPART = "UPDATE forgotten SET departed = ?"
KEEP_FORGOTTEN = "UPDATE forgotten SET position = ?, rewritten = ?, departed = ?"
TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


def schema(connection: sqlite3.Connection) -> int:
    """The number of the tables in a file of views, 0 in an empty file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def checkpoint(connection: sqlite3.Connection) -> int:
    """The last position that the views have taken in."""
    return int(connection.execute(CHECKPOINT).fetchone()[0])


def whole(connection: sqlite3.Connection) -> bool:
    """Whether the views have reached what the log held when they were begun."""
    return bool(connection.execute(WHOLE).fetchone()[0])


def forgotten(connection: sqlite3.Connection) -> int:
    """The position of the last erasure of which nothing is left in the views."""
    return int(connection.execute(FORGOTTEN).fetchone()[0])


def make_tables(connection: sqlite3.Connection, head: int, gone: int = 0) -> None:
    """Empty tables for a log with this `head`; in the file is nothing erased up to `gone`."""
    for (table,) in connection.execute(TABLES).fetchall():
        connection.execute(f'DROP TABLE "{table}"')
    for statement in _TABLES:
        connection.execute(statement)
    connection.execute(BEGIN_AGAIN, (head,))
    connection.execute(KEEP_FORGOTTEN, (gone, gone, 0))
    connection.execute(f"PRAGMA user_version = {SCHEMA}")


def handlers() -> dict[type[Struct], tuple[Handler, ...]]:
    classes = {cls for view in VIEWS for cls in view.handlers}
    return {
        cls: tuple(view.handlers[cls] for view in VIEWS if cls in view.handlers) for cls in classes
    }
