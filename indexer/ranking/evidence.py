"""What documents have of that which a question wants exactly: each as a whole, and in one passage.

A document that has all of it comes before every other, whatever the model thinks of both. That what
is wanted stands together counts more than that it stands somewhere, the very words more than others
of the same stem.
"""

from collections.abc import Container, Mapping, Sequence, Sized
from itertools import chain
from typing import Protocol, TypeVar

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from indexer.ranking import bm25
from indexer.resident.postings import keys
from indexer.stored.rows import Fetched
from indexer.text.analysis import is_plain, name_key
from indexer.text.wanted import Wanted

Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]
T = TypeVar("T", bound=np.generic)

TOGETHER, EXACT, ALIKE_TOGETHER, ALIKE, RARE, NOTHING = 5, 4, 3, 2, 1, 0
"""What a document has: all as it is written, in one passage or in several; or only all stems; or
one of the words that few have. More than that has one that says it, see `indexer.text.sayings`."""

_ENOUGH = 0.5
"""The share, by weight, that the terms found anywhere must have of all that are wanted."""


_NEXT = 2
"""How many passages on a phrase may end: the numbers of a document go up in its order."""


class Passages(Protocol):
    """What is stored of passages; see `indexer.stored.passage_store`."""

    def fetch(self, numbers: Sequence[int]) -> Mapping[int, Fetched]:
        """The passages with these numbers that are there."""
        ...

    def terms(self, numbers: Sequence[int]) -> Mapping[int, bytes]:
        """The keys of their terms."""
        ...


class Sought(Struct, frozen=True):
    """Terms that a document must have, as they are written and without regard to that.

    Only such as a document that the principal sees has; `gains` is what each of them weighs, and
    each of a few words. `whole` tells that none is missing, `stemmed` that one is there in other
    forms alone. What says one of the `phrases` has all its terms.
    """

    exact: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    phrases: Mapping[str, Sequence[str]] = {}
    gains: Mapping[str, float] = {}
    whole: bool = False
    stemmed: bool = False

    @property
    def terms(self) -> tuple[str, ...]:
        """All terms, each once."""
        return tuple(self.gains)


class Evidence(Struct, frozen=True):
    """How much a document has, and the number of the passage that has most of it."""

    level: int
    passage: int


def sought(wanted: Wanted, known: bm25.Statistics) -> Sought:
    """What of `wanted` can be found: no more than single words if most of it is nowhere."""
    there = {term for term, count in known.frequencies.items() if count}
    exact = _nearest(wanted.exact, there)
    found = [term for term in exact if term in there]
    loose = _loose(wanted.exact, there)
    weight = sum(map(known.idf, found))
    if weight < _ENOUGH * sum(known.idf(term) for term in exact if term):
        words = [word.forms for word in wanted.words]
        each = ((*_nearest(forms, there), *_loose(forms, there)) for forms in words)
        parts = chain.from_iterable(terms for terms in each if there.issuperset(terms))
        return Sought(gains={term: known.idf(term) for term in parts})
    plainest = zip(exact, wanted.exact.values(), strict=True)
    return Sought(
        exact=tuple(found),
        loose=tuple(loose),
        phrases=dict(sorted(wanted.phrased.items())),
        gains={term: known.idf(term) for term in chain(found, loose)},
        whole=len(found) == len(exact),
        stemmed=any(term in others[-1:] and is_plain(term) for term, others in plainest),
    )


def _loose(forms: Mapping[str, Sequence[str]], there: Container[str]) -> list[str]:
    """The plainest form of each that is there."""
    plainest = [(form, *others)[-1] for form, others in forms.items()]
    return [term for term in plainest if term in there]


def _nearest(forms: Mapping[str, Sequence[str]], there: Container[str]) -> list[str]:
    """Each as it is written or as near to that as it is there, or else in its plainest form."""
    return [
        next((each for each in (form, *others) if each in there), others[-1] if others else "")
        for form, others in forms.items()
    ]


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
    found = _holding(
        keys((*what.terms, *chain.from_iterable(what.phrases.values()))), numbers, terms
    )
    said = _said_by(what, found, stored)
    counted = len(what.terms)
    parts = [inside[:, :counted] for _, inside in found]
    whole = [
        inside | (each & ~inside.any(axis=0)) for each, inside in zip(held, parts, strict=True)
    ]
    # Of all documents at once: each step takes longer to begin than it does for one of them.
    together = _split(levels(_joined(whole, counted), what), whole)
    any_of = np.array([each.any(axis=0) for each in whole], np.bool_).reshape(len(whole), counted)
    anywhere = levels(any_of, what)
    gains = np.array([what.gains[term] for term in what.terms])
    return [
        Evidence(
            _level(of_each, of_all, says),
            passages[int(np.argmax(inside @ gains + gains.sum() * says.sum(axis=1)))],
        )
        if passages
        else None
        for (passages, _), inside, of_each, of_all, says in zip(
            found, parts, together, anywhere.tolist(), said, strict=True
        )
    ]


def _joined(each: Sequence[Bools], columns: int) -> Bools:
    return np.concatenate([np.zeros((0, columns), np.bool_), *each])


def _split(rows: NDArray[T], like: Sequence[Sized]) -> list[NDArray[T]]:
    """`rows`, as many of them in each piece as `like` has."""
    return np.split(rows, np.cumsum([len(each) for each in like])[:-1]) if like else []


