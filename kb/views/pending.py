"""Events in the log that may have narrowed who sees what, and that the views have not taken in yet.

Normally these are taken in within milliseconds. If the views cannot follow, because their file is
locked or the disk is full, a change that was acknowledged would otherwise have no effect for as
long as that lasts. So each reader withholds what such an event could remove, as if it were parked
(`kb.views.withheld`), until the views hold it.
"""

from collections.abc import Callable
from threading import Lock

from msgspec import Struct

from events.event import RecordedEvent
from events.log import EventLog
from kb.views.view import Lack

PIECE = 1_000
"""Events read from the log at a time."""


class PendingEvent(Struct, frozen=True):
    """What one event may remove from its stream, and the labels for which it removes nothing."""

    stream: str
    lack: Lack
    kept: frozenset[str] = frozenset()


Pending = tuple[PendingEvent, ...]
"""In the order of the log."""


class PendingEvents:
    """Reads each event at most once while the views advance. Usable from any thread.

    `lack` tells what an event of a stream and type could have removed, and `audience` which labels
    an event that changes who sees an entry leaves it, none where it cannot be read.
    """

    def __init__(
        self,
        log: EventLog,
        lack: Callable[[str, str], Lack | None],
        audience: Callable[[RecordedEvent], frozenset[str]],
    ) -> None:
        self._log = log
        self._lack = lack
        self._audience = audience
        self._lock = Lock()
        self._after = self._until = 0
        self._found: list[tuple[int, PendingEvent]] = []

    def __call__(self, position: int) -> Pending:
        """What views at `position` must withhold; raises as `EventLog.read` does."""
        head = self._log.head()
        if head <= position:
            return ()
        with self._lock:
            self._read(position, head)
            return tuple(found for at, found in self._found if at > position)

    def _read(self, position: int, head: int) -> None:
        if not self._after <= position <= self._until:
            self._after = self._until = position
            self._found = []
        while self._until < head and (events := self._log.read(self._until, PIECE)):
            for event in events:
                lack = self._lack(event.stream, event.type)
                # The first event of a stream narrows nothing that views could show already.
                if lack and lack != "text" and event.version > 1:
                    kept = self._audience(event) if lack == "sight" else frozenset()
                    pending = PendingEvent(event.stream, lack, kept)
                    self._found.append((event.position, pending))
            self._until = events[-1].position
        if position > self._after:
            self._after = position
            self._found = [each for each in self._found if each[0] > position]
