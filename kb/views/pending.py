"""Events in the log that may have narrowed who sees what, and that the views have not taken in yet.

Normally these are taken in within milliseconds. If the views cannot follow, because their file is
locked or the disk is full, a change that was acknowledged would otherwise have no effect for as
long as that lasts. So nobody but the operator reads views that lack such an event.
"""

from collections.abc import Callable
from threading import Lock

from events.log import EventLog
from kb.views.view import Lack

PIECE = 1_000
"""Events read from the log at a time."""


class PendingEvents:
    """Finds such events, each of which is read at most once while the views advance.

    `lack` tells what an event of a stream and type could have removed; see `kb.views.withheld`.
    Usable from any thread.
    """

    def __init__(self, log: EventLog, lack: Callable[[str, str], Lack | None]) -> None:
        self._log = log
        self._lack = lack
        self._lock = Lock()
        self._after = self._until = 0
        self._last = 0

    def __call__(self, position: int) -> int:
        """Where the last one after `position` is, 0 without any; raises as `EventLog.read`."""
        head = self._log.head()
        if head <= position:
            return 0
        with self._lock:
            if not self._after <= position <= self._until:
                self._until, self._last = position, 0
            self._after = position
            while self._until < head and (events := self._log.read(self._until, PIECE)):
                for event in events:
                    # The first event of a stream narrows nothing that views could show already.
                    if event.version > 1 and self._lack(event.stream, event.type) not in _NOTHING:
                        self._last = event.position
                self._until = events[-1].position
            return self._last if self._last > position else 0


_NOTHING = (None, "text")
