"""Checks that every log makes on a batch, and its answer to a batch it already has."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import count
from uuid import UUID

from events.errors import EventIdConflict, InvalidEvent
from events.event import NewEvent, RecordedEvent, StreamWrite

_UUID7 = 7 << 76 | 0b10 << 62  # the version and the variant, where RFC 9562 puts them
_UUID7_BITS = 0b1111 << 76 | 0b11 << 62
_LARGEST_SCHEMA_VERSION = 2**31 - 1


def check_batch(writes: Sequence[StreamWrite]) -> None:
    """Raise `InvalidEvent` for a malformed event, `EventIdConflict` for an id that occurs twice and
    `ValueError` for a stream that does.
    """
    streams = {write.stream for write in writes}
    if len(streams) < len(writes):
        [(doubled, _)] = Counter(write.stream for write in writes).most_common(1)
        raise ValueError(f"Two writes of one append go to {doubled}: put their events into one.")
    events = [event for write in writes for event in write.events]
    ids = {event.id.int for event in events}
    if len(ids) < len(events):
        [(twice, _)] = Counter(event.id for event in events).most_common(1)
        raise EventIdConflict(twice, "it stands twice in one batch")
    for number in ids:
        if number & _UUID7_BITS != _UUID7:
            raise InvalidEvent(
                "{id} is no UUIDv7: make the id of an event as one.", id=UUID(int=number)
            )
    # The events of a batch mostly share these, so each distinct value is checked once.
    texts = {*streams, *[event.type for event in events], *[event.actor for event in events]}
    if "" in texts or not _is_unicode("".join(texts)):
        raise InvalidEvent("A stream, type or actor is empty or no Unicode: give it as plain text.")
    versions = {event.schema_version for event in events}
    if min(versions, default=1) < 1 or max(versions, default=1) > _LARGEST_SCHEMA_VERSION:
        raise InvalidEvent("A schema version is out of range: they are whole numbers from 1.")


def answer_known(
    writes: Sequence[StreamWrite], known: Mapping[UUID, RecordedEvent]
) -> list[RecordedEvent]:
    """The events as first recorded, in batch order; `known` holds at least one of them.

    Raises `EventIdConflict` if only part of the batch was recorded, or its content differs.
    """
    answers: list[RecordedEvent] = []
    for stream, event in [(write.stream, event) for write in writes for event in write.events]:
        first = known.get(event.id)
        if first is None:
            raise EventIdConflict(
                event.id, "it is new, but other events of its batch are recorded already"
            )
        if not _same_content(stream, event, first):
            raise EventIdConflict(event.id, "its id is recorded already with other content")
        answers.append(first)
    return answers


def placed(writes: Sequence[StreamWrite], now: datetime, head: int) -> list[RecordedEvent]:
    """The events of `writes` as recorded after position `head` at `now` (UTC)."""
    position = count(head + 1)
    return [
        RecordedEvent(
            id=event.id,
            type=event.type,
            schema_version=event.schema_version,
            data=event.data,
            actor=event.actor,
            correlation_id=event.correlation_id,
            stream=write.stream,
            version=version,
            position=next(position),
            recorded_at=now,
        )
        for write in writes
        for version, event in enumerate(write.events, write.expected_version + 1)
    ]


def _is_unicode(text: str) -> bool:
    """Whether `text` is free of lone surrogates, which UTF-8 cannot encode."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _same_content(stream: str, event: NewEvent, first: RecordedEvent) -> bool:
    """Whether both have the same content; position and time are assigned by the log."""
    return stream == first.stream and (
        event.type,
        event.schema_version,
        event.data,
        event.actor,
        event.correlation_id,
    ) == (first.type, first.schema_version, first.data, first.actor, first.correlation_id)
