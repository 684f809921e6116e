"""What makes vectors of texts, an Embedder, and of their words, the TokenEncoder that it may have.

An Embedder without one serves as well: in a search no words meet then, and all else stays.
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
    """The unit vector of a text, its distinct terms, and what each of these means there.

    `words` has shape (len(terms), word dimension); only directions count, not lengths. Without a
    `TokenEncoder` there are no terms and no words.
    """

    vector: Vectors
    terms: tuple[str, ...] = ()
    words: Words = NO_WORDS


class TokenEncoder(Protocol):
    """Makes a vector for each word of a text, by what it means there: for late interaction."""

    @property
    def word_dimension(self) -> int:
        """Numbers, of a byte each, per word."""

    def encode(self, texts: Sequence[str]) -> list[Embedded]:
        """The vectors of each text and of its words, in the order of `texts`.

        That of the text is the one that `Embedder.embed` makes: one pass of a model gives both.
        """


class Embedder(Protocol):
    """Turns text into unit vectors; counts tokens without loading what computes vectors."""

    @property
    def fingerprint(self) -> str:
        """Names model, weights and arithmetic: equal fingerprints mean interchangeable vectors."""

    @property
    def dimension(self) -> int:
        """Numbers per vector."""

    @property
    def calibration(self) -> Calibration:
        """What was measured for it: lengths of its texts, weights and thresholds of its cosines."""

    @property
    def token_encoder(self) -> TokenEncoder | None:
        """What makes vectors of words as well, if anything does. Part of the fingerprint."""

    def token_offsets(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """The (start, end) character range of every token of each text, special tokens left out."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The vector of each text, shape (len(texts), dimension)."""

    def share(self, text: str) -> float:
        """How much of the words of a text this reads, from 0 to 1."""

    def warm(self) -> None:
        """Load what takes seconds now instead of at the first text; nothing if it is loaded."""


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
    """Numbers per word, 0 for an embedder that has no vectors of words."""
    encoder = embedder.token_encoder
    return encoder.word_dimension if encoder else 0
