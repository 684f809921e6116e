"""What an index says of where it comes from: the log, up to where, and the events put aside."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from events.log import EventLog
from events.marks import Mark, Misfit, misfit
from kb.following.parked import ParkedFile

_MISFITS: Mapping[Misfit, str] = {
    "other log": "it was made from another log",
    "ahead": "it holds more than the log",
    "other past": "it was made from another copy of the log",
}


class _Source(Struct, frozen=True):
    mark: Mark
    parked: bytes | None


def source(log: EventLog, parked: ParkedFile, position: int) -> str:
    """What an index that has taken in `log` up to `position` keeps with it."""
    kept = _Source(log.mark(position), parked.sum())
    return msgspec.json.encode(kept).decode()


def foreign(log: EventLog, kept: str) -> str:
    """Why an index that keeps this was not made from `log` as it is; empty if it was."""
    try:
        mark = msgspec.json.decode(kept, type=_Source).mark
    except msgspec.MsgspecError:
        return "it does not say which log it was made from"
    how = misfit(log, mark)
    return _MISFITS[how] if how else ""


def unlike(log: EventLog, parked: ParkedFile, kept: str) -> str:
    """As `foreign`, and that the events put aside beside it are those that were."""
    if why := foreign(log, kept):
        return why
    same = msgspec.json.decode(kept, type=_Source).parked == parked.sum()
    return "" if same else "the events that were put aside beside it are others"
