"""Projections follow the log from their own checkpoint; the runner drives one of them."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from events.errors import LogFormatError, LogUnavailable, ProjectionStuck, ProjectionUnavailable
from events.event import RecordedEvent
from events.log import EventLog

NOT_THE_EVENT = (
    LogFormatError,
    LogUnavailable,
    ProjectionUnavailable,
    OSError,
    MemoryError,
    sqlite3.OperationalError,
)
"""What no event is at fault for.

Parking an innocent event because a disk was full would leave the view wrong until a rebuild.
"""


class ParkedEvent(Struct, frozen=True, kw_only=True):
    """An event that a projection could not take in, kept aside with the error until a rebuild."""

    projection: str
    position: int
    type: str
    stream: str
    error: str
    parked_at: datetime


class Projection(Protocol):
    """What keeps a view or an index up with the log."""

    name: str

    def checkpoint(self) -> int:
        """The last position taken in, 0 for none."""

    def apply(self, events: Sequence[RecordedEvent]) -> None:
        """Take in `events`, all or none, and the last one's position as checkpoint.

        Both in one transaction, so that neither is ever there without the other.
        """

    def park(self, event: RecordedEvent, error: str) -> None:
        """Keep `event` aside with its error and move the checkpoint past it, in one transaction."""

    def parked(self) -> list[ParkedEvent]:
        """The events kept aside, by position."""


class ProjectionRunner:
    """Feeds one projection from the log, in batches.

    A batch that fails is tried event by event, an event that fails is tried `attempts` times
    and then parked. What is not the event's fault is raised, and the event stays next: errors of
    the log, `ProjectionUnavailable`, errors of files and memory, a database that cannot be used or
    is damaged, and a `park` that fails.
    """

    def __init__(
        self, log: EventLog, projection: Projection, *, batch_size: int = 500, attempts: int = 3
    ) -> None:
        if batch_size < 1 or attempts < 1:
            raise ValueError("A runner needs a batch size and a number of attempts of at least 1.")
        self._log = log
        self._projection = projection
        self._batch_size = batch_size
        self._attempts = attempts

    def run_once(self) -> int:
        """Take in at most one batch and answer how many events it held, 0 when there are none."""
        before = self._projection.checkpoint()
        events = self._log.read(before, self._batch_size)
        if not events:
            return 0
        if self._failure(events) is not None:
            for event in events:
                self._take_in(event)
        if self._projection.checkpoint() < events[-1].position:
            raise ProjectionStuck(
                f"Projection {self._projection.name} took in position {events[-1].position} "
                "without moving its checkpoint there: mend the projection."
            )
        return len(events)

    def catch_up(self, position: int | None = None) -> int:
        """Run until the checkpoint has reached `position` (the head as found if None).

        Answers the checkpoint; it ends at the head of the log too, where `position` is above that.
        """
        target = self._log.head() if position is None else position
        while self._projection.checkpoint() < target and self.run_once():
            pass
        return self._projection.checkpoint()

    def _take_in(self, event: RecordedEvent) -> None:
        for _ in range(self._attempts):
            error = self._failure([event])
            if error is None:
                return
        self._projection.park(event, f"{type(error).__name__}: {error}")

    def _failure(self, events: Sequence[RecordedEvent]) -> Exception | None:
        """What the projection raised on `events`, None if it took them in."""
        try:
            self._projection.apply(events)
        except NOT_THE_EVENT:
            raise
        except Exception as error:
            refuse_damage(error)
            return error
        return None


def refuse_damage(error: Exception) -> None:
    """Raise `error` again if a damaged file is its cause, so not the event."""
    # Of this very class are damaged files; its children may be about what was written.
    if type(error) is sqlite3.DatabaseError:
        raise error
