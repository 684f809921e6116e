"""The guard of a connection to the views, which can only read what its principal may see.

Temporary views alone would fail open: without one, its name reaches the whole table. So SQLite
also asks an authorizer about each statement that it prepares.
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
"""Pragmas that may be read; none may be set."""
# SQLite asks to update it at the first use of a table-valued function; nothing is written.
_SCHEMA = "sqlite_master"
_TABLES = READ_WHOLE | {"json_each", _SCHEMA}


def guard(connection: sqlite3.Connection, seen: Mapping[str, str]) -> None:
    """Make a temporary view of each table with its condition, and refuse all other access.

    The conditions call the function `principal_labels` of the connection. Raises
    `DataDirectoryError` if a view is missing.
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
    """An authorizer for SQLite by which the views named `seen` are the only access."""

    def answer(
        action: int, name: str | None, value: str | None, database: str | None, through: str | None
    ) -> int:
        """Whether the action is allowed; `through` names the innermost view that contains it."""
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
