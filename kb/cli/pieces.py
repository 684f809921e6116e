"""Long lists on a terminal, a piece at a time."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from kb.cli.invocation import tell
from kb.counting import numbers
from kb.entries.results import LARGEST_OFFSET
from kb.messages import _, ngettext

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
USUAL = 1000
"""How many rows a command prints where nobody says how many."""


def _options(command: F, passed: str, limit: str) -> F:
    offsets, limits = click.IntRange(0, LARGEST_OFFSET), click.IntRange(1, 1000)
    most = click.option("--limit", type=limits, default=USUAL, show_default=True, help=limit)
    return click.option("--offset", type=offsets, default=0, help=passed)(most(command))


def piece_options(command: F) -> F:
    """The options that say which piece of a list is meant."""
    return _options(command, _("How many to pass over."), _("How many."))


def newest_options(command: F) -> F:
    """The same for what happened, of which the newest is printed last."""
    limit = _("How many; the newest are printed last.")
    return _options(command, _("How many of the newest to pass over."), limit)


def piece(items: Sequence[T], offset: int, limit: int) -> Sequence[T]:
    """That piece of a list; what is left out is told."""
    shown = items[offset:][:limit]
    tell_left_out(len(shown), offset, len(items))
    return shown


def newest(items: Sequence[T], offset: int, limit: int) -> Sequence[T]:
    """That piece of a list from its end, in its order; what is left out is told."""
    shown = items[: max(0, len(items) - offset)][-limit:]
    _tell_older(len(shown), len(items))
    return shown


def oldest_first(items: Sequence[T], total: int) -> Sequence[T]:
    """A piece of a list of `total`, newest first, in the other order; what is left out is told."""
    _tell_older(len(items), total)
    return items[::-1]


def _tell_older(shown: int, total: int) -> None:
    if shown < total:
        tell(
            _(
                "{shown:,} of {total:,}, the newest last; see --offset and --limit.",
                shown=shown,
                total=total,
            )
        )


def only(total: int) -> str:
    """What is said where all of a list was passed over."""
    return ngettext("There is only {count:,}.", "There are only {count:,}.", total)


def which(shown: int, offset: int, total: int) -> str:
    """Which piece of a list this is."""
    these = numbers(offset + 1, offset + shown)
    return _("{these} of {total:,}; see --offset and --limit.", these=these, total=total)


def tell_left_out(shown: int, offset: int, total: int) -> None:
    """Say which piece of a list was printed, beside the output, if it is not the whole."""
    if not shown and total:
        tell(only(total))
    elif shown < total:
        tell(which(shown, offset, total))
