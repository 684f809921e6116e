"""Ranks documents for one question by fused lexical and vector scores.

Exact names come first (`indexer.text.names`), then documents with all exact terms.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from indexer.document import Filter
from indexer.embedding.calibration import Calibration
from indexer.embedding.embedder import Embedded, Words
from indexer.embedding.reranker import Reranker
from indexer.embedding.threads import one_thread
from indexer.lexical import LexicalIndex
from indexer.ranking import bm25, evidence, fusion
from indexer.ranking.apart import admitted, apart, having
from indexer.ranking.bm25 import Statistics
from indexer.ranking.evidence import (
    ALIKE_TOGETHER,
    EXACT,
    NOTHING,
    RARE,
    TOGETHER,
    Evidence,
    Passages,
    Sought,
)
from indexer.ranking.maxsim import nearness
from indexer.ranking.reranking import reranked
from indexer.ranking.tagged import placed
from indexer.resident.memory import Candidates, Memory, Proposed
from indexer.resident.vectors import Vectors
from indexer.stored.rows import Fetched, Known
from indexer.text.headed import headed
from indexer.text.names import ALIASED, UNSIGNED, rung
from indexer.text.said import Texts, Told, said
from indexer.text.sayings import other_version
from indexer.text.wanted import Wanted

CANDIDATES = 100
"""Candidates taken from each side."""

PROPOSED = 300
"""Documents that an engine proposes, the best of which by BM25 become candidates."""

LOOKED_AT = 100
"""Documents whose passages are searched for exact matches, from the head of the ranking."""

PASSAGES_MET = 3
"""Nearest passages of a document that are compared with the question word by word."""


class Stored(Passages, Texts, Protocol):
    """Reads stored passages."""


WordsOf = Callable[[Sequence[bytes]], Mapping[bytes, Words]]
"""The vectors of the words of passages, by the hashes of their texts."""

Levels = NDArray[np.int64]

_DIGITS = 9
"""Decimal places of scores: later ones depend on the order of summation."""


class Question(Struct, frozen=True):
    """A question: its text, what it wants, and its embedding.

    `calibration` is that of the model, `share` how much of the question it reads. `facets` are
    named by the question, such as a tag: a document with one of them is an exact match.
    """

    text: str
    wanted: Wanted
    read: Embedded
    calibration: Calibration
    share: float = 1.0
    facets: Mapping[str, frozenset[str]] = {}

    @property
    def terms(self) -> Mapping[str, int]:
        """The scoring terms, with counts."""
        return self.wanted.scored


class Ranked(Struct, frozen=True):
    """A document in the ranking, with the number of its best passage.

    `level` is that of its exact matches, see `evidence` and `indexer.text.sayings`.
    """

    document_id: str
    passage: int
    lexical: float
    cosine: float
    met: float
    fused: float
    exact: bool
    level: int = NOTHING


class Ranking(Struct, frozen=True):
    """The best documents, and the weights of the words that the model read of the question."""

    documents: list[Ranked]
    gains: NDArray[np.float64]


def rank(
    question: Question,
    filter: Filter,
    limit: int,
    lexical: LexicalIndex,
    memory: Memory,
    words_of: WordsOf,
    stored: Stored,
    reranker: Reranker | None = None,
) -> Ranking:
    """The best documents that pass `filter`, best first; ties by id."""
    known = memory.statistics(question.wanted.terms, filter.audience)
    weights = bm25.weights(question.terms, known)
    gains = np.array([weights.get(term, 0.0) for term in question.read.terms])
    exact = set(lexical.named(question.text, filter))
    if not exact and (other := other_version(question.text)):
        exact = set(lexical.named(other, filter))
    vector, count = question.read.vector, max(CANDIDATES, limit)
    says = said(question.wanted.sayings, known, weights, vector, filter, memory, stored)
    single = apart(question.wanted.words, known, weights, vector, filter, memory, stored)
    by_words = lexical.propose(weights, filter, PROPOSED)
    # A question that the model cannot read is equally near to all.
    near = memory.near.nearest(vector, filter, count) if vector.any() else ()
    proposed = Proposed(by_words, near, exact | says.keys() | single.rare.keys(), question.facets)
    what = evidence.sought(question.wanted, known)
    found = memory.candidates(vector, weights, known.length, filter, proposed, what, count)
    fused = _fused(question, found, known, weights)
    rare = np.array([name in single.rare for name in found.ids], np.bool_)
    least = np.where(found.named, EXACT, np.where(rare, RARE, NOTHING))
    levels = np.maximum(evidence.levels(found.held, what), least)
    head = _sorted(found.ids, fused, levels)[: fusion.HEAD]
    nearest = memory.nearest(vector, [found.ids[place] for place in head], PASSAGES_MET)
    met = np.zeros(len(fused))
    met[head] = question.share * _met(question, gains, nearest, words_of)
    fused += question.calibration.meeting * met
    head = sorted(head, key=lambda place: -fused[place])
    with one_thread():
        vectors = memory.vectors(found.rows[head])
        fused[head] = fusion.smooth(fused[head], vectors, question.calibration)
    passages = dict(enumerate(memory.numbers(found.rows)))
    if what.terms:
        order = _sorted(found.ids, fused, levels)
        # What has a place among the answers is looked at too.
        order = placed(order, found.named, fused)
        looked = order[: limit if evidence.is_simple(what) else max(limit, LOOKED_AT)]
        weighed = _weighed(what, found, looked, vector, memory, stored)
        for place, one in zip(looked, weighed, strict=True):
            if one and (what.exact or rare[place]):
                passages[place] = one.passage
                levels[place] = one.level
        levels[order[len(looked) :]] = np.minimum(levels[order[len(looked) :]], evidence.ALIKE)
        levels = np.maximum(levels, least)
    alone = {name: Told(RARE, passage) for name, passage in single.rare.items()}
    _tell(alone, found.ids, levels, passages)
    signed = _tell(says, found.ids, levels, passages)
    # Within a level, documents with a rare word in its exact spelling come first.
    steps = 2 * levels + rare
    order = _sorted(found.ids, fused, steps)
    if reranker:
        fused = reranked(question.text, order, fused, steps, passages, stored, reranker)
        order = _sorted(found.ids, fused, steps)
    order = admitted(order, fused, levels, having(single, found, what))
    named = {place: passages[place] for place in order if found.ids[place] in exact}
    titles = {place: one.title for place, one in _titled(named, stored).items()}
    typed = {name for name, one in says.items() if one.signed}
    rungs = [
        rung(question.text, titles.get(place), signed=name in typed)
        for place, name in enumerate(found.ids)
    ]
    order.sort(key=rungs.__getitem__)
    order = placed(order, found.named, fused, sum(each < ALIASED for each in rungs))
    passages |= _headed(question, found, order[:limit], passages, signed, memory, stored)
    most = ALIKE_TOGETHER if what.stemmed else TOGETHER
    best = [
        Ranked(
            found.ids[place],
            passages[place],
            float(found.bm25[place]),
            float(found.cosines[place]),
            float(met[place]),
            float(fused[place]),
            found.ids[place] in exact and rungs[place] != UNSIGNED,
            int(levels[place])
            if found.named[place] or found.ids[place] in says
            else min(int(levels[place]), most if what.whole else NOTHING),
        )
        for place in order[:limit]
    ]
    return Ranking(best, gains)


def _tell(
    says: Mapping[str, Told], ids: Sequence[str], levels: Levels, passages: dict[int, int]
) -> set[int]:
    """Raise levels and replace passages by those of `says` where these are no lower.

    Returns the places whose passages have signs as typed.
    """
    signed = set()
    for place, told in ((place, says[name]) for place, name in enumerate(ids) if name in says):
        if told.level >= levels[place]:
            levels[place] = told.level
            if told.passage is not None:
                passages[place] = told.passage
                signed |= {place} if told.signed else set()
    return signed


def _headed(
    question: Question,
    found: Candidates,
    places: Sequence[int],
    passages: Mapping[int, int],
    signed: Container[int],
    memory: Memory,
    stored: Stored,
) -> dict[int, int]:
    """The passages of these documents whose heading is the question, by place."""
    nearest = memory.nearest(question.read.vector, [found.ids[place] for place in places])
    numbers = {
        place: [passages[place], *(each.number for each in known)]
        for place, known in zip(places, nearest, strict=True)
        if len(known) > 1
    }
    return headed(question.text, numbers, signed, stored)


def _titled(passages: Mapping[int, int], stored: Passages) -> dict[int, Fetched]:
    """The stored passages, by place, without those removed meanwhile."""
    fetched = stored.fetch([*passages.values()])
    return {place: fetched[number] for place, number in passages.items() if number in fetched}


def _fused(
    question: Question, found: Candidates, known: Statistics, weights: Mapping[str, float]
) -> NDArray[np.float64]:
    """The sum of both sides; vectors count by the share that the model reads."""
    return fusion.combine(
        fusion.standardise(found.bm25, fusion.lexical_distribution(weights, known)),
        question.share * fusion.standardise(found.scores, found.distribution),
        question.calibration.lexical_weight,
    )


def _weighed(
    what: Sought,
    found: Candidates,
    places: Sequence[int],
    vector: Vectors,
    memory: Memory,
    stored: Passages,
) -> list[Evidence | None]:
    """The evidence in the passages of the documents at `places`."""
    nearest = memory.nearest(vector, [found.ids[place] for place in places])
    numbers = [[each.number for each in passages] for passages in nearest]
    return evidence.weigh(what, [found.held[place] for place in places], numbers, stored)


def _met(
    question: Question,
    gains: NDArray[np.float64],
    nearest: Sequence[Sequence[Known]],
    words_of: WordsOf,
) -> NDArray[np.float64]:
    """The best `nearness` of each document's nearest passages to the words of the question.

    0 without word vectors.
    """
    if not question.read.terms:
        return np.zeros(len(nearest))
    shares = {each.text_hash: each.share for passages in nearest for each in passages}
    words = words_of(list(shares))
    nothing = question.read.words[:0]
    with one_thread():
        near = nearness(question.read.words, gains, [words.get(key, nothing) for key in shares])
    found = {key: one * shares[key] for key, one in zip(shares, near.tolist(), strict=True)}
    return np.array(
        [max((found[each.text_hash] for each in passages), default=0.0) for passages in nearest]
    )


def _sorted(ids: Sequence[str], scores: NDArray[np.float64], levels: Levels) -> list[int]:
    """Places, the best first: by level, then score, then id."""
    values = np.round(-scores, _DIGITS).tolist()
    ranked = sorted(zip((-levels).tolist(), values, ids, range(len(ids)), strict=True))
    return [place for *_, place in ranked]
