"""The vectors of all passages in memory, searched by FAISS among allowed documents.

FAISS finds candidates. What reaches a score is worked out row by row: a product of matrices rounds
by the place of a row among others, hidden ones included.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.embedding.threads import wait_asleep
from indexer.ranking.fusion import soft_maximum

Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]
Vectors = NDArray[np.float32]


class Scored(NamedTuple):
    """The best passages of documents by row, with their cosines, and the documents' scores."""

    rows: Integers
    cosines: Vectors
    scores: NDArray[np.float64]


def cosines(question: Vectors, vectors: Vectors) -> Vectors:
    """Those of the question with each row, which depend on that row alone, to the last bit."""
    found: Vectors = np.einsum("ij,j->i", vectors, question)
    return found


class PassageVectors:
    """A row for each passage; those of one document follow each other, in the order of slots.

    Not safe for threads by itself.
    """

    def __init__(self, dimension: int, sharpness: float) -> None:
        wait_asleep()
        import faiss

        self._faiss: Any = faiss
        self._sharpness = sharpness
        self._flat: Any = faiss.IndexFlatIP(dimension)
        self.first_row: Integers = np.zeros(1, np.int64)
        self._counts: Integers = np.empty(0, np.int64)

    def add(self, counts: Sequence[int], vectors: Vectors) -> None:
        """Take in the rows of documents that have so many passages each."""
        more = np.array(counts, dtype=np.int64)
        self._flat.add(np.ascontiguousarray(vectors))
        self._counts = np.concatenate([self._counts, more])
        self.first_row = np.concatenate([self.first_row, self.first_row[-1] + np.cumsum(more)])

    def nearest(self, question: Vectors, allowed: Bools, count: int) -> Integers:
        """At least `count` allowed slots, if there are: the passages reach further until they do.

        Passages as near as the last one are all in or all out, so no order decides among them.
        """
        reach = int(self._counts @ allowed)
        wanted = min(count, int(np.count_nonzero(allowed)))
        size = min(reach, 2 * count)
        parameters = self._selector(allowed)
        while size:
            cosines, rows = self._search(question, size, parameters)
            if size < reach:
                rows = rows[cosines > cosines[-1]]
            slots = np.unique(self.places(rows)[0])
            if len(slots) >= wanted or size == reach:
                return slots
            size = min(reach, size * 4)
        return np.empty(0, np.int64)

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
            return np.empty((0, self._flat.d), np.float32)
        sums = np.add.reduceat(self.vectors(rows).astype(np.float64), starts, axis=0)
        found: Vectors = (sums / self._counts[slots, None]).astype(np.float32)
        return found

    def places(self, rows: Integers) -> tuple[Integers, Integers]:
        """The slots of the documents that these rows belong to, and the places in them."""
        slots = np.searchsorted(self.first_row, rows, side="right") - 1
        return slots, rows - self.first_row[slots]

    def rows(self, slots: Integers) -> tuple[Integers, Integers]:
        """The rows of these documents, one after the other, and where in them each begins."""
        counts = self._counts[slots]
        starts = np.cumsum(counts) - counts
        return np.repeat(self.first_row[slots] - starts, counts) + np.arange(counts.sum()), starts

    def cosines(self, question: Vectors, rows: Integers) -> Vectors:
        """Those of these rows."""
        return cosines(question, self.vectors(rows))

    def vectors(self, rows: Integers) -> Vectors:
        """The vectors of these rows."""
        found: Vectors = self._flat.reconstruct_batch(rows)
        return found

    def _search(self, question: Vectors, size: int, parameters: Any) -> tuple[Vectors, Integers]:
        """One thread: FAISS shares out questions, of which there is one; the others only wait."""
        threads = self._faiss.omp_get_max_threads()
        self._faiss.omp_set_num_threads(1)
        try:
            cosines, rows = self._flat.search(question[None, :], size, params=parameters)
        finally:
            self._faiss.omp_set_num_threads(threads)
        return cosines[0], rows[0]

    def _selector(self, allowed: Bools) -> Any:
        """None if all rows are allowed, else FAISS parameters with a bitmap of those that are."""
        if allowed.all():
            return None
        bitmap = np.packbits(np.repeat(allowed, self._counts), bitorder="little")
        return self._faiss.SearchParameters(sel=self._faiss.IDSelectorBitmap(bitmap))
