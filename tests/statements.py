"""Counting the SQL statements of one thing that is asked, whatever else the process does."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Thread
from typing import Any

import pytest

FILES = ("views.sqlite", "accounts.sqlite")
"""Whose statements are counted."""

_noted: ContextVar[list[str] | None] = ContextVar("statements", default=None)


def watch_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each connection to `FILES` that is opened from now on note what it runs."""
    connect = sqlite3.connect

    def watched(database: Any, *arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(database, *arguments, **options)
        if any(name in str(database) for name in FILES):
            connection.set_trace_callback(_note)
        return connection

    monkeypatch.setattr(sqlite3, "connect", watched)


class _Interrupted(list[str]):
    """A list that does something before the addition that makes it `at` long."""

    def __init__(self, at: int, act: Callable[[], object]) -> None:
        super().__init__()
        self._at, self._act = at, act

    def append(self, statement: str) -> None:
        super().append(statement)
        if len(self) == self._at:
            thread = Thread(target=self._act)
            thread.start()
            thread.join()


@contextmanager
def noted(at: int = 0, act: Callable[[], object] = lambda: None) -> Iterator[list[str]]:
    """The statements that the block runs, also in threads that it hands its work to.

    Before it runs the one with the number `at`, `act` is called in another thread.
    """
    found = _Interrupted(at, act)
    token = _noted.set(found)
    try:
        yield found
    finally:
        _noted.reset(token)


def _note(statement: str) -> None:
    found = _noted.get()
    if found is not None and not statement.startswith("--"):  # what a trigger does
        found.append(statement)
