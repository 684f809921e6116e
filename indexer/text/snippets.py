"""Marks and snippet ranges, by the same analysis that finds documents."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType

from indexer.text import analysis

Range = tuple[int, int]
Span = tuple[int, int, str]
"""Start and end of a word in a text, and its term."""

SNIPPET_WIDTH = 240
"""Characters of a snippet."""


def spans(text: str, terms: Container[str], phrases: Iterable[str] = ()) -> list[Span]:
    """The spans of `terms` and phrases in `text`, in order.

    Phrases are given as by `analysis.name_key`, and are the terms of their own spans.
    """
    found = list(analysis.spans(text, terms))
    said = [*phrase_spans(text, wanted)] if (wanted := [*phrases]) else []
    return sorted([*found, *said]) if said else found


def phrase_spans(text: str, phrases: Iterable[str]) -> Iterator[Span]:
    """Where consecutive words of `text` are those of one of `phrases`."""
    words = list(analysis.words(text))
    keys = [f" {analysis.name_key(word.text)}" for word in words]
    starts = accumulate(map(len, keys), initial=0)
    places = {start: place for place, start in enumerate(starts)}
    even = "".join(keys) + " "
    for phrase in phrases:
        begin = even.find(said := f" {phrase} ")
        while begin >= 0:
            behind = begin + len(said) - 1
            yield words[places[begin]].start, words[places[behind] - 1].end, phrase
            begin = even.find(said, behind)


def within(spans: Iterable[Span], part: Range) -> list[Span]:
    """The `spans` inside `part`, relative to its start."""
    first, last = part
    return [
        (start - first, end - first, term)
        for start, end, term in spans
        if first <= start and end <= last
    ]


def marks(spans: Iterable[Span]) -> tuple[Range, ...]:
    """The (start, end) of `spans` in order; those that touch or overlap are merged."""
    return joined(((start, end) for start, end, _ in spans), touching=True)


def asked_for(terms: Iterable[str], whole: Mapping[str, str]) -> tuple[int, int]:
    """How many words of a question are as it has them, see `Wanted.whole`; how many terms differ.

    Any word as it is asked for precedes all pieces and other forms of words.
    """
    different = set(terms)
    return len({whole[term] for term in different if term in whole}), len(different)


def snippet_range(
    text: str,
    spans: Sequence[Span],
    width: int = SNIPPET_WIDTH,
    whole: Mapping[str, str] = MappingProxyType({}),
) -> Range:
    """The (start, end) of the part of at most `width` characters with the most that is `asked_for`.

    Of equally good parts it is the first. The terms stand in the middle, and the ends are those of
    words, unless one word is longer than the snippet. Without `spans` it is the beginning.
    """
    if len(text) <= width:
        return 0, len(text)
    first, last = _densest(spans, whole, width)
    start = max(0, min(first - (width - (last - first)) // 2, len(text) - width))
    end = start + width
    if start > 0:
        start = _after_space(text, start, first)
    if end < len(text):
        end = _before_space(text, last, end)
    return start, end


def spellings(question: str, terms: Container[str]) -> dict[str, Range]:
    """The first place of each of `terms` in `question`, in order."""
    found: dict[str, Range] = {}
    for start, end, term in analysis.spans(question, terms):
        found.setdefault(term, (start, end))
    return found


def joined(places: Iterable[Range], *, touching: bool = False) -> tuple[Range, ...]:
    """Merge places that overlap, or are `touching` if so asked; they must be ascending."""
    merged: list[Range] = []
    for start, end in places:
        if merged and start < merged[-1][1] + touching:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _densest(spans: Sequence[Span], whole: Mapping[str, str], width: int) -> Range:
    """From the first to the last term of the best part; (0, 0) without terms.

    A term wider than `width`, such as a long address, counts with its beginning.
    """
    best, most = (0, 0), (0, 0)
    spans = [(start, min(end, start + width), term) for start, end, term in spans]
    for index, (start, _, _) in enumerate(spans):
        inside = [span for span in spans[index:] if span[1] <= start + width]
        found = asked_for((term for *_, term in inside), whole)
        if found > most:
            best, most = (start, max(end for _, end, _ in inside)), found
        if len(inside) == len(spans) - index:
            break  # Later parts have no terms but these.
    return best


def _after_space(text: str, start: int, latest: int) -> int:
    """The next start of a word from `start` on, at most `latest`."""
    while start < latest and not text[start - 1].isspace():
        start += 1
    return start


def _before_space(text: str, earliest: int, end: int) -> int:
    """The last end of a word up to `end`, after `earliest`; `end` itself if there is none."""
    cut = end
    while cut > earliest and not text[cut].isspace():
        cut -= 1
    return cut if cut > earliest or earliest > 0 else end
