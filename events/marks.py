"""Marks: which log something was made from, and up to where; all that lies beside a log has one."""

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from events.log import EventLog

Misfit = Literal["other log", "ahead", "other past"]
"""Made from another log; from this one when it was longer; or from one that went another way."""


class Mark(Struct, frozen=True):
    """A place in one log: its identity, a position, and the hash of all events up to there."""

    identity: bytes
    position: int
    hash: bytes


def misfit(log: "EventLog", mark: Mark) -> Misfit | None:
    """Why what carries `mark` was not made from the present events of `log`; None if it was."""
    head = log.mark()
    if mark.identity != head.identity:
        return "other log"
    if mark.position > head.position:
        return "ahead"
    return None if log.mark(mark.position).hash == mark.hash else "other past"


def follows(since: Mark, found: Mark | None, mark: Mark) -> bool:
    """Whether `found`, which is kept, is of the same log and from `since` to before `mark`."""
    return (
        found is not None
        and found.identity == since.identity == mark.identity
        and since.position <= found.position < mark.position
    )


def no_position(position: int) -> ValueError:
    """What a log raises for a position that it does not have."""
    return ValueError(f"The log has no position {position}.")
