"""Background work that its caller does not wait for."""

from collections.abc import Callable
from threading import Lock, Thread, current_thread


class Soon:
    """Runs `work` in a thread after each `ask`; calls during a run share the next run.

    The thread ends when there is nothing to do.
    """

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._lock = Lock()
        self._asked = False
        self._thread: Thread | None = None

    def ask(self) -> None:
        """Request a run."""
        with self._lock:
            self._asked = True
            if self._thread is None:
                self._thread = Thread(target=self._do, name="soon", daemon=True)
                self._thread.start()

    def settle(self) -> None:
        """Wait until all runs requested so far are done."""
        thread = self._thread
        if thread is not None and thread is not current_thread():
            thread.join()

    def _do(self) -> None:
        try:
            while self._goes_on():
                self._work()
        except BaseException:
            self._thread = None  # the error is reported, and the next `ask` starts a thread
            raise

    def _goes_on(self) -> bool:
        with self._lock:
            asked, self._asked = self._asked, False
            if not asked:
                self._thread = None
            return asked
