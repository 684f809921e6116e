"""Protocols of models: Embedder for vectors of texts, TokenEncoder for those of their words.

The second is optional: without it a search skips the word-by-word comparison.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from indexer.embedding.calibration import Calibration

Vectors = NDArray[np.float32]
Words = NDArray[np.int8]

NO_WORDS: Words = np.empty((0, 0), np.int8)


class Embedded(Struct, frozen=True):
    """The unit vector of a text, its distinct terms, and their contextual vectors.

    `words` has shape (len(terms), word dimension); only directions count, not lengths. Without a
    `TokenEncoder` there are no terms and no words.
    """

    vector: Vectors
    terms: tuple[str, ...] = ()
    words: Words = NO_WORDS


class TokenEncoder(Protocol):
    """Makes contextual vectors of the words of a text, for late interaction."""

    @property
    def word_dimension(self) -> int:
        """Dimension of word vectors, in bytes."""

    def encode(self, texts: Sequence[str]) -> list[Embedded]:
        """The vectors of each text and of its words, in the order of `texts`.

        The vector of a text equals that of `Embedder.embed`: one pass of the model gives both.
        """


class Embedder(Protocol):
    """Turns texts into unit vectors; counts tokens without loading the model."""

    @property
    def fingerprint(self) -> str:
        """Identifies model, weights and arithmetic: equal ones mean interchangeable vectors."""

    @property
    def dimension(self) -> int:
        """Dimension of the vectors."""

    @property
    def calibration(self) -> Calibration:
        """Text lengths, weights and thresholds measured for the model."""

    @property
    def token_encoder(self) -> TokenEncoder | None:
        """The encoder of word vectors, if there is one; part of the fingerprint."""

    def token_offsets(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """The (start, end) character range of every token of each text, special tokens left out."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The vector of each text, shape (len(texts), dimension)."""

    def share(self, text: str) -> float:
        """The share of the words of a text that the model reads, from 0 to 1."""

    def warm(self) -> None:
        """Load the model now instead of at the first text, unless it is loaded."""


def embedded(texts: Sequence[str], embedder: Embedder) -> list[Embedded]:
    """The vectors of texts, with those of their words if the embedder has them."""
    if encoder := embedder.token_encoder:
        return encoder.encode(texts)
    return list(map(Embedded, embedder.embed(texts)))


def stacked(found: Sequence[Embedded], dimension: int) -> Vectors:
    """The vectors of texts alone, shape (len(found), dimension)."""
    rows = np.array([one.vector for one in found], np.float32)
    return rows.reshape(-1, dimension)


def word_dimension(embedder: Embedder) -> int:
    """Dimension of word vectors, 0 for an embedder without them."""
    encoder = embedder.token_encoder
    return encoder.word_dimension if encoder else 0
