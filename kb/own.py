"""A member's own data: how each area reads it, and shows it to people."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct, structs

from events.event import RecordedEvent

ToldEvent = tuple[RecordedEvent, Any]
"""An event and its decoded payload."""

Lines = Iterable[str]

SPOKE_IN = """SELECT entry_id FROM history WHERE actor = ? AND stream = ?
GROUP BY entry_id ORDER BY min(position)"""
"""The entries in whose streams of a kind a member acted, from the views."""

CARRIED = ("group", "evidence", "resulting_entry")
"""Fields of events with the whole new state, whose value may come from another member."""


class Reading(Protocol):
    """Reads streams as far as possible, and notes parts of the member's that are unreadable."""

    member: str

    def told(self, what: str, key: str, stream: str) -> tuple[list[ToldEvent], list[RecordedEvent]]:
        """The events of `stream` with their payloads, and those that cannot be read.

        `what` (in words) and `key` (an id) name it in the list of missing parts.
        """
        ...

    def where(self, kind: str, sql: str, *parameters: str) -> Iterator[str]:
        """The ids of things that the member wrote in, from the views and from parked events."""
        ...

    def aside(self, kind: str) -> Iterator[str]:
        """The streams of a kind with parked events in which the member wrote."""
        ...

    def ids(self, sql: str, *parameters: str) -> list[str]:
        """The ids that a query finds in the views, whoever may see them."""
        ...


class Own(Struct, frozen=True, kw_only=True):
    """How an area exports a member's own data.

    In JSON the values are under `name`, in Markdown under `title`. `lines` formats a value in
    Markdown, given the names of groups by id; `groups` are the ids of the groups in it.
    """

    name: str
    title: str
    read: Callable[[Reading], Iterable[Struct]]
    lines: Callable[[Any, Mapping[str, str]], Lines]
    groups: Callable[[Any], Iterable[str]] = lambda _: ()


def of_types(told: Iterable[ToldEvent], *types: type) -> Iterator[ToldEvent]:
    """Those whose payload is one of `types`."""
    return ((event, said) for event, said in told if isinstance(said, types))


def said_by(member: str, told: Sequence[ToldEvent], *, whole: bool) -> Iterator[ToldEvent]:
    """The events of `member`, without values that they repeated from another member.

    Unless `told` is `whole`, the author of a repeated value is unknown, so none is included.
    """
    settled: dict[str, tuple[object, str]] = {}
    for event, said in told:
        carried = {name: getattr(said, name) for name in CARRIED if hasattr(said, name)}
        for name, value in carried.items():
            if name not in settled or settled[name][0] != value:
                settled[name] = (value, event.actor)
        if event.actor == member:
            others = {name: None for name in carried if not whole or settled[name][1] != member}
            yield event, structs.replace(said, **others)


def item(name: str, value: object, indent: str = "  ") -> str:
    """A list item; further lines of the value are indented."""
    return f"- {name}: {value}".replace("\n", f"\n{indent}")


def when(time: datetime) -> str:
    """A time for people, in UTC."""
    return f"{time:%Y-%m-%d %H:%M} UTC"
