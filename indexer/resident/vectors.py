"""The vectors of all passages in memory, and the scores of documents by them.

Scores are computed row by row: a matrix product rounds differently depending on the other rows,
hidden ones included.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

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
    """Rows with spare room, shared by `PassageVectors` that each see a prefix.

    So a commit copies no earlier rows. Rows up to `used` are only overwritten by `wipe`.
    """

    def __init__(self, room: int, dimension: int) -> None:
        self.rows: Vectors = np.empty((room, dimension), np.float32)
        self.used = 0


def cosines(question: Vectors, vectors: Vectors) -> Vectors:
    """The cosine of the question with each row; depends on that row alone, to the last bit."""
    found: Vectors = np.einsum("ij,j->i", vectors, question)
    return found


def first_largest(values: NDArray[Any], starts: Integers) -> Integers:
    """The index of the first largest of `values` in each run; `starts` are those of the runs."""
    most = np.repeat(np.maximum.reduceat(values, starts), np.diff(starts, append=len(values)))
    hits = np.flatnonzero(values == most)
    found: Integers = hits[np.searchsorted(hits, starts)]
    return found


class PassageVectors:
    """Immutable matrix with a row for each passage, those of a document together, by slot.

    `extended` returns a new one; call it from one thread at a time.
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
        """A matrix without rows; `sharpness` is that of `Calibration`."""
        nothing = np.empty(0, np.int64)
        return cls(sharpness, _Buffer(0, dimension), nothing, np.zeros(1, np.int64))

    def none(self) -> Self:
        """A matrix of the same kind without rows."""
        return self.empty(self.matrix.shape[1], self._sharpness)

    def extended(self, counts: Sequence[int], vectors: Vectors) -> Self:
        """The matrix with the rows of further documents, which have `counts` passages each."""
        more = np.array(counts, dtype=np.int64)
        return type(self)(
            self._sharpness,
            self._grown(vectors),
            np.concatenate([self.counts, more]),
            np.concatenate([self.first_row, self.first_row[-1] + np.cumsum(more)]),
        )

    def wipe(self, slots: Integers) -> None:
        """Overwrite the rows of these documents with zeros, for all who share them."""
        self._buffer.rows[self.rows(slots)[0]] = 0

    @property
    def matrix(self) -> Vectors:
        """All rows, shape (rows, dimension)."""
        return self._buffer.rows[: self.first_row[-1]]

    def _grown(self, vectors: Vectors) -> _Buffer:
        """Our buffer with more rows; a larger one if it is full or extended by another."""
        known, buffer = self.matrix, self._buffer
        total = len(known) + len(vectors)
        if buffer.used != len(known) or total > len(buffer.rows):
            buffer = _Buffer(total + total // 2, known.shape[1])  # Pages not written cost nothing.
            buffer.rows[: len(known)] = known
        buffer.rows[len(known) : total] = vectors
        buffer.used = total
        return buffer

    def scored(self, question: Vectors, slots: Integers) -> Scored:
        """The scores of these documents over all their passages."""
        if not len(slots):
            nothing = np.empty(0)
            return Scored(slots, nothing.astype(np.float32), nothing)
        rows, starts = self.rows(slots)
        cosines = self.cosines(question, rows)
        chosen = first_largest(cosines, starts)
        return Scored(rows[chosen], cosines[chosen], soft_maximum(cosines, starts, self._sharpness))

    def means(self, slots: Integers) -> Vectors:
        """The mean vector of each of these documents' passages, a row per document."""
        rows, starts = self.rows(slots)
        if not len(rows):
            return self.matrix[:0]
        sums = np.add.reduceat(self.vectors(rows).astype(np.float64), starts, axis=0)
        found: Vectors = (sums / self.counts[slots, None]).astype(np.float32)
        return found

    def places(self, rows: Integers) -> tuple[Integers, Integers]:
        """For each row the slot of its document and the index of its passage there."""
        slots = np.searchsorted(self.first_row, rows, side="right") - 1
        return slots, rows - self.first_row[slots]

    def rows(self, slots: Integers) -> tuple[Integers, Integers]:
        """The rows of these documents, concatenated, and the start of each document in them."""
        counts = self.counts[slots]
        starts = np.cumsum(counts) - counts
        return np.repeat(self.first_row[slots] - starts, counts) + np.arange(counts.sum()), starts

    def cosines(self, question: Vectors, rows: Integers) -> Vectors:
        """The cosines of the question with these rows."""
        return cosines(question, self.vectors(rows))

    def vectors(self, rows: Integers) -> Vectors:
        """The vectors of these rows."""
        return self.matrix[rows]
