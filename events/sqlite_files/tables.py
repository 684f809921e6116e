"""Table definitions as data, created by sqlite-utils."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from functools import cache
from sqlite3 import Connection
from typing import TYPE_CHECKING

from msgspec import Struct, msgpack

if TYPE_CHECKING:
    from sqlite_utils import Database


class Table(Struct, frozen=True):
    """A table with its indexes and initial `rows`.

    `columns` are as in "id, note?, at integer, key? blob": text unless a type is given, with a
    question mark if NULL is allowed. Rows are stored in the order of `key`, without one in that of
    insertion. `unique` are unique indexes. `also` are SQL statements for what sqlite-utils lacks:
    indexes of expressions, and partial ones.
    """

    name: str
    columns: str
    key: str = ""
    indexes: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    defaults: Mapping[str, str | int] = {}
    also: tuple[str, ...] = ()
    rows: tuple[dict[str, str | int], ...] = ()


def database(connection: Connection) -> "Database":
    """The sqlite-utils database of a connection, without plugins."""
    # The import takes longer than most commands, which neither make nor fill tables.
    from sqlite_utils import Database

    return Database(connection, recursive_triggers=False, execute_plugins=False)


def make(connection: Connection, tables: Iterable[Table], *, missing: bool = False) -> None:
    """Create `tables`, or only `missing` ones; in the caller's transaction if there is one."""
    made = database(connection)
    with made.atomic():
        there = made.table_names() if missing else ()
        for table in tables:
            if table.name not in there:
                for statement in (*_statements(msgpack.encode(table)), *table.also):
                    connection.execute(statement)
                if table.rows:
                    made.table(table.name).insert_all(table.rows)


@cache
def _statements(encoded: bytes) -> tuple[str, ...]:
    """What makes a table and its indexes, as sqlite-utils makes them elsewhere.

    Asked for them each time, it would look at the file a dozen times for each table.
    """
    with closing(sqlite3.connect(":memory:")) as elsewhere:
        _make(database(elsewhere), msgpack.decode(encoded, type=Table))
        found = elsewhere.execute("SELECT sql FROM sqlite_schema WHERE sql > '' ORDER BY rowid")
        return tuple(statement for (statement,) in found)


def _make(made: "Database", table: Table) -> None:
    columns = [each.split() for each in table.columns.split(",")]
    kinds = {name.rstrip("?"): kind[0] if kind else "text" for name, *kind in columns}
    key = _names(table.key)
    sql = made.create_table_sql(
        table.name,
        kinds,
        pk=key,
        not_null=[name for name, *_ in columns if not name.endswith("?")],
        defaults=dict(table.defaults),
        strict=True,
    )
    if key and [kinds[name] for name in key] != ["integer"]:
        # sqlite-utils has no option for it.
        sql = f"{sql.rstrip().rstrip(';')}, WITHOUT ROWID"
    made.execute(sql)
    for index in (*table.indexes, *table.unique):
        made.table(table.name).create_index(_names(index), unique=index in table.unique)


def _names(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",") if name]
