"""The connections by which log and vault write, for tests that limit what these may take."""

import sqlite3
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
