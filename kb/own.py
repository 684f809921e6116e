"""What a member takes along: how an area reads what they said, and tells it to people."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct, structs

from events.event import RecordedEvent

ToldEvent = tuple[RecordedEvent, Any]
"""An event and what it says."""

Lines = Iterable[str]

SPOKE_IN = """SELECT entry_id FROM history WHERE actor = ? AND stream = ?
GROUP BY entry_id ORDER BY min(position)"""
"""The entries in whose streams of a kind somebody spoke, as the views tell."""

CARRIED = ("group", "evidence", "resulting_entry")
"""Fields of events that say what stands afterwards, so that another member may have settled it."""


class Reading(Protocol):
    """Reads streams as far as they can be read, and keeps what of the member's cannot."""

    member: str

    def told(self, what: str, key: str, stream: str) -> tuple[list[ToldEvent], list[RecordedEvent]]:
        """The events of `stream` with what they say, and those that cannot be read.

        `what` and `key` say in words and by an id what it is, where something of it is missing.
        """
        ...

    def where(self, kind: str, sql: str, *parameters: str) -> Iterator[str]:
        """The ids of what the member said something in, as the views know, and as they lack."""
        ...

    def aside(self, kind: str) -> Iterator[str]:
        """The streams of a kind that the views lack, where the member said something."""
        ...

    def ids(self, sql: str, *parameters: str) -> list[str]:
        """The ids that a query of the views finds, without regard to who may see them."""
        ...


class Own(Struct, frozen=True, kw_only=True):
    """What a member takes along of an area, each a value for programs.

    Programs find them under `name`, people under `title`. `lines` tells one of them in Markdown,
    given the names of groups by id; `groups` are the ids of those that it names.
    """

    name: str
    title: str
    read: Callable[[Reading], Iterable[Struct]]
    lines: Callable[[Any, Mapping[str, str]], Lines]
    groups: Callable[[Any], Iterable[str]] = lambda _: ()


def of_types(told: Iterable[ToldEvent], *types: type) -> Iterator[ToldEvent]:
    """Those that say something of `types`."""
    return ((event, said) for event, said in told if isinstance(said, types))


def said_by(member: str, told: Sequence[ToldEvent], *, whole: bool) -> Iterator[ToldEvent]:
    """The events of `member`, without values that they only carried on from another member.

    Unless `told` is `whole`, nobody knows who settled a value, so none is told.
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
    """A point of a list; further lines of the value stay in it."""
    return f"- {name}: {value}".replace("\n", f"\n{indent}")


def when(time: datetime) -> str:
    """A time for people, in UTC."""
    return f"{time:%Y-%m-%d %H:%M} UTC"
