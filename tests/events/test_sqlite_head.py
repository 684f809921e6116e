"""Two openings of one log append in turn, each behind what the other has left."""

from pathlib import Path

import pytest

from events.errors import LogFormatError
from events.sqlite import SqliteEventLog
from events.sqlite_check import check_log
from tests.contracts.event_log import new_event
from tests.events.altered import change
from tests.events.test_sqlite_check import CODEC


def test_the_chain_of_hashes_runs_through_appends_of_several_openings(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with SqliteEventLog(path, create=True) as one, SqliteEventLog(path) as two:
        for turn in range(6):
            log = (one, two)[turn % 2]
            log.append(f"entry-{turn}", [new_event() for _ in range(turn + 1)], 0)
            assert one.mark() == two.mark()
    assert check_log(path, CODEC) == 21


def test_a_log_that_lost_its_end_is_neither_opened_nor_written_to(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with SqliteEventLog(path, create=True) as log, SqliteEventLog(path) as other:
        log.append("entry-1", [new_event(), new_event()], 0)
        change(path, "DELETE FROM events WHERE position = 2")
        with pytest.raises(LogFormatError, match="missing after position 1"):
            SqliteEventLog(path)
        with pytest.raises(LogFormatError, match="missing after position 1"):
            other.append("entry-2", [new_event()], 0)
