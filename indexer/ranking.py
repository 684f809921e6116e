"""Ranks documents for one question: candidates of both sides, fused, exact names first."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from indexer import bm25, fusion
from indexer.document import Filter
from indexer.embedder import WORD_DIMENSION, Embedded
from indexer.late_interaction import Words, nearness
from indexer.lexical import LexicalIndex
from indexer.memory import Memory, Proposed
from indexer.threads import one_thread

CANDIDATES = 100
"""How many of the best of each side are looked at."""

PROPOSED = 300
"""How many documents an engine proposes, of which the best by BM25 are looked at."""

MET = 3
"""How many of a document's passages, the nearest ones, meet the question word by word."""

WordsOf = Callable[[Sequence[bytes]], Mapping[bytes, Words]]
"""The vectors of the words of passages, by the hashes of their texts."""

_DIGITS = 9
"""Differences further behind are those of the order of adding, not of the documents."""


class Question(Struct, frozen=True):
    """A question as text, as terms with their counts, and as the model reads it."""

    text: str
    terms: Mapping[str, int]
    read: Embedded


class Ranked(Struct, frozen=True):
    """A document in the ranking, with the number of its best passage."""

    document_id: str
    passage: int
    lexical: float
    cosine: float
    met: float
    fused: float
    exact: bool


def rank(
    question: Question,
    filter: Filter,
    limit: int,
    lexical: LexicalIndex,
    memory: Memory,
    words_of: WordsOf,
) -> list[Ranked]:
    """The best documents among those that `filter` lets through, best first; ties by id."""
    known = memory.statistics(question.terms, filter.audience)
    weights = bm25.weights(question.terms, known)
    exact = set(lexical.named(question.text, filter))
    proposed = Proposed(lexical.propose(weights, filter, PROPOSED), exact)
    vector, count = question.read.vector, max(CANDIDATES, limit)
    found = memory.candidates(vector, weights, known.length, filter, proposed, count)
    fused = fusion.combine(
        fusion.standardise(found.bm25, fusion.lexical_distribution(weights, known)),
        fusion.standardise(found.scores, found.distribution),
    )
    head = _sorted(found.ids, fused)[: fusion.HEAD]
    nearest = memory.nearest_texts(vector, [found.ids[place] for place in head], MET)
    met = np.zeros(len(fused))
    met[head] = _met(question, weights, nearest, words_of)
    fused += fusion.MEETING * met
    head = sorted(head, key=lambda place: -fused[place])
    with one_thread():
        fused[head] = fusion.smooth(fused[head], memory.vectors(found.rows[head]))
    order = sorted(_sorted(found.ids, fused), key=lambda place: found.ids[place] not in exact)
    first = order[:limit]
    return [
        Ranked(
            found.ids[place],
            passage,
            float(found.bm25[place]),
            float(found.cosines[place]),
            float(met[place]),
            float(fused[place]),
            found.ids[place] in exact,
        )
        for place, passage in zip(first, memory.numbers(found.rows[first]), strict=True)
    ]


def _met(
    question: Question,
    weights: Mapping[str, float],
    nearest: Sequence[Sequence[bytes]],
    words_of: WordsOf,
) -> NDArray[np.float64]:
    """How near the question's words come to those of one of each document's nearest passages."""
    gains = np.array([weights.get(term, 0.0) for term in question.read.terms])
    hashes = list(dict.fromkeys(key for keys in nearest for key in keys))
    words = words_of(hashes)
    nothing = np.empty((0, WORD_DIMENSION), dtype=np.int8)
    passages = [words.get(key, nothing) for key in hashes]
    with one_thread():
        near = nearness(question.read.words, gains, passages)
    found = dict(zip(hashes, near, strict=True))
    return np.array([max((found[key] for key in keys), default=0.0) for keys in nearest])


def _sorted(ids: Sequence[str], scores: NDArray[np.float64]) -> list[int]:
    values = np.round(-scores, _DIGITS).tolist()
    return [place for _, _, place in sorted(zip(values, ids, range(len(ids)), strict=True))]
