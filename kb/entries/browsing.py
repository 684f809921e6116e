"""From what was chosen of a list to the parameters of its statements."""

import sqlite3

import msgspec
from msgspec import structs

from kb.entries import validation
from kb.entries.results import EntryFilter
from kb.entries.spelling import sought
from kb.entries.tags import tag_key, tag_keys


def counts(db: sqlite3.Connection, sql: str, filter: EntryFilter) -> dict[str, int]:
    """How many entries each value has, by a statement of `queries`."""
    return dict(db.execute(sql, values_of(filter)).fetchall())


def stored(filter: EntryFilter) -> EntryFilter:
    """`filter` with its values as entries are compared by them, however they are written."""
    validation.filters(filter.kinds, filter.tags, filter.groups)
    return structs.replace(
        filter,
        kinds=tuple(map(tag_key, filter.kinds)),
        tags=tag_keys(filter.tags),
        groups=tuple(map(sought, filter.groups)),
    )


def values_of(filter: EntryFilter) -> dict[str, object]:
    """The parameters of a statement that filters."""
    lists = {"kinds": filter.kinds, "tags": filter.tags, "groups": filter.groups}
    return {
        **{name: msgspec.json.encode(values).decode() for name, values in lists.items()},
        "archived": None if filter.archived is None else int(filter.archived),
    }
