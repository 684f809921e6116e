"""Kinds of streams with their types of events: how they are stored, what they are to people."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from events.codec import EventType
from kb.messages import Message
from kb.views.view import Lack

Words = tuple[Message, str | None]
"""A message, and the id of the entry that it ends with, if any."""


class Told(Struct, frozen=True):
    """How an event reads in the history of an entry.

    `words` makes the sentence of the decoded event. `unread` names in a few words what an entry
    lacks whose event cannot be read, e.g. "A revision".
    """

    words: Callable[[Any], Words]
    unread: str


class Fact(EventType, frozen=True, kw_only=True):
    """A type of event of an area: how it is stored, and what it is to people.

    `lack` is what one that cannot be taken in may have taken away from people, None for nothing;
    `told` how it reads in the history of an entry, None where it is not part of any.
    """

    lack: Lack | None
    told: Told | None


class StreamKind(Struct, frozen=True, kw_only=True):
    """The streams whose names begin with `name` and a hyphen, one of an aggregate each.

    `unknown` is what an event of a type that is none of the `facts` may have taken away. Both
    queries get the rest of the stream's name: `began` answers a row if the views know of such a
    stream, None where they may not; `entry` the id of the entry that it is about, None if of none.
    """

    name: str
    facts: tuple[Fact, ...]
    unknown: Lack | None
    began: str | None
    entry: str | None
