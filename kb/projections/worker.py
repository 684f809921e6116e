"""The one process of a data directory that keeps all projections up, and how others wait for it."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from threading import TIMEOUT_MAX, Condition, Thread
from typing import TypeVar

from events.codec import EventCodec
from events.errors import EventLogError
from events.log import EventLog
from kb.errors import DataDirectoryError, NotYetSearchable, Refused
from kb.messages import _
from kb.projections.background import Background, sentence
from kb.projections.lane import Erasing, Lane, ProjectionState, ViewsLane, named
from kb.projections.troubles import Troubles
from kb.projections.views import Views
from kb.storage.leadership import POLL_SECONDS, Leadership
from kb.views.file import File
from kb.views.reader import ViewReader

WAIT_SECONDS = 0.1
"""The longest that the background work sleeps in the log, so that it can be stopped."""
PATIENCE_SECONDS = 2.0
"""How long to try for the lead where another process may hold it for a moment only."""
SETTLE_SECONDS = 1.0
"""How long who wrote waits until the views show it."""
WRITTEN = _("What was written is safe and will be shown shortly.")

Progress = Callable[[str, int, int], None]
T = TypeVar("T")


class ProjectionWorker:
    """Keeps projections up if this process leads, otherwise waits for the process that does.

    The lead is a file lock, which dies with its holder. A process takes it for a moment to bring
    the views up, and keeps it while it follows in the background, with a thread for each lane, so
    that none waits for another. Usable from any thread.

    The process that leads also finishes what the log says is erased: see `Eraser`.
    """

    def __init__(
        self,
        log: EventLog,
        views: Views,
        reader: ViewReader,
        lanes: Sequence[Lane],
        lead: Leadership,
        troubles: Path,
        forgetting: Erasing,
    ) -> None:
        self._log = log
        self._reader = reader
        self.shows = reader.holds
        self._views_lane = ViewsLane(log, views, reader, forgetting)
        self._sound = self._views_lane.sound
        self._lanes: dict[str, Lane] = {each.name: each for each in (self._views_lane, *lanes)}
        self._lead = lead
        self.moved = Condition()  # told when a projection has moved, or an error came
        self._troubles = Troubles(troubles)
        self._background = Background("follower", self.moved, self._troubles.tell)
        self._errors = self._background.errors
        self.on_step: Callable[[], None] = lambda: None  # called after each step of the views
        self._forgetting = forgetting

    def ensure(
        self, position: int, lane: str = "views", *, timeout: float = 30.0, all_before: bool = False
    ) -> None:
        """Return when the projections of `lane` hold `position`, or `all_before` it too.

        For others than the views this process begins to follow; what it then has to do for this
        caller takes as long as it takes. Else raises `NotYetSearchable` after `timeout` seconds,
        and `DataDirectoryError` once closed.
        """
        wanted, others = self._lanes[lane], lane != "views"
        reached = wanted.reached if all_before else wanted.holds
        deadline = time.monotonic() + timeout
        for_this_caller = False
        while not reached(position):
            self._sound.refuse_closed()
            # The process that followed may have stopped meanwhile.
            for_this_caller |= others and self.start()
            patience = min(max(0.0, deadline - time.monotonic()), TIMEOUT_MAX)
            # What keeps the background from it would keep this caller as long.
            stuck = others or (self.running and "views" in self._errors)
            if not stuck and self.bring_views_up(patience) and reached(position):
                return
            if others and self._errors:
                raise NotYetSearchable(f"What is new cannot be taken in: {'; '.join(self.errors)}")
            late = time.monotonic() >= deadline
            if late and not (for_this_caller and self._lead.who() != "another process"):
                raise _too_late(timeout)
            with self.moved:
                self.moved.wait(POLL_SECONDS)

    def settle(self, position: int) -> str:
        """Wait a moment for the views to show what was written; in words why not, no error."""
        try:
            self.ensure(position, timeout=SETTLE_SECONDS)
        except NotYetSearchable:
            return " ".join((WRITTEN, *self.errors))
        except (DataDirectoryError, EventLogError, sqlite3.Error, OSError) as error:
            return f"{WRITTEN} {sentence(error)}"
        return ""

    def bring_up(self, position: int) -> str | None:
        """What keeps the views from holding `position`, if there are any; raises as `ensure`."""
        try:
            self.ensure(position)
        except (NotYetSearchable, EventLogError, sqlite3.Error, OSError) as error:
            if self._reader.position() < 0:
                raise
            return sentence(error)
        return None

    def start(self) -> bool:
        """Follow in the background; False if it does already."""
        return self._background.start(self._follow, self._sound.refuse_closed)

    def forget(self, position: int, timeout: float = 600.0) -> None:
        """Return when nothing is left anywhere of what was erased up to `position`.

        This process begins to follow, unless it or another does. Raises `NotYetSearchable` after
        `timeout` seconds, or with what keeps the work from going on for a while.
        """
        unfinished = self.forgetting(position, timeout)
        while unfinished():
            with self.moved:
                self.moved.wait(POLL_SECONDS)

    def forgetting(self, position: int, timeout: float = 600.0) -> Callable[[], bool]:
        """What tells whether anything is left, for who waits otherwise; raises as `forget` does."""
        well = time.monotonic()
        deadline = well + timeout

        def unfinished() -> bool:
            nonlocal well
            if self._forgetting.position() >= position:
                return False
            self._sound.refuse_closed()
            self.start()
            now = time.monotonic()
            well = now if not self.errors else well
            if now - well > PATIENCE_SECONDS:
                raise NotYetSearchable(f"Erasing cannot be finished: {'; '.join(self.errors)}")
            if now > deadline:
                raise _too_late(timeout)
            return True

        return unfinished

    def unfinished_erasure(self) -> int:
        """See `Eraser.unfinished`; 0 where another process leads, which finishes it itself."""
        with self._lead.taken() as leads:
            return self._sound(self._forgetting.unfinished) if leads else 0

    def stop(self) -> None:
        """End the background work after the batch at hand, and give the lead away."""
        self._background.stop()

    def close(self) -> None:
        """Stop for good: what still waits is refused, and nobody touches the views any more."""
        self._sound.close()
        self.stop()

    def rebuild(self, what: str, progress: Progress) -> None:
        """Make projections anew: one, those of a lane, or "all".

        Raises `InvalidInput` for a name of none, `Refused` if another process leads.
        """
        chosen = named(self._lanes, what)
        with self._lead.taken(PATIENCE_SECONDS) as leads:
            if not leads:
                raise Refused(
                    _(
                        "Another process keeps this data directory up, e.g. kb serve or kb import: "
                        "stop it, then rebuild."
                    )
                )
            for lane, names in chosen:
                shown = lane.name if len(names) == len(lane.projections) else what
                try:
                    lane.rebuild(names, partial(progress, shown))
                finally:
                    if not self._background.running:
                        lane.resign()
        self._tell()

    def states(self) -> tuple[ProjectionState, ...]:
        """How each projection stands, whatever process keeps it up."""
        return tuple(chain(*(lane.states() for lane in self._lanes.values())))

    def repair_views(self, damage: str, file: File) -> bool:
        """Replace the views if the damaged `file` is still in place; False if another leads."""
        with self._lead.taken(PATIENCE_SECONDS) as leads:
            if leads:
                self._views_lane.repair(damage, file)
        return leads

    def verify_views(self) -> None:
        """See to views that something else wrote to, here or by waiting for the process that leads.

        Raises `NotYetSearchable` where that takes too long.
        """
        with self._lead.taken(PATIENCE_SECONDS, unless=self._reader.fits) as leads:
            if leads:
                self._views_lane.bring_up()
        if not (leads or self._reader.fits()):
            raise NotYetSearchable(
                _(
                    "Something else wrote to the views, and another process, which keeps them up, "
                    "has not checked them yet: ask again soon."
                )
            )

    @property
    def errors(self) -> tuple[str, ...]:
        """What keeps the work of the process that leads from going on, a sentence each."""
        if self._lead.held:
            return tuple(self._errors.copy().values())
        told = self._troubles.told()
        return told if told and self._lead.who() == "another process" else ()

    @property
    def running(self) -> bool:
        """Whether this process follows in the background."""
        return self._background.running

    def who(self) -> str:
        """Who leads: "this process", "another process" or "none"."""
        return self._lead.who()

    def bring_views_up(self, patience: float = -1) -> bool:
        """Bring the views to the log's head if this process leads; whether. See `SoundViews`."""
        with self._lead.taken() as leads:
            if leads:
                self._views_lane.bring_up(patience)
                self.on_step()
                self._tell()
        return leads

    def take_in_readable(self, codec: EventCodec) -> None:
        """Make the views anew if an event that could not be read can be by now, and this leads."""
        with self._lead.taken() as leads:
            if leads and self._views_lane.take_in_readable(codec):
                self._tell()

    def _follow(self) -> None:
        self._background.repeat("follower", self._follow_if_leading)

    def _follow_if_leading(self) -> None:
        with self._lead.taken() as leads:
            if leads:
                self._follow_leading()
        self._background.stopping.wait(POLL_SECONDS)

    def _follow_leading(self) -> None:
        self._troubles.tell({})
        lanes = self._lanes.values()
        threads = [Thread(target=self._keep_up, args=(lane,), daemon=True) for lane in lanes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for lane in self._lanes.values():
            lane.resign()

    def _keep_up(self, lane: Lane) -> None:
        self._background.repeat(lane.name, partial(self._step, lane))

    def _step(self, lane: Lane) -> None:
        if lane.step(self._background.stopping.is_set):
            self._tell()
        else:
            self._log.wait(lane.checkpoint(), WAIT_SECONDS)
        if lane is self._views_lane:
            self.on_step()

    @property
    def overdue(self) -> str:
        """Why something that was to be kept for some time only is still there; empty if none is."""
        return self._views_lane.overdue

    def _tell(self) -> None:
        with self.moved:
            self.moved.notify_all()


def _too_late(seconds: float) -> NotYetSearchable:
    return NotYetSearchable(
        _(
            "What was written is safe, but not taken in within {seconds:g} seconds: see kb status.",
            seconds=seconds,
        )
    )
