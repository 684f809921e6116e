"""Finishes what the log says is erased: keys first, then views and index without their texts."""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from events.log import EventLog
from kb.following.search_index import SearchIndex
from kb.following.view_reader import ViewReader
from kb.following.views import Views

GATHER_SECONDS = 0.3
"""How long views wait for further erasures: one is seldom alone, and each makes them anew."""


class Secrets(Protocol):
    """What is destroyed first."""

    def destroy(self, streams: Sequence[str]) -> None:
        """Destroy the keys of streams, and what members among them signed in with."""

    def depart(self, members: Sequence[str]) -> None:
        """Destroy what members signed in with."""

    def alive(self, streams: Sequence[str]) -> bool:
        """Whether any of these can still be opened."""
        ...


class Forgetting:
    """The steps of the process that leads, each of which can be cut short and taken again."""

    def __init__(
        self,
        log: EventLog,
        views: Views,
        reader: ViewReader,
        index: SearchIndex,
        secrets: Secrets,
    ) -> None:
        self._log = log
        self._views = views
        self._reader = reader
        self._index = index
        self._secrets = secrets
        self._gathered = 0
        self._since = 0.0

    def position(self) -> int:
        """Nothing is left of what was erased up to here; -1 if that cannot be told yet."""
        return min(self._reader.forgotten(), self._index.forgotten())

    def keys_are_back(self) -> int:
        """The position of the last erasure, if a key that was destroyed is there again; else 0.

        So it is where an older copy of the vault was put back. Then all is to be forgotten anew.
        """
        known = self._views.forgotten()
        streams = [stream for position, stream in self._views.erasures() if position <= known]
        if not self._secrets.alive(streams):
            return 0
        self._views.remember()
        return known

    def of_views(self) -> bool:
        """Destroy keys at once, and make the views anew a little later; whether it did either."""
        departures = self._views.departures()
        if departures:
            self._secrets.depart([member for _, member in departures])
            self._views.depart(departures[-1][0])
        return self._erase() or bool(departures)

    def _erase(self) -> bool:
        known = self._views.forgotten()
        pending = [each for each in self._views.erasures() if each[0] > known]
        if not pending:
            return False
        if len(pending) != self._gathered:
            self._secrets.destroy([stream for _, stream in pending])
            self._gathered, self._since = len(pending), time.monotonic()
            return True
        if time.monotonic() - self._since < GATHER_SECONDS:
            return False
        forgot = self._views.forget(self._log, pending[-1][0])
        if forgot:
            self._gathered = 0
        return forgot

    def of_index(self, stopped: Callable[[], bool]) -> bool:
        """Make the index anew, once the views are: then the log reads as erased."""
        erased = self._reader.forgotten()
        if erased <= 0 or self._index.forgotten() >= erased:
            return False
        if self._index.made() < erased:
            self._index.rebuild(stopped=stopped)
        self._index.tidy()
        return True
