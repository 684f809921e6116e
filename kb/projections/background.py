"""A background thread that repeats steps until it is stopped, and retries after errors."""

import sqlite3
from collections.abc import Callable, Mapping
from threading import Condition, Event, Lock, Thread

from events.errors import EventLogError
from events.sqlite_files.errors import said
from indexer.errors import IndexerError
from kb.errors import KnowledgeBaseError

RETRY_SECONDS = 1.0
"""How long the background work pauses after an error, e.g. a full disk."""


class Background:
    """At most one thread of this `name`, which repeats its steps.

    An error notifies `moved`; `errors` has a sentence each, and `changed` is called with them when
    they change. Usable from any thread.
    """

    def __init__(
        self,
        name: str,
        moved: Condition,
        changed: Callable[[Mapping[str, str]], None] = lambda errors: None,
    ) -> None:
        self._name = name
        self._moved = moved
        self._changed = changed
        self._lifecycle = Lock()  # held until the old thread has ended, so that there is only one
        self._thread: Thread | None = None
        self.stopping = Event()
        self.errors: dict[str, str] = {}

    @property
    def running(self) -> bool:
        """Whether it was started and not stopped."""
        return self._thread is not None

    def start(self, work: Callable[[], None], refuse: Callable[[], None]) -> bool:
        """Start `work` unless it runs already; returns whether. Raises what `refuse` raises."""
        with self._lifecycle:
            refuse()
            if self._thread:
                return False
            self.errors.clear()
            self._thread = Thread(target=work, name=self._name, daemon=True)
            self._thread.start()
            return True

    def stop(self) -> None:
        """Stop after the current step."""
        with self._lifecycle:
            if self._thread:
                self.stopping.set()
                self._thread.join()
                self._thread = None
                self.stopping.clear()

    def repeat(self, name: str, step: Callable[[], None]) -> None:
        """Repeat `step` until stopped; an error is kept in `errors`, and the step retried."""
        while not self.stopping.is_set():
            try:
                step()
                if self.errors.pop(name, None):
                    self._changed(self.errors.copy())
            except Exception as error:  # kept for status: never silent
                if not self.stopping.is_set():
                    told = sentence(error)
                    if self.errors.get(name) != told:
                        self.errors[name] = told
                        self._changed(self.errors.copy())
                    with self._moved:
                        self._moved.notify_all()
                    self.stopping.wait(RETRY_SECONDS)


def sentence(error: Exception) -> str:
    """What went wrong, for people."""
    if isinstance(error, KnowledgeBaseError | EventLogError | IndexerError):
        return str(error)
    if isinstance(error, sqlite3.Error | OSError):
        return f"A file of views or index {said(error)}."
    return f"{type(error).__name__}: {error}"
