"""Counts of entries by kind, tag and group, updated with each entry.

So a list is counted without reading it. A row counts entries of one partition only: a sum over the
rows that a principal sees covers exactly the entries that they see.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import Connection
from typing import Any

from events.event import RecordedEvent
from events.sqlite_files.tables import Table
from kb.views.view import NOT_ERASED, SEEN_PARTITION, Handler

# `facet` is total, group or tag; the total is that of a kind and has no other name.
TABLES = (
    Table(
        "tally",
        "facet, looks, name_key, partition integer, kind, archived integer, entries integer",
        "facet, looks, name_key, partition, kind, archived",
        also=("CREATE INDEX tally_none ON tally (entries) WHERE entries = 0",),
    ),
)
SEEN = {"tally": f"main.tally.{SEEN_PARTITION}"}

_ENTRY = f"partition, kind, archived FROM entry {{}} WHERE id = :id AND {NOT_ERASED}"
_TAGS = f"SELECT 'tag', looks, tag_key, {_ENTRY.format('JOIN tag ON entry_id = id')}"
COUNTED_TAG = f"{_TAGS} AND looks = :looks"
COUNTED = f"""SELECT 'total', '', '', {_ENTRY.format("")}
    UNION ALL SELECT 'group', group_looks, group_key, {_ENTRY.format("")}
        AND group_looks IS NOT NULL
    UNION ALL {_TAGS}"""
COUNT = """INSERT INTO tally VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET entries = entries + excluded.entries"""
FORGET_NAMES = "DELETE FROM tally WHERE entries = 0"


@contextmanager
def recounted(db: Connection, entry_id: str, tag: str | None = None) -> Iterator[None]:
    """Update the counts for a change of an entry in the block.

    If the block changes only one tag, pass its key as `tag`, and only its count is updated.
    """
    sql, values = COUNTED if tag is None else COUNTED_TAG, {"id": entry_id, "looks": tag}
    before = set(db.execute(sql, values))
    yield
    after = set(db.execute(sql, values))
    # Most changes of an entry leave its counts as they are, and writing is what costs.
    if fewer := before - after:
        db.executemany(COUNT, [(*row, -1) for row in fewer])
    if more := after - before:
        db.executemany(COUNT, [(*row, 1) for row in more])
    if fewer:
        db.execute(FORGET_NAMES)


def counted(handler: Handler) -> Handler:
    """`handler` of an event of an entry, with the counts updated."""

    def counting(db: Connection, event: RecordedEvent, payload: Any) -> None:
        with recounted(db, event.stream.removeprefix("entry-")):
            handler(db, event, payload)

    return counting
