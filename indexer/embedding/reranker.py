"""The Reranker protocol: a second look at the first of a ranking. None ships with the program."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Reranker(Protocol):
    """Reads a question and a passage together, as a cross-encoder does.

    It tells answers better than two vectors do and costs far more, so it is shown the first alone.
    """

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float64]:
        """How well each passage answers, shape (len(passages),): more is better, on any scale.

        Each score depends on the question and its own passage alone, so that what someone may not
        see changes nothing.
        """
