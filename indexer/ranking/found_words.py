"""Finds the words of a question in a hit, as written there."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from indexer.text import analysis
from indexer.text.letters import folded
from indexer.text.remembered import remembered
from indexer.text.snippets import Range, Span, joined


class Found(Struct, frozen=True):
    """The text that matches the words at `place` in the question.

    It is the `same` word, in any spelling and with any ending of a plural or a tense, or one that
    only shares the stem, as *multiple* for *multiplication*.
    """

    place: Range
    text: str
    same: bool


def found_words(
    question: str,
    places: Mapping[str, Range],
    stems: Container[str],
    texts: Iterable[tuple[str, Sequence[Span]]],
) -> list[Found]:
    """The words of the question found in any of the texts, in the order of the question.

    `places` are those of its terms, phrases and sayings, whose spans each text has; `stems` are the
    terms that ignore spelling. Words adjacent in both are one. Of several matches of the same place
    the one written as in the question counts, or else the first; of overlapping places the longest.
    """
    told: dict[Range, Found] = {}
    for text, spans in texts:
        for start, end, terms in _groups(spans):
            there = " ".join(text[start:end].split())
            for place in joined(sorted(places[term] for term in terms if term in places)):
                asked, before = question[slice(*place)], told.get(place)
                if not before or before.text != asked:
                    spelled = any(term not in stems and places.get(term) == place for term in terms)
                    told[place] = _better(before, place, asked, there, spelled=spelled)
    taken = bytearray(len(question))
    kept = []
    for one in sorted(told.values(), key=lambda each: (each.place[0] - each.place[1], each.place)):
        part = slice(*one.place)
        if not any(taken[part]):
            taken[part] = b"\1" * (part.stop - part.start)
            kept.append(one)
    return sorted(kept, key=lambda each: each.place)


def are_all(found: Iterable[Found], wanted: Mapping[str, Range]) -> bool:
    """Whether all places `wanted` of the question are found, whole and as the same words."""
    by: dict[int, Found] = {}
    for one in found:
        by |= dict.fromkeys(range(*one.place), one) if one.same else {}
    parts = joined(sorted(wanted.values()))
    return all(start in by and by[start] is by.get(end - 1) for start, end in parts)


def written(found: Iterable[Found]) -> tuple[str, ...]:
    """The distinct texts found."""
    return tuple(dict.fromkeys(one.text for one in found))


def _better(before: Found | None, place: Range, asked: str, there: str, *, spelled: bool) -> Found:
    """The better of the match `before` and the text `there`."""
    if there.casefold() == asked.casefold():
        return Found(place, asked, same=True)
    if before and before.same:
        return before
    same = spelled or _are_same(asked, there)
    return before if before and not same else Found(place, there, same)


def _groups(spans: Iterable[Span]) -> Iterator[tuple[int, int, list[str]]]:
    """Start, end and terms of groups of overlapping spans, such as a word and its signs."""
    first = last = 0
    terms: list[str] = []
    for start, end, term in spans:
        if terms and start >= last:
            yield first, last, terms
            terms = []
        first, last = (first, max(last, end)) if terms else (start, end)
        terms.append(term)
    if terms:
        yield first, last, terms


@remembered(4096)
def _are_same(one: str, other: str) -> bool:
    """Whether two texts have the same words, apart from English plural and tense endings."""
    return _words(one) == _words(other)


def _words(text: str) -> list[str]:
    return [_uninflected(*analysis.terms(word.text), word.text) for word in analysis.words(text)]


def _uninflected(plain: str, *written: str) -> str:
    """A word without inflection, from its plain term and spelling; a stop word has only that."""
    word = folded(written[0].split("'")[0]) if written else folded(plain)
    if not word.isascii():
        return plain
    for ending, instead in (("ies", "y"), ("ied", "y"), ("ing", ""), ("ed", ""), ("s", "")):
        base = word.removesuffix(ending)
        if base != word and len(base) > 1 and not {*"aeiouy"}.isdisjoint(base):
            word = base + instead
            break
    word = word.removesuffix("e")
    return word[:-1] if word[-1:] == word[-2:-1] else word
