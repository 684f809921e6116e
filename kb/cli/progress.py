"""Shows how far something has come: a bar on a terminal, now and then a line elsewhere."""

import sys
import time
from types import TracebackType
from typing import Any, Self

import click

SECONDS_BETWEEN_LINES = 10.0


class Progress:
    """A context manager; `reach` says how much is done. All of it goes to standard error."""

    def __init__(self, label: str, total: int) -> None:
        self._label = label
        self._total = total
        self._done = 0
        self._said = time.monotonic()
        self._bar: Any = None
        if sys.stderr.isatty():
            self._bar = click.progressbar(length=total, label=label, file=sys.stderr)

    def reach(self, done: int) -> None:
        """`done` of the total are done."""
        if self._bar:
            self._bar.update(done - self._done)
        elif time.monotonic() - self._said >= SECONDS_BETWEEN_LINES:
            self._said = time.monotonic()
            click.echo(f"{self._label}: {done} of {self._total}", err=True)
        self._done = done

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar:
            self._bar.__exit__(kind, error, trace)
