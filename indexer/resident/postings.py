"""Postings in memory: which documents hold which terms, and how often.

Terms are identified by 64 bits of their BLAKE2b. Two with the same bits would count as one; among a
million terms the chance of that is one in thirty million.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.ranking import bm25
from indexer.text.analysis import is_plain
from indexer.text.remembered import remembered

Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]

_ENTRY = np.dtype([("term", "<u8"), ("count", "<u4")])


class _Block(NamedTuple):
    """Documents by term: those of terms[n] are slots[starts[n] : starts[n + 1]], ascending.

    What is behind all runs is 0. Of several equal terms only the first has documents.
    """

    terms: NDArray[np.uint64]
    starts: Integers
    slots: NDArray[np.int32]
    counts: NDArray[np.uint32]


_NONE: Integers = np.empty(0, np.int64)

FEW, FEW_ENTRIES = 4, 10_000
"""Documents that are looked for, and entries that are taken out, one by one, which is faster."""

_LENGTH = 0
"""The key of the entry whose count is the length of the document."""


def pack(terms: Mapping[str, int]) -> bytes:
    """The terms and counts of a document as stored; plain ones make up its length."""
    length = sum(count for term, count in terms.items() if is_plain(term))
    entries = [(_LENGTH, length), *((_key(term), count) for term, count in terms.items())]
    return np.array(entries, dtype=_ENTRY).tobytes()


def keys(terms: Iterable[str]) -> NDArray[np.uint64]:
    """The keys of the terms, in order."""
    return np.array([_key(term) for term in terms], dtype=np.uint64)


def among(terms: Iterable[str], held: NDArray[np.uint64]) -> Bools:
    """Which of the terms have their keys among those `held`, ascending."""
    wanted = keys(terms)
    return _among(wanted, held)[1] if len(held) else np.zeros(len(wanted), np.bool_)


class Postings:
    """Postings of documents in ascending slots; `extended` returns new ones, only `wipe` writes."""

    def __init__(self, blocks: Sequence[_Block] = (), lengths: Integers = _NONE) -> None:
        self._blocks = blocks
        self._lengths = lengths

    def extended(self, packed: Sequence[bytes]) -> "Postings":
        """The postings with further documents in the next slots."""
        entries = np.frombuffer(b"".join(packed), dtype=_ENTRY)
        sizes = [len(each) // _ENTRY.itemsize for each in packed]
        slots = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
        told = entries["term"] == _LENGTH
        lengths = entries["count"][told].astype(np.int64)
        entries, slots = entries[~told], slots[~told] + np.int32(len(self._lengths))
        blocks = [*self._blocks, _block(entries["term"], slots, entries["count"])]
        while len(blocks) > 1 and _size(blocks[-2]) <= 2 * _size(blocks[-1]):
            blocks[-2:] = [_merged(*blocks[-2:])]
        return Postings(blocks, np.concatenate([self._lengths, lengths]))

    def kept(self, live: Integers) -> "Postings":
        """The postings of these slots alone, renumbered in their order."""
        new = np.full(len(self._lengths), -1, np.int32)
        new[live] = np.arange(len(live), dtype=np.int32)
        blocks = []
        for block in self._blocks:
            terms, old, counts = _entries(block)
            slots = new[old]
            stay = slots >= 0
            blocks.append(_block(terms[stay], slots[stay], counts[stay]))
        return Postings(blocks, self._lengths[live])

    def wipe(self, slots: Integers) -> None:
        """Take out all of these documents in place, also for those that share the blocks.

        These read anything meanwhile, but no slot that is not there.
        """
        for block in self._blocks:
            held = block.slots[: _size(block)]
            places = _places(held, slots, len(self._lengths))
            if len(places):
                _close_up(block, places)
        self._lengths[slots] = 0

    def statistics(self, terms: Sequence[str], visible: Bools) -> bm25.Statistics:
        """Exact statistics of the documents in visible slots."""
        documents = int(np.count_nonzero(visible))
        frequencies = dict.fromkeys(terms, 0)
        for term, slots, _ in self._holding(terms):
            frequencies[term] += int(np.count_nonzero(visible[slots]))
        length = int(self._lengths @ visible) / max(documents, 1)
        return bm25.Statistics(documents, length, frequencies)

    def held(self, slots: Integers, terms: Sequence[str]) -> Bools:
        """Which of the terms the documents in these slots hold, shape (slots, terms)."""
        found = np.zeros((len(slots), len(terms)), np.bool_)
        places = {term: place for place, term in enumerate(terms)}
        for term, holding, _ in self._holding(terms):
            found[:, places[term]] |= _among(slots, holding)[1]
        return found

    def holding_all(self, terms: Sequence[str], allowed: Bools) -> Bools:
        """Which of the allowed slots hold all terms; none if there are no terms."""
        found = np.zeros(len(allowed), np.bool_)
        for block in self._blocks if terms else ():
            runs = sorted((slots for _, slots, _ in _runs(block, terms)), key=len)
            if len(runs) == len(terms):
                # The rarest first, so that those of the others are looked up for few.
                slots, *others = runs
                slots = slots[allowed[slots]]
                for each in others:
                    slots = slots[_among(slots, each)[1]]
                found[slots] = True
        return found

    def slots(self, term: str, allowed: Bools) -> Integers:
        """The allowed slots that hold the term, in no order."""
        each = [slots[allowed[slots]] for _, slots, _ in self._holding((term,))]
        return np.concatenate([_NONE, *each])

    def scores(
        self, slots: Integers, weights: Mapping[str, float], mean: float
    ) -> NDArray[np.float64]:
        """The BM25 scores of the documents in these slots; 0 for one that holds no term.

        `weights` are those of the terms, `mean` is the mean length of the visible documents.
        """
        total = np.zeros(len(slots))
        lengths = self._lengths[slots].astype(np.float64)
        for term, holding, counts in self._holding(list(weights)):
            places, inside = _among(slots, holding)
            found = np.flatnonzero(inside)
            times = counts[places[found]].astype(np.float64)
            total[found] += weights[term] * bm25.saturated(times, lengths[found], mean)
        return total

    def _holding(
        self, terms: Sequence[str]
    ) -> Iterator[tuple[str, NDArray[np.int32], NDArray[np.uint32]]]:
        """Slots and counts of each term, block by block, in the order of `terms`.

        A document is in one block, so its scores are always added in that order.
        """
        for block in self._blocks:
            yield from _runs(block, terms)


def _runs(
    block: _Block, terms: Sequence[str]
) -> Iterator[tuple[str, NDArray[np.int32], NDArray[np.uint32]]]:
    """Slots and counts of the terms that the block has, in the order of `terms`."""
    wanted = keys(terms)
    places = np.searchsorted(block.terms, wanted)
    for term, key, place in zip(terms, wanted.tolist(), places.tolist(), strict=True):
        if place < len(block.terms) and block.terms[place] == key:
            run = slice(block.starts[place], block.starts[place + 1])
            if len(slots := block.slots[run]):
                yield term, slots, block.counts[run]


def _among(wanted: NDArray[Any], there: NDArray[Any]) -> tuple[Integers, Bools]:
    """For each one wanted a place in `there`, ascending and not empty, and whether it is there."""
    places = np.minimum(np.searchsorted(there, wanted), len(there) - 1)
    return places, there[places] == wanted


@remembered(65_536)
def _key(term: str) -> int:
    return int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "little")


def _block(
    terms: NDArray[np.uint64], slots: NDArray[np.int32], counts: NDArray[np.uint32]
) -> _Block:
    """Entries in the order of slots, sorted by term."""
    order = np.argsort(terms, kind="stable")
    distinct, starts = np.unique(terms[order], return_index=True)
    ends = np.append(starts, len(terms))
    return _Block(distinct, ends, slots[order], counts[order])


def _places(held: NDArray[np.int32], slots: Integers, count: int) -> Integers:
    """Where any of the `slots`, of so many, is held."""
    if len(slots) <= FEW:
        each = [np.flatnonzero(held == slot) for slot in slots.tolist()]
        return np.sort(np.concatenate([_NONE, *each]))
    wanted = np.zeros(count, np.bool_)
    wanted[slots] = True
    return np.flatnonzero(wanted[held])


def _close_up(block: _Block, gone: Integers) -> None:
    """Move all entries together but for those at `gone`, and forget terms without documents."""
    used = _size(block)
    block.starts[:] -= np.searchsorted(gone, block.starts)
    for values in (block.slots, block.counts):
        if len(gone) > FEW_ENTRIES:
            values[: used - len(gone)] = np.delete(values[:used], gone)
        else:
            for number, (begin, end) in enumerate(pairwise([*gone.tolist(), used])):
                values[begin - number : end - number - 1] = values[begin + 1 : end]
        values[used - len(gone) : used] = 0
    full = np.diff(block.starts) > 0
    known = np.maximum.accumulate(np.where(full, np.arange(len(full)), -1))
    block.terms[:] = np.where(known < 0, 0, block.terms[known])


def _merged(first: _Block, second: _Block) -> _Block:
    one, other = _entries(first), _entries(second)
    return _block(
        np.concatenate([one[0], other[0]]),
        np.concatenate([one[1], other[1]]),
        np.concatenate([one[2], other[2]]),
    )


def _entries(block: _Block) -> tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.uint32]]:
    """Term, slot and count of each entry."""
    used = _size(block)
    terms = np.repeat(block.terms, np.diff(block.starts))
    return terms, block.slots[:used], block.counts[:used]


def _size(block: _Block) -> int:
    return int(block.starts[-1])
