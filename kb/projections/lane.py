"""Lanes: projections that the worker keeps up to date, each lane in a thread of its own."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Protocol

from msgspec import Struct

from events.codec import EventCodec
from events.log import EventLog
from events.projection import Projection, ProjectionRunner
from kb.errors import DataDirectoryError, InvalidInput
from kb.messages import _
from kb.projections.sound_views import SoundViews
from kb.projections.views import BATCH, Views
from kb.views.file import File
from kb.views.parked import readable
from kb.views.reader import ViewReader

Progress = Callable[[int, int], None]
"""Called with (done, of)."""

Stopped = Callable[[], bool]


class ProjectionState(Struct, frozen=True):
    """The state of a projection: its last position, and how many events it has parked."""

    name: str
    position: int
    parked: int


class Lane(Protocol):
    """Projections that one thread keeps up with the log, step by step.

    `kb rebuild` takes the names in `projections`, or that of the lane for all of them.
    """

    name: str
    projections: tuple[str, ...]

    def holds(self, position: int) -> bool:
        """Whether the event at `position` is taken in, whichever process leads."""

    def reached(self, position: int) -> bool:
        """Whether all events up to `position` are taken in, whichever process leads."""

    def step(self, stopped: Stopped) -> bool:
        """Do one piece of work; False if there is none. For the leading process.

        A long piece raises soon after `stopped` returns true.
        """

    def checkpoint(self) -> int:
        """The position after which to read on. For the leading process."""

    def rebuild(self, names: Sequence[str], progress: Progress) -> None:
        """Rebuild these projections from the log. For the leading process."""

    def resign(self) -> None:
        """Release what only the leading process may hold."""

    def states(self) -> tuple[ProjectionState, ...]:
        """The state of each projection. For any process."""


class Erasing(Protocol):
    """The part of `kb.erasure.eraser` that the lane of views needs."""

    def position(self) -> int:
        """The position up to which nothing erased is left; -1 if that is unknown yet."""

    def unfinished(self) -> int:
        """The position of the last erasure of which anything is left or back; else 0."""

    def of_views(self) -> bool:
        """Take a step; returns whether there was one."""

    def of_time(self) -> bool:
        """Destroy data whose time is over; returns whether it looked."""


class ViewsLane:
    """The lane of all views, which also finishes erasures."""

    name = "views"

    def __init__(
        self, log: EventLog, views: Views, reader: ViewReader, forgetting: Erasing
    ) -> None:
        self.projections = tuple(view.name for view in views.views)
        self.sound = SoundViews(log, views)
        self.overdue = ""
        """Why data is still there whose time is over; empty if none is."""
        self._log = log
        self._views = views
        self._runner = ProjectionRunner(log, views, batch_size=BATCH)
        self._reader = reader
        self._forgetting = forgetting
        self._rebuilding = False

    def holds(self, position: int) -> bool:
        """Whether the views show the event at `position`."""
        return self._reader.holds(position)

    reached = holds

    def step(self, _: Stopped) -> bool:
        """Take in a batch; if there is none, go on with erasing, else with a rebuild."""
        if self.sound(self._runner.run_once) or self.sound(self._forgetting.of_views):
            return True
        if self.sound(self._views.build) is not None:
            return True
        self._expire()
        return False

    def checkpoint(self) -> int:
        """The position of the views."""
        return self.sound(self._views.checkpoint)

    def bring_up(self, patience: float = -1, *, build: bool = True) -> None:
        """Take in everything now, and end a rebuild unless another thread goes on with it.

        Raises as `SoundViews` does.
        """
        build = build and not self._rebuilding
        self.sound(self._catch_up if build else self._runner.catch_up, patience)

    def rebuild(self, names: Sequence[str], progress: Progress) -> None:
        """Rebuild views beside the ones in use, which follow the log meanwhile."""
        self._rebuilding = True
        try:
            self.sound(lambda: self._views.ask(names))
            while (done := self.sound(self._build)) is not None:
                progress(done, max(done, self.checkpoint()))
        finally:
            self._rebuilding = False

    def resign(self) -> None:
        """Nothing: the file of the views stays open until the directory is closed."""

    def settle(self) -> None:
        """Leave no work on the file to the next leading process. For the leading process."""
        self._views.settle()

    def states(self) -> tuple[ProjectionState, ...]:
        """The state of each view; a missing one is at position 0."""
        found, parked = self._reader.states()
        return tuple(
            ProjectionState(name, found[name].position if name in found else 0, parked[name])
            for name in self.projections
        )

    def repair(self, damage: str, file: File) -> None:
        """Replace the views if the damaged `file` is still in place."""
        self.sound.repair(damage, file, self._catch_up)

    def take_in_readable(self, codec: EventCodec) -> bool:
        """Rebuild the views if a parked event can be read by now; returns whether."""

        def taken_in() -> bool:
            if not any(readable(each, self._log, codec) for each in self._views.parked()):
                return False
            self._views.discard("something that could not be read can be read by now")
            self._catch_up()
            return True

        return self.sound(taken_in)

    def _catch_up(self) -> None:
        while self._build() is not None:
            pass

    def _build(self) -> int | None:
        """A piece of a rebuild, if there is one, after all that is new."""
        self._runner.catch_up()
        return self._views.build()

    def _expire(self) -> None:
        try:
            if self._forgetting.of_time():
                self.overdue = ""
        except DataDirectoryError as error:
            # No caller waits for this: it is kept for `kb status`, and retried.
            self.overdue = str(error)


class ProjectionLane:
    """The lane of a single other projection, taken in by batches."""

    def __init__(
        self, log: EventLog, projection: Projection, clear: Callable[[], None], batch: int = BATCH
    ) -> None:
        self.name = projection.name
        self.projections: tuple[str, ...] = (projection.name,)
        self._log = log
        self._projection = projection
        self._clear = clear
        self._runner = ProjectionRunner(log, projection, batch_size=batch)

    def checkpoint(self) -> int:
        """The position of the projection."""
        return self._projection.checkpoint()

    def holds(self, position: int) -> bool:
        """Whether the projection has taken in the event at `position`."""
        return self.checkpoint() >= position

    reached = holds

    def step(self, _: Stopped) -> bool:
        """Take in a batch."""
        return bool(self._runner.run_once())

    def rebuild(self, _: Sequence[str], progress: Progress) -> None:
        """Empty the projection and fill it from the log."""
        self._clear()
        while self._runner.run_once():
            progress(self.checkpoint(), max(self._log.head(), self.checkpoint()))

    def resign(self) -> None:
        """Nothing: it holds nothing that only the leading process may."""

    def states(self) -> tuple[ProjectionState, ...]:
        """The state of the projection."""
        return (ProjectionState(self.name, self.checkpoint(), len(self._projection.parked())),)


def named(lanes: Mapping[str, Lane], what: str) -> list[tuple[Lane, tuple[str, ...]]]:
    """The lanes that `what` names, with their projections. Raises `InvalidInput` for none."""
    if what == "all":
        return [(lane, lane.projections) for lane in lanes.values()]
    if what in lanes:
        return [(lanes[what], lanes[what].projections)]
    for lane in lanes.values():
        if what in lane.projections:
            return [(lane, (what,))]
    names = chain(("all",), lanes, *(lane.projections for lane in lanes.values()))
    known = ", ".join(dict.fromkeys(names))
    raise InvalidInput(
        _("{what!r} cannot be rebuilt: name one of {known}.", what=what, known=known), "what"
    )
