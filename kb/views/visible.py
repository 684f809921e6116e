"""Whether the principal sees an entry or a reuse, from the views, before its stream is read."""

from collections.abc import Callable, Mapping

from kb.errors import NotYetSearchable
from kb.messages import _
from kb.views.reader import ViewReader
from kb.writer import What

# Anybody may learn that an entry was erased: nothing of it can be read any more.
_QUERIES: Mapping[What, str] = {
    "entry": "SELECT 1 FROM entry WHERE id = ?",
    "reuse": """SELECT 1 FROM reuse WHERE id = ?1
        UNION ALL SELECT 1 FROM withdrawn_reuse WHERE id = ?1""",
    "erasure": "SELECT 1 FROM erasure WHERE stream = 'entry-' || ?",
}


class Sight:
    """Looks up hidden and missing things by the same single statement.

    Reading the stream of a hidden one would give it away by the time it takes. `behind` waits a
    moment for the views to hold all that is in the log, and tells whether they still do not.
    """

    def __init__(
        self, views: ViewReader, labels: frozenset[str], behind: Callable[[], bool]
    ) -> None:
        self._views = views
        self._labels = labels
        self._behind = behind

    def __call__(self, what: What, id: str) -> bool:
        """Whether a principal with these labels sees it.

        Raises `NotYetSearchable` where the views, which lack what was just written, do not tell.
        """
        if self._shows(what, id):
            return True
        if not self._behind():
            return self._shows(what, id)
        raise NotYetSearchable(
            _("What was written last is not shown yet, and {id} may be of that: try again.", id=id)
        )

    def _shows(self, what: What, id: str) -> bool:
        with self._views.read(self._labels) as db:
            return db.execute(_QUERIES[what], (id,)).fetchone() is not None
