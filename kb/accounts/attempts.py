"""Rate limits by key: a number of tries at once, then one after each wait."""

import math
import threading
from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime, timedelta

from kb.accounts.secret import Random, keyed
from kb.accounts.times import Clock
from kb.errors import TooManyAttempts
from kb.messages import _

KEYS = 50_000
CELLS, ROWS = 2**20, 4
"""The size of the tables of `Few`: after 300,000 tries, one key in a million is counted three
times too often."""

NONE = timedelta(0)


class _Counts:
    """A number and a time for each key, in memory only and forgotten at the end of the process.

    At most `keys` keys are remembered; beyond that the least recently tried is forgotten.
    """

    def __init__(self, *, clock: Clock, random: Random, keys: int = KEYS) -> None:
        self._clock = clock
        self._key = random(32)
        self._most = keys
        self._counts: OrderedDict[bytes, tuple[float, datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def keyed(self, *parts: str) -> bytes:
        """The key for a text that must not be kept, e.g. an address or a sign-in name."""
        return keyed(self._key, *parts)

    def take(self, key: bytes) -> int:
        """Use one try of `key`; returns 0, or whole seconds until the next if none is left."""
        now = self._clock()
        with self._lock:
            known = self._counts.pop(key, None)
            count, wait = self._counted(*known, now) if known else self._counted(None, now, now)
            self._counts[key] = count
            if len(self._counts) > self._most:
                self._counts.popitem(last=False)
        return math.ceil(wait.total_seconds())

    def wait(self, key: bytes) -> int:
        """The result of `take` without using a try."""
        now = self._clock()
        with self._lock:
            if known := self._counts.get(key):  # a clock may be set back: it waits from then on
                self._counts[key] = known = (known[0], min(known[1], now))
            _, wait = self._counted(*known, now) if known else self._counted(None, now, now)
        return math.ceil(wait.total_seconds())

    def _counted(
        self, count: float | None, at: datetime, now: datetime
    ) -> tuple[tuple[float, datetime], timedelta]:
        """The state after a try `now`, and how long that has to wait; None is a new key."""
        raise NotImplementedError

    def admit(self, key: bytes, what: str = _("That was tried too often")) -> None:
        """Use one try of `key`; raises `TooManyAttempts` with the text `what` if none is left."""
        if wait := self.take(key):
            raise TooManyAttempts(wait, what)


class Attempts(_Counts):
    """A token bucket: `burst` tries at once, and one more after each `every`."""

    def __init__(
        self, burst: int, every: timedelta, *, clock: Clock, random: Random, keys: int = KEYS
    ) -> None:
        super().__init__(clock=clock, random=random, keys=keys)
        self._burst = burst
        self._every = every

    def give_back(self, key: bytes) -> None:
        """Return the last try to the bucket."""
        with self._lock:
            if key in self._counts:
                left, at = self._counts[key]
                self._counts[key] = (min(self._burst, left + 1), at)

    def _counted(
        self, count: float | None, at: datetime, now: datetime
    ) -> tuple[tuple[float, datetime], timedelta]:
        left = float(self._burst) if count is None else count
        left = min(self._burst, left + max(now - at, NONE) / self._every)
        if left >= 1:
            return (left - 1, now), NONE
        return (left, now), (1 - left) * self._every


class Delays(_Counts):
    """`free` tries at once, then one after a wait that doubles, from `first` up to `longest`.

    A try that comes too early does not count, so further tries make no wait longer. After a
    success, or four times the longest wait without a try, the key starts afresh.
    """

    def __init__(
        self,
        free: int,
        first: timedelta,
        longest: timedelta,
        *,
        clock: Clock,
        random: Random,
        keys: int = KEYS,
    ) -> None:
        super().__init__(clock=clock, random=random, keys=keys)
        self._free = free
        self._first = first
        self._longest = longest

    def forgive(self, key: bytes) -> None:
        """Forget the tries of `key`."""
        with self._lock:
            self._counts.pop(key, None)

    def _counted(
        self, count: float | None, at: datetime, now: datetime
    ) -> tuple[tuple[float, datetime], timedelta]:
        at = min(at, now)  # a clock may be set back
        tries = 0 if count is None or now - at >= 4 * self._longest else int(count)
        wait = self._after(tries) - (now - at)
        return ((tries, at), wait) if wait > NONE else ((tries + 1, now), NONE)

    def _after(self, tries: int) -> timedelta:
        if tries < self._free:
            return NONE
        doublings: int = min(tries - self._free, 30)
        return min(self._longest, self._first * (1 << doublings))


class Few:
    """`each` tries per period `every`, for any number of keys, none of which is forgotten early.

    A count-min sketch: tables of a fixed size with a place for each key in every row. A key that
    shares all its places may be counted too high, none too low. The previous period counts as
    well, so tries may take up to two periods to come back.
    """

    def __init__(self, each: int, every: timedelta, *, clock: Clock, cells: int = CELLS) -> None:
        self._each = each
        self._every = every
        self._clock = clock
        self._cells = cells
        self._lock = threading.Lock()
        self._time = 0
        self._now, self._before = self._empty(), self._empty()

    def left(self, key: bytes) -> bool:
        """Whether `key` has a try left; none is used."""
        with self._lock:
            return self._count(key) < self._each

    def take(self, key: bytes) -> bool:
        """Use a try of `key`, if there is one left."""
        with self._lock:
            if self._count(key) >= self._each:
                return False
            least = min(self._now[place] for place in self._places(key))
            for place in self._places(key):
                self._now[place] = max(self._now[place], least + 1)
            return True

    def _count(self, key: bytes) -> int:
        time = int(self._clock().timestamp() // self._every.total_seconds())
        if time < self._time:  # the clock was set back: counts last as long as before
            self._time = time
        elif time > self._time:
            self._before = self._now if time == self._time + 1 else self._empty()
            self._now, self._time = self._empty(), time
        places = list(self._places(key))
        return min(self._now[place] for place in places) + min(
            self._before[place] for place in places
        )

    def _places(self, key: bytes) -> Iterator[int]:
        for row in range(ROWS):
            part = int.from_bytes(key[8 * row : 8 * row + 8])
            yield row * self._cells + part % self._cells

    def _empty(self) -> bytearray:
        return bytearray(ROWS * self._cells)