def _holding(
    wanted: NDArray[np.uint64], numbers: Sequence[Sequence[int]], terms: Mapping[int, bytes]
) -> list[tuple[list[int], Bools]]:
    """The passages that have any of the keys in `wanted`, and which; the first if none has any."""
    there = [[number for number in each if number in terms] for each in numbers]
    inside = _inside(wanted, [terms[number] for number in chain.from_iterable(there)])
    found = []
    for each, has in zip(there, _split(inside, there), strict=True):
        kept = np.flatnonzero(has.any(axis=1))
        kept = kept if len(kept) else np.arange(min(1, len(each)))
        found.append(([each[place] for place in kept.tolist()], has[kept]))
    return found


def _said_by(
    what: Sought, found: Sequence[tuple[list[int], Bools]], stored: Passages
) -> list[Bools]:
    """Which passages of each document say which phrases."""
    if not what.phrases:
        return [np.ones((len(passages), 0), np.bool_) for passages, _ in found]
    # Nothing else says a phrase, so the texts of the others are not read, but for their title.
    phrases, first = [*what.phrases], len(what.terms)
    counts = np.array([len(each) for each in what.phrases.values()], np.int64)
    saying = [_may_say(passages, inside[:, first:], counts) for passages, inside in found]
    fetched = stored.fetch(
        [
            number
            for (passages, _), may in zip(found, saying, strict=True)
            for place, number in enumerate(passages)
            if place == 0 or may[place].any()
        ]
    )
    return [
        _said(phrases, [fetched.get(number) for number in passages], may)
        for (passages, _), may in zip(found, saying, strict=True)
    ]


def _inside(wanted: NDArray[np.uint64], held: Sequence[bytes]) -> Bools:
    """Which of the keys in `wanted` each passage has: at once, as there are thousands."""
    found = np.zeros((len(held), len(wanted)), np.bool_)
    together = np.frombuffer(b"".join(held), dtype=np.uint64)
    passage = np.repeat(np.arange(len(held)), [len(each) // together.itemsize for each in held])
    for column, key in enumerate(wanted):
        found[passage[together == key], column] = True
    return found


def _level(together: NDArray[np.int64], anywhere: int, said: Bools) -> int:
    """That of a document: `together` of each of its passages, `anywhere` of it as a whole."""
    if (together[said.all(axis=1)] == EXACT).any():
        return TOGETHER
    if anywhere == EXACT and said.any(axis=0).all():
        return EXACT
    if (together >= ALIKE).any():
        return ALIKE_TOGETHER
    return min(anywhere, ALIKE)


def _may_say(numbers: Sequence[int], inside: Bools, counts: Integers) -> Bools:
    """The passages that have all words of a phrase, with the next ones or by themselves.

    The columns of `inside` are the words of all phrases, so many of each; one of the answer is a
    phrase. What has none of its words does not begin it; what no passage has the title may have.
    """
    order = np.argsort(numbers)
    behind, found = np.array(numbers)[order], inside[order]
    joined = found.copy()
    for step in range(1, _NEXT + 1):
        goes_on = behind[step:] - behind[:-step] == step
        joined[:-step] |= found[step:] & goes_on[:, None]
    nowhere = np.broadcast_to(np.logical_not(np.any(inside, axis=0)), found.shape)
    may = _every(joined | nowhere, counts) & (
        ~_every(np.logical_not(found), counts) | _every(nowhere, counts)
    )
    answer = np.empty(may.shape, np.bool_)
    answer[order] = may
    return answer


def _every(columns: Bools, counts: Integers) -> Bools:
    """Whether all of so many columns are true, for one run of columns after another."""
    ends = np.cumsum(counts)
    missing = np.zeros((len(columns), columns.shape[1] + 1), np.int64)
    np.cumsum(~columns, axis=1, out=missing[:, 1:])
    every: Bools = missing[:, ends] == missing[:, ends - counts]
    return every


def _said(phrases: Sequence[str], fetched: Sequence[Fetched | None], may: Bools) -> Bools:
    """Which passages say which phrases, their title counted for each; only those that `may` do."""
    title = next((f" {name_key(each.title)} " for each in fetched if each), "")
    said = np.zeros((len(fetched), len(phrases)), np.bool_)
    said[:] = [f" {phrase} " in title for phrase in phrases]
    for place, each in enumerate(fetched):
        left = np.flatnonzero(may[place] & ~said[place]).tolist()
        if left and each:
            said[place, left] = _says([f" {phrases[column]} " for column in left], each)
    return said


def _says(phrases: Sequence[str], fetched: Fetched) -> list[bool]:
    """Whether each stands in the passage, or begins there and ends behind it."""
    passage = fetched.passage
    told = f" {name_key(passage.heading)}  {name_key(passage.text)} "
    found = [phrase in told for phrase in phrases]
    if all(found) or not passage.after:
        return found
    # Longer than it by the signs between its words, which are not many.
    reach = 2 * max(map(len, phrases)) + 64
    near = passage.text[-reach:]
    cut = len(name_key(near)) + 1
    goes_on = f" {name_key(near + passage.after[:reach])} "
    return [
        inside or phrase in goes_on[max(0, cut + 2 - len(phrase)) : cut - 1 + len(phrase)]
        for phrase, inside in zip(phrases, found, strict=True)
    ]
