"""When the log cannot be used, commands raise an error of the knowledge base."""

from collections.abc import Callable

import pytest

from events.errors import LogUnavailable, VersionConflict
from events.event import NewEvent
from events.memory import InMemoryEventLog
from kb.errors import DataDirectoryError
from kb.guarded_log import GuardedLog
from tests.kb.domain_world import command

CALLS: dict[str, Callable[[GuardedLog], object]] = {
    "append": lambda log: log.append("s", [], 0),
    "read_stream": lambda log: log.read_stream("s"),
    "read": lambda log: log.read(0, 1),
    "head": lambda log: log.head(),
    "wait": lambda log: log.wait(0, 0),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_log_that_cannot_be_used_is_an_error_of_ours(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    log = InMemoryEventLog()

    def broken(*_: object) -> None:
        raise LogUnavailable("The disk is full: free some space.")

    with GuardedLog(log) as guarded:
        CALLS[name](guarded)
        monkeypatch.setattr(log, name, broken)
        with pytest.raises(DataDirectoryError, match="free some space"):
            CALLS[name](guarded)


def test_a_conflict_passes_through() -> None:
    event = NewEvent(
        id=command(5),
        type="entry-restored",
        schema_version=1,
        data=b"{}",
        actor="ada",
        correlation_id=command(5),
    )
    with GuardedLog(InMemoryEventLog()) as guarded, pytest.raises(VersionConflict):
        guarded.append("entry-x", [event], 7)
