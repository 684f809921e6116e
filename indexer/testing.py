"""A deterministic embedder for tests: the same text has the same vector everywhere."""

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from threading import Lock

import numpy as np
from numpy.typing import NDArray

_PIECE = re.compile(r"\w{1,6}|[^\w\s]")
_WORD = re.compile(r"\w+")


class HashEmbedder:
    """Texts that share words have near vectors; nothing is known of meaning.

    Never a fallback for the model: its fingerprint tells its indexes apart. `embedded` counts the
    texts turned into vectors so far, to show that none was computed twice.
    """

    def __init__(self, dimension: int = 96, fingerprint: str = "hash/1") -> None:
        self.dimension = dimension
        self.fingerprint = f"{fingerprint}/{dimension}"
        self.embedded = 0
        self._counting = Lock()

    def token_offsets(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Pieces of words of at most six characters, and every other sign."""
        return [[piece.span() for piece in _PIECE.finditer(text)] for text in texts]

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The sum of one fixed direction for each word, normalised; no words have their own."""
        with self._counting:
            self.embedded += len(texts)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for place, text in enumerate(texts):
            for word in _WORD.findall(text.casefold()) or [""]:
                vectors[place] += _direction(word, self.dimension)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors

    def warm(self) -> None:
        """Nothing takes long here."""


@lru_cache(maxsize=10_000)
def _direction(word: str, dimension: int) -> NDArray[np.float32]:
    seed = int.from_bytes(blake2b(word.encode(), digest_size=8).digest())
    return np.random.default_rng(seed).standard_normal(dimension).astype(np.float32)
