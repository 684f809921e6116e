"""What was chosen of a list, as its statements ask, and what they count."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec
from msgspec import structs

from kb.entries import validation
from kb.entries.results import EntryFilter, Facets
from kb.entries.spelling import sought
from kb.entries.tags import tag_key, tag_keys
from kb.views.rows import Row


def facets(found: Iterable[Row]) -> tuple[int, Facets]:
    """How long a list is, and its facets, from rows that each count one value of a facet."""
    counted: dict[str, dict[str, int]] = defaultdict(dict)
    for row in found:
        counted[row["facet"]][row["name"]] = row["entries"]
    total, archived = counted["total"][""], counted["archived"][""]
    chosen = {name: counted[name] for name in ("kinds", "tags", "groups")}
    return total, Facets(**chosen, archived=archived)


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
