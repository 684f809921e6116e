"""The log in SQLite keeps the contract, and the promises that only a file can break."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from events.errors import LogFormatError
from events.log import EventLog
from events.sqlite import SqliteEventLog
from tests.contracts.event_log import NOW, EventLogContract, new_event


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.sqlite"


@pytest.fixture
def log(path: Path) -> Iterator[SqliteEventLog]:
    with SqliteEventLog(path, create=True, clock=lambda: NOW) as log:
        yield log


@pytest.fixture
def other_program(log: SqliteEventLog, path: Path) -> Iterator[sqlite3.Connection]:
    """What a person with any SQLite tool has, beside the open log."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


class TestSqliteEventLog(EventLogContract):
    @pytest.fixture
    def log(self, path: Path) -> Iterator[EventLog]:
        with SqliteEventLog(path, create=True, clock=lambda: NOW) as log:
            yield log


def test_events_are_there_after_opening_again(log: SqliteEventLog, path: Path) -> None:
    recorded = log.append("entry-1", [new_event(), new_event()], 0)
    log.close()
    with SqliteEventLog(path) as again:
        assert again.read(0, 10) == again.read_stream("entry-1") == recorded
        assert again.append("entry-1", [new_event()], 2)[0].position == 3


def test_the_clock_is_that_of_the_machine_unless_another_is_given(path: Path) -> None:
    before = datetime.now(UTC)
    with SqliteEventLog(path, create=True) as log:
        [event] = log.append("entry-1", [new_event()], 0)
    assert before <= event.recorded_at <= datetime.now(UTC)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET data = x'7b7d'",
        "UPDATE OR REPLACE events SET id = randomblob(16)",
        "UPDATE OR IGNORE events SET position = 9",
        "DELETE FROM events",
        "DELETE FROM events WHERE position = 2",
    ],
)
def test_protect_against_update_and_delete(
    log: SqliteEventLog, other_program: sqlite3.Connection, statement: str
) -> None:
    recorded = log.append("entry-1", [new_event(), new_event()], 0)
    with pytest.raises(sqlite3.IntegrityError, match="never"):
        other_program.execute(statement)
    assert log.read(0, 10) == recorded


