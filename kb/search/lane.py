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
    """What finishes erasures in the index; see `kb.erasure.eraser`."""

    def of_index(self, stopped: Stopped) -> bool:
        """Take a step; whether there was one to take."""
        ...


class IndexLane:
    """The search index, and erasures in it."""

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
        """Whether the index has taken in what happened at `position`, in its turn or before it."""
        return self._index.holds(position)

    def reached(self, position: int) -> bool:
        """Whether the index has taken in all that happened up to `position`, in its turn."""
        return self.checkpoint() >= position

    def checkpoint(self) -> int:
        """How far the index is."""
        return self._index.position()

    def resign(self) -> None:
        """Write the index no more."""
        self._index.resign()

    def step(self, stopped: Stopped) -> bool:
        """Take a piece in, or go on with erasing."""
        return self._forgetting.of_index(stopped) or bool(self._index.catch_up(stopped))

    def rebuild(self, _: Sequence[str], progress: Progress) -> None:
        """Make a new generation and swap it in."""
        self._index.rebuild(progress)

    def states(self) -> tuple[ProjectionState, ...]:
        """How far the index is, as its files say; loads no library of search."""
        found, _ = described(self._directory, self._log, self._parked)
        return (ProjectionState(self.name, found.position, len(self._parked.all())),)
