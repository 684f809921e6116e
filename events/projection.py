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
"""Errors that are not the event's fault.

Parking an event because a disk was full would leave the view wrong until a rebuild.
"""


class ParkedEvent(Struct, frozen=True, kw_only=True):
    """An event that a projection could not apply, kept aside with the error until a rebuild."""

    projection: str
    position: int
    type: str
    stream: str
    error: str
    parked_at: datetime


class Projection(Protocol):
    """Keeps a view or an index up to date with the log."""

    name: str

    def checkpoint(self) -> int:
        """The last position applied, 0 for none."""

    def apply(self, events: Sequence[RecordedEvent]) -> None:
        """Apply `events` and move the checkpoint to the last position, in one transaction."""

    def park(self, event: RecordedEvent, error: str) -> None:
        """Set `event` aside with its error and move the checkpoint past it, in one transaction."""

    def parked(self) -> list[ParkedEvent]:
        """The parked events, by position."""


class ProjectionRunner:
    """Feeds one projection from the log, in batches.

    A batch that fails is retried event by event; an event that fails `attempts` times is parked.
    Errors that are not the event's fault are raised and the event stays next: those of the log,
    `ProjectionUnavailable`, file and memory errors, an unusable or damaged database, and a failing
    `park`.
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
        """Apply at most one batch and return the number of its events, 0 when there are none."""
        before = self._projection.checkpoint()
        events = self._log.read(before, self._batch_size)
        if not events:
            return 0
        if self._failure(events) is not None:
            for event in events:
                self._apply_or_park(event)
        if self._projection.checkpoint() < events[-1].position:
            raise ProjectionStuck(
                "Projection {name} took in position {position} without moving its checkpoint "
                "there: mend the projection.",
                name=self._projection.name,
                position=events[-1].position,
            )
        return len(events)

    def catch_up(self, position: int | None = None) -> int:
        """Run until the checkpoint reaches `position` (None: the present head) or the log ends.

        Returns the checkpoint.
        """
        target = self._log.head() if position is None else position
        while self._projection.checkpoint() < target and self.run_once():
            pass
        return self._projection.checkpoint()

    def _apply_or_park(self, event: RecordedEvent) -> None:
        for _ in range(self._attempts):
            error = self._failure([event])
            if error is None:
                return
        self._projection.park(event, f"{type(error).__name__}: {error}")

    def _failure(self, events: Sequence[RecordedEvent]) -> Exception | None:
        """The error that the projection raised on `events`, None if it applied them."""
        try:
            self._projection.apply(events)
        except NOT_THE_EVENT:
            raise
        except Exception as error:
            refuse_damage(error)
            return error
        return None


def refuse_damage(error: Exception) -> None:
    """Re-raise `error` if a damaged file is the cause and not the event."""
    # SQLite reports damage with this exact class; subclasses may be about the data written.
    if type(error) is sqlite3.DatabaseError:
        raise error
