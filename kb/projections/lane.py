"""What the worker keeps up in a thread each: the views, the index, and any other projection."""

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
"""Gets how many are done, of how many."""

Stopped = Callable[[], bool]


class ProjectionState(Struct, frozen=True):
    """How a projection stands: the last position taken in, and how many events it has parked."""

    name: str
    position: int
    parked: int


class Lane(Protocol):
    """Projections that one thread keeps up with the log, one step after the other.

    `projections` names them: `kb rebuild` takes these names, and that of the lane for all of them.
    """

    name: str
    projections: tuple[str, ...]

    def holds(self, position: int) -> bool:
        """Whether what happened at `position` is taken in, by whatever process leads."""

    def reached(self, position: int) -> bool:
        """Whether all that happened up to `position` is taken in, by whatever process leads."""

    def step(self, stopped: Stopped) -> bool:
        """Do a piece of what there is to do; False if there is nothing. For who leads.

        Raises soon after `stopped` answers true, where the piece is a long one.
        """

    def checkpoint(self) -> int:
        """The position after which to look for more. For who leads."""

    def rebuild(self, names: Sequence[str], progress: Progress) -> None:
        """Make these projections anew from the log. For who leads."""

    def resign(self) -> None:
        """Let go of what only the process that leads may hold."""

    def states(self) -> tuple[ProjectionState, ...]:
        """How each projection stands. For any process."""


class Erasing(Protocol):
    """What finishes erasures, as far as the views are concerned; see `kb.erasure.eraser`."""

    def position(self) -> int:
        """Nothing is left of what was erased up to here; -1 if that cannot be told yet."""

    def unfinished(self) -> int:
        """The position of the last erasure of which anything is left or there again; else 0."""

    def of_views(self) -> bool:
        """Take a step; whether there was one to take."""

    def of_time(self) -> bool:
        """Destroy what was to be kept for some time only; whether it looked."""


class ViewsLane:
    """All views, by themselves or by a caller who waits for them; and erasures, to their end."""

    name = "views"

    def __init__(
        self, log: EventLog, views: Views, reader: ViewReader, forgetting: Erasing
    ) -> None:
        self.projections = tuple(view.name for view in views.views)
        self.sound = SoundViews(log, views)
        self.overdue = ""
        """Why something that was to be kept for some time only is still there."""
        self._log = log
        self._views = views
        self._runner = ProjectionRunner(log, views, batch_size=BATCH)
        self._reader = reader
        self._forgetting = forgetting

    def holds(self, position: int) -> bool:
        """Whether the views show what happened at `position`."""
        return self._reader.holds(position)

    reached = holds

    def step(self, _: Stopped) -> bool:
        """Take a batch in, or else go on with erasing, or with views that are made anew."""
        if self.sound(self._runner.run_once) or self.sound(self._forgetting.of_views):
            return True
        if self.sound(self._views.build) is not None:
            return True
        self._expire()
        return False

    def checkpoint(self) -> int:
        """How far the views are."""
        return self.sound(self._views.checkpoint)

    def bring_up(self, patience: float = -1) -> None:
        """Take in all that there is at once. Raises as `SoundViews` does."""
        self.sound(self._catch_up, patience)

    def rebuild(self, names: Sequence[str], progress: Progress) -> None:
        """Make all views anew in one transaction, or some beside those that answer."""
        if {*names} >= {*self.projections}:
            self.sound(lambda: self._views.rebuild(progress))
            return
        self.sound(lambda: self._views.ask(names))
        while (done := self.sound(self._views.build)) is not None:
            progress(done, max(done, self.checkpoint()))

    def resign(self) -> None:
        """The file of the views is let go of when the directory is closed."""

    def states(self) -> tuple[ProjectionState, ...]:
        """How each view stands; one that is not there yet is at position 0."""
        found, parked = self._reader.states()
        return tuple(
            ProjectionState(name, found[name].position if name in found else 0, parked[name])
            for name in self.projections
        )

    def repair(self, damage: str, file: File) -> None:
        """Replace the views if the damaged `file` is still in place."""
        self.sound.repair(damage, file, self._catch_up)

    def take_in_readable(self, codec: EventCodec) -> bool:
        """Make the views anew if an event that could not be read can be by now; whether it did."""

        def taken_in() -> bool:
            if not any(readable(each, self._log, codec) for each in self._views.parked()):
                return False
            self._views.discard("something that could not be read can be read by now")
            self._catch_up()
            return True

        return self.sound(taken_in)

    def _catch_up(self) -> None:
        self._runner.catch_up()
        while self._views.build() is not None:
            pass

    def _expire(self) -> None:
        try:
            if self._forgetting.of_time():
                self.overdue = ""
        except DataDirectoryError as error:
            # Nobody waits for this: it is kept for status, and tried again.
            self.overdue = str(error)


class ProjectionLane:
    """Any other projection, followed in batches."""

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
        """How far the projection is."""
        return self._projection.checkpoint()

    def holds(self, position: int) -> bool:
        """Whether the projection has taken in what happened at `position`."""
        return self.checkpoint() >= position

    reached = holds

    def step(self, _: Stopped) -> bool:
        """Take a batch in."""
        return bool(self._runner.run_once())

    def rebuild(self, _: Sequence[str], progress: Progress) -> None:
        """Empty the projection and fill it from the log."""
        self._clear()
        while self._runner.run_once():
            progress(self.checkpoint(), max(self._log.head(), self.checkpoint()))

    def resign(self) -> None:
        """It holds nothing for the process that leads alone."""

    def states(self) -> tuple[ProjectionState, ...]:
        """How far it is, and what it has parked."""
        return (ProjectionState(self.name, self.checkpoint(), len(self._projection.parked())),)


def named(lanes: Mapping[str, Lane], what: str) -> list[tuple[Lane, tuple[str, ...]]]:
    """Lanes and those of their projections that `what` names. Raises `InvalidInput` for none."""
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
