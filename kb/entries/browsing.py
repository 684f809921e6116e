"""SQL for filtered lists: statements that read and count them, and their parameters."""

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
"""Names of a facet that are counted, in addition to chosen ones."""

ORDERS: dict[Sort, str] = {
    "recent": "revised_position DESC",
    "title": "title_key, entry.position",
    "reused": "reuses DESC, revised_position DESC",
}
# Reuses are counted for the few entries that have any; the others follow by the index of `entry`.
_BY_REUSE = """(
    SELECT * FROM (SELECT position, revised_position, reuses
        FROM entry JOIN (SELECT entry_id, count(*) AS reuses FROM reuse GROUP BY entry_id)
        ON entry_id = id WHERE {0}
        ORDER BY reuses DESC, revised_position DESC LIMIT :limit + :offset)
    UNION ALL SELECT * FROM (SELECT position, revised_position, 0
        FROM entry WHERE {0} AND NOT EXISTS (SELECT 1 FROM reuse WHERE entry_id = entry.id)
        ORDER BY revised_position DESC LIMIT :limit + :offset))"""
# Each condition reads one parameter, and applies if that is chosen. An entry has any of the kinds
# and groups, and all of the tags.
CONDITIONS = {
    "kinds": "kind IN (SELECT value FROM json_each(:kinds))",
    "groups": f"{UNJOINED_GROUP} IN (SELECT value FROM json_each(:groups))",
    "tags": """entry.id IN (
        SELECT entry_id FROM tag WHERE tag.looks IN (SELECT value FROM json_each(:tags))
        GROUP BY entry_id HAVING count(*) = json_array_length(:tags))""",
    "archived": "archived = :archived",
}


def listed(filter: EntryFilter, sort: Sort) -> str:
    """The statement that reads a page of the list.

    The inner query chooses the page, so that details are read for its entries alone.
    """
    order, chosen = ORDERS[sort], _where(filter)
    among = _BY_REUSE if sort == "reused" else "entry WHERE {0}"
    return f"""{CARD} WHERE entry.position IN (
        SELECT position FROM {among.format(chosen)}
        ORDER BY {order} LIMIT :limit OFFSET :offset) ORDER BY {order}"""


def counted(filter: EntryFilter) -> str:
    """The statement that counts the list by its facets.

    As any chosen kind or group suffices, each of these facets is counted without its own choice.
    Chosen tags are on every entry, so they come first.
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
    """The tally, or if one of these fields is chosen, a tally of the entries that match it."""
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
    """The conditions for the chosen ones of these fields, or of all fields."""
    chosen = (name for name in names or CONDITIONS if getattr(filter, name) not in ((), None))
    return " AND ".join(CONDITIONS[name] for name in chosen) or _ALL


def facets(found: Iterable[Row]) -> tuple[int, Facets]:
    """The length of a list and its facets, from rows that each count one value of a facet."""
    numbers: dict[str, dict[str, int]] = defaultdict(dict)
    for row in found:
        numbers[row["facet"]][row["name"]] = row["entries"]
    total, archived = numbers["total"][""], numbers["archived"][""]
    chosen = {name: numbers[name] for name in ("kinds", "tags", "groups")}
    return total, Facets(**chosen, archived=archived)


def stored(filter: EntryFilter) -> EntryFilter:
    """`filter` with its values normalised, as they are compared with those of entries."""
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
