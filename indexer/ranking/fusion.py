"""Pure functions from two ways of scoring to one ranking.

A document's cosine is the soft maximum of those of its passages: between their mean, which tells
what it is about, and their best, which tells what it answers. Scores of both sides become z-scores
over all documents that the principal may see, so that they can be added; to the first of the sum is
added how near the words come to each other, and they are smoothed by their neighbours' scores
(score regularisation: Diaz, CIKM 2005).
"""

import math
from collections.abc import Mapping

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from indexer.ranking.bm25 import Statistics

Floats = NDArray[np.float32] | NDArray[np.float64]

LEXICAL_WEIGHT = 0.15
HEAD = 50
"""How many of the first are looked at more closely: their words are met, their scores smoothed."""

MEETING = 12.0
"""What the words of a question, each at its very word, add to the z-scores' sum."""

SMOOTHING = 0.35
SHARPNESS = 8.0
"""How much nearer counts more, among the passages of a document and among its neighbours."""


class Distribution(Struct, frozen=True):
    """Mean and standard deviation of the scores that a question gives to all documents."""

    mean: float
    deviation: float


def lexical_distribution(weights: Mapping[str, float], known: Statistics) -> Distribution:
    """That of BM25 from document frequencies: each term found adds its weight, saturation aside.

    With p = df/N: mean = sum of p weight, variance = sum of p (1 - p) weight^2.
    """
    mean = variance = 0.0
    for term, weight in weights.items():
        frequency = known.frequencies.get(term, 0)
        if not frequency:
            continue
        share = frequency / known.documents
        mean += share * weight
        variance += share * (1 - share) * weight * weight
    return Distribution(mean, math.sqrt(variance))


def soft_maximum(cosines: Floats, starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """One score for each run of `cosines`; `starts` are the places where runs, none empty, begin.

    log(mean(exp(8 x))) / 8, see `SHARPNESS`. Unlike the best one alone it does not rise with the
    number of passages, each of which is one more chance for a high cosine.
    """
    counts = np.diff(starts, append=len(cosines))
    powers = np.exp(SHARPNESS * cosines.astype(np.float64))
    scores: NDArray[np.float64] = np.log(np.add.reduceat(powers, starts) / counts) / SHARPNESS
    return scores


def standardise(scores: Floats, distribution: Distribution) -> NDArray[np.float64]:
    """z-scores; zero everywhere when all documents score the same."""
    if distribution.deviation < 1e-9:
        return np.zeros(len(scores))
    return (scores.astype(np.float64) - distribution.mean) / distribution.deviation


def combine(lexical: Floats, dense: Floats) -> NDArray[np.float64]:
    """The weighted sum of two z-scores of the same documents."""
    total: NDArray[np.float64] = LEXICAL_WEIGHT * lexical + (1 - LEXICAL_WEIGHT) * dense
    return total


def smooth(scores: NDArray[np.float64], vectors: Floats) -> NDArray[np.float64]:
    """Scores, best first, of which the first 50 move towards those of near documents.

    new = .65 own + .35 average of the others, weighted by the softmax of 8 times the cosine.
    `vectors` are unit vectors of the documents in the same order. What is smoothed stays ahead of
    the rest.
    """
    count = min(HEAD, len(scores))
    if count < 2:
        return scores
    near = vectors[:count].astype(np.float64)
    weights = np.exp(SHARPNESS * (near @ near.T))
    np.fill_diagonal(weights, 0.0)
    weights /= weights.sum(axis=1, keepdims=True)
    head = (1 - SMOOTHING) * scores[:count] + SMOOTHING * (weights @ scores[:count])
    return np.concatenate([head, scores[count:]])
