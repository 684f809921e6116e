"""Two openings of one log append in turn, each behind what the other has left."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from events.errors import LogFormatError, LogUnavailable
from events.event import StreamWrite
from events.sqlite import SqliteEventLog
from events.sqlite_check import check_log
from events.sqlite_rows import mark_at
from tests.contracts.event_log import new_event
from tests.events.altered import change
from tests.events.test_sqlite_check import CODEC


def test_the_chain_of_hashes_runs_through_appends_of_several_openings(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with SqliteEventLog(path, create=True) as one, SqliteEventLog(path) as two:
        for turn in range(6):
            log = (one, two)[turn % 2]
            log.append(StreamWrite(f"entry-{turn}", [new_event() for _ in range(turn + 1)], 0))
            assert one.mark() == two.mark()
    assert check_log(path, CODEC) == 21


def test_a_log_that_lost_its_end_is_neither_opened_nor_written_to(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with SqliteEventLog(path, create=True) as log, SqliteEventLog(path) as other:
        log.append(StreamWrite("entry-1", [new_event(), new_event()], 0))
        change(path, "DELETE FROM events WHERE position = 2")
        with pytest.raises(LogFormatError, match="missing after position 1"):
            SqliteEventLog(path)
        with pytest.raises(LogFormatError, match="missing after position 1"):
            other.append(StreamWrite("entry-2", [new_event()], 0))


def test_a_log_that_others_append_to_while_its_head_is_read_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.sqlite"
    streams = iter(range(9))
    with SqliteEventLog(path, create=True) as log:
        with SqliteEventLog(path, lock_timeout=0) as other:

            def append() -> None:
                with suppress(LogUnavailable):  # where this one is writing, others cannot
                    other.append(StreamWrite(f"other-{next(streams)}", [new_event()], 0))

            def busy(*given: Any) -> Any:
                monkeypatch.setattr("events.sqlite.mark_at", mark_at)
                append()
                return mark_at(*given)

            append()
            monkeypatch.setattr("events.sqlite.mark_at", busy)
            log.append(StreamWrite("entry-1", [new_event()], 0))
            monkeypatch.setattr("events.sqlite.mark_at", busy)
            with SqliteEventLog(path) as late:
                append()
                late.append(StreamWrite("entry-2", [new_event()], 0))
        head = log.head()
    assert head == check_log(path, CODEC) == 5
