"""The embedding model, loaded at first use after an announcement."""

from collections.abc import Callable, Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Self

from kb.messages import _

if TYPE_CHECKING:
    from indexer.embedding.calibration import Calibration
    from indexer.embedding.embedder import Embedded, Vectors
    from indexer.embedding.model import ModelEmbedder


class AnnouncedModel:
    """The packaged model, which is an `Embedder` and its own `TokenEncoder`.

    Nothing is imported before the first use; `notice` gets a sentence before the first text, as
    loading takes seconds.
    """

    def __init__(self, notice: Callable[[str], None]) -> None:
        self._notice = notice
        self._announcing = Lock()
        self._announced = False

    @property
    def fingerprint(self) -> str:
        """That of the model."""
        return self._embedder.fingerprint

    @property
    def dimension(self) -> int:
        """Numbers per vector."""
        return self._embedder.dimension

    @property
    def calibration(self) -> "Calibration":
        """That of the model."""
        return self._embedder.calibration

    @property
    def word_dimension(self) -> int:
        """Numbers per word."""
        return self._embedder.word_dimension

    @property
    def token_encoder(self) -> Self:
        """Itself."""
        return self

    def token_offsets(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Where the tokens stand; does not load the weights."""
        return self._embedder.token_offsets(texts)

    def embed(self, texts: Sequence[str]) -> "Vectors":
        """The vector of each text."""
        self._announce()
        return self._embedder.embed(texts)

    def encode(self, texts: Sequence[str]) -> "list[Embedded]":
        """The vectors of each text and of its words."""
        self._announce()
        return self._embedder.encode(texts)

    def share(self, text: str) -> float:
        """How much of the words of a text it reads; does not load the weights."""
        return self._embedder.share(text)

    def warm(self) -> None:
        """Load the weights now."""
        self._announce()
        self._embedder.warm()

    @cached_property
    def _embedder(self) -> "ModelEmbedder":
        from indexer.embedding.model import ModelEmbedder

        return ModelEmbedder()

    def _announce(self) -> None:
        with self._announcing:
            if not self._announced:
                self._announced = True
                self._notice(_("Loading the language model; this takes a few seconds."))
