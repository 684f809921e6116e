"""A deterministic embedder for tests: the same text has the same vector everywhere."""

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from threading import Lock
from typing import Self

import numpy as np
from numpy.typing import NDArray

from indexer.embedding.calibration import MINILM, Calibration
from indexer.embedding.embedder import Embedded, Vectors, stacked
from indexer.text.analysis import distinct

_PIECE = re.compile(r"\w{1,6}|[^\w\s]")
_WORD = re.compile(r"\w+")
_QUARTER, _LARGEST = 32, 127

WORD_DIMENSION = 128


class HashEmbedder:
    """Embedder by hashes: texts that share words have near vectors, without regard to meaning.

    Without `words` it has vectors of texts alone, as most models do. Never a fallback for the
    model: its fingerprint tells its indexes apart. `embedded` counts the texts turned into vectors
    so far, to show that none was computed twice.
    """

    calibration: Calibration = MINILM
    word_dimension = WORD_DIMENSION

    def __init__(
        self, dimension: int = 96, fingerprint: str = "hash/1", *, words: bool = True
    ) -> None:
        self.dimension = dimension
        self.fingerprint = f"{fingerprint}/{dimension}" + ("" if words else "/sentences")
        self._words = words
        self.embedded = 0
        self._counting = Lock()

    @property
    def token_encoder(self) -> Self | None:
        """Itself, if it has words."""
        return self if self._words else None

    def token_offsets(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Pieces of words of at most six characters, and every other sign."""
        return [[piece.span() for piece in _PIECE.finditer(text)] for text in texts]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The sum of one fixed direction for each word, normalised."""
        return stacked(self.encode(texts), self.dimension)

    def encode(self, texts: Sequence[str]) -> list[Embedded]:
        """The same, and a fixed direction for each term."""
        with self._counting:
            self.embedded += len(texts)
        return list(map(self._encode, texts))

    def share(self, text: str) -> float:
        """Every script is as good as any other."""
        return 1.0

    def warm(self) -> None:
        """Does nothing."""

    def _encode(self, text: str) -> Embedded:
        words = _WORD.findall(text.casefold()) or [""]
        total: NDArray[np.float32] = np.sum(
            [_direction(word, self.dimension) for word in words], axis=0, dtype=np.float32
        )
        terms = distinct(text)
        places = [_direction(term, WORD_DIMENSION) * _QUARTER for term in terms]
        bytes_ = np.array(places).reshape(-1, WORD_DIMENSION).clip(-_LARGEST, _LARGEST)
        return Embedded(total / np.linalg.norm(total), terms, bytes_.astype(np.int8))


@lru_cache(maxsize=10_000)
def _direction(word: str, dimension: int) -> NDArray[np.float32]:
    seed = int.from_bytes(blake2b(word.encode(), digest_size=8).digest())
    return np.random.default_rng(seed).standard_normal(dimension).astype(np.float32)
