"""A cache of answers from the views, valid until these change."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any

from kb.views.file import File
from kb.views.tables import FileState

MOST = 500
"""Answers that are kept at a time."""

State = tuple[File, FileState]


class Memo:
    """A cache for one state of the views, emptied when this changes. Usable from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._state: State | None = None
        self._kept: dict[Hashable, Any] = {}

    def __call__(self, state: State, asked: Hashable, answer: Callable[[], Any]) -> Any:
        """The answer to `asked` in `state`, from the cache or else from calling `answer`."""
        with self._lock:
            if state != self._state:
                self._state, self._kept = state, {}
            kept = self._kept
        if asked not in kept:
            found = answer()
            with self._lock:
                if len(kept) < MOST:
                    kept[asked] = found
            return found
        return kept[asked]
