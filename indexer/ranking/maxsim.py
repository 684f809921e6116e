"""MaxSim: compares each word of a question with the most similar word of a passage.

Late interaction: Khattab and Zaharia, ColBERT, SIGIR 2020; here with one vector for each distinct
word, and with words weighing by their inverse document frequency, without which nothing is gained.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.embedding.embedder import Words


def nearness(
    question: Words, weights: NDArray[np.float64], passages: Sequence[Words]
) -> NDArray[np.float64]:
    """For each passage the weighted mean, over the question's words, of the best cosine; 0 to 1.

    `question` has shape (words, dimension), `weights` one number >= 0 for each of these words, and
    each passage shape (its words, dimension). It is 0 for a passage without words, and for all if
    the weights are 0.
    """
    found = np.zeros(len(passages))
    counts = np.array([len(words) for words in passages], dtype=np.int64)
    filled = np.flatnonzero(counts)
    total = weights.sum()
    if total <= 0 or not len(filled):
        return found
    starts = np.cumsum(counts[filled]) - counts[filled]
    words = np.concatenate([passages[place] for place in filled.tolist()]).astype(np.float32)
    cosines = (words @ _unit(question).T) / _lengths(words)[:, None]
    best = np.maximum.reduceat(cosines, starts, axis=0)
    found[filled] = np.clip(best @ (weights / total), 0.0, 1.0)
    return found


def _unit(words: Words) -> NDArray[np.float32]:
    vectors = words.astype(np.float32)
    unit: NDArray[np.float32] = vectors / _lengths(vectors)[:, None]
    return unit


def _lengths(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths: NDArray[np.float32] = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return np.maximum(lengths, 1.0)
