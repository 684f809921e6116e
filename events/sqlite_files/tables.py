"""Tables as data, which sqlite-utils makes."""

from collections.abc import Iterable, Mapping
from sqlite3 import Connection
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from sqlite_utils import Database


class Table(Struct, frozen=True):
    """A table, its indexes and the `rows` that it begins with.

    `columns` are as in "id, note?, at integer, key? blob": text unless another kind is said, with a
    question mark where there may be nothing. Rows stand in the order of their `key`, and without
    one as they came. `unique` are indexes too, in which no two rows are alike. `also` are SQL, as
    sqlite-utils has no word for it: an index of an expression, or of some rows.
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
    """What sqlite-utils does with a connection, without what other packages add to it."""
    # Costs more at import than most commands do in all, and they neither make nor fill tables.
    from sqlite_utils import Database

    return Database(connection, recursive_triggers=False, execute_plugins=False)


def make(connection: Connection, tables: Iterable[Table], *, missing: bool = False) -> None:
    """Make `tables`, or those that are `missing`; in the caller's transaction if there is one."""
    made = database(connection)
    with made.atomic():
        there = made.table_names() if missing else ()
        for table in tables:
            if table.name not in there:
                _make(made, table)


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
        # sqlite-utils has no word for it: the rows stand in their key, and nowhere else.
        sql = f"{sql.rstrip().rstrip(';')}, WITHOUT ROWID"
    made.execute(sql)
    for index in (*table.indexes, *table.unique):
        made.table(table.name).create_index(_names(index), unique=index in table.unique)
    for statement in table.also:
        made.execute(statement)
    made.table(table.name).insert_all(table.rows)


def _names(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",") if name]
