"""Work that nobody waits for: done in a thread of its own, soon after it was asked for."""

from collections.abc import Callable
from threading import Lock, Thread, current_thread


class Soon:
    """Does `work` after each `ask`, once for all that come while it is at it.

    Its thread lives as long as there is something to do.
    """

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._lock = Lock()
        self._asked = False
        self._thread: Thread | None = None

    def ask(self) -> None:
        """Have it done from here on."""
        with self._lock:
            self._asked = True
            if self._thread is None:
                self._thread = Thread(target=self._do, name="soon", daemon=True)
                self._thread.start()

    def settle(self) -> None:
        """Wait until all is done that was asked before."""
        thread = self._thread
        if thread is not None and thread is not current_thread():
            thread.join()

    def _do(self) -> None:
        try:
            while self._goes_on():
                self._work()
        except BaseException:
            self._thread = None  # what is wrong is told, and the next one begins anew
            raise

    def _goes_on(self) -> bool:
        with self._lock:
            asked, self._asked = self._asked, False
            if not asked:
                self._thread = None
            return asked
