"""Tables about views.sqlite itself: the state of each view, and what is withheld."""

import sqlite3
import zlib
from collections.abc import Collection, Iterable

from msgspec import Struct

from events import sqlite_marks
from events.log import EventLog
from events.marks import misfit
from events.sqlite_files.opening import version_of
from events.sqlite_files.tables import Table, make
from kb.views import withheld
from kb.views.view import View
from kb.views.view_set import Made, ViewSet, made_with, tables_of

READ_WHOLE = frozenset({"view_state", "forgotten", "parked", "withheld"})
"""Tables about the file itself, which are read without conditions."""

_TABLES = (
    # A view is not read before it has reached `whole`: until then it shows past states.
    Table(
        "view_state",
        "name, version integer, tables integer, position integer, whole integer",
        "name",
    ),
    *withheld.TABLES,
    # Positions up to which nothing erased is left; only the WAL may hold any; and no sign-in data
    # of departed members is left.
    Table(
        "forgotten",
        "position integer, rewritten integer, departed integer",
        rows=({"position": 0, "rewritten": 0, "departed": 0},),
    ),
)
_OF_VIEWS = (("view_state", "name"), ("parked", "view"), ("withheld", "view"))
"""Tables about the file with rows per view, and the column with its name."""

_LEAVES_NOTHING = "rows taken out are overwritten"
SCHEMA = zlib.crc32(repr((_TABLES, sqlite_marks.TABLE, _LEAVES_NOTHING)).encode()) & 0x7FFFFFFF
"""A checksum of the tables about the file and of how it is written; another one is rebuilt."""

BEGIN_VIEW = """INSERT OR REPLACE INTO main.view_state (name, version, tables, position, whole)
VALUES (?, ?, ?, ?, ?)"""
STATES = "SELECT name, version, tables, position, whole FROM main.view_state ORDER BY name"
FILE_STATE = f"""SELECT name, version, tables, position, whole, ({withheld.ALL}),
    (SELECT position FROM main.forgotten), EXISTS ({withheld.ANY_PARKED})
FROM main.view_state"""
CHECKPOINT = "SELECT coalesce(max(position), 0) FROM main.view_state"
# Not of views that are behind: these catch up beside the others.
MOVE_CHECKPOINTS = """UPDATE view_state SET position = ?
WHERE position = (SELECT max(position) FROM view_state)"""
ERASURES = "SELECT position, stream FROM erasure ORDER BY position"
DEPARTURES = "SELECT position, member FROM departure WHERE position > ? ORDER BY position"
DEPARTED = "SELECT departed FROM forgotten"
OF_ERASED = """SELECT entry.id, actor
FROM erasure CROSS JOIN entry ON contributed_by = substr(stream, length('member-') + 1)
WHERE with_entries ORDER BY entry.position"""
LEFT = f"""SELECT EXISTS ({withheld.ANY_PARKED}) OR EXISTS (SELECT 1 FROM erasure)
    OR EXISTS (SELECT 1 FROM departure)"""
FORGOTTEN = "SELECT position FROM forgotten"
REWRITTEN = "SELECT rewritten FROM forgotten"
FORGET = "UPDATE forgotten SET position = rewritten"
REWRITE = "UPDATE forgotten SET rewritten = ?"
MOSTLY_FREE = """SELECT 1 FROM pragma_freelist_count, pragma_page_count
    WHERE freelist_count * 2 > page_count"""
REMEMBER = "UPDATE forgotten SET position = 0, rewritten = 0"
DEPART = "UPDATE forgotten SET departed = ?"
KEEP_FORGOTTEN = "UPDATE forgotten SET position = ?, rewritten = ?, departed = ?"
TABLES = "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


class ViewState(Struct, frozen=True):
    """The state of a view: its versions, its position, and that from which on it is whole."""

    name: str
    made: Made
    position: int
    whole: int

    @property
    def is_whole(self) -> bool:
        """Whether it has reached the log's head at the time it was begun."""
        return self.position >= self.whole


