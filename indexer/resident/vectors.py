"""The vectors of all passages in memory, and what documents score by them.

What reaches a score is worked out row by row: a product of matrices rounds by the place of a row
among others, hidden ones included.
"""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from indexer.ranking.fusion import soft_maximum

Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]
Vectors = NDArray[np.float32]


class Scored(NamedTuple):
    """The best passages of documents by row, with their cosines, and the documents' scores."""

    rows: Integers
    cosines: Vectors
    scores: NDArray[np.float64]


class _Buffer:
    """Rows with room for more, of which each `PassageVectors` sees those up to its own length.

    So a commit copies none of those before. What is once written stays; `used` tells up to where.
    """

    def __init__(self, room: int, dimension: int) -> None:
        self.rows: Vectors = np.empty((room, dimension), np.float32)
        self.used = 0


def cosines(question: Vectors, vectors: Vectors) -> Vectors:
    """Those of the question with each row, which depend on that row alone, to the last bit."""
    found: Vectors = np.einsum("ij,j->i", vectors, question)
    return found


class PassageVectors:
    """A row for each passage; those of one document follow each other, in the order of slots.

    Never changes: `extended` answers another. Those that are made of one are made one at a time.
    """

    def __init__(
        self, sharpness: float, buffer: _Buffer, counts: Integers, first_row: Integers
    ) -> None:
        self._sharpness = sharpness
        self._buffer = buffer
        self.counts = counts
        self.first_row = first_row

    @classmethod
    def empty(cls, dimension: int, sharpness: float) -> Self:
        """Without rows; vectors will have so many numbers, `sharpness` is that of a model."""
        nothing = np.empty(0, np.int64)
        return cls(sharpness, _Buffer(0, dimension), nothing, np.zeros(1, np.int64))

    def none(self) -> Self:
        """The same without any rows."""
        return self.empty(self.matrix.shape[1], self._sharpness)

    def extended(self, counts: Sequence[int], vectors: Vectors) -> Self:
        """The same with the rows of further documents, that have so many passages each."""
        more = np.array(counts, dtype=np.int64)
        return type(self)(
            self._sharpness,
            self._grown(vectors),
            np.concatenate([self.counts, more]),
            np.concatenate([self.first_row, self.first_row[-1] + np.cumsum(more)]),
        )

    @property
    def matrix(self) -> Vectors:
        """All rows, shape (rows, dimension)."""
        return self._buffer.rows[: self.first_row[-1]]

    def _grown(self, vectors: Vectors) -> _Buffer:
        """Our buffer with further rows, or a larger one if it is full or another went on in it."""
        known, buffer = self.matrix, self._buffer
        total = len(known) + len(vectors)
        if buffer.used != len(known) or total > len(buffer.rows):
            buffer = _Buffer(total + total // 2, known.shape[1])  # Pages not written cost nothing.
            buffer.rows[: len(known)] = known
        buffer.rows[len(known) : total] = vectors
        buffer.used = total
        return buffer

    def scored(self, question: Vectors, slots: Integers) -> Scored:
        """Every passage of these documents counts."""
        if not len(slots):
            nothing = np.empty(0)
            return Scored(slots, nothing.astype(np.float32), nothing)
        rows, starts = self.rows(slots)
        cosines = self.cosines(question, rows)
        top = np.maximum.reduceat(cosines, starts)
        hits = np.flatnonzero(cosines == np.repeat(top, np.diff(starts, append=len(rows))))
        chosen = hits[np.searchsorted(hits, starts)]
        return Scored(rows[chosen], cosines[chosen], soft_maximum(cosines, starts, self._sharpness))

    def means(self, slots: Integers) -> Vectors:
        """The mean of the vectors of each of these documents' passages, in a row for each."""
        rows, starts = self.rows(slots)
        if not len(rows):
            return self.matrix[:0]
        sums = np.add.reduceat(self.vectors(rows).astype(np.float64), starts, axis=0)
        found: Vectors = (sums / self.counts[slots, None]).astype(np.float32)
        return found

    def places(self, rows: Integers) -> tuple[Integers, Integers]:
        """The slots of the documents that these rows belong to, and the places in them."""
        slots = np.searchsorted(self.first_row, rows, side="right") - 1
        return slots, rows - self.first_row[slots]

    def rows(self, slots: Integers) -> tuple[Integers, Integers]:
        """The rows of these documents, one after the other, and where in them each begins."""
        counts = self.counts[slots]
        starts = np.cumsum(counts) - counts
        return np.repeat(self.first_row[slots] - starts, counts) + np.arange(counts.sum()), starts

    def cosines(self, question: Vectors, rows: Integers) -> Vectors:
        """Those of these rows."""
        return cosines(question, self.vectors(rows))

    def vectors(self, rows: Integers) -> Vectors:
        """The vectors of these rows."""
        return self.matrix[rows]
