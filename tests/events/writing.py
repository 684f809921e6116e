"""The connections by which log and vault write, and a disk that has no room for them."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from events.sqlite_file import open_writer


def writers(patch: pytest.MonkeyPatch, module: str) -> list[sqlite3.Connection]:
    """Those that `module` of events opens from now on, the last one last."""
    opened: list[sqlite3.Connection] = []

    def noted(*given: Any, **named: Any) -> sqlite3.Connection:
        opened.append(open_writer(*given, **named))
        return opened[-1]

    patch.setattr(f"events.{module}.open_writer", noted)
    return opened


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let the system refuse to write files beyond `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
