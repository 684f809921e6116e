"""Whether the principal sees an entry or a reuse, from the views, before its stream is read."""

from collections.abc import Mapping

from kb.views.reader import ViewReader
from kb.writer import What

# Anybody may learn that an entry was erased: nothing of it can be read any more.
_QUERIES: Mapping[What, str] = {
    "entry": "SELECT 1 FROM entry WHERE id = ?",
    "reuse": "SELECT 1 FROM reuse WHERE id = ?",
    "erasure": "SELECT 1 FROM erasure WHERE stream = 'entry-' || ?",
}


class Sight:
    """Looks up hidden and missing things by the same single statement.

    Reading the stream of a hidden one would give it away by the time it takes.
    """

    def __init__(self, views: ViewReader, labels: frozenset[str]) -> None:
        self._views = views
        self._labels = labels

    def __call__(self, what: What, id: str) -> bool:
        """Whether a principal with these labels sees it, as far as the views are."""
        with self._views.read(self._labels) as db:
            return db.execute(_QUERIES[what], (id,)).fetchone() is not None
