"""What two sequences share, in order: a bounded search for the longest common part.

Large sequences are first cut at items that each has once and in the same order ("patience"); small
ones, and what is between the cuts, are compared by Myers' search for the fewest edits. `difflib`
takes a time that grows with the cube of the length on texts that repeat themselves.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct

WORK = 2_000_000
"""Steps of one comparison; beyond that the rest counts as different."""

SMALL = 400
"""Items of two sequences together that are compared without cuts."""

MOST_EDITS = 600
"""Edits that are looked for between two cuts."""

EDIT = 3
"""Steps that count for one edit that is tried, beside those along what is the same."""

DEEPEST = 20
"""How often what is between two cuts is cut again."""

Shared = tuple[int, int, int]
"""Where a common part begins in the first and in the second sequence, and its length."""


class Work(Struct):
    """The steps that are left, and whether they were too few somewhere."""

    left: int = WORK
    short: bool = False


def shared(first: Sequence[str], second: Sequence[str], work: Work) -> list[Shared]:
    """The common parts of two sequences, in order.

    `work.short` is set where some may be missing, as it would have taken too long to find them.
    """
    numbers: dict[str, int] = {}
    a, b = ([numbers.setdefault(item, len(numbers)) for item in each] for each in (first, second))
    found: list[Shared] = []
    for start, other, length in _within(a, b, 0, 0, work, 0):
        before = found[-1] if found else (0, 0, 0)
        if (start, other) == (before[0] + before[2], before[1] + before[2]) and found:
            found[-1] = (before[0], before[1], before[2] + length)
        else:
            found.append((start, other, length))
    return found


def increasing(places: Sequence[int]) -> list[int]:
    """The indexes of a longest increasing part of `places`, which are all different."""
    ends: list[int] = []  # the smallest last place of an increasing part of each length
    at: list[int] = []  # and its index
    before: list[int] = []
    for index, place in enumerate(places):
        length = bisect_left(ends, place)
        before.append(at[length - 1] if length else -1)
        ends[length : length + 1] = [place]
        at[length : length + 1] = [index]
    chosen = []
    index = at[-1] if at else -1
    while index >= 0:
        chosen.append(index)
        index = before[index]
    return chosen[::-1]


def _within(
    a: list[int], b: list[int], start: int, other: int, work: Work, depth: int
) -> Iterator[Shared]:
    """The common parts of `a` and `b`, which begin at `start` and `other` of the whole."""
    work.left -= len(a) + len(b)
    head = _alike(zip(a, b, strict=False))
    rest = min(len(a), len(b)) - head
    tail = min(rest, _alike(zip(reversed(a), reversed(b), strict=False)))
    if head:
        yield start, other, head
    inner_a, inner_b = a[head : len(a) - tail], b[head : len(b) - tail]
    if inner_a and inner_b:
        yield from _cut(inner_a, inner_b, start + head, other + head, work, depth)
    if tail:
        yield start + len(a) - tail, other + len(b) - tail, tail


def _cut(
    a: list[int], b: list[int], start: int, other: int, work: Work, depth: int
) -> Iterator[Shared]:
    cuts = _cuts(a, b) if len(a) + len(b) > SMALL and depth < DEEPEST and work.left > 0 else []
    if not cuts:
        for place, beside, length in _fewest_edits(a, b, work):
            yield start + place, other + beside, length
        return
    done = behind = 0
    for place, beside in [*cuts, (len(a), len(b))]:
        left, right = a[done:place], b[behind:beside]
        if left and right:
            yield from _within(left, right, start + done, other + behind, work, depth + 1)
        if place < len(a):
            yield start + place, other + beside, 1
        done, behind = place + 1, beside + 1


def _alike(pairs: Iterator[tuple[int, int]]) -> int:
    """How many pairs are of equal items before the first that is not."""
    count = 0
    for one, two in pairs:
        if one != two:
            break
        count += 1
    return count


def _cuts(a: list[int], b: list[int]) -> list[tuple[int, int]]:
    """The places of items that stand once in each sequence, as many as are in the same order."""
    counts, others = Counter(a), Counter(b)
    places = {item: place for place, item in enumerate(b) if others[item] == 1}
    pairs = [
        (place, places[item])
        for place, item in enumerate(a)
        if counts[item] == 1 and item in places
    ]
    return [pairs[index] for index in increasing([beside for _, beside in pairs])]


def _fewest_edits(a: list[int], b: list[int], work: Work) -> list[Shared]:
    """The common parts by E. W. Myers, "An O(ND) Difference Algorithm" (1986); bounded."""
    reached, rounds = {1: 0}, []
    for edits in range(min(len(a) + len(b), MOST_EDITS) + 1):
        if work.left < 0:
            break
        rounds.append(dict(reached))
        low = edits if edits <= len(b) else 2 * len(b) - edits
        high = edits if edits <= len(a) else 2 * len(a) - edits
        for diagonal in range(-low, high + 1, 2):
            place = begin = _next(reached, diagonal, edits)
            while place < len(a) and place - diagonal < len(b) and a[place] == b[place - diagonal]:
                place += 1
            work.left -= EDIT + place - begin
            reached[diagonal] = place
            if place >= len(a) and place - diagonal >= len(b):
                return _back(rounds, len(a), len(b))
    work.short = True
    return []


def _next(reached: dict[int, int], diagonal: int, edits: int) -> int:
    """Where one more edit leads on a diagonal: an item of the second added, or one taken away."""
    below, above = reached.get(diagonal - 1, -1), reached.get(diagonal + 1, -1)
    down = diagonal == -edits or (diagonal != edits and below < above)
    return above if down else below + 1


def _back(rounds: list[dict[int, int]], place: int, beside: int) -> list[Shared]:
    found: list[Shared] = []
    for edits in range(len(rounds) - 1, -1, -1):
        diagonal, reached = place - beside, rounds[edits]
        begin = _next(reached, diagonal, edits)
        if place > begin:
            found.append((begin, begin - diagonal, place - begin))
        below, above = reached.get(diagonal - 1, -1), reached.get(diagonal + 1, -1)
        down = diagonal == -edits or (diagonal != edits and below < above)
        place = above if down else below
        beside = place - (diagonal + 1 if down else diagonal - 1)
    return found[::-1]
