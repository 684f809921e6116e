"""Visibility masks of documents, by which everything else in memory counts and searches."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from indexer.document import Filter
from indexer.stored.rows import StoredDocument

Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]

NOBODY = StoredDocument(0, "", frozenset(), {}, ())
"""In the slot of a document of which nothing is left."""

_LAST = np.uint64(2**64 - 1)

AUDIENCES = 32
"""Audiences, and filters, whose masks are cached, at a byte per document."""

_Allowed = tuple[frozenset[str], frozenset[tuple[str, frozenset[str]]], frozenset[tuple[str, str]]]


class Roster:
    """Immutable roster of the documents of one commit, in slots that are never reused.

    `changed` returns a new one. Masks of `visible` and `allowed` cannot be written to.
    """

    def __init__(self) -> None:
        self.documents: list[StoredDocument] = []
        self.alive: Bools = np.empty(0, np.bool_)
        self._numbers: Integers = np.empty(0, np.int64)
        self._slot_by_id: dict[str, int] = {}
        self._slots_by_label: dict[tuple[str, str], Integers] = {}
        self._keys = np.empty(0, np.uint64)
        self._heads = np.empty(0, np.uint64)
        self._visible: dict[frozenset[str], Bools] = {}
        self._allowed: dict[_Allowed, Bools] = {}

    def __len__(self) -> int:
        return len(self._slot_by_id)

    def changed(self, added: Sequence[StoredDocument], removed: Sequence[int]) -> "Roster":
        """The roster without the documents `removed` (by number), and with those `added`."""
        other = Roster()
        other._slot_by_id = self._slot_by_id.copy()
        gone = self.alive & np.isin(self._numbers, np.array(removed, np.int64))
        for slot in np.flatnonzero(gone).tolist():
            del other._slot_by_id[self.documents[slot].id]
        labels: dict[tuple[str, str], list[int]] = {}
        for slot, document in enumerate(added, len(self.documents)):
            other._slot_by_id[document.id] = slot
            for label in _labels(document):
                labels.setdefault(label, []).append(slot)
        other._slots_by_label = self._slots_by_label.copy()
        for label, new in labels.items():
            known = self._slots_by_label.get(label, np.empty(0, np.int64))
            other._slots_by_label[label] = np.concatenate([known, np.array(new, dtype=np.int64)])
        other.documents = [*self.documents, *added]
        other.alive = np.concatenate([self.alive & ~gone, np.ones(len(added), np.bool_)])
        numbers = np.array([document.number for document in added], dtype=np.int64)
        other._numbers = np.concatenate([self._numbers, numbers])
        keys = np.array([_key(document.id) for document in added], dtype=np.uint64)
        other._keys = np.concatenate([self._keys, keys])
        heads = np.array([_head(document.id) for document in added], dtype=np.uint64)
        other._heads = np.concatenate([self._heads, heads])
        return other

    def remains(self) -> Integers:
        """The slots of removed documents of which something is left."""
        gone = np.flatnonzero(~self.alive)
        left = [slot for slot in gone.tolist() if self.documents[slot] is not NOBODY]
        return np.array(left, np.int64)

    def wipe(self) -> None:
        """Drop what is left of removed documents, which keep their slots.

        Only for a roster that nothing else has yet.
        """
        remains = self.remains()
        for slot in remains.tolist():
            for label in _labels(self.documents[slot]):
                known = self._slots_by_label.pop(label, np.empty(0, np.int64))
                if len(live := known[self.alive[known]]):
                    self._slots_by_label[label] = live
            self.documents[slot] = NOBODY
        self._numbers[remains] = 0
        self._keys[remains] = _LAST

    def slots(self, ids: Iterable[str]) -> Integers:
        """The slots of the known documents, in the order of `ids`."""
        found = (self._slot_by_id.get(name) for name in ids)
        return np.array([slot for slot in found if slot is not None], dtype=np.int64)

    def known(self, audience: frozenset[str]) -> frozenset[str]:
        """The labels that any document ever had; only these distinguish audiences here."""
        return frozenset(label for label in audience if ("", label) in self._slots_by_label)

    def visible(self, audience: frozenset[str]) -> Bools:
        """By slot, whether `audience` may see the document."""
        seen = self.known(audience)
        found = self._visible.get(seen)
        if found is None:
            found = self.alive & self._any_of("", seen)
            found.setflags(write=False)
            if len(self._visible) >= AUDIENCES:
                self._visible.clear()
            self._visible[seen] = found
        return found

    def allowed(self, filter: Filter) -> Bools:
        """By slot, whether the document passes `filter`."""
        every = frozenset((name, value) for name, each in filter.every.items() for value in each)
        asked = self.known(filter.audience), frozenset(filter.facets.items()), every
        found = self._allowed.get(asked)
        if found is None:
            found = self.visible(filter.audience)
            for name, values in filter.facets.items():
                found = found & self._any_of(f"/{name}", values)
            for name, value in every:
                found = found & self._any_of(f"/{name}", (value,))
            found.setflags(write=False)
            if len(self._allowed) >= AUDIENCES:
                self._allowed.clear()
            self._allowed[asked] = found
        return found

    def first_by_id(self, slots: Integers, count: int) -> Integers:
        """The places in `slots` of the `count` lowest ids, unsorted; at least 1, at most all."""
        heads = self._heads[slots]
        last = np.partition(heads, count - 1)[count - 1]
        sure, tied = np.flatnonzero(heads < last), np.flatnonzero(heads == last).tolist()
        # Only ids that begin alike are compared as wholes.
        tied.sort(key=lambda place: self.documents[slots[place]].id)
        return np.append(sure, np.array(tied[: count - len(sure)], np.int64))

    def having(self, facets: Mapping[str, frozenset[str]]) -> Bools:
        """By slot, whether a document has one of the values of any of these facets."""
        found = np.zeros(len(self.documents), np.bool_)
        for name, values in facets.items():
            found |= self._any_of(f"/{name}", values)
        return found

    def sample(self, visible: Bools, size: int) -> Integers:
        """At most `size` of the visible documents, pseudo-random: the first by a hash of the id.

        So the sample does not depend on other documents.
        """
        for reach in (4 * size, len(self._by_key)):
            drawn = self._by_key[:reach]
            found: Integers = drawn[visible[drawn]][:size]
            if len(found) == size:
                break
        return found

    @cached_property
    def _by_key(self) -> Integers:
        return np.argsort(self._keys)

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


def _head(id: str) -> int:
    """The beginning of an id as a number in the order of ids."""
    return int.from_bytes(id[:8].encode("utf-8", "surrogatepass")[:8].ljust(8, b"\0"))
