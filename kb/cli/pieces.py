"""Long lists on a terminal, page by page."""

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
"""Rows that a command prints by default."""


def _options(command: F, passed: str, limit: str) -> F:
    offsets, limits = click.IntRange(0, LARGEST_OFFSET), click.IntRange(1, 1000)
    most = click.option("--limit", type=limits, default=USUAL, show_default=True, help=limit)
    return click.option("--offset", type=offsets, default=0, help=passed)(most(command))


def piece_options(command: F) -> F:
    """Add the options that choose a page of a list."""
    return _options(command, _("How many to pass over."), _("How many."))


def newest_options(command: F) -> F:
    """The same for events, of which the newest is printed last."""
    limit = _("How many; the newest are printed last.")
    return _options(command, _("How many of the newest to pass over."), limit)


def piece(items: Sequence[T], offset: int, limit: int) -> Sequence[T]:
    """That page of a list; says what is left out."""
    shown = items[offset:][:limit]
    tell_left_out(len(shown), offset, len(items))
    return shown


def newest(items: Sequence[T], offset: int, limit: int) -> Sequence[T]:
    """That page of a list counted from its end, in its order; says what is left out."""
    shown = items[: max(0, len(items) - offset)][-limit:]
    _tell_older(len(shown), len(items))
    return shown


def oldest_first(items: Sequence[T], total: int) -> Sequence[T]:
    """Reverse a page, newest first, of a list of `total`; says what is left out."""
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
    """The sentence for an offset beyond the end of a list."""
    return ngettext("There is only {count:,}.", "There are only {count:,}.", total)


def which(shown: int, offset: int, total: int) -> str:
    """The sentence for a page of a longer list."""
    these = numbers(offset + 1, offset + shown)
    return _("{these} of {total:,}; see --offset and --limit.", these=these, total=total)


def tell_left_out(shown: int, offset: int, total: int) -> None:
    """Say on standard error which part of a list was printed, unless it was all."""
    if not shown and total:
        tell(only(total))
    elif shown < total:
        tell(which(shown, offset, total))
