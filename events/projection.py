"""Projections follow the log from their own checkpoint; the runner drives one of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from events.event import RecordedEvent
from events.log import EventLog


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
        """Take in `events`, all or none, and the last one's position as checkpoint, in one transaction."""

    def park(self, event: RecordedEvent, error: str) -> None:
        """Keep `event` aside with its error and move the checkpoint past it, in one transaction."""

    def parked(self) -> list[ParkedEvent]:
        """The events kept aside, by position."""


class ProjectionRunner:
    """Feeds one projection from the log, in batches.

    A batch that fails is tried event by event, an event that fails is tried `attempts` times and then parked.
    """

    def __init__(
        self, log: EventLog, projection: Projection, *, batch_size: int = 500, attempts: int = 3
    ) -> None:
        raise NotImplementedError

    def run_once(self) -> int:
        """Take in at most one batch and answer how many events it held, 0 when the projection is up to date."""
        raise NotImplementedError

    def catch_up(self, position: int | None = None) -> int:
        """Run until the checkpoint has reached `position` (the head as found if None); answer the checkpoint."""
        raise NotImplementedError
