"""Finishes erasures in the log: destroys keys first, then cleans views and index."""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from events.codec import EventCodec
from events.log import EventLog
from kb import access
from kb.access import Principal
from kb.entries.service import Entries
from kb.ids import entry_stream, new_event_id, new_id
from kb.projections.views import Views
from kb.search.search_index import SearchIndex
from kb.views.reader import ViewReader
from kb.writer import Writer

GATHER_SECONDS = 0.3
"""How long views wait for further erasures, as each rewrites them and one is seldom alone."""

ENTRY_ERASED = "entry-erased"
_ENTRY = entry_stream("")

EXPIRE_SECONDS = 60.0
"""How often to look for data whose time is over."""


class Secrets(Protocol):
    """The secrets that are destroyed first."""

    def destroy(self, streams: Sequence[str]) -> None:
        """Destroy the keys of streams, the sign-in data of members among them, and words that may
        name them.
        """

    def depart(self, members: Sequence[str]) -> None:
        """Destroy the sign-in data of members."""

    def expire(self) -> None:
        """Destroy data whose time is over."""

    def alive(self, erasures: Sequence[tuple[int, str]]) -> bool:
        """Whether anything of these (position, stream) can still be opened or read."""
        ...


class Eraser:
    """The steps of the leading process, each of which can be interrupted and repeated."""

    def __init__(
        self,
        log: EventLog,
        codec: EventCodec,
        views: Views,
        reader: ViewReader,
        index: SearchIndex,
        secrets: Secrets,
    ) -> None:
        self._log = log
        self._codec = codec
        self._views = views
        self._reader = reader
        self._index = index
        self._secrets = secrets
        self._destroyed = 0  # the last erasure whose key this process has destroyed
        self._since = 0.0
        self._expired = -EXPIRE_SECONDS

    def position(self) -> int:
        """The position up to which nothing erased is left; -1 if that is unknown yet."""
        return min(self._reader.forgotten(), self._index.forgotten())

    def unfinished(self) -> int:
        """The position of the last erasure, if anything of one is left or back; else 0.

        It is back if an older copy of the vault or of the accounts was restored.
        """
        self._index.tidy()  # remains of an interrupted rebuild may be older
        erasures, known = self._views.erasures(), self._views.forgotten()
        self._secrets.depart([member for _, member in self._views.departures(since=0)])
        if self._secrets.alive([each for each in erasures if each[0] <= known]):
            self._views.remember()
            self._destroyed = known = 0
        last = erasures[-1][0] if erasures else 0
        return last if min(known, self._index.forgotten()) < last else 0

    def of_views(self) -> bool:
        """Destroy keys at once, and make the views anew a little later; whether it did either."""
        departures = self._views.departures()
        if departures:
            self._secrets.depart([member for _, member in departures])
            self._views.depart(departures[-1][0])
        going = self._views.entries_of_erased()
        for entry_id, actor in going:
            self._erase_entry(entry_id, actor)
        # What was recorded just now is taken in first, so that it is forgotten with the rest.
        return bool(going) or self._erase() or bool(departures)

    def _erase_entry(self, entry_id: str, actor: str) -> None:
        """Record that it is erased by `actor`, who had its author erased with all entries."""
        writer = Writer(
            self._log,
            self._codec,
            principal=access.unlimited(Principal(actor, frozenset(), frozenset())),
            new_event_id=new_event_id,
            settle=lambda _: None,
            finishing=True,
        )
        Entries(writer, {}, new_id).erase(entry_id)

    def _erase(self) -> bool:
        known = self._views.forgotten()
        pending = [each for each in self._views.erasures() if each[0] > known]
        if not pending:
            return False
        last = pending[-1][0]
        if self._destroyed < last:
            self._secrets.destroy([stream for _, stream in pending])
            self._destroyed, self._since = last, time.monotonic()
            return True
        if time.monotonic() - self._since < GATHER_SECONDS:
            return False
        return self._views.forget(last)

    def _entries(self, after: int, until: int) -> list[str]:
        """The ids of entries erased after a position, up to another."""
        erased = self._log.of_types({ENTRY_ERASED})
        return [
            each.stream.removeprefix(_ENTRY) for each in erased if after < each.position <= until
        ]

    def of_time(self) -> bool:
        """Destroy data whose time is over, at most once a minute; returns whether it looked.

        Raises `DataDirectoryError`.
        """
        if time.monotonic() - self._expired < EXPIRE_SECONDS:
            return False
        self._expired = time.monotonic()
        self._secrets.expire()
        return True

    def of_index(self, stopped: Callable[[], bool]) -> bool:
        """Remove erased entries from the index, once the views are clean.

        If that is not certain to be complete, the index is rebuilt.
        """
        erased = self._reader.forgotten()
        if erased <= 0 or self._index.forgotten() >= erased:
            return False
        if (made := self._index.made()) < erased and not (
            made >= 0 and self._index.forget(self._entries(made, erased), erased)
        ):
            self._index.rebuild(stopped=stopped)
        self._index.tidy()
        return True
