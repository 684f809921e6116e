"""What was chosen of a list: the statements that read and count it, and what they are given."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec
from msgspec import structs

from kb.entries import validation
from kb.entries.queries import CARD, WRITTEN
from kb.entries.results import EntryFilter, Facets, Sort
from kb.entries.spelling import UNJOINED_GROUP, sought, spelled
from kb.entries.tags import tag_key, tag_keys
from kb.views.rows import Row

MOST = 100
"""Names of a facet that are counted, beside those that were chosen."""

ORDERS: dict[Sort, str] = {
    "recent": "revised_position DESC",
    "title": "title_key, entry.position",
    "reused": "(SELECT count(*) FROM reuse WHERE entry_id = entry.id) DESC, revised_position DESC",
}
# Each condition looks at one parameter, and stands where that is chosen. Of several kinds or groups
# any will do, tags narrow: an entry has them all.
CONDITIONS = {
    "kinds": "kind IN (SELECT value FROM json_each(:kinds))",
    "groups": f"{UNJOINED_GROUP} IN (SELECT value FROM json_each(:groups))",
    "tags": """entry.id IN (
        SELECT entry_id FROM tag WHERE tag.looks IN (SELECT value FROM json_each(:tags))
        GROUP BY entry_id HAVING count(*) = json_array_length(:tags))""",
    "archived": "archived = :archived",
}


def listed(filter: EntryFilter, sort: Sort) -> str:
    """The statement that reads a piece of the list.

    The piece is chosen first, so that what belongs to an entry is read for its entries alone.
    """
    order = ORDERS[sort]
    return f"""{CARD} WHERE entry.position IN (
        SELECT position FROM entry WHERE {_where(filter)}
        ORDER BY {order} LIMIT :limit OFFSET :offset) ORDER BY {order}"""


def counted(filter: EntryFilter) -> str:
    """The statement that counts the list by its facets.

    Of kinds and of groups any will do, so those of each are counted without what was chosen of it.
    Tags that are chosen are on each of the entries, so they come first.
    """
    found, of_any_group = _tallied(filter, "tags", "groups"), _tallied(filter, "tags")
    standing, of_kind = _where(filter, "archived"), _where(filter, "kinds")
    kept = f"{standing} AND {of_kind}"
    chosen = f"{UNJOINED_GROUP} IN (SELECT value FROM json_each(:groups))"
    return f"""
SELECT 'total' AS facet, '' AS name, coalesce(sum(entries), 0) AS entries, '' AS key
FROM {found} WHERE facet = 'total' AND {kept}
UNION ALL SELECT 'archived', '', coalesce(sum(entries), 0), ''
FROM {found} WHERE facet = 'total' AND archived = 1 AND {of_kind}
UNION ALL SELECT 'kinds', kind, sum(entries), kind
FROM {found} WHERE facet = 'total' AND {standing} GROUP BY kind
UNION ALL SELECT 'tags', {WRITTEN}, entries, key FROM (
    SELECT looks, sum(entries) AS entries, min(name_key) AS key
    FROM {found} WHERE facet = 'tag' AND {kept}
    GROUP BY looks ORDER BY entries DESC, key LIMIT {MOST}) AS found
UNION ALL SELECT 'groups', {spelled("found")}, entries, key FROM (
    SELECT looks AS group_looks, sum(entries) AS entries, min(name_key) AS key
    FROM {of_any_group} WHERE facet = 'group' AND {kept}
    GROUP BY looks ORDER BY {chosen} DESC, entries DESC, key LIMIT {MOST}) AS found
ORDER BY entries DESC, key"""


def _tallied(filter: EntryFilter, *names: str) -> str:
    """The tally, or where one of these fields is chosen, the same of the entries that it means."""
    chosen = _where(filter, *names)
    if chosen == _ALL:
        return "tally"
    return f"""(SELECT 'total' AS facet, '' AS looks, '' AS name_key, kind, archived, 1 AS entries
        FROM entry WHERE {chosen}
    UNION ALL SELECT 'group', group_looks, group_key, kind, archived, 1
        FROM entry WHERE {chosen} AND group_looks IS NOT NULL
    UNION ALL SELECT 'tag', looks, tag_key, kind, archived, 1
        FROM entry JOIN tag ON entry_id = id WHERE {chosen})"""


_ALL = "TRUE"


def _where(filter: EntryFilter, *names: str) -> str:
    """The conditions of these fields that are chosen, or of all."""
    chosen = (name for name in names or CONDITIONS if getattr(filter, name) not in ((), None))
    return " AND ".join(CONDITIONS[name] for name in chosen) or _ALL


def facets(found: Iterable[Row]) -> tuple[int, Facets]:
    """How long a list is, and its facets, from rows that each count one value of a facet."""
    numbers: dict[str, dict[str, int]] = defaultdict(dict)
    for row in found:
        numbers[row["facet"]][row["name"]] = row["entries"]
    total, archived = numbers["total"][""], numbers["archived"][""]
    chosen = {name: numbers[name] for name in ("kinds", "tags", "groups")}
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
