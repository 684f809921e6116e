"""Tantivy in volumes, so that an erasure rewrites only one of them."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from indexer.document import Filter
from indexer.errors import IndexOutdated
from indexer.lexical import LexicalDocument
from indexer.lexical import tantivy_queries as query
from indexer.lexical.tantivy_engine import MOST_DOCUMENTS, TantivyIndex
from indexer.stored.files import sync_directory

VOLUME_TERMS = 3_000_000
"""The terms of a volume's documents, each counted once in a document: 0.2 seconds to merge.

No volume has more than `MOST_DOCUMENTS`, however short.
"""

_TERM_BYTES = 1
"""About the size of a term of a document in a volume's files."""


class TantivyVolumes:
    """`LexicalIndex` over several Tantivy indexes: the first in its directory, the others below it.

    New documents go to the last one. A commit reaches the first one last, and its stamp counts for
    all: if another is ahead of it, a commit was interrupted and must be repeated.
    """

    def __init__(self, directory: Path, *, writable: bool) -> None:
        self._directory = directory
        self._writable = writable
        self._first = TantivyIndex(directory, writable=writable)
        self._volumes = [self._first]
        self._changed: set[TantivyIndex] = set()
        self._open_others()
        # Readers put nothing, and files may be removed while they look at them.
        self._room = VOLUME_TERMS - self._volumes[-1].size() // _TERM_BYTES if writable else 0

    def _open_others(self) -> None:
        known = {each.directory: each for each in self._volumes}
        volumes = [self._first]
        for place in sorted(self._directory.glob("v*/")):
            try:
                volumes.append(
                    known.get(place) or TantivyIndex(place, writable=self._writable, at_once=False)
                )
            except IndexOutdated:
                if place.is_dir():
                    raise  # else it became empty and was removed meanwhile
        self._volumes = volumes

    @property
    def position(self) -> int:
        return self._first.position

    @property
    def documents(self) -> int:
        if any(each.position > self.position for each in self._volumes):
            return -1
        return sum(each.documents for each in self._volumes)

    def put(self, documents: Sequence[LexicalDocument]) -> None:
        for document in documents:
            if self._room <= 0:
                self._begin()
            last = self._volumes[-1]
            self._each([document.id], TantivyIndex.remove, self._volumes[:-1])
            last.put([document])
            self._changed.add(last)
            self._room -= max(len(document.terms), VOLUME_TERMS // MOST_DOCUMENTS)

    def remove(self, ids: Sequence[str]) -> None:
        self._each(ids, TantivyIndex.remove, self._volumes)

    def _each(
        self,
        ids: Sequence[str],
        act: Callable[[TantivyIndex, Sequence[str]], None],
        volumes: Sequence[TantivyIndex],
    ) -> None:
        for volume in volumes:
            if held := [each for each in ids if volume.holds(each)]:
                act(volume, held)
                self._changed.add(volume)

    def purge(self, ids: Sequence[str]) -> None:
        if self._changed:
            raise ValueError("commit first")
        for volume in self._volumes:
            volume.purge(ids)
            self._let_go(volume)

    def commit(self, position: int) -> None:
        for volume in self._volumes[1:]:
            if volume in self._changed:
                volume.commit(position)
                self._let_go(volume)
        self._first.commit(position)
        self._changed.clear()
        if not all(each.documents for each in self._volumes[1:-1]):
            self._drop_empty()

    def _let_go(self, volume: TantivyIndex) -> None:
        """Keep no writer with its threads and memory but for the first and the last."""
        if volume not in (self._first, self._volumes[-1]):
            volume.let_go()

    def _begin(self) -> None:
        """Add a volume, which is there with its first commit or not at all."""
        aside, last = self._aside(), self._volumes[-1].directory
        number = 1 if len(self._volumes) == 1 else int(last.name[1:]) + 1
        TantivyIndex(aside, writable=True).close()
        aside.rename(self._directory / f"v{number:06}")
        sync_directory(self._directory)
        self._open_others()
        self._room = VOLUME_TERMS

    def _drop_empty(self) -> None:
        for volume in self._volumes[1:-1]:
            if not volume.documents:
                volume.close()
                volume.directory.rename(self._aside())
        self._aside()
        self._open_others()

    def _aside(self) -> Path:
        """Where a volume lies before it is one and after it was; nothing is there."""
        place = self._directory / "aside"
        shutil.rmtree(place, ignore_errors=True)
        return place

    def refresh(self) -> None:
        # The first one before the others, so that no stamp says more than these hold.
        if self._first.refresh():
            self._open_others()
            for volume in self._volumes[1:]:
                volume.refresh()

    def propose(self, weights: Mapping[str, float], filter: Filter, limit: int) -> list[str]:
        if not weights or limit < 1:
            return []
        asked = query.passing(filter, query.weighed(weights))
        found = [volume.heaviest(asked, limit + 1) for volume in self._volumes]
        weights_found = sorted((weight for each in found for weight, _ in each.hits), reverse=True)
        # Those that weigh as much as one too many are left out.
        least = weights_found[limit] if len(weights_found) > limit else 0.0
        return list(dict.fromkeys(name for each in found for name in each.names(least)))

    def named(self, name: str, filter: Filter) -> list[str]:
        return sorted({each for volume in self._volumes for each in volume.named(name, filter)})

    def close(self) -> None:
        for volume in self._volumes:
            volume.close()
