"""The Embedder protocol, the model behind it, and a deterministic one for tests."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


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

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of shape (len(texts), dimension), in the order of `texts`."""

    def warm(self) -> None:
        """Load what takes seconds now instead of at the first text; nothing if it is loaded."""
