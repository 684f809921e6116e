"""The default vector engine: FAISS, over the rows that are in memory to be scored anyway."""

from collections.abc import Collection, Sequence
from typing import Any, Self

import numpy as np

from indexer.document import Filter
from indexer.embedding.threads import wait_asleep
from indexer.resident.roster import Bools, Integers, Roster
from indexer.resident.vectors import PassageVectors, Vectors
from indexer.stored.rows import StoredDocument


class FaissIndex:
    """`VectorIndex` that looks at every row allowed, so a filter costs no recall.

    FAISS searches the rows in place: an index of its own would copy them, and would move them while
    it grows, during other searches.
    """

    def __init__(self, roster: Roster, vectors: PassageVectors) -> None:
        wait_asleep()
        import faiss

        self._faiss: Any = faiss
        self.roster = roster
        self.vectors = vectors

    def __len__(self) -> int:
        return len(self.roster)

    def changed(
        self, added: Sequence[StoredDocument], vectors: Vectors, removed: Sequence[int]
    ) -> Self:
        counts = [len(document.passages) for document in added]
        return type(self)(
            self.roster.changed(added, removed), self.vectors.extended(counts, vectors)
        )

    def kept(self, slots: Integers) -> Self:
        """The index of these slots alone, renumbered in their order."""
        documents = [self.roster.documents[slot] for slot in slots.tolist()]
        rows, _ = self.vectors.rows(slots)
        empty = type(self)(Roster(), self.vectors.none())
        return empty.changed(documents, self.vectors.vectors(rows), ())

    def nearest(self, question: Vectors, filter: Filter, count: int) -> Collection[str]:
        allowed = self.roster.allowed(filter)
        return [self.roster.documents[slot].id for slot in self._slots(question, allowed, count)]

    def _slots(self, question: Vectors, allowed: Bools, count: int) -> list[int]:
        """The slots of the nearest passages, searched further until there are enough documents."""
        counts = self.vectors.counts
        reach = int(counts @ allowed)
        wanted = min(count, int(np.count_nonzero(allowed & (counts > 0))))
        size = min(reach, 2 * count)
        selector = self._selector(allowed)
        while size:
            cosines, rows = self._search(question, size, selector)
            if size < reach:
                rows = rows[cosines > cosines[-1]]
            slots: list[int] = np.unique(self.vectors.places(rows)[0]).tolist()
            if len(slots) >= wanted or size == reach:
                return slots
            size = min(reach, size * 4)
        return []

    def _search(self, question: Vectors, size: int, selector: Any) -> tuple[Vectors, Integers]:
        """`IndexFlatIP.search` with a single thread, as more would only wait for each other.

        The thread count is local to the calling thread, so other searches are not affected.
        """
        rows = self.vectors.matrix
        asked = np.ascontiguousarray(question, np.float32)
        cosines, places = np.empty(size, np.float32), np.empty(size, np.int64)
        pointers = [self._faiss.swig_ptr(each) for each in (asked, rows, cosines, places)]
        threads = self._faiss.omp_get_max_threads()
        self._faiss.omp_set_num_threads(1)
        try:
            self._faiss.knn_inner_product(
                *pointers[:2], rows.shape[1], 1, len(rows), size, *pointers[2:], selector
            )
        finally:
            self._faiss.omp_set_num_threads(threads)
        return cosines, places

    def _selector(self, allowed: Bools) -> Any:
        """A bitmap of the allowed rows, None for all."""
        if allowed.all():
            return None
        bitmap = np.packbits(np.repeat(allowed, self.vectors.counts), bitorder="little")
        return self._faiss.IDSelectorBitmap(bitmap)
