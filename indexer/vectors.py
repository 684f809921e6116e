"""The vectors of all passages in memory, searched by FAISS among allowed documents."""

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from indexer.document import Filter
from indexer.fusion import Distribution, dense_distribution, soft_maximum
from indexer.passage_store import StoredDocument

Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]
Vectors = NDArray[np.float32]

_COMPACT_AT = 1000
"""Rows left behind by removals before the rest is moved together, if they are a quarter of all."""


class _Scored(NamedTuple):
    """The best passages of documents by row, with their cosines, and the documents' scores."""

    rows: Integers
    cosines: Vectors
    scores: NDArray[np.float64]


class Candidates(Struct, frozen=True):
    """Documents with number, row and cosine of their best passages, their scores over all passages
    and how the scores of all documents lie.
    """

    ids: list[str]
    passages: Integers
    rows: Integers
    cosines: Vectors
    scores: NDArray[np.float64]
    distribution: Distribution


class VectorIndex:
    """Passages in rows, documents in slots; after a removal neither is used again.

    All that it holds is also in the stores, from which it is made anew. Methods may be called from
    any thread.
    """

    def __init__(self, dimension: int) -> None:
        import faiss

        self._faiss: Any = faiss
        self._dimension = dimension
        self._flat: Any = faiss.IndexFlatIP(dimension)
        self._lock = Lock()
        self._passages: Integers = np.empty(0, np.int64)
        self._slot_of_row: Integers = np.empty(0, np.int64)
        self._first_row: Integers = np.zeros(1, np.int64)
        self._alive: Bools = np.empty(0, np.bool_)
        self._documents: list[StoredDocument] = []
        self._slot_by_number: dict[int, int] = {}
        self._slot_by_id: dict[str, int] = {}
        self._slots_by_label: dict[tuple[str, str], Integers] = {}
        self._sum = np.zeros(dimension)
        self._squares = np.zeros((dimension, dimension))
        self._live_rows = 0
        self._moments: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None

    def __len__(self) -> int:
        return len(self._slot_by_id)

    def apply(
        self, added: Sequence[StoredDocument], vectors: Vectors, removed: Sequence[int]
    ) -> None:
        """Take documents out by number and add others, `vectors` being their passages' rows."""
        with self._lock:
            for number in removed:
                self._remove(number)
            if added:
                self._add(added, vectors)

    def compacted(self) -> "VectorIndex":
        """The same without the rows left behind by removals; itself while these are few."""
        dead = len(self._passages) - self._live_rows
        if dead < _COMPACT_AT or dead * 4 < len(self._passages):
            return self
        fresh = VectorIndex(self._dimension)
        live = np.flatnonzero(self._alive)
        rows = np.flatnonzero(self._alive[self._slot_of_row])
        fresh.apply([self._documents[slot] for slot in live], self.vectors(rows), ())
        return fresh

    def candidates(
        self, question: Vectors, filter: Filter, ids: Sequence[str], count: int
    ) -> Candidates:
        """The documents with the nearest passages that `filter` lets through, and those of `ids`.

        At least `count`, if there are.
        """
        with self._lock:
            allowed = self._allowed(filter)
            near = self._nearest(question, allowed, count)
            others = [slot for name in ids if (slot := self._slot_by_id.get(name)) is not None]
            more = np.setdiff1d(np.array(others, dtype=np.int64), near)
            slots = np.concatenate([near, more[allowed[more]]])
            rows, cosines, scores = self._scored(question, slots)
            return Candidates(
                [self._documents[slot].id for slot in slots.tolist()],
                self._passages[rows],
                rows,
                cosines,
                scores,
                self._distribution(question),
            )

    def nearest_texts(self, question: Vectors, ids: Sequence[str], count: int) -> list[list[bytes]]:
        """The hashes of the texts of each document's `count` nearest passages, the nearest first.

        None for a document that is not there.
        """
        with self._lock:
            known = [slot for name in ids if (slot := self._slot_by_id.get(name)) is not None]
            slots = np.array(known, dtype=np.int64)
            rows, starts = self._rows(slots)
            cosines = self._vectors(rows) @ question
            runs = np.repeat(np.arange(len(slots)), np.diff(starts, append=len(rows)))
            order = np.lexsort((-cosines, runs))
            chosen = order[np.arange(len(rows)) - starts[runs] < count]
            found: dict[str, list[bytes]] = {name: [] for name in ids}
            for slot, row in zip(slots[runs[chosen]].tolist(), rows[chosen].tolist(), strict=True):
                document = self._documents[slot]
                _, key = document.passages[row - self._first_row[slot]]
                found[document.id].append(key)
            return [found[name] for name in ids]

    def vectors(self, rows: Integers) -> Vectors:
        """The vectors of these rows."""
        with self._lock:
            return self._vectors(rows)

    def _allowed(self, filter: Filter) -> Bools:
        mask = self._alive & self._any_of("", filter.audience)
        for name, values in filter.facets.items():
            mask &= self._any_of(f"/{name}", values)
        return mask

    def _nearest(self, question: Vectors, allowed: Bools, count: int) -> Integers:
        """At least `count` slots, if there are: the passages reach further until they do."""
        reach = int(np.diff(self._first_row)[allowed].sum())
        wanted = min(count, int(allowed.sum()))
        size = min(reach, 2 * count)
        parameters = self._selector(allowed)
        while size:
            _, rows = self._flat.search(question[None, :], size, params=parameters)
            slots = np.unique(self._slot_of_row[rows[0]])
            if len(slots) >= wanted or size == reach:
                return slots
            size = min(reach, size * 4)
        return np.empty(0, np.int64)

    def _scored(self, question: Vectors, slots: Integers) -> _Scored:
        """Every passage of these documents counts."""
        if not len(slots):
            nothing = np.empty(0)
            return _Scored(slots, nothing.astype(np.float32), nothing)
        rows, starts = self._rows(slots)
        cosines = self._vectors(rows) @ question
        top = np.maximum.reduceat(cosines, starts)
        hits = np.flatnonzero(cosines == np.repeat(top, np.diff(starts, append=len(rows))))
        chosen = hits[np.searchsorted(hits, starts)]
        return _Scored(rows[chosen], cosines[chosen], soft_maximum(cosines, starts))

    def _rows(self, slots: Integers) -> tuple[Integers, Integers]:
        """The rows of these documents, one after the other, and where in them each begins."""
        counts = self._first_row[slots + 1] - self._first_row[slots]
        starts = np.cumsum(counts) - counts
        return np.repeat(self._first_row[slots] - starts, counts) + np.arange(counts.sum()), starts

    def _vectors(self, rows: Integers) -> Vectors:
        found: Vectors = self._flat.reconstruct_batch(rows)
        return found

    def _distribution(self, question: Vectors) -> Distribution:
        if self._moments is None:
            count = max(1, len(self._slot_by_id))
            mean = self._sum / count
            self._moments = mean, self._squares / count - np.outer(mean, mean)
        return dense_distribution(question, *self._moments)

    def _add(self, added: Sequence[StoredDocument], vectors: Vectors) -> None:
        counts = np.array([len(document.passages) for document in added], dtype=np.int64)
        first_slot, first_row = len(self._documents), len(self._passages)
        slots = np.arange(first_slot, first_slot + len(added))
        self._flat.add(np.ascontiguousarray(vectors))
        self._live_rows += len(vectors)
        self._count(_means(vectors, np.cumsum(counts) - counts), 1)
        numbers = [number for document in added for number, _ in document.passages]
        self._passages = np.concatenate([self._passages, np.array(numbers, dtype=np.int64)])
        self._slot_of_row = np.concatenate([self._slot_of_row, np.repeat(slots, counts)])
        self._first_row = np.concatenate([self._first_row, first_row + np.cumsum(counts)])
        self._alive = np.concatenate([self._alive, np.ones(len(added), np.bool_)])
        labels: dict[tuple[str, str], list[int]] = {}
        for slot, document in zip(slots.tolist(), added, strict=True):
            self._documents.append(document)
            self._slot_by_number[document.number] = self._slot_by_id[document.id] = slot
            for label in _labels(document):
                labels.setdefault(label, []).append(slot)
        for label, new in labels.items():
            known = self._slots_by_label.get(label, np.empty(0, np.int64))
            self._slots_by_label[label] = np.concatenate([known, np.array(new, dtype=np.int64)])

    def _remove(self, number: int) -> None:
        slot = self._slot_by_number.pop(number, None)
        if slot is None:
            return
        del self._slot_by_id[self._documents[slot].id]
        self._alive[slot] = False
        vectors = self._vectors(np.arange(self._first_row[slot], self._first_row[slot + 1]))
        self._live_rows -= len(vectors)
        self._count(_means(vectors, np.zeros(1, np.int64)), -1)

    def _count(self, means: NDArray[np.float64], sign: int) -> None:
        """Take in the mean vectors of documents, or take them out."""
        self._sum += sign * means.sum(axis=0)
        self._squares += sign * (means.T @ means)
        self._moments = None

    def _any_of(self, name: str, values: frozenset[str]) -> Bools:
        mask = np.zeros(len(self._documents), np.bool_)
        for value in values:
            mask[self._slots_by_label.get((name, value), [])] = True
        return mask

    def _selector(self, allowed: Bools) -> Any:
        """None if all rows are allowed, else FAISS parameters with a bitmap of those that are."""
        if allowed.all():
            return None
        bitmap = np.packbits(allowed[self._slot_of_row], bitorder="little")
        return self._faiss.SearchParameters(sel=self._faiss.IDSelectorBitmap(bitmap))


def _means(vectors: Vectors, starts: Integers) -> NDArray[np.float64]:
    """The mean of each document's vectors; `starts` are the rows where documents begin."""
    counts = np.diff(starts, append=len(vectors))
    sums: NDArray[np.float64] = np.add.reduceat(vectors.astype(np.float64), starts)
    return sums / counts[:, None]


def _labels(document: StoredDocument) -> list[tuple[str, str]]:
    facets: Mapping[str, frozenset[str]] = document.facets
    named = [(f"/{name}", value) for name, values in facets.items() for value in values]
    return [*(("", label) for label in document.audience), *named]
