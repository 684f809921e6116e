"""Nesting of groups, given by their ids."""

from collections.abc import Iterable, Iterator, Mapping


def nested(parents: Mapping[str, str | None]) -> Iterator[tuple[str, int]]:
    """Each group after the one that it is in, with its depth.

    `parents` has the groups in the order of siblings. Each comes exactly once: one without an
    existing parent, and the first of a cycle, is at the top.
    """
    inside: dict[str | None, list[str]] = {}
    for group, parent in parents.items():
        inside.setdefault(parent if parent in parents else None, []).append(group)
    seen: set[str] = set()

    def below(roots: Iterable[str]) -> Iterator[tuple[str, int]]:
        waiting = [(group, 0) for group in reversed([*roots])]
        while waiting:
            group, depth = waiting.pop()
            if group not in seen:
                seen.add(group)
                yield group, depth
                waiting += [(each, depth + 1) for each in reversed(inside.get(group, ()))]

    yield from below(inside.get(None, ()))
    for group in parents:
        yield from below([group])


def around(group: str, parents: Mapping[str, str | None]) -> list[str]:
    """All groups that contain `group`, outermost first."""
    line: dict[str, None] = {}
    at = parents.get(group)
    while at is not None and at in parents and at not in line and at != group:
        line[at] = None
        at = parents[at]
    return [*line][::-1]
