"""The rows of the views for comparing, and damage to their pages."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"

READ_AT_OPENING = (
    *("view_state", "beside", "parked", "withheld", "erasure", "departure", "forgotten"),
)
"""The tables in which damage is found as soon as the views are opened."""


def damage_pages(path: Path, but: tuple[str, ...] = READ_AT_OPENING) -> None:
    """Overwrite the first page of every table and index of the views, except of those named."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = db.execute("PRAGMA page_size").fetchone()
        roots = db.execute("SELECT tbl_name, rootpage FROM sqlite_schema WHERE rootpage > 0")
        pages = [page for table, page in roots if table not in but]
    with path.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * size)
            file.write(b"\xff" * size)


def all_rows(path: Path) -> dict[str, list[Any]]:
    """Every row of every table of the views at `path`, sorted; not where they were begun."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        db.execute("CREATE TEMP VIEW view_state AS SELECT name, position FROM main.view_state")
        names = [name for (name,) in db.execute(TABLES)]
        return {name: sorted(db.execute(f"SELECT * FROM {name}"), key=repr) for name in names}
