"""The runner takes every event in, or parks it with its error, or raises: never skips it."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.errors import (
    EventDataError,
    LogFormatError,
    LogUnavailable,
    ProjectionStuck,
    ProjectionUnavailable,
)
from events.event import RecordedEvent, StreamWrite
from events.memory import InMemoryEventLog
from events.projection import ParkedEvent, ProjectionRunner
from tests.contracts.event_log import new_event


class Positions:
    """A view of positions. `failures` says which raise what, and how often before they go well."""

    name = "positions"

    def __init__(self, failures: dict[int, list[BaseException]] | None = None) -> None:
        self.failures = failures or {}
        self.taken: list[int] = []
        self.set_aside: list[ParkedEvent] = []
        self.batches: list[int] = []
        self.reached = 0

    def checkpoint(self) -> int:
        return self.reached

    def apply(self, events: Sequence[RecordedEvent]) -> None:
        self.batches.append(len(events))
        for event in events:
            if self.failures.get(event.position):
                raise self.failures[event.position].pop()
        self.taken += [event.position for event in events]
        self.reached = events[-1].position

    def park(self, event: RecordedEvent, error: str) -> None:
        self.set_aside.append(
            ParkedEvent(
                projection=self.name,
                position=event.position,
                type=event.type,
                stream=event.stream,
                error=error,
                parked_at=datetime(2031, 5, 17, tzinfo=UTC),
            )
        )
        self.reached = event.position

    def parked(self) -> list[ParkedEvent]:
        return self.set_aside


@pytest.fixture
def log() -> InMemoryEventLog:
    log = InMemoryEventLog()
    log.append(StreamWrite("entry-1", [new_event() for _ in range(10)], 0))
    return log


def always(error: BaseException) -> list[BaseException]:
    return [error] * 99


def test_events_are_taken_in_by_batches(log: InMemoryEventLog) -> None:
    view = Positions()
    runner = ProjectionRunner(log, view, batch_size=4)
    assert [runner.run_once() for _ in range(4)] == [4, 4, 2, 0]
    assert view.taken == list(range(1, 11))


def test_it_goes_on_from_the_checkpoint(log: InMemoryEventLog) -> None:
    view = Positions()
    view.reached = 8
    assert ProjectionRunner(log, view).catch_up() == 10
    assert view.taken == [9, 10]


def test_it_catches_up_to_a_position(log: InMemoryEventLog) -> None:
    view = Positions()
    runner = ProjectionRunner(log, view, batch_size=3)
    assert runner.catch_up(4) == 6
    assert runner.catch_up(5) == 6
    assert runner.catch_up(10_000) == 10
    assert runner.catch_up() == 10
    assert view.batches == [3, 3, 3, 1]


def test_an_event_that_fails_once_is_tried_again(log: InMemoryEventLog) -> None:
    view = Positions({3: [ValueError("now"), ValueError("then")]})
    ProjectionRunner(log, view, attempts=3).catch_up()
    assert view.taken == list(range(1, 11))
    assert view.parked() == []
    assert view.batches == [10, 1, 1, 1, 1, *[1] * 7]


def test_an_event_that_keeps_failing_is_parked_with_its_error(log: InMemoryEventLog) -> None:
    view = Positions({3: always(KeyError("title")), 5: always(EventDataError("No tag."))})
    assert ProjectionRunner(log, view, batch_size=4, attempts=2).catch_up() == 10
    assert view.taken == [1, 2, 4, 6, 7, 8, 9, 10]
    assert [(parked.position, parked.error) for parked in view.parked()] == [
        (3, "KeyError: 'title'"),
        (5, "EventDataError: No tag."),
    ]
    assert len(view.failures[3]) == 99 - 1 - 2


@given(
    failing=st.dictionaries(st.integers(1, 10), st.integers(1, 6)),
    batch_size=st.integers(1, 12),
    attempts=st.integers(1, 4),
)
def test_every_event_is_taken_in_or_parked_and_never_both(
    failing: dict[int, int], batch_size: int, attempts: int
) -> None:
    log = InMemoryEventLog()
    log.append(StreamWrite("entry-1", [new_event() for _ in range(10)], 0))
    view = Positions({position: [ValueError()] * times for position, times in failing.items()})
    assert ProjectionRunner(log, view, batch_size=batch_size, attempts=attempts).catch_up() == 10
    parked = [event.position for event in view.parked()]
    assert sorted(view.taken + parked) == list(range(1, 11))
    assert all(failing[position] >= attempts for position in parked)


@pytest.mark.parametrize(
    "error",
    [
        LogUnavailable("The disk is full."),
        LogFormatError("The log is damaged."),
        ProjectionUnavailable("The model is missing."),
        OSError("No space left on device"),
        MemoryError(),
        sqlite3.OperationalError("database is locked"),
        sqlite3.DatabaseError("database disk image is malformed"),
        KeyboardInterrupt(),
        SystemExit(),
    ],
)
@pytest.mark.parametrize("in_batch", [True, False])
def test_what_is_not_the_events_fault_is_raised(
    log: InMemoryEventLog, error: BaseException, in_batch: bool
) -> None:
    # The last of a list comes first: a batch that fails for another reason, then the error.
    view = Positions({3: [error] if in_batch else [error, ValueError("batch")]})
    runner = ProjectionRunner(log, view)
    with pytest.raises(type(error)) as caught:
        runner.run_once()
    assert caught.value is error
    assert view.parked() == []
    assert view.reached == (0 if in_batch else 2)
    assert runner.catch_up() == 10
    assert view.taken == list(range(1, 11))


def test_a_broken_rule_of_the_database_is_the_events_fault(log: InMemoryEventLog) -> None:
    view = Positions({3: always(sqlite3.IntegrityError("UNIQUE constraint failed"))})
    ProjectionRunner(log, view).catch_up()
    assert [parked.position for parked in view.parked()] == [3]


def test_errors_of_the_log_itself_are_raised(log: InMemoryEventLog) -> None:
    runner = ProjectionRunner(log, Positions())
    log.close()
    for run in (runner.run_once, runner.catch_up):
        with pytest.raises(LogUnavailable):
            run()


class NoRoom(Positions):
    def park(self, event: RecordedEvent, error: str) -> None:
        raise RuntimeError("no room to park")


def test_an_event_that_cannot_even_be_parked_stays_next(log: InMemoryEventLog) -> None:
    view = NoRoom({3: always(ValueError())})
    with pytest.raises(RuntimeError, match="no room"):
        ProjectionRunner(log, view).catch_up()
    assert view.checkpoint() == 2


class Forgetful(Positions):
    def checkpoint(self) -> int:
        return 0


def test_a_projection_that_keeps_no_checkpoint_is_found_out(log: InMemoryEventLog) -> None:
    with pytest.raises(ProjectionStuck, match="positions"):
        ProjectionRunner(log, Forgetful()).catch_up()


@pytest.mark.parametrize("numbers", [{"batch_size": 0}, {"attempts": 0}])
def test_a_runner_needs_sensible_numbers(log: InMemoryEventLog, numbers: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        ProjectionRunner(log, Positions(), **numbers)
