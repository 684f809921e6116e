"""The log in SQLite keeps the contract, and the promises that only a file can break."""

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from events.errors import EventIdConflict, LogFormatError
from events.event import StreamWrite
from events.log import EventLog
from events.sqlite import SqliteEventLog
from events.sqlite_file import open_reader, open_writer
from events.sqlite_layout import LOG
from events.sqlite_older import fill_log
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
    recorded = log.append(StreamWrite("entry-1", [new_event(), new_event()], 0))
    log.close()
    with SqliteEventLog(path) as again:
        assert again.read(0, 10) == again.read_stream("entry-1") == recorded
        assert again.append(StreamWrite("entry-1", [new_event()], 2))[0].position == 3


def test_the_clock_is_that_of_the_machine_unless_another_is_given(path: Path) -> None:
    before = datetime.now(UTC)
    with SqliteEventLog(path, create=True) as log:
        [event] = log.append(StreamWrite("entry-1", [new_event()], 0))
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
    recorded = log.append(StreamWrite("entry-1", [new_event(), new_event()], 0))
    with pytest.raises(sqlite3.IntegrityError, match="never"):
        other_program.execute(statement)
    assert log.read(0, 10) == recorded


COLUMNS = "id, type, schema_version, place, size, stream, last_version, recorded_at, actor"
COPY = "INSERT OR REPLACE INTO events (position, correlation_id, data, {0}) SELECT {1} FROM events"


@pytest.mark.parametrize("recursive", ["ON", "OFF"])
@pytest.mark.parametrize(
    "values",
    [
        "position, x'', x'7b7d', " + COLUMNS,
        "position, x'', x'7b7d', " + COLUMNS.replace("id", "randomblob(16)", 1),
        "99, x'', x'7b7d', " + COLUMNS,
        "NULL, x'', x'7b7d', " + COLUMNS,
        "NULL, x'', x'7b7d', " + COLUMNS.replace("id", "randomblob(16)", 1),
        "NULL, x'', x'7b7d', randomblob(16), type, 1, 0, 1, 'entry-1', 3, 0, actor",
        "NULL, x'', x'7b7d', randomblob(16), type, 1, 0, 1, 'entry-2', 2, 0, actor",
    ],
)
def test_protect_against_replace_and_gaps(
    log: SqliteEventLog, other_program: sqlite3.Connection, values: str, recursive: str
) -> None:
    recorded = log.append(StreamWrite("entry-1", [new_event()], 0))
    other_program.execute(f"PRAGMA recursive_triggers = {recursive}")
    with pytest.raises(sqlite3.IntegrityError, match="never"):
        other_program.execute(COPY.format(COLUMNS, values))
    assert log.read(0, 10) == recorded


def test_a_position_is_never_handed_out_twice(
    log: SqliteEventLog, other_program: sqlite3.Connection
) -> None:
    """Neither after a rollback, nor after someone went round the triggers and deleted the end."""
    log.append(StreamWrite("entry-1", [new_event(), new_event()], 0))
    with pytest.raises(EventIdConflict):
        log.append(StreamWrite("entry-1", [new_event(), log.read(0, 1)[0]], 2))
    assert log.append(StreamWrite("entry-1", [new_event()], 2))[0].position == 3
    other_program.execute("DROP TRIGGER events_no_delete")
    other_program.execute("DELETE FROM events WHERE position = 3")
    assert log.append(StreamWrite("entry-1", [new_event()], 2))[0].position == 4
    with pytest.raises(LogFormatError, match="damaged"):
        log.read(0, 10)


def test_an_event_without_the_first_of_its_run_is_not_guessed(
    log: SqliteEventLog, other_program: sqlite3.Connection
) -> None:
    log.append(StreamWrite("entry-1", [new_event(), new_event()], 0))
    other_program.execute("DROP TRIGGER events_no_delete")
    other_program.execute("DELETE FROM events WHERE position = 1")
    with pytest.raises(LogFormatError, match="damaged"):
        log.read(0, 10)


def test_what_a_strange_trigger_refuses_is_said(
    log: SqliteEventLog, other_program: sqlite3.Connection
) -> None:
    other_program.execute(
        "CREATE TRIGGER strange BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'not today'); END"
    )
    with pytest.raises(LogFormatError, match="refused an event: not today"):
        log.append(StreamWrite("entry-1", [new_event()], 0))


def test_an_event_that_is_gone_is_not_passed_over(
    log: SqliteEventLog, other_program: sqlite3.Connection
) -> None:
    log.append(StreamWrite("entry-1", [new_event(), new_event(), new_event()], 0))
    other_program.execute("DROP TRIGGER events_no_delete")
    other_program.execute("DELETE FROM events WHERE position = 2")
    for after in (0, 1):
        with pytest.raises(LogFormatError, match="damaged"):
            log.read(after, 10)
    with pytest.raises(LogFormatError, match="damaged"):
        log.read_stream("entry-1")


def test_actors_of_one_batch_may_differ(log: SqliteEventLog) -> None:
    batch = [new_event(actor=f"member-{number % 3 // 2}") for number in range(250)]
    recorded = log.append(StreamWrite("entry-1", batch, 0))
    assert log.read(0, 300) == log.read_stream("entry-1") == recorded
    assert [event.actor for event in recorded] == [event.actor for event in batch]
    assert log.append(StreamWrite("entry-1", batch, 0)) == recorded


def test_every_commit_is_synced_and_readers_cannot_write(log: SqliteEventLog, path: Path) -> None:
    with closing(open_writer(path, LOG, create=False, timeout=1.0, fill=fill_log)) as writer:
        assert writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert writer.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        assert writer.execute("PRAGMA recursive_triggers").fetchone() == (1,)
    with (
        closing(open_reader(path, LOG, timeout=1.0)) as reader,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        reader.execute("CREATE TABLE mine (x)")


def test_many_threads_at_once_get_a_connection_each(
    log: SqliteEventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = log.append(StreamWrite("entry-1", [new_event()], 0))
    everybody = threading.Barrier(20)

    def together(*given: Any, **named: Any) -> sqlite3.Connection:
        everybody.wait(30)
        return open_reader(*given, **named)

    monkeypatch.setattr("events.sqlite.open_reader", together)
    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(lambda _: log.read(0, 1), range(20))) == [recorded] * 20


def test_a_reader_at_work_while_the_log_is_closed_can_finish(
    log: SqliteEventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = log.append(StreamWrite("entry-1", [new_event()], 0))

    def closing_meanwhile(*given: Any, **named: Any) -> sqlite3.Connection:
        readers.append(open_reader(*given, **named))
        log.close()
        return readers[-1]

    readers: list[sqlite3.Connection] = []
    monkeypatch.setattr("events.sqlite.open_reader", closing_meanwhile)
    assert log.read(0, 1) == recorded
    [reader] = readers
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        reader.execute("SELECT 1")
