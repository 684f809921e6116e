"""Cache of the word vectors of recently used passages."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from threading import Lock

from indexer.embedding.embedder import Words

Fetch = Callable[[Sequence[bytes]], Mapping[bytes, Words]]


class RecentWords:
    """Least-recently-used cache in front of `fetch`, of `size` bytes; thread-safe."""

    def __init__(self, fetch: Fetch, size: int) -> None:
        self._fetch = fetch
        self._left = size
        self._known: OrderedDict[bytes, Words] = OrderedDict()
        self._lock = Lock()

    def get(self, hashes: Sequence[bytes]) -> dict[bytes, Words]:
        """The word vectors of the known texts, by the hashes of the texts."""
        found = {}
        with self._lock:
            for key in hashes:
                if (words := self._known.get(key)) is not None:
                    self._known.move_to_end(key)
                    found[key] = words
        fetched = self._fetch([key for key in hashes if key not in found])
        with self._lock:
            for key, words in fetched.items():
                self._forget(self._known.pop(key, None))
                self._known[key] = words
                self._left -= words.nbytes
            while self._left < 0:
                self._forget(self._known.popitem(last=False)[1])
        return {**found, **fetched}

    def _forget(self, words: Words | None) -> None:
        if words is not None:
            self._left += words.nbytes
