"""How often something may be tried: a bucket of tries for each key, which fills up again."""

import math
import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from kb.accounts.secret import Random, keyed
from kb.accounts.times import Clock
from kb.errors import TooManyAttempts

KEYS = 10_000


class Attempts:
    """`burst` tries at once, then one more `every` so often, for each key.

    Kept in memory only and forgotten at the end of the process. At most `keys` keys are
    remembered; beyond that the one that tried longest ago is forgotten.
    """

    def __init__(
        self, burst: int, every: timedelta, *, clock: Clock, random: Random, keys: int = KEYS
    ) -> None:
        self._burst = burst
        self._every = every
        self._clock = clock
        self._key = random(32)
        self._most = keys
        self._left: OrderedDict[bytes, tuple[float, datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def keyed(self, *parts: str) -> bytes:
        """The key for a text that must not be remembered, e.g. an address or a name tried."""
        return keyed(self._key, *parts)

    def take(self, key: bytes) -> int:
        """Use one try of `key`: 0, or the whole seconds until there is one again."""
        now = self._clock()
        with self._lock:
            left, at = self._left.pop(key, (float(self._burst), now))
            passed = max(now - at, timedelta(0))
            left = min(self._burst, left + passed / self._every)
            allowed = left >= 1
            self._left[key] = (left - allowed, now)
            if len(self._left) > self._most:
                self._left.popitem(last=False)
        return 0 if allowed else math.ceil((1 - left) * self._every.total_seconds())

    def admit(self, *keys: bytes) -> None:
        """Use one try of each key; raises `TooManyAttempts` if one of them has none left."""
        wait = max(self.take(key) for key in keys)
        if wait:
            raise TooManyAttempts(wait)
