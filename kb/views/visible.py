"""Whether the principal sees an entry or a reuse: views tell that before anything of it is read."""

from collections.abc import Mapping

from kb.views.reader import ViewReader
from kb.writer import What

# Everybody finds an erased entry here: nothing of it can be read any more, no matter who asks.
_QUERIES: Mapping[What, str] = {
    "entry": "SELECT 1 FROM entry WHERE id = ?",
    "reuse": "SELECT 1 FROM reuse WHERE id = ?",
    "erasure": "SELECT 1 FROM erasure WHERE stream = 'entry-' || ?",
}


class Sight:
    """What is hidden and what is missing are asked for by one statement, and by that alone.

    Reading the stream of one that is hidden would take as long as it has events.
    """

    def __init__(self, views: ViewReader, labels: frozenset[str]) -> None:
        self._views = views
        self._labels = labels

    def __call__(self, what: What, id: str) -> bool:
        """Whether it is there for someone with these labels, as far as the views have come."""
        with self._views.read(self._labels) as db:
            return db.execute(_QUERIES[what], (id,)).fetchone() is not None
