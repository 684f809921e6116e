"""Kinds of streams and their event types, with how these are stored and described."""

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

    `words` describes the decoded event. `unread` names it briefly if it cannot be read, e.g. "A
    revision".
    """

    words: Callable[[Any], Words]
    unread: str


class Fact(EventType, frozen=True, kw_only=True):
    """An event type of an area: how it is stored, and what it means to people.

    `lack` is what an event that cannot be taken in may have hidden or removed, None for nothing;
    `told` is how it reads in the history of an entry, None if it is in none.
    """

    lack: Lack | None
    told: Told | None


class StreamKind(Struct, frozen=True, kw_only=True):
    """The streams whose names begin with `name` and a hyphen, each of one aggregate.

    `unknown` is the lack for an event whose type is none of `facts`. Both queries get the rest of
    the stream's name: `began` selects a row if the views know the stream (None if they need not),
    `entry` the id of the entry that it is about (None if it is about none).
    """

    name: str
    facts: tuple[Fact, ...]
    unknown: Lack | None
    began: str | None
    entry: str | None
