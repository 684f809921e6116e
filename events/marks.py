"""Marks record which log a file was made from, and up to which position."""

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from events.log import EventLog

Misfit = Literal["other log", "ahead", "other past"]
"""Made from another log; from a longer copy of this one; or from a copy that diverged."""


class Mark(Struct, frozen=True):
    """A place in one log: its identity, a position, and the hash of all events up to there."""

    identity: bytes
    position: int
    hash: bytes


def misfit(log: "EventLog", mark: Mark) -> Misfit | None:
    """Why a file with `mark` was not made from the present events of `log`; None if it was."""
    head = log.mark()
    if mark.identity != head.identity:
        return "other log"
    if mark.position > head.position:
        return "ahead"
    return None if log.mark(mark.position).hash == mark.hash else "other past"


def follows(since: Mark, found: Mark | None, mark: Mark) -> bool:
    """Whether the stored mark `found` is of the same log and in the range [`since`, `mark`)."""
    return (
        found is not None
        and found.identity == since.identity == mark.identity
        and since.position <= found.position < mark.position
    )


def no_position(position: int) -> ValueError:
    """The error for a position that the log does not have."""
    return ValueError(f"The log has no position {position}.")