class FileState(Struct, frozen=True):
    """The state of the file.

    `unready` are the views that are still being built. `forgotten` is the last erasure of which
    nothing is left, `parked` whether any event is, `withheld` whether everything is withheld from
    all but the operator.
    """

    position: int
    forgotten: int
    parked: bool
    withheld: bool
    unready: frozenset[str] = frozenset()


def states(connection: sqlite3.Connection) -> dict[str, ViewState]:
    """The state of each view, by name."""
    return {
        name: ViewState(name, Made(version, tables), position, whole)
        for name, version, tables, position, whole in connection.execute(STATES)
    }


def file_state(connection: sqlite3.Connection) -> tuple[FileState, dict[str, ViewState]]:
    """The state of the file, and of each view by name."""
    found = connection.execute(FILE_STATE).fetchall()
    views = {row[0]: ViewState(row[0], Made(row[1], row[2]), row[3], row[4]) for row in found}
    withheld, forgotten, parked = found[0][5:] if found else (False, 0, False)
    position = max((each.position for each in views.values()), default=0)
    return FileState(position, forgotten, bool(parked), bool(withheld)), views


def holds_all(connection: sqlite3.Connection, views: ViewSet, log: EventLog) -> bool:
    """Whether the file has exactly the views of this program, up to date with `log`."""
    if version_of(connection) != SCHEMA:
        return False
    found, mark, head = states(connection), sqlite_marks.read_mark(connection), log.head()
    same = found.keys() == views.by_name.keys() and all(
        found[view.name].made == made_with(view) and found[view.name].position == head
        for view in views
    )
    return same and mark is not None and mark.position == head and not misfit(log, mark)


def checkpoint(connection: sqlite3.Connection) -> int:
    """The last position of all views except those that are catching up."""
    return int(connection.execute(CHECKPOINT).fetchone()[0])


def forgotten(connection: sqlite3.Connection) -> int:
    """The position of the last erasure of which nothing is left in the views."""
    return int(connection.execute(FORGOTTEN).fetchone()[0])


def make_tables(connection: sqlite3.Connection, views: ViewSet, head: int, gone: int = 0) -> None:
    """Make empty tables for a log with this `head`, without any erased data up to `gone`."""
    for (table,) in connection.execute(TABLES).fetchall():
        connection.execute(f'DROP TABLE "{table}"')
    connection.execute(sqlite_marks.TABLE)
    make(connection, _TABLES)
    for view in views:
        make_view(connection, view, head)
    connection.execute(KEEP_FORGOTTEN, (gone, gone, 0))
    connection.execute(f"PRAGMA user_version = {SCHEMA}")


def make_view(connection: sqlite3.Connection, view: View, head: int) -> None:
    """Make the empty tables of a view, which is whole once it has reached `head`."""
    make(connection, view.tables)
    made = made_with(view)
    connection.execute(BEGIN_VIEW, (view.name, made.version, made.tables, 0, head))


def drop_views(connection: sqlite3.Connection, names: Collection[str], kept: ViewSet) -> None:
    """Remove views, and every table that no other view in `kept` has."""
    stay = {table for view in kept if view.name not in names for table in tables_of(view)}
    own = {"view_state", "beside", "parked", "withheld", "forgotten"}
    for (table,) in connection.execute(TABLES).fetchall():
        if table not in stay | own:
            connection.execute(f'DROP TABLE "{table}"')
    for name in names:
        for table, column in _OF_VIEWS:
            connection.execute(f"DELETE FROM main.{table} WHERE {column} = ?", (name,))


def take_over(connection: sqlite3.Connection, views: Iterable[View]) -> None:
    """Replace the rows of `views` by those in the attached file `built`."""
    for view in views:
        for table in tables_of(view):
            connection.execute(f"DROP TABLE IF EXISTS main.{table}")
        make(connection, view.tables)
        for table in tables_of(view):
            connection.execute(f"DELETE FROM main.{table}")
            connection.execute(f"INSERT INTO main.{table} SELECT * FROM built.{table}")
        for table, column in _OF_VIEWS:
            connection.execute(f"DELETE FROM main.{table} WHERE {column} = ?", (view.name,))
            connection.execute(
                f"INSERT INTO main.{table} SELECT * FROM built.{table} WHERE {column} = ?",
                (view.name,),
            )
