"""Fair queue for slow work: password checks, OpenID providers, searches, large reads.

Waiting requests hold no thread, so pages stay quick. Places (a person, an address or a known
browser) take turns, however many wait at each. If too many wait in all, a random one at the place
with the most is sent away, so arriving first keeps nobody else out.
"""

from asyncio import wrap_future
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import asynccontextmanager, suppress
from secrets import randbelow
from threading import Lock

from kb.errors import TooManyAttempts
from kb.messages import _

AT_ONCE, SLOW_AT_ONCE = 2, 1
"""Turns at a time, and how many of them may be `slow` ones."""

MOST = 100
"""How many may wait; that takes some seconds."""

OF_ONE = 1
"""Turns of one place at a time for work that is heavy on the processor."""

_AGAIN = 1
"""Retry-After of a request that is sent away, in seconds."""


class Turn(Future[None]):
    """Done when the turn begins; fails with `TooManyAttempts` if the request is sent away."""

    def __init__(self, place: bytes, slow: bool) -> None:
        super().__init__()
        self.place = place
        self.slow = slow


class Line:
    """The queue. Usable from any thread and event loop; `lot(n)` draws a number below n.

    At most `most` wait, and one place has at most `of_one` turns at a time; `refusal` begins the
    message to those sent away.
    """

    def __init__(
        self,
        most: int = MOST,
        lot: Callable[[int], int] = randbelow,
        *,
        of_one: int = AT_ONCE,
        refusal: str = _("That was tried too often"),
    ) -> None:
        self._most = most
        self._refusal = refusal
        self._of_one = of_one
        self._lot = lot
        self._lock = Lock()
        self._waiting: dict[bytes, list[Turn]] = {}  # by place, whose turn is next first
        self._running: list[Turn] = []

    @asynccontextmanager
    async def turn(self, place: bytes, *, slow: bool = False) -> AsyncIterator[None]:
        """Wait for a turn, and hold it for the block. Raises `TooManyAttempts` if sent away."""
        mine = self.enter(place, slow=slow)
        try:
            await wrap_future(mine)
            yield
        finally:
            self.leave(mine)

    def enter(self, place: bytes, *, slow: bool = False) -> Turn:
        """Begin to wait. The caller must call `leave`, also after an error."""
        mine = Turn(place, slow)
        self._change(lambda: self._enter(mine))
        return mine

    def leave(self, mine: Turn) -> None:
        """Leave the queue, or end the turn. Idempotent."""
        self._change(lambda: self._leave(mine))

    def waiting(self) -> int:
        """The number of those waiting."""
        with self._lock:
            return sum(map(len, self._waiting.values()))

    def _change(self, change: Callable[[], None]) -> None:
        with self._lock:
            change()
            begun = self._begun()
        # Not under the lock: callbacks of the futures run here.
        for each in begun:
            with suppress(InvalidStateError):  # it was cancelled
                each.set_result(None)

    def _enter(self, mine: Turn) -> None:
        self._waiting.setdefault(mine.place, []).append(mine)
        if sum(map(len, self._waiting.values())) > self._most:
            most = max(self._waiting.values(), key=len)
            away = most[self._lot(len(most))]
            self._leave(away)
            with suppress(InvalidStateError):
                away.set_exception(TooManyAttempts(_AGAIN, self._refusal))

    def _leave(self, one: Turn) -> None:
        if one in self._running:
            self._running.remove(one)
        elif one in (there := self._waiting.get(one.place, [])):
            there.remove(one)
            if not there:
                del self._waiting[one.place]

    def _begun(self) -> list[Turn]:
        """Begin as many turns as may run now."""
        begun = []
        while len(self._running) < AT_ONCE and (one := self._next()):
            self._leave(one)
            # The others at this place go behind all other places.
            if there := self._waiting.pop(one.place, None):
                self._waiting[one.place] = there
            self._running.append(one)
            begun.append(one)
        return begun

    def _next(self) -> Turn | None:
        slow = sum(each.slow for each in self._running) < SLOW_AT_ONCE
        running = Counter(each.place for each in self._running)
        there = (
            each
            for place, waiting in self._waiting.items()
            if running[place] < self._of_one
            for each in waiting
        )
        return next((each for each in there if slow or not each.slow), None)
