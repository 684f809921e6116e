"""Keeps a place among the answers for documents with a facet that the question names."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.resident.vectors import Bools

ANSWERS = 5
"""The most close hits: later ones are not, however near by themselves."""


def placed(
    order: Sequence[int], named: Bools, fused: NDArray[np.float64], titled: int = 0
) -> list[int]:
    """`order` with one of those `named` by a facet among the first `ANSWERS`, if there is any.

    Where none is, the one with the highest score takes the last of these places, unless all are
    those of the first `titled`, whose titles are the question.
    """
    first, others = [*order[:ANSWERS]], [*order[ANSWERS:]]
    behind = [place for place in others if named[place]]
    if titled >= ANSWERS or not behind or named[first].any():
        return [*order]
    best = max(behind, key=lambda place: fused[place])
    return [*first[:-1], best, first[-1], *(place for place in others if place != best)]
