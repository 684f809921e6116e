"""The source of an index: its log, the position in it, and the parked events."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from events.log import EventLog
from events.marks import Mark, Misfit, misfit
from indexer.errors import IndexOutdated
from kb.messages import _
from kb.views.parked import ParkedFile

if TYPE_CHECKING:
    from indexer.stored.description import Description

_MISFITS: Mapping[Misfit, str] = {
    "other log": "it was made from another log",
    "ahead": "it holds more than the log",
    "other past": "it was made from another copy of the log",
}


class _Source(Struct, frozen=True):
    mark: Mark  # up to where it may hold anything
    parked: bytes | None
    position: int  # up to where it holds all


def source(log: EventLog, parked: ParkedFile, position: int, reach: int) -> str:
    """The source to store in an index with all of `log` up to `position`, some up to `reach`."""
    kept = _Source(log.mark(reach), parked.sum(position, log.head()), position)
    return msgspec.json.encode(kept).decode()


def reach(kept: str) -> int:
    """The last position of which an index with this source may hold anything; 0 if unknown."""
    try:
        return msgspec.json.decode(kept, type=_Source).mark.position
    except msgspec.MsgspecError:
        return 0


def unlike(log: EventLog, parked: ParkedFile, kept: str) -> str:
    """Why an index with this source does not fit log and parked events; empty if it does."""
    try:
        found = msgspec.json.decode(kept, type=_Source)
    except msgspec.MsgspecError:
        return "it does not say which log it was made from"
    if how := misfit(log, found.mark):
        return _MISFITS[how]
    if found.parked is None or found.parked != parked.sum(found.position, log.head()):
        return "the events that were put aside beside it are others"
    return ""


def described(
    directory: Path, log: EventLog, parked: ParkedFile
) -> "tuple[Description, tuple[str, ...]]":
    """The description of an index from its files, and sentences about anything wrong with them.

    Loads neither the model nor the search libraries.
    """
    from indexer.stored.description import Description, describe

    again = _("The next question rebuilds it.")
    try:
        found = describe(directory)
    except IndexOutdated as error:
        return Description(), (f"{error} {again}",)
    if found.engine and (why := unlike(log, parked, found.source)):
        return Description(), (f"The index does not fit: {why}. {again}",)
    return found, ()
