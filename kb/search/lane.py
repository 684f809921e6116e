"""The search index as a lane of the worker."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from events.log import EventLog
from kb.projections.lane import Progress, ProjectionState, Stopped
from kb.search.search_index import SearchIndex
from kb.search.source import described
from kb.views.parked import ParkedFile


class Erasing(Protocol):
    """The part of `kb.erasure.eraser` that the lane of the index needs."""

    def of_index(self, stopped: Stopped) -> bool:
        """Take a step; returns whether there was one."""
        ...


class IndexLane:
    """The lane of the search index, which also finishes erasures in it."""

    name = "index"
    projections: tuple[str, ...] = ("index",)

    def __init__(
        self,
        index: SearchIndex,
        forgetting: Erasing,
        directory: Path,
        log: EventLog,
        parked: ParkedFile,
    ) -> None:
        self._index = index
        self._forgetting = forgetting
        self._directory = directory
        self._log = log
        self._parked = parked

    def holds(self, position: int) -> bool:
        """Whether the index has taken in the event at `position`, in its turn or early."""
        return self._index.holds(position)

    def reached(self, position: int) -> bool:
        """Whether the index has taken in all events up to `position`."""
        return self.checkpoint() >= position

    def checkpoint(self) -> int:
        """The position of the index."""
        return self._index.position()

    def resign(self) -> None:
        """Stop writing the index."""
        self._index.resign()

    def step(self, stopped: Stopped) -> bool:
        """Take in a piece, or go on with erasing."""
        return self._forgetting.of_index(stopped) or bool(self._index.catch_up(stopped))

    def rebuild(self, _: Sequence[str], progress: Progress) -> None:
        """Build a new generation and swap it in."""
        self._index.rebuild(progress)

    def states(self) -> tuple[ProjectionState, ...]:
        """The state of the index from its files; loads no search library."""
        found, _ = described(self._directory, self._log, self._parked)
        return (ProjectionState(self.name, found.position, len(self._parked.all())),)
