"""Levels of exact matches: how much of the wanted terms a document has, whole and in one passage.

A document that has all of them precedes every other, whatever their vectors. Terms together in one
passage count more than terms anywhere, and exact words more than others of the same stem.
"""

from collections.abc import Container, Mapping, Sequence
from itertools import chain
from typing import NamedTuple, Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from indexer.ranking import bm25
from indexer.resident.postings import keys
from indexer.resident.vectors import first_largest
from indexer.stored.rows import Fetched
from indexer.text.analysis import is_plain, name_key
from indexer.text.wanted import Wanted

Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]

TOGETHER, EXACT, ALIKE_TOGETHER, ALIKE, RARE, NOTHING = 5, 4, 3, 2, 1, 0
"""Levels of a document: all terms as written, in one passage or in several; all stems, likewise; a
rare word. Documents that say the question have higher ones, see `indexer.text.sayings`."""

_ENOUGH = 0.5
"""The least share, by weight, of the wanted terms that must occur in any document."""

_NEXT = 2
"""Passages after its first in which a phrase may end; their numbers ascend within a document."""


class Passages(Protocol):
    """Reads stored passages; see `indexer.stored.passage_store`."""

    def fetch(self, numbers: Sequence[int]) -> Mapping[int, Fetched]:
        """The passages with these numbers; missing ones are left out."""
        ...

    def terms(self, numbers: Sequence[int]) -> Mapping[int, bytes]:
        """The keys of their terms."""
        ...


