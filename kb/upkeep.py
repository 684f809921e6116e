"""Upkeep of an opened data directory: following the log, rebuilding, status."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from kb import status
from kb.access import Principal
from kb.belonging import lacking
from kb.parts import Parts
from kb.projections.worker import Progress
from kb.status import Status
from kb.storage.data_directory import storage_errors
from kb.storage.settings import Settings
from kb.views.withheld import INCOMPLETE


class Upkeep:
    """The part of `KnowledgeBase` that is about files, views and index. Usable from any thread."""

    def __init__(self, parts: Parts, principal: Principal) -> None:
        self.settings: Settings = parts.settings
        self.principal = principal
        self._parts = parts

    @property
    def unwritable(self) -> str:
        """Why it is only read, in a few words, as seen when it was opened; empty if it is not."""
        return self._parts.frozen.reason if self._parts.frozen else ""

    def outdated(self) -> bool:
        """Whether one that is only read can be written by now, or another program wrote to it."""
        return self._parts.frozen is not None and self._parts.frozen.outdated()

    @contextmanager
    def follow(self) -> Iterator[None]:
        """Keep views and index up in the background for as long as the block runs."""
        began = self._parts.worker.start()
        try:
            yield
        finally:
            if began:
                self._parts.worker.stop()

    def start_following(self) -> None:
        """Keep views and index up in the background until `close`."""
        self._parts.worker.start()

    def wait(self, position: int, *, index: bool = False, timeout: float | None = None) -> None:
        """Return when views (and the index) hold `position`.

        Raises `NotYetSearchable` after `timeout` seconds, or when the work cannot go on.
        """
        if index:
            self._parts.own.waited(self.principal.member or "", position)
        deadline = monotonic() + (math.inf if timeout is None else timeout)
        with storage_errors(self._parts.directory.root):
            for lane in ("views", "index") if index else ("views",):
                left = max(0.0, deadline - monotonic())
                self._parts.worker.ensure(position, lane, timeout=left)

    def catch_up(self, timeout: float | None = None) -> None:
        """Return when views and index hold all that is in the log now; raises as `wait` does.

        What a question asked after that does not find is not there.
        """
        self.wait(self.head(), index=True, timeout=timeout)

    def head(self) -> int:
        """The log's last position, to `wait` for."""
        with storage_errors(self._parts.directory.root):
            return self._parts.log.head()

    def rebuild(self, what: str = "all", progress: Progress | None = None) -> None:
        """Make projections anew from the log and swap them in: one by its name, "views", or "all".

        `progress` gets (what, done, of). Raises `InvalidInput` for what is none, `Refused` while
        another process keeps them up.
        """
        with storage_errors(self._parts.directory.root):
            if self._parts.frozen:
                self._parts.frozen.refuse()
            self._parts.worker.rebuild(what, progress or (lambda *_: None))

    def status(self) -> Status:
        """Positions, lag, sizes and troubles."""
        with storage_errors(self._parts.directory.root):
            return status.gather(self._parts, lacking(self._parts.vault))

    def go_on_without_lost_keys(self) -> None:
        """Write new entries and members again: the newer vault is gone for good.

        What its keys open stays unread. Raises `DataDirectoryError`.
        """
        with storage_errors(self._parts.directory.root):
            self._parts.vault.give_up()

    def incomplete(self) -> str:
        """A sentence if anything that was recorded could not be taken in; empty otherwise."""
        with storage_errors(self._parts.directory.root):
            lacking = self._parts.reader.incomplete() or self._parts.parked.any()
        return INCOMPLETE if lacking else ""

    def check_log(self, progress: Callable[[int, int], None] = lambda *_: None) -> int:
        """Read the whole log and answer how many events it holds, all sound and open to the vault.

        `progress` gets (events read, events in all). Raises `DataDirectoryError` for damage.
        """
        from events.sqlite_check import check_log

        with storage_errors(self._parts.directory.root):
            return check_log(
                self._parts.directory.log, self._parts.codec, progress, self._parts.frozen
            )
