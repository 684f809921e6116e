"""Ranks documents for one question: candidates of both sides, fused, exact names first."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from indexer import fusion
from indexer.document import Filter
from indexer.lexical import LexicalIndex
from indexer.vectors import VectorIndex

CANDIDATES = 100
"""How many of the best of each side are looked at."""


_DIGITS = 9
"""Differences further behind are those of the order of adding, not of the documents."""


class Question(Struct, frozen=True):
    """A question as text, as terms with their counts, and as a unit vector."""

    text: str
    terms: Mapping[str, int]
    vector: NDArray[np.float32]


class Ranked(Struct, frozen=True):
    """A document in the ranking, with the number of its best passage."""

    document_id: str
    passage: int
    lexical: float
    cosine: float
    fused: float
    exact: bool


def rank(
    question: Question, filter: Filter, limit: int, lexical: LexicalIndex, vectors: VectorIndex
) -> list[Ranked]:
    """The best documents among those that `filter` lets through, best first; ties by id."""
    count = max(CANDIDATES, limit)
    exact = set(lexical.named(question.text, filter))
    scores = {
        match.document_id: match.score for match in lexical.search(question.terms, filter, count)
    }
    found = vectors.candidates(question.vector, filter, [*exact, *scores], count)
    others = [each for each in found.ids if each not in scores]
    scores.update(lexical.score(question.terms, others))
    bm25 = np.array([scores.get(each, 0.0) for each in found.ids])
    fused = fusion.combine(
        fusion.standardise(bm25, _distribution(question, lexical)),
        fusion.standardise(found.scores, found.distribution),
    )
    order = _sorted(found.ids, fused)
    head = order[: fusion.SMOOTHED]
    fused[head] = fusion.smooth(fused[head], vectors.vectors(found.rows[head]))
    first = sorted(_sorted(found.ids, fused), key=lambda place: found.ids[place] not in exact)
    return [
        Ranked(
            found.ids[place],
            int(found.passages[place]),
            float(bm25[place]),
            float(found.cosines[place]),
            float(fused[place]),
            found.ids[place] in exact,
        )
        for place in first[:limit]
    ]


def _distribution(question: Question, lexical: LexicalIndex) -> fusion.Distribution:
    known = lexical.statistics(question.terms)
    return fusion.lexical_distribution(question.terms, known.frequencies, known.documents)


def _sorted(ids: Sequence[str], scores: NDArray[np.float64]) -> list[int]:
    values = np.round(scores, _DIGITS).tolist()
    return sorted(range(len(ids)), key=lambda place: (-values[place], ids[place]))
