"""The Embedder protocol, the model behind it, and a deterministic one for tests."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

WORD_DIMENSION = 128
"""Numbers, of a byte each, that a word has in its text."""


class Embedded(Struct, frozen=True):
    """The unit vector of a text, its distinct terms, and what each of these means there.

    `words` has shape (len(terms), WORD_DIMENSION); only directions count, not lengths.
    """

    vector: NDArray[np.float32]
    terms: tuple[str, ...]
    words: NDArray[np.int8]


class Embedder(Protocol):
    """Turns text into unit vectors; counts tokens without loading what computes vectors."""

    @property
    def fingerprint(self) -> str:
        """Names model, weights and arithmetic: equal fingerprints mean interchangeable vectors."""

    @property
    def dimension(self) -> int:
        """Numbers per vector."""

    def token_offsets(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """The (start, end) character range of every token of each text, special tokens left out."""

    def embed(self, texts: Sequence[str]) -> list[Embedded]:
        """The vectors of each text and of its words, in the order of `texts`."""

    def share(self, text: str) -> float:
        """How much of the words of a text this reads, from 0 to 1."""

    def warm(self) -> None:
        """Load what takes seconds now instead of at the first text; nothing if it is loaded."""
