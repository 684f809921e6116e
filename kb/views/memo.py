"""What was worked out of the views, kept for as long as they stay as they are."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any

from kb.views.file import File
from kb.views.tables import FileState

MOST = 500
"""How many answers are kept at a time."""

State = tuple[File, FileState]


class Memo:
    """Answers about one state of the views; nothing of an earlier one stays. For any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._state: State | None = None
        self._kept: dict[Hashable, Any] = {}

    def __call__(self, state: State, asked: Hashable, answer: Callable[[], Any]) -> Any:
        """What `answer` answers in this state to what is `asked`."""
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
