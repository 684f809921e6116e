"""Rows of the views as dictionaries by column name."""

import sqlite3
from collections.abc import Mapping
from typing import Any

Row = dict[str, Any]
Parameters = tuple[object, ...] | Mapping[str, object]


def rows(db: sqlite3.Connection, sql: str, parameters: Parameters = ()) -> list[Row]:
    """The rows that `sql` selects."""
    cursor = db.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, values, strict=True)) for values in cursor]
