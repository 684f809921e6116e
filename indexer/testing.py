"""A deterministic embedder for tests: the same text gives the same vector on every machine, at once."""

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

_PIECE = re.compile(r"\w{1,6}|[^\w\s]")
_WORD = re.compile(r"\w+")


class HashEmbedder:
    """Texts that share words have near vectors; nothing is known of meaning.

    Never a fallback for the model: its fingerprint tells its indexes apart. `embedded` counts the texts
    turned into vectors so far, to show that none was computed twice.
    """

    def __init__(self, dimension: int = 96, fingerprint: str = "hash/1") -> None:
        self.dimension = dimension
        self.fingerprint = f"{fingerprint}/{dimension}"
        self.embedded = 0

    def token_offsets(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Pieces of words of at most six characters, and every other sign."""
        return [[piece.span() for piece in _PIECE.finditer(text)] for text in texts]

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The normalised sum of one fixed direction for each word; a text without words has its own."""
        self.embedded += len(texts)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in _WORD.findall(text.casefold()) or [""]:
                row += _direction(word, self.dimension)
            row /= np.linalg.norm(row)
        return vectors

    def warm(self) -> None:
        """Nothing takes long here."""


@lru_cache(maxsize=10_000)
def _direction(word: str, dimension: int) -> NDArray[np.float32]:
    seed = int.from_bytes(blake2b(word.encode(), digest_size=8).digest())
    return np.random.default_rng(seed).standard_normal(dimension).astype(np.float32)
