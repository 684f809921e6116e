"""From what somebody chose of a list to the parameters of its statements."""

import sqlite3

import msgspec
from msgspec import structs

from kb.entries import queries, validation
from kb.entries.results import BrowseFilter
from kb.ids import group_id


def counts(db: sqlite3.Connection, sql: str, filter: BrowseFilter) -> dict[str, int]:
    """How many entries each value has, by a statement of `queries`."""
    return dict(db.execute(sql, values_of(filter)).fetchall())


def stored(db: sqlite3.Connection, filter: BrowseFilter) -> BrowseFilter:
    """`filter` with tags and groups as they stand in entries, however somebody writes them."""
    validation.filters(filter.kinds, filter.tags, filter.groups)
    wanted = frozenset(map(group_id, filter.groups))
    known = db.execute(queries.EVERY_GROUP) if wanted else ()
    groups = tuple(name for (name,) in known if group_id(name) in wanted)
    return structs.replace(
        filter, tags=validation.tag_names(filter.tags), groups=groups or filter.groups
    )


def values_of(filter: BrowseFilter) -> dict[str, object]:
    """The parameters of a statement that filters."""
    lists = {"kinds": filter.kinds, "tags": filter.tags, "groups": filter.groups}
    return {
        **{name: msgspec.json.encode(values).decode() for name, values in lists.items()},
        "archived": None if filter.archived is None else int(filter.archived),
    }
