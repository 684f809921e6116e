"""The guard of a connection to the views: it reads what its principal may see, or nothing.

Temporary views alone would fail open: where one is missing, its name reaches the whole table. So
SQLite asks an authorizer, once for each statement that it prepares.
"""

import sqlite3
from collections.abc import Callable, Collection, Mapping

from kb.errors import DataDirectoryError
from kb.messages import _
from kb.views.tables import READ_WHOLE

_MADE = "SELECT name FROM sqlite_temp_schema WHERE type = 'view'"
_ACTIONS = frozenset(
    {
        *(sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE),
        sqlite3.SQLITE_TRANSACTION,
    }
)
_PRAGMAS = frozenset({"user_version", "data_version", "temp_store"})
"""Those that may be looked up, and none set."""
# SQLite asks for the last when a table that is a function is first met; nothing is written.
_SCHEMA = "sqlite_master"
_TABLES = READ_WHOLE | {"json_each", _SCHEMA}


def guard(connection: sqlite3.Connection, seen: Mapping[str, str]) -> None:
    """Make a view of each table with its condition, and refuse from then on what goes past them.

    The conditions ask the function `principal_labels` of the connection. Raises
    `DataDirectoryError` if one is missing.
    """
    for table, condition in seen.items():
        connection.execute(
            f"CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} WHERE {condition}"
        )
    connection.execute("PRAGMA query_only = ON")
    if {name for (name,) in connection.execute(_MADE)} != set(seen):
        raise DataDirectoryError(_("The views cannot be read: it is not certain who sees what."))
    connection.set_authorizer(authorizer(seen))


def authorizer(
    seen: Collection[str],
) -> Callable[[int, str | None, str | None, str | None, str | None], int]:
    """What SQLite asks about each statement, where the views named `seen` are the only way in."""

    def answer(
        action: int, name: str | None, value: str | None, database: str | None, through: str | None
    ) -> int:
        """Whether a statement may do it; `through` names the innermost view that it stands in."""
        if action == sqlite3.SQLITE_READ:
            allowed = database == "temp" or through in seen or name in _TABLES
        elif action == sqlite3.SQLITE_PRAGMA:
            allowed = name in _PRAGMAS and value is None
        elif action == sqlite3.SQLITE_UPDATE:
            allowed = name == _SCHEMA
        else:
            allowed = action in _ACTIONS
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY

    return answer
