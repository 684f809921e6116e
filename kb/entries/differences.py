"""What differs between two texts of an entry, section by section and word by word.

Pages, JSON and shell render the same value. Texts are compared by lines and sentences, and what
changed of these by words: of scripts without spaces, as of Chinese or Japanese, each sign is one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

import regex
from msgspec import Struct

from kb.entries.alignment import Shared, Work, increasing, shared
from kb.entries.content import Content, Scalar, Section, shown

AROUND = 160
"""Characters of what is the same that are told before and after a change."""

LEAST_SHARED = 0.2
"""The part of the longer text that both must share; what shares less was written anew."""

SIGN = 4
"""Steps of the comparison for each character of what is cut into words."""

_ENDS = ".!?\u2026\u3002\uff01\uff1f"
_SENTENCE = regex.compile(rf"[^\n{_ENDS}]*+(?:[{_ENDS}]++[^\S\n]*+\n?+|\n|(?<=[^\n{_ENDS}])\Z)")
_GAP = regex.compile(r"\s+|\X")

Key = tuple[str, int]


class Run(Struct, frozen=True):
    """A part of a text: in both ("same"), in the earlier alone or in the later alone.

    Of one that is "omitted", since it is the same in both, there is only its length in characters.
    """

    state: Literal["same", "removed", "added", "omitted"]
    text: str = ""
    length: int = 0


Runs = tuple[Run, ...]


class SectionDifference(Struct, frozen=True, kw_only=True):
    """A section of either text; `was` is its earlier heading where it has another one.

    `moved`: it stands in another place among those that both texts have. `coarse`: it is too long,
    and changed too much, to be compared word by word everywhere. Without `runs` its text is the
    same in both.
    """

    heading: str
    state: Literal["same", "changed", "added", "removed"]
    was: str | None = None
    moved: bool = False
    coarse: bool = False
    runs: Runs = ()


class NamedDifference(Struct, frozen=True):
    """A property that differs."""

    name: str
    runs: Runs


class Differences(Struct, frozen=True, kw_only=True):
    """What differs; `title` and `group` have no runs where they are the same."""

    title: Runs = ()
    group: Runs = ()
    sections: tuple[SectionDifference, ...] = ()
    properties: tuple[NamedDifference, ...] = ()

    @property
    def none(self) -> bool:
        """Whether both texts are the same."""
        changed = any(each.state != "same" or each.moved for each in self.sections)
        return not (changed or self.title or self.group or self.properties)


def differences(
    earlier: Content, later: Content, groups: tuple[str | None, str | None] = (None, None)
) -> Differences:
    """What differs between two texts, and between the groups that they are of.

    It takes a time that is bounded, and beyond it grows with the length of the texts alone.
    """
    work = Work()
    return Differences(
        title=_words_told(earlier.title, later.title, work),
        group=_words_told(groups[0] or "", groups[1] or "", work),
        sections=tuple(_sections(earlier.sections, later.sections, work)),
        properties=tuple(_properties(earlier.properties, later.properties, work)),
    )


def changed(earlier: str, later: str, work: Work) -> Runs:
    """What differs between two texts alone, with the `work` that is left for all of a page."""
    return () if earlier == later else tuple(_folded(_sentences(earlier, later, work)))


def words(text: str) -> list[str]:
    """The words of a text and all that stands between them, which joined are the text."""
    from indexer.text.analysis import words as words_of

    found: list[str] = []
    end = 0
    for word in words_of(text):
        found += _GAP.findall(text[end : word.start])
        found.append(word.text)
        end = word.end
    return found + _GAP.findall(text[end:])


def _words_told(earlier: str, later: str, work: Work) -> Runs:
    return () if earlier == later else tuple(_words(earlier, later, work))


def _properties(
    earlier: Mapping[str, Scalar], later: Mapping[str, Scalar], work: Work
) -> Iterator[NamedDifference]:
    for name in dict.fromkeys((*later, *earlier)):
        before, after = (shown(each[name]) if name in each else "" for each in (earlier, later))
        if before != after or (name in earlier) != (name in later):
            yield NamedDifference(name, _words_told(before, after, work))


def _sections(
    earlier: Sequence[Section], later: Sequence[Section], work: Work
) -> Iterator[SectionDifference]:
    """Every section, in the order of the later text; what was removed, where it stood."""
    pairs = _paired(earlier, later)
    met = list(pairs.values())
    kept = {met[index] for index in increasing(met)}
    removed = sorted({*range(len(earlier))} - {*met})
    for place, section in enumerate(later):
        before = pairs.get(place)
        if before is None:
            yield _alone(section, "added")
            continue
        while before in kept and removed and removed[0] < before:
            yield _alone(earlier[removed.pop(0)], "removed")
        yield _both(earlier[before], section, before not in kept, work)
    yield from (_alone(earlier[place], "removed") for place in removed)


def _paired(earlier: Sequence[Section], later: Sequence[Section]) -> dict[int, int]:
    """The place of the earlier section for that of each later one which has one.

    Sections with the same heading belong together, then those with the same text, then those that
    stand alone between the same two and share most of their words.
    """
    pairs: dict[int, int] = {}

    def pair(old: Mapping[Key, int], new: Mapping[Key, int]) -> None:
        pairs.update((new[key], old[key]) for key in new if key in old)

    def left() -> tuple[list[int], list[int]]:
        taken = set(pairs.values())
        return (
            [place for place in range(len(earlier)) if place not in taken],
            [place for place in range(len(later)) if place not in pairs],
        )

    pair(_keys(earlier, range(len(earlier))), _keys(later, range(len(later))))
    old, new = left()
    pair(_keys(earlier, old, text=True), _keys(later, new, text=True))
    old, new = left()
    taken = set(pairs.values())
    for place in new:
        before = pairs.get(place - 1, -1) + 1
        alone = before in old and before not in taken and place + 1 not in new
        if alone and _alike(earlier[before].text, later[place].text):
            pairs[place] = before
    return dict(sorted(pairs.items()))


def _keys(
    sections: Sequence[Section], places: Sequence[int], *, text: bool = False
) -> dict[Key, int]:
    """The places by heading, or by text, and the number of earlier ones with the same."""
    counts: Counter[str] = Counter()
    found: dict[Key, int] = {}
    for place in places:
        name = sections[place].text if text else sections[place].heading
        found[name, counts[name]] = place
        counts[name] += 1
    return found


def _alike(one: str, other: str) -> bool:
    first, second = (Counter(each.split()) for each in (one, other))
    most = max(first.total(), second.total())
    return bool(most) and 2 * (first & second).total() > most


def _alone(section: Section, state: Literal["added", "removed"]) -> SectionDifference:
    runs = (Run(state, section.text),) if section.text else ()
    return SectionDifference(heading=section.heading, state=state, runs=runs)


def _both(earlier: Section, later: Section, moved: bool, work: Work) -> SectionDifference:
    renamed = earlier.heading if earlier.heading != later.heading else None
    work.short = False
    runs = tuple(_folded(_sentences(earlier.text, later.text, work))) if earlier != later else ()
    changed = any(run.state in ("added", "removed") for run in runs)
    return SectionDifference(
        heading=later.heading,
        state="changed" if changed or renamed is not None else "same",
        was=renamed,
        moved=moved,
        coarse=work.short,
        runs=runs if changed else (),
    )


def _sentences(earlier: str, later: str, work: Work) -> list[Run]:
    """The runs of a text: by lines and sentences, and of those that changed by words."""
    old, new = _SENTENCE.findall(earlier), _SENTENCE.findall(later)
    runs: list[Run] = []
    for before, after, same in _pieces(old, new, shared(old, new, work)):
        if before or after:
            runs += _words("".join(before), "".join(after), work)
        if same:
            runs.append(Run("same", "".join(same)))
    return list(_joined(runs))


def _words(earlier: str, later: str, work: Work) -> list[Run]:
    if not (earlier and later):
        return _replaced(earlier, later)
    if (cost := SIGN * (len(earlier) + len(later))) > work.left:
        work.short = True
        return _replaced(earlier, later)
    work.left -= cost
    old, new = words(earlier), words(later)
    least = LEAST_SHARED * max(map(_letters, (old, new)))
    if _letters((Counter(old) & Counter(new)).elements()) < least:
        return _replaced(earlier, later)
    found = _worthy(old, new, shared(old, new, work))
    if sum(_letters(old[start : start + length]) for start, _, length in found) < least:
        return _replaced(earlier, later)
    runs: list[Run] = []
    for before, after, same in _pieces(old, new, found):
        runs += _replaced("".join(before), "".join(after))
        if same:
            runs.append(Run("same", "".join(same)))
    return runs


def _letters(parts: Iterable[str]) -> int:
    """The characters of those that are words."""
    return sum(len(part) for part in parts if part[0].isalnum())


def _worthy(old: Sequence[str], new: Sequence[str], found: Sequence[Shared]) -> list[Shared]:
    """Those with a word: a comma or a space alone between two changes only makes these harder."""

    def at_an_end(start: int, other: int, length: int) -> bool:
        return start == other == 0 or (start + length, other + length) == (len(old), len(new))

    return [
        (start, other, length)
        for start, other, length in found
        if at_an_end(start, other, length) or _letters(old[start : start + length])
    ]


def _pieces(
    old: Sequence[str], new: Sequence[str], found: Sequence[Shared]
) -> Iterator[tuple[Sequence[str], Sequence[str], Sequence[str]]]:
    """What differs before each common part, and that part; last what differs after all."""
    done = behind = 0
    for start, other, length in found:
        yield old[done:start], new[behind:other], old[start : start + length]
        done, behind = start + length, other + length
    yield old[done:], new[behind:], ()


def _replaced(earlier: str, later: str) -> list[Run]:
    removed = [Run("removed", earlier)] if earlier else []
    return [*removed, Run("added", later)] if later else removed


def _joined(runs: Sequence[Run]) -> Iterator[Run]:
    """The same, neighbours of one state as one."""
    begun: list[str] = []
    for index, run in enumerate(runs):
        begun.append(run.text)
        if index + 1 == len(runs) or runs[index + 1].state != run.state:
            yield Run(run.state, "".join(begun))
            begun = []


def _folded(runs: Sequence[Run]) -> Iterator[Run]:
    """The same without the middle of what is long and in both texts."""
    for index, run in enumerate(runs):
        first, last = index == 0, index == len(runs) - 1
        most = AROUND * ((not first) + (not last))
        if run.state != "same" or len(run.text) <= most + AROUND:
            yield run
            continue
        head = "" if first else _beginning(run.text[:AROUND])
        tail = "" if last else _beginning(run.text[-AROUND:][::-1])[::-1]
        if head:
            yield Run("same", head)
        yield Run("omitted", length=len(run.text) - len(head) - len(tail))
        if tail:
            yield Run("same", tail)


def _beginning(text: str) -> str:
    """`text` up to its last line end or else space, if it has any; cut before a mark at worst."""
    for sign in ("\n", " "):
        if (place := text.rfind(sign)) > 0:
            return text[: place + (sign == "\n")]
    return text
