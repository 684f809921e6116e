"""Who may see which documents: every other part in memory counts and searches by its masks."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from indexer.document import Filter
from indexer.stored.rows import StoredDocument

Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]


class Roster:
    """Documents in slots; after a removal none is used again. Not safe for threads by itself."""

    def __init__(self) -> None:
        self.documents: list[StoredDocument] = []
        self.alive: Bools = np.empty(0, np.bool_)
        self._slot_by_number: dict[int, int] = {}
        self._slot_by_id: dict[str, int] = {}
        self._slots_by_label: dict[tuple[str, str], Integers] = {}
        self._keys = np.empty(0, np.uint64)
        self._by_key: Integers | None = None

    def __len__(self) -> int:
        return len(self._slot_by_id)

    def add(self, added: Sequence[StoredDocument]) -> None:
        """Give these documents the next slots."""
        labels: dict[tuple[str, str], list[int]] = {}
        for slot, document in enumerate(added, len(self.documents)):
            self._slot_by_number[document.number] = self._slot_by_id[document.id] = slot
            for label in _labels(document):
                labels.setdefault(label, []).append(slot)
        for label, new in labels.items():
            known = self._slots_by_label.get(label, np.empty(0, np.int64))
            self._slots_by_label[label] = np.concatenate([known, np.array(new, dtype=np.int64)])
        self.documents.extend(added)
        self.alive = np.concatenate([self.alive, np.ones(len(added), np.bool_)])
        keys = np.array([_key(document.id) for document in added], dtype=np.uint64)
        self._keys = np.concatenate([self._keys, keys])
        self._by_key = None

    def remove(self, number: int) -> int | None:
        """The slot of the document that had this number; None if there was none."""
        slot = self._slot_by_number.pop(number, None)
        if slot is not None:
            del self._slot_by_id[self.documents[slot].id]
            self.alive[slot] = False
        return slot

    def slots(self, ids: Iterable[str]) -> Integers:
        """Those of the documents that are there, in the order of `ids`."""
        found = (self._slot_by_id.get(name) for name in ids)
        return np.array([slot for slot in found if slot is not None], dtype=np.int64)

    def known(self, audience: frozenset[str]) -> frozenset[str]:
        """Those of the labels that any document ever had: what sets two principals apart here."""
        return frozenset(label for label in audience if ("", label) in self._slots_by_label)

    def visible(self, audience: frozenset[str]) -> Bools:
        """By slot, whether a document is there for someone with these labels."""
        return self.alive & self._any_of("", audience)

    def passing(self, visible: Bools, filter: Filter) -> Bools:
        """Those of the visible ones that have the facets that `filter` asks for."""
        for name, values in filter.facets.items():
            visible = visible & self._any_of(f"/{name}", values)
        for name, values in filter.every.items():
            for value in values:
                visible = visible & self._any_of(f"/{name}", (value,))
        return visible

    def having(self, facets: Mapping[str, frozenset[str]]) -> Bools:
        """By slot, whether a document has one of the values of any of these facets."""
        found = np.zeros(len(self.documents), np.bool_)
        for name, values in facets.items():
            found |= self._any_of(f"/{name}", values)
        return found

    def sample(self, visible: Bools, size: int) -> Integers:
        """At most `size` of the visible, as good as drawn at random: the first by a hash of the id.

        So they are the same, in the same order, whatever else is there.
        """
        if self._by_key is None:
            self._by_key = np.argsort(self._keys)
        for reach in (4 * size, len(self._by_key)):
            drawn = self._by_key[:reach]
            found: Integers = drawn[visible[drawn]][:size]
            if len(found) == size:
                break
        return found

    def _any_of(self, name: str, values: Iterable[str]) -> Bools:
        mask = np.zeros(len(self.documents), np.bool_)
        for value in values:
            mask[self._slots_by_label.get((name, value), [])] = True
        return mask


def _labels(document: StoredDocument) -> list[tuple[str, str]]:
    facets: Mapping[str, frozenset[str]] = document.facets
    named = [(f"/{name}", value) for name, values in facets.items() for value in values]
    return [*(("", label) for label in document.audience), *named]


def _key(id: str) -> int:
    return int.from_bytes(blake2b(id.encode(), digest_size=8).digest())
