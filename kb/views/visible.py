"""The views as commands read them, e.g. whether the principal sees an entry, before its stream is.

What keeps them from being read keeps the change from being recorded, and that is said.
"""

import sqlite3
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from kb.errors import NotRecorded, NotYetSearchable, not_recorded
from kb.messages import _
from kb.views.snapshot import Reads
from kb.views.tables import FileState
from kb.writer import What

T = TypeVar("T")

# Anybody may learn that an entry was erased: nothing of it can be read any more.
_QUERIES: Mapping[What, str] = {
    "entry": "SELECT 1 FROM entry WHERE id = ?",
    "reuse": """SELECT 1 FROM reuse WHERE id = ?1
        UNION ALL SELECT 1 FROM withdrawn_reuse WHERE id = ?1""",
    "erasure": "SELECT 1 FROM erasure WHERE stream = 'entry-' || ?",
}


@contextmanager
def deciding() -> Iterator[None]:
    """Inside, views that cannot be read raise `NotRecorded`."""
    try:
        yield
    except NotYetSearchable as error:
        raise not_recorded(error) from error


class Decided(Reads):
    """`views`, where each `NotYetSearchable` is a `NotRecorded`."""

    def __init__(self, views: Reads) -> None:
        self._views = views

    @contextmanager
    def read(self, labels: frozenset[str]) -> Iterator[sqlite3.Connection]:
        """See `Reads`."""
        with deciding(), self._views.read(labels) as db:
            yield db

    def kept(
        self, labels: frozenset[str], asked: Hashable, answer: Callable[[sqlite3.Connection], T]
    ) -> T:
        """See `Reads`."""
        with deciding():
            return self._views.kept(labels, asked, answer)

    def state(self) -> FileState:
        """See `Reads`."""
        with deciding():
            return self._views.state()

    def renew(self) -> None:
        """See `Reads`."""
        self._views.renew()


class Sight:
    """Looks up hidden and missing things by the same single statement.

    Reading the stream of a hidden one would give it away by the time it takes. `behind` waits a
    moment for the views to hold all that is in the log, and tells whether they still do not.
    """

    def __init__(self, views: Reads, labels: frozenset[str], behind: Callable[[], bool]) -> None:
        self._views = views
        self._labels = labels
        self._behind = behind

    def __call__(self, what: What, id: str) -> bool:
        """Whether a principal with these labels sees it.

        Raises `NotRecorded` where the views, which lack what was just written, do not tell.
        """
        if self._shows(what, id):
            return True
        if not self._behind():
            return self._shows(what, id)
        raise NotRecorded(
            _(
                "This change is not recorded, as what was written last is not shown yet, and {id} "
                "may be of that: try again.",
                id=id,
            )
        )

    def _shows(self, what: What, id: str) -> bool:
        with self._views.read(self._labels) as db:
            return db.execute(_QUERIES[what], (id,)).fetchone() is not None
