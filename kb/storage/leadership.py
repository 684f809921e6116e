"""Leadership of a data directory: a file lock that ends with its process."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from filelock import FileLock, Timeout

POLL_SECONDS = 0.01
"""How often a waiting process looks at the progress of the leading one, and whether it lives."""


class Leadership:
    """Leadership of one process, shared by its threads, each for as long as it needs it."""

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(path, thread_local=False)
        self._guard = RLock()  # guards the lock file and the number of its holders
        self._holders = 0

    @property
    def held(self) -> bool:
        """Whether this process leads."""
        return bool(self._holders)

    @contextmanager
    def taken(
        self, patience: float = 0.0, unless: Callable[[], bool] = lambda: False
    ) -> Iterator[bool]:
        """Whether this process leads while the block runs.

        Tries for `patience` seconds, or until `unless` returns true.
        """
        deadline = time.monotonic() + patience
        while not (leads := self._take()) and time.monotonic() < deadline and not unless():
            time.sleep(POLL_SECONDS)
        try:
            yield leads
        finally:
            if leads:
                with self._guard:
                    self._holders -= 1
                    self._lock.release()

    def who(self) -> str:
        """Who leads: "this process", "another process" or "none"."""
        if self.held:
            return "this process"
        with self.taken() as leads:
            return "none" if leads else "another process"

    def _take(self) -> bool:
        with self._guard:
            try:
                self._lock.acquire(blocking=False)
            except Timeout:
                return False
            self._holders += 1
            return True
