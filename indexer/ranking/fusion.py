"""Pure functions that fuse lexical and vector scores into one ranking.

A document's cosine is the soft maximum over its passages: between their mean (its topic) and their
best (what it answers). Scores of both sides become z-scores over all documents that the principal
may see, so that they can be added. The head of the result is adjusted by the nearness of single
words, and smoothed by the scores of neighbours (score regularisation: Diaz, CIKM 2005).
"""

import math
from collections.abc import Mapping

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from indexer.embedding.calibration import Calibration
from indexer.ranking.bm25 import Statistics

Floats = NDArray[np.float32] | NDArray[np.float64]

HEAD = 50
"""Documents at the head of a ranking that are compared word by word and smoothed."""


class Distribution(Struct, frozen=True):
    """Mean and standard deviation of the scores that a question gives to all documents."""

    mean: float
    deviation: float


def lexical_distribution(weights: Mapping[str, float], known: Statistics) -> Distribution:
    """The distribution of BM25 from document frequencies, ignoring saturation.

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


def soft_maximum(
    cosines: Floats, starts: NDArray[np.int64], sharpness: float
) -> NDArray[np.float64]:
    """One score for each run of `cosines`; `starts` are the indexes of the runs, none empty.

    log(mean(exp(sharpness x))) / sharpness. Unlike the maximum it does not grow with the
    number of passages, each of which is another chance for a high cosine.
    """
    counts = np.diff(starts, append=len(cosines))
    powers = np.exp(sharpness * cosines.astype(np.float64))
    scores: NDArray[np.float64] = np.log(np.add.reduceat(powers, starts) / counts) / sharpness
    return scores


def standardise(scores: Floats, distribution: Distribution) -> NDArray[np.float64]:
    """z-scores; zero everywhere when all documents score the same."""
    if distribution.deviation < 1e-9:
        return np.zeros(len(scores))
    return (scores.astype(np.float64) - distribution.mean) / distribution.deviation


def combine(lexical: Floats, dense: Floats, weight: float) -> NDArray[np.float64]:
    """The weighted sum of two z-scores of the same documents; the lexical one has `weight`."""
    total: NDArray[np.float64] = weight * lexical + (1 - weight) * dense
    return total


def smooth(
    scores: NDArray[np.float64], vectors: Floats, calibration: Calibration
) -> NDArray[np.float64]:
    """Smooth the first 50 of `scores`, best first, towards those of similar documents.

    With smoothing s: (1 - s) own + s average of the others, weighted by the softmax of their
    cosines times the sharpness.
    `vectors` are unit vectors of the documents in the same order.
    """
    count = min(HEAD, len(scores))
    if count < 2:
        return scores
    near = vectors[:count].astype(np.float64)
    weights = np.exp(calibration.sharpness * (near @ near.T))
    np.fill_diagonal(weights, 0.0)
    weights /= weights.sum(axis=1, keepdims=True)
    part = calibration.smoothing
    head = (1 - part) * scores[:count] + part * (weights @ scores[:count])
    return np.concatenate([head, scores[count:]])
