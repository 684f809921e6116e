"""What documents have of that which a question wants exactly: each as a whole, and in one passage.

A document that has all of it comes before every other, whatever the model thinks of both. That what
is wanted stands together counts more than that it stands somewhere, the very words more than others
of the same stem.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from indexer import bm25
from indexer.analysis import name_key
from indexer.postings import keys
from indexer.stored import Fetched
from indexer.wanted import Wanted

Bools = NDArray[np.bool_]

SAID, TOGETHER, EXACT, ALIKE_TOGETHER, ALIKE, NOTHING = 5, 4, 3, 2, 1, 0
"""What a document has: the question word for word; all as it is written, in one passage or in
several; or only all stems."""

_ENOUGH = 0.5
"""The share, by weight, that the terms found anywhere must have of all that are wanted."""


class Passages(Protocol):
    """What is stored of passages; see `indexer.passage_store`."""

    def fetch(self, numbers: Sequence[int]) -> Mapping[int, Fetched]:
        """The passages with these numbers that are there."""
        ...

    def terms(self, numbers: Sequence[int]) -> Mapping[int, bytes]:
        """The keys of their terms."""
        ...


class Sought(Struct, frozen=True):
    """Terms that a document must have, as they are written and without regard to that.

    Only such as a document that the asker sees has; `gains` is what each of them weighs. `whole`
    tells that none is missing.
    """

    exact: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    gains: Mapping[str, float] = {}
    whole: bool = False

    @property
    def terms(self) -> tuple[str, ...]:
        """All terms, each once."""
        return tuple(self.gains)


class Evidence(Struct, frozen=True):
    """How much a document has, and the number of the passage that has most of it."""

    level: int
    passage: int


def sought(wanted: Wanted, known: bm25.Statistics) -> Sought:
    """What of `wanted` can be found: nothing if most of it is nowhere."""
    there = {term for term, count in known.frequencies.items() if count}
    wants, phrases = dict(wanted.exact), set(wanted.phrases)
    for one, several in wanted.joined.items():
        hyphened = several[0]
        if hyphened not in there and one not in there:
            wants.pop(hyphened, None)
        elif hyphened not in there:
            wants = {term: will for term, will in wants.items() if term not in several} | {one: ()}
            phrases.discard(hyphened[1:].replace("-", " "))
    exact = [
        next((each for each in (form, *others) if each in there), others[-1] if others else "")
        for form, others in wants.items()
    ]
    found = [term for term in exact if term in there]
    loose = [(form, *others)[-1] for form, others in wants.items()]
    loose = [term for term in loose if term in there]
    weight = sum(map(known.idf, found))
    if weight < _ENOUGH * sum(known.idf(term) for term in exact if term):
        return Sought()
    gains = {term: known.idf(term) for term in chain(found, loose)}
    whole = len(found) == len(exact)
    return Sought(tuple(found), tuple(loose), tuple(sorted(phrases)), gains, whole)


def levels(held: Bools, what: Sought) -> NDArray[np.int64]:
    """That of documents as a whole; `held` tells which of `what.terms` each of them has."""
    place = {term: column for column, term in enumerate(what.terms)}
    found = np.zeros(len(held), np.int64)
    for level, terms in ((ALIKE, what.loose), (EXACT, what.exact)):
        if terms:
            found[held[:, [place[term] for term in terms]].all(axis=1)] = level
    return found


def is_simple(what: Sought) -> bool:
    """Whether a document that has all has it in one passage."""
    return len(what.exact) <= 1 and len(what.loose) <= 1 and not what.phrases


def weigh(
    what: Sought, held: Sequence[Bools], numbers: Sequence[Sequence[int]], stored: Passages
) -> list[Evidence | None]:
    """What each document has whose passages, the nearest first, have these numbers.

    None for one without any. `held` tells for each which of `what.terms` it has as a whole. What
    none of its passages has stands in its title or keywords and counts for each.
    """
    terms = stored.terms([*chain.from_iterable(numbers)])
    wanted = keys(what.terms)
    found = [_holding(wanted, each, terms) for each in numbers]
    # Nothing else says a phrase, so the texts of the others are not read.
    asked = [number for passages, _ in found for number in passages] if what.phrases else []
    fetched = stored.fetch(asked)
    return [
        _weighed(what, whole, passages, inside, [fetched.get(number) for number in passages])
        for whole, (passages, inside) in zip(held, found, strict=True)
    ]


def saying(wanted: Wanted, numbers: Sequence[Sequence[int]], stored: Passages) -> list[int | None]:
    """Of each document, whose passages have these numbers, the first that says the sentence."""
    terms = stored.terms([*chain.from_iterable(numbers)])
    sought = keys(wanted.words)
    found = [_holding(sought, each, terms) for each in numbers]
    whole = [
        [passages[place] for place in np.flatnonzero(inside.all(axis=1)).tolist()]
        for passages, inside in found
    ]
    fetched = stored.fetch([*chain.from_iterable(whole)])
    # What the model is not given, as properties, answers no sentence.
    said = {at for at, each in fetched.items() if each.text_hash and _says((wanted.said,), each)}
    return [next((each for each in passages if each in said), None) for passages in whole]


def _holding(
    wanted: NDArray[np.uint64], numbers: Sequence[int], terms: Mapping[int, bytes]
) -> tuple[list[int], Bools]:
    """The passages that have any of the keys in `wanted`, and which; the first if none has any."""
    there = [number for number in numbers if number in terms]
    if not there:
        return [], np.zeros((0, len(wanted)), np.bool_)
    inside = _inside(wanted, [terms[number] for number in there])
    kept = np.flatnonzero(inside.any(axis=1))
    kept = kept if len(kept) else np.arange(1)
    return [there[place] for place in kept.tolist()], inside[kept]


def _weighed(
    what: Sought,
    held: Bools,
    numbers: Sequence[int],
    inside: Bools,
    fetched: Sequence[Fetched | None],
) -> Evidence | None:
    if not numbers:
        return None
    whole = inside | (held & ~inside.any(axis=0))
    said = np.array([_says(what.phrases, each) for each in fetched])
    level = _level(what, whole, said)
    gains = np.array([what.gains[term] for term in what.terms])
    best = int(np.argmax(inside @ gains + gains.sum() * said))
    return Evidence(level, numbers[best])


def _inside(wanted: NDArray[np.uint64], held: Sequence[bytes]) -> Bools:
    """Which of the keys in `wanted` each passage has: at once, as a long document has thousands."""
    found = np.zeros((len(held), len(wanted)), np.bool_)
    together = np.frombuffer(b"".join(held), dtype=np.uint64)
    passage = np.repeat(np.arange(len(held)), [len(each) // together.itemsize for each in held])
    for column, key in enumerate(wanted):
        found[passage[together == key], column] = True
    return found


def _level(what: Sought, whole: Bools, said: Bools) -> int:
    together = levels(whole, what)
    anywhere = int(levels(np.array([whole.any(axis=0)]), what)[0])
    if (together[said] == EXACT).any():
        return TOGETHER
    if anywhere == EXACT and said.any():
        return EXACT
    if (together >= ALIKE).any():
        return ALIKE_TOGETHER
    return min(anywhere, ALIKE)


def _says(phrases: Sequence[str], fetched: Fetched | None) -> bool:
    if fetched is None:
        return not phrases
    parts = (fetched.title, fetched.passage.heading, fetched.passage.text)
    told = f" {'  '.join(map(name_key, parts))} "
    return all(f" {phrase} " in told for phrase in phrases)
