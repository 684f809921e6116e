"""Progress: a bar on a terminal, occasional lines elsewhere."""

import sys
import time
from typing import TYPE_CHECKING, Any, Self

import click

from kb.cli.invocation import say
from kb.messages import _, render, shell_language

if TYPE_CHECKING:
    from kb.knowledge_base import KnowledgeBase

SECONDS_BETWEEN_LINES = 10.0
PATIENCE = 0.5
"""Seconds between two looks at the position of the index."""


class Progress:
    """A context manager; `reach` says how much is done. All of it goes to standard error.

    Without a terminal, lines are for what takes long: each says more than the one before it, and
    the last one how it ended.
    """

    def __init__(self, label: str, total: int) -> None:
        self._label = label
        self._total = total
        self._done = 0
        self._began = self._said = time.monotonic()
        self._told = 0
        self._bar: Any = None
        if sys.stderr.isatty():
            self._bar = click.progressbar(
                length=total, label=render(label, shell_language()), file=sys.stderr
            )

    def reach(self, done: int, total: int | None = None) -> None:
        """Report that `done` of the total are done; `total` is given if it was unknown before."""
        if total is not None:
            self._total = total
        if self._bar:
            self._bar.length = self._total
            self._bar.update(done - self._done)
        elif done > self._told and time.monotonic() - self._said >= SECONDS_BETWEEN_LINES:
            self._say(done)
        self._done = done

    def _say(self, done: int) -> None:
        self._said, self._told = time.monotonic(), done
        said = _("{what}: {done:,} of {total:,}", what=self._label, done=done, total=self._total)
        say(said, err=True)

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        if self._bar:
            self._bar.__exit__(*raised)
        elif self._done > self._told and time.monotonic() - self._began >= SECONDS_BETWEEN_LINES:
            self._say(self._done)


def wait_for_index(base: "KnowledgeBase", position: int) -> None:
    """Return when the index holds `position`; Ctrl-C ends only the waiting."""
    from kb.errors import Interrupted, NotYetSearchable

    start = base.status().index_position
    with Progress(_("Indexing"), max(position - start, 0)) as progress:
        while True:
            try:
                base.wait(position, index=True, timeout=PATIENCE)
                progress.reach(max(position - start, 0))
                return
            except NotYetSearchable:
                status = base.status()
                progress.reach(max(min(status.index_position, position) - start, 0))
                if status.errors:
                    raise
            except KeyboardInterrupt:
                raise Interrupted(
                    "Stopped: all files are in the log, and the next search indexes the rest."
                ) from None