class Sought(Struct, frozen=True):
    """The terms that a document must have: `exact` as written, `loose` in their plainest form.

    Only terms of documents that the principal may see. `gains` are the weights of these, or of the
    terms of single words. `whole`: no term is missing. `stemmed`: one occurs in other forms only.
    `phrases` have the plain terms that each needs.
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


class _Holding(NamedTuple):
    """Passages of documents, those of one together: their numbers, and which keys each has.

    `documents` are the places of those that have any, `starts` and `counts` their rows.
    """

    documents: list[int]
    numbers: Integers
    inside: Bools
    starts: Integers
    counts: Integers


class Evidence(Struct, frozen=True):
    """The level of a document, and the number of its best passage."""

    level: int
    passage: int


def sought(wanted: Wanted, known: bm25.Statistics) -> Sought:
    """The part of `wanted` that can be found; only single words if most of it occurs nowhere."""
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
    """The plainest form of each word, if it occurs."""
    plainest = [(form, *others)[-1] for form, others in forms.items()]
    return [term for term in plainest if term in there]


def _nearest(forms: Mapping[str, Sequence[str]], there: Container[str]) -> list[str]:
    """The nearest form of each word that occurs, or else its plainest."""
    return [
        next((each for each in (form, *others) if each in there), others[-1] if others else "")
        for form, others in forms.items()
    ]


def levels(held: Bools, what: Sought) -> NDArray[np.int64]:
    """The levels of whole documents; `held` are which of `what.terms` each has."""
    place = {term: column for column, term in enumerate(what.terms)}
    found = np.zeros(len(held), np.int64)
    for level, terms in ((ALIKE, what.loose), (EXACT, what.exact)):
        if terms:
            found[held[:, [place[term] for term in terms]].all(axis=1)] = level
    return found


def is_simple(what: Sought) -> bool:
    """Whether a single term is wanted, so that one passage has all of it."""
    return len(what.exact) <= 1 and len(what.loose) <= 1 and not what.phrases


def weigh(
    what: Sought, held: Sequence[Bools], numbers: Sequence[Sequence[int]], stored: Passages
) -> list[Evidence | None]:
    """The evidence of documents whose passages, nearest first, have these `numbers`.

    None for one without passages. `held` are which of `what.terms` each document has. A term that
    no passage has is in title or keywords, and counts for every passage.
    """
    terms = stored.terms([*chain.from_iterable(numbers)])
    wanted = keys((*what.terms, *chain.from_iterable(what.phrases.values())))
    found = _holding(wanted, numbers, terms)
    counted, starts = len(what.terms), found.starts
    evidence: list[Evidence | None] = [None] * len(numbers)
    if not len(starts):
        return evidence
    # All documents at once: numpy's overhead per call exceeds the work for one document.
    inside = found.inside[:, :counted]
    lacking = np.array([held[place] for place in found.documents], np.bool_)
    lacking &= ~np.logical_or.reduceat(inside, starts)
    whole = inside | np.repeat(lacking, found.counts, axis=0)
    together = levels(whole, what)
    anywhere = levels(np.logical_or.reduceat(whole, starts), what)
    said = _said_by(what, found, stored)
    level = np.minimum(anywhere, ALIKE)
    level[np.logical_or.reduceat(together >= ALIKE, starts)] = ALIKE_TOGETHER
    level[(anywhere == EXACT) & np.logical_or.reduceat(said, starts).all(axis=1)] = EXACT
    level[np.logical_or.reduceat((together == EXACT) & said.all(axis=1), starts)] = TOGETHER
    gains = [what.gains[term] for term in what.terms]
    weights = sum(gains) * said.sum(axis=1)
    for column, gain in enumerate(gains):
        weights += gain * inside[:, column]
    best = found.numbers[first_largest(weights, starts)]
    for place, *one in zip(found.documents, level.tolist(), best.tolist(), strict=True):
        evidence[place] = Evidence(*one)
    return evidence


def _holding(
    wanted: NDArray[np.uint64], numbers: Sequence[Sequence[int]], terms: Mapping[int, bytes]
) -> _Holding:
    """The passages with any of the keys `wanted`; the first one of a document without any."""
    there = [(place, one) for place, each in enumerate(numbers) for one in each if one in terms]
    inside = _inside(wanted, [terms[number] for _, number in there])
    places, passages = np.array(there, np.int64).reshape(-1, 2).T
    has = inside.any(axis=1)
    has |= (np.diff(places, prepend=-1) > 0) & ~np.isin(places, places[has])
    kept, starts, counts = np.unique(places[has], return_index=True, return_counts=True)
    return _Holding(kept.tolist(), passages[has], inside[has], starts, counts)


def _said_by(what: Sought, found: _Holding, stored: Passages) -> Bools:
    """Which passages say which phrases."""
    if not what.phrases:
        return np.ones((len(found.numbers), 0), np.bool_)
    # Only passages with all terms can say a phrase; the first is read for its title.
    phrases, first = [*what.phrases], len(what.terms)
    counts = np.array([len(each) for each in what.phrases.values()], np.int64)
    each = [slice(*ends) for ends in zip(found.starts, found.starts + found.counts, strict=True)]
    may = np.concatenate(
        [_may_say(found.numbers[one], found.inside[one, first:], counts) for one in each]
    )
    read: Bools = np.logical_or.reduce(may, axis=1)
    read[found.starts] = True
    fetched = stored.fetch(found.numbers[read].tolist())
    return np.concatenate(
        [_said(phrases, [*map(fetched.get, found.numbers[one].tolist())], may[one]) for one in each]
    )


def _inside(wanted: NDArray[np.uint64], held: Sequence[bytes]) -> Bools:
    """Which of the keys `wanted` each of thousands of passages has."""
    found = np.zeros((len(held), len(wanted)), np.bool_)
    together = np.frombuffer(b"".join(held), dtype=np.uint64)
    passage = np.repeat(np.arange(len(held)), [len(each) // together.itemsize for each in held])
    for column, key in enumerate(wanted):
        found[passage[together == key], column] = True
    return found


def _may_say(numbers: Integers, inside: Bools, counts: Integers) -> Bools:
    """The passages that have all words of a phrase, by themselves or with the next ones.

    The columns of `inside` are the words of all phrases, `counts` of each; those of the answer are
    phrases. A passage with none of the words cannot begin it; the title may have words that no
    passage has.
    """
    order = np.argsort(numbers)
    behind, found = numbers[order], inside[order]
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
    """Whether all columns are true, for each of consecutive runs of `counts` columns."""
    ends = np.cumsum(counts)
    missing = np.zeros((len(columns), columns.shape[1] + 1), np.int64)
    np.cumsum(~columns, axis=1, out=missing[:, 1:])
    every: Bools = missing[:, ends] == missing[:, ends - counts]
    return every


def _said(phrases: Sequence[str], fetched: Sequence[Fetched | None], may: Bools) -> Bools:
    """Which passages say which phrases, in text or title; only those that `may` are read."""
    title = next((f" {name_key(each.title)} " for each in fetched if each), "")
    said = np.zeros((len(fetched), len(phrases)), np.bool_)
    said[:] = [f" {phrase} " in title for phrase in phrases]
    for place, each in enumerate(fetched):
        left = np.flatnonzero(may[place] & ~said[place]).tolist()
        if left and each:
            said[place, left] = _says([f" {phrases[column]} " for column in left], each)
    return said


def _says(phrases: Sequence[str], fetched: Fetched) -> list[bool]:
    """Whether each phrase is in the passage, or begins there and ends after it."""
    passage = fetched.passage
    told = f" {name_key(passage.heading)}  {name_key(passage.text)} "
    found = [phrase in told for phrase in phrases]
    if all(found) or not passage.after:
        return found
    # Longer than the phrase, because of signs between its words.
    reach = 2 * max(map(len, phrases)) + 64
    near = passage.text[-reach:]
    cut = len(name_key(near)) + 1
    goes_on = f" {name_key(near + passage.after[:reach])} "
    return [
        inside or phrase in goes_on[max(0, cut + 2 - len(phrase)) : cut - 1 + len(phrase)]
        for phrase, inside in zip(phrases, found, strict=True)
    ]
