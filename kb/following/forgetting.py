"""Finishes what the log says is erased: keys first, then views and index without their texts."""

import time
from collections.abc import Callable, Sequence

from events.log import EventLog
from kb.following.search_index import SearchIndex
from kb.following.view_reader import ViewReader
from kb.following.views import Views

GATHER_SECONDS = 0.3
"""How long views wait for further erasures: one is seldom alone, and each makes them anew."""


class Forgetting:
    """The steps of the process that leads, each of which can be cut short and taken again.

    `destroy` gets the streams whose keys and sign-in material are to go.
    """

    def __init__(
        self,
        log: EventLog,
        views: Views,
        reader: ViewReader,
        index: SearchIndex,
        destroy: Callable[[Sequence[str]], None],
    ) -> None:
        self._log = log
        self._views = views
        self._reader = reader
        self._index = index
        self._destroy = destroy
        self._gathered = 0
        self._since = 0.0

    def position(self) -> int:
        """Nothing is left of what was erased up to here; -1 if that cannot be told yet."""
        return min(self._reader.forgotten(), self._index.forgotten())

    def of_views(self) -> bool:
        """Destroy keys at once, and make the views anew a little later; whether it did either."""
        known = self._views.forgotten()
        pending = [each for each in self._views.erasures() if each[0] > known]
        if not pending:
            return False
        if len(pending) != self._gathered:
            self._destroy([stream for _, stream in pending])
            self._gathered, self._since = len(pending), time.monotonic()
            return True
        if time.monotonic() - self._since < GATHER_SECONDS:
            return False
        self._views.forget(self._log, pending[-1][0])
        self._gathered = 0
        return True

    def of_index(self, stopped: Callable[[], bool]) -> bool:
        """Make the index anew, once the views are: then the log reads as erased."""
        erased = self._reader.forgotten()
        if erased <= 0 or self._index.forgotten() >= erased:
            return False
        if self._index.made() < erased:
            self._index.rebuild(stopped=stopped)
        self._index.tidy()
        return True
