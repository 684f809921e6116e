"""BM25 over the documents that a principal may see, unlike the statistics of either engine.

Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009; the inverse
document frequency is the one that is never below 0.
"""

import math
from collections.abc import Mapping

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

K1, B = 1.2, 0.75
"""Saturation of repeated terms, and the influence of document length."""


class Statistics(Struct, frozen=True):
    """Statistics of the documents that a principal may see.

    Their number, their mean length in terms, and the document frequencies of the terms asked for.
    """

    documents: int
    length: float
    frequencies: Mapping[str, int]

    def idf(self, term: str) -> float:
        """The inverse document frequency of a term, above 0."""
        frequency = self.frequencies.get(term, 0)
        return math.log1p((self.documents - frequency + 0.5) / (frequency + 0.5))


def weights(terms: Mapping[str, int], known: Statistics) -> dict[str, float]:
    """The weight of each term of a question: its count there times its idf."""
    return {term: count * known.idf(term) for term, count in terms.items()}


def saturated(
    counts: NDArray[np.float64], lengths: NDArray[np.float64], mean: float
) -> NDArray[np.float64]:
    """The saturated counts of a term in documents of these lengths, below K1 + 1.

    Each result depends on its own document alone, to the last bit.
    """
    norms = K1 * (1 - B + B * lengths / max(mean, 1.0))
    found: NDArray[np.float64] = counts * (K1 + 1) / (counts + norms)
    return found
