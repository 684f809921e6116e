"""Finds documents that have a rare word of a question of several words."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from indexer.document import Filter
from indexer.ranking.bm25 import Statistics
from indexer.ranking.evidence import RARE, Sought
from indexer.resident.memory import Candidates, Memory
from indexer.resident.vectors import Bools, Vectors
from indexer.text.said import Texts, said
from indexer.text.wanted import Word

FEW = 2
"""The most documents with rare words: docs/decisions/0003-fusion.md."""

SHOWN = 5
"""Hits shown where nothing is close; documents with a rare word are among them."""

Passages = Mapping[str, int | None]
"""The passage of each document, by id, that says a word; None where a term decided."""


class Apart(Struct, frozen=True):
    """Documents with `rare` words; those with another are in `others` or have one of `terms`."""

    rare: Passages = {}
    others: frozenset[str] = frozenset()
    terms: tuple[str, ...] = ()


class _Held(Struct, frozen=True):
    """Documents with the nearest spelling of a word (at most `FEW` + 1 where a term decides), and
    the ids or terms of those with any spelling.
    """

    nearest: Passages
    ids: frozenset[str]
    terms: tuple[str, ...] = ()


def apart(
    words: Sequence[Word],
    known: Statistics,
    weights: Mapping[str, float],
    question: Vectors,
    filter: Filter,
    memory: Memory,
    stored: Texts,
) -> Apart:
    """The documents of the rarest words, as long as they are at most `FEW` in all."""

    def holding(word: Word) -> _Held:
        plain = _plain(word, known)
        if plain and not word.joined:
            found = memory.some_with(plain[0], filter, FEW + 1)
            return _Held(dict.fromkeys(found), frozenset(), tuple(plain[-1:]))
        told = said(word.sayings, known, weights, question, filter, memory, stored)
        most = max((one.level for one in told.values()), default=0)
        nearest = {name: one.passage for name, one in told.items() if one.level == most}
        return _Held(nearest, frozenset(told))

    rare: dict[str, int | None] = {}
    others: set[str] = set()
    terms: list[str] = []
    for held in sorted(map(holding, words), key=lambda one: len(one.nearest)):
        if len(rare.keys() | held.nearest.keys()) <= FEW:
            rare |= held.nearest
        else:
            others |= held.ids
            terms += held.terms
    return Apart(rare, frozenset(others), tuple(terms))


def having(single: Apart, found: Candidates, what: Sought) -> Bools:
    """Which candidates have a word of the question that is not rare."""
    columns = [column for column, term in enumerate(what.terms) if term in single.terms]
    told = np.array([name in single.others for name in found.ids], np.bool_)
    have: Bools = told | found.held[:, columns].any(axis=1)
    return have


def admitted(
    order: Sequence[int],
    fused: NDArray[np.float64],
    levels: NDArray[np.int64],
    have: Bools,
) -> list[int]:
    """`order` with the documents that have a rare word moved into the first `SHOWN`.

    Others that fit beside them and `have` another word of the question are ranked with them by
    score.
    """
    above = [place for place in order if levels[place] > RARE]
    rare = [place for place in order if levels[place] == RARE]
    others = [place for place in order if levels[place] < RARE]
    room = max(0, SHOWN - len(above) - len(rare)) if rare else 0
    ahead = [place for place in others[:room] if have[place]]
    first = sorted((*rare, *ahead), key=lambda place: -fused[place])
    return [*above, *first, *(place for place in others if place not in ahead)]


def _plain(word: Word, known: Statistics) -> list[str]:
    """The spellings of a word that occur in documents, the one in the question first."""
    return [
        each
        for form, others in word.forms.items()
        for each in (form, *others)
        if known.frequencies.get(each)
    ]
