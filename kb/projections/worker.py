"""The worker, which keeps projections up to date in the one process that leads."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
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
"""The longest that the background work waits in the log, so that it can be stopped."""
PATIENCE_SECONDS = 2.0
"""How long to try for leadership that another process may hold only for a moment."""
SETTLE_SECONDS = 1.0
"""How long a writer waits for the views to show the change."""
WRITTEN = _("What was written is safe and will be shown shortly.")

Progress = Callable[[str, int, int], None]
T = TypeVar("T")


class ProjectionWorker:
    """Keeps projections up to date if this process leads, otherwise waits for the one that does.

    Leadership is a file lock, which ends with its process. A process takes it for a moment to
    update the views, and keeps it while it follows in the background, with a thread for each lane,
    so that none waits for another. Usable from any thread. The leading process also finishes
    erasures: see `Eraser`.
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
        self.moved = Condition()  # notified when a projection has moved or failed
        self._troubles = Troubles(troubles)
        self._background = Background("follower", self.moved, self._troubles.tell)
        self._errors = self._background.errors
        self.on_step: Callable[[], None] = lambda: None  # called after each step of the views
        self._forgetting = forgetting

    def ensure(
        self, position: int, lane: str = "views", *, timeout: float = 30.0, all_before: bool = False
    ) -> None:
        """Return when the projections of `lane` hold `position`, or `all_before` it too.

        For a lane other than the views this process begins to follow, and the caller waits for its
        work without a limit. Else raises `NotYetSearchable` after `timeout` seconds, and
        `DataDirectoryError` once closed.
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
            # An error that stops the background would stop this caller too.
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
        """Wait a moment for the views to show a change; returns why they do not, raises nothing."""
        try:
            self.ensure(position, timeout=SETTLE_SECONDS)
        except NotYetSearchable:
            return " ".join((WRITTEN, *self.errors))
        except (DataDirectoryError, EventLogError, sqlite3.Error, OSError) as error:
            return f"{WRITTEN} {sentence(error)}"
        return ""

    def bring_up(self, position: int) -> str | None:
        """Update the views to `position`; returns the error if there are older views to read."""
        try:
            self.ensure(position)
        except (NotYetSearchable, EventLogError, sqlite3.Error, OSError) as error:
            if self._reader.position() < 0:
                raise
            return sentence(error)
        return None

    def start(self) -> bool:
        """Follow in the background; False if it does already."""
        follow = partial(self._background.repeat, "follower", self._follow_if_leading)
        return self._background.start(follow, self._sound.refuse_closed)

    def forget(self, position: int, timeout: float = 600.0) -> None:
        """Return when nothing is left of all erasures up to `position`.

        This process begins to follow, unless it or another does. Raises `NotYetSearchable` after
        `timeout` seconds, or with the errors if these persist.
        """
        unfinished = self.forgetting(position, timeout)
        while unfinished():
            with self.moved:
                self.moved.wait(POLL_SECONDS)

    def forgetting(self, position: int, timeout: float = 600.0) -> Callable[[], bool]:
        """A function that tells whether anything is left; it raises as `forget` does."""
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
                raise NotYetSearchable(f"Erasing cannot go on: {'; '.join(self.errors)}")
            if now > deadline:
                raise _too_late(timeout)
            return True

        return unfinished

    def unfinished_erasure(self) -> int:
        """See `Eraser.unfinished`; 0 if another process leads, which finishes it itself."""
        with self._lead.taken() as leads:
            return self._sound(self._forgetting.unfinished) if leads else 0

    def stop(self) -> None:
        """End the background work after the current batch, and give up leadership."""
        self._background.stop()

    def close(self) -> None:
        """Stop for good: waiting calls are refused, and the views are no longer touched."""
        self._sound.close()
        self.stop()
        with suppress(OSError), self._lead.taken() as leads:
            if leads:
                self._views_lane.settle()

    def rebuild(self, what: str, progress: Progress) -> None:
        """Rebuild projections: one, those of a lane, or "all".

        Raises `InvalidInput` for an unknown name, `Refused` if another process leads.
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
                    lane.resign()  # the background may run without leading yet
        self._tell()

    def states(self) -> tuple[ProjectionState, ...]:
        """The state of each projection, whichever process leads."""
        return tuple(chain(*(lane.states() for lane in self._lanes.values())))

    def repair_views(self, damage: str, file: File) -> bool:
        """Replace the views if the damaged `file` is still in place; False if another leads."""
        with self._lead.taken(PATIENCE_SECONDS) as leads:
            if leads:
                self._views_lane.repair(damage, file)
        return leads

    def verify_views(self) -> None:
        """Check views that something else wrote to, or wait for the leading process to do so.

        Raises `NotYetSearchable` if that takes too long.
        """
        with self._lead.taken(PATIENCE_SECONDS, unless=self._reader.fits) as leads:
            if leads:
                self._views_lane.bring_up(build=not self.running)
        if not (leads or self._reader.fits()):
            raise NotYetSearchable(
                _(
                    "Something else wrote to the views, and another process, which keeps them up, "
                    "has not checked them yet: ask again soon."
                )
            )

    @property
    def errors(self) -> tuple[str, ...]:
        """The errors that stop the leading process, a sentence each."""
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
        """Update the views to the log's head if this process leads; returns whether it does."""
        with self._lead.taken() as leads:
            if leads:
                self._views_lane.bring_up(patience, build=not self.running)
                self.on_step()
                self._tell()
        return leads

    def take_in_readable(self, codec: EventCodec) -> None:
        """Rebuild the views if a parked event can be read by now and this process leads."""
        with self._lead.taken() as leads:
            if leads and self._views_lane.take_in_readable(codec):
                self._tell()

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
        for lane in lanes:
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
        """See `ViewsLane.overdue`."""
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
