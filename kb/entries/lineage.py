"""The lineage of an entry as a list from its edges, each entry once by its shortest path."""

from collections import defaultdict, deque
from collections.abc import Sequence

from kb.entries.results import Lineage, LineageEntry
from kb.views.rows import Row


def lineage_of(entry_id: str, edges: Sequence[Row]) -> Lineage:
    """The lineage of an entry from `edges`, each with its direction in `way`."""
    ways: dict[str, list[Row]] = defaultdict(list)
    for edge in edges:
        ways[edge["way"]].append(edge)
    origins, derived = (nearest_first(entry_id, ways[way]) for way in ("origins", "derived"))
    return Lineage(entry_id=entry_id, origins=origins, derived=derived)


def nearest_first(entry_id: str, edges: Sequence[Row]) -> tuple[LineageEntry, ...]:
    """The entries that can be reached from `entry_id`, nearest first, without itself.

    An edge has via, id, relation, title, kind and archived; there may be cycles.
    """
    leaving: dict[str, list[Row]] = defaultdict(list)
    for edge in edges:
        leaving[edge["via"]].append(edge)
    depths, found, waiting = {entry_id: 0}, [], deque([entry_id])
    while waiting:
        near = waiting.popleft()
        for edge in leaving[near]:
            if edge["id"] in depths:
                continue
            depths[edge["id"]] = depths[near] + 1
            waiting.append(edge["id"])
            fields = {name: edge[name] for name in ("id", "title", "kind", "relation", "via")}
            fields |= {"archived": bool(edge["archived"]), "depth": depths[edge["id"]]}
            found.append(LineageEntry(**fields))
    return tuple(found)
