"""The log in memory keeps the contract."""

from collections.abc import Iterator

import pytest

from events.event import StreamWrite
from events.log import EventLog
from events.memory import InMemoryEventLog
from tests.contracts.event_log import NOW, EventLogContract, new_event


class TestInMemoryEventLog(EventLogContract):
    @pytest.fixture
    def log(self) -> Iterator[EventLog]:
        with InMemoryEventLog(clock=lambda: NOW) as log:
            yield log


def test_the_list_answered_is_the_callers_own() -> None:
    log = InMemoryEventLog()
    log.append(StreamWrite("entry-1", [new_event()], 0)).clear()
    log.read_stream("entry-1").clear()
    log.read(0, 1).clear()
    assert len(log.read_stream("entry-1")) == len(log.read(0, 9)) == 1
