"""What every log asks of a batch before writing it, and what it answers for a known one."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import RFC_4122, UUID

import msgspec

from events.errors import EventIdConflict, InvalidEvent
from events.event import NewEvent, RecordedEvent

_OBJECT = msgspec.json.Decoder(dict[str, Any])
_LARGEST_SCHEMA_VERSION = 2**31 - 1


def check_batch(stream: str, events: Sequence[NewEvent]) -> None:
    """Refuse what must never stand in a log, before anything is written.

    Raises `InvalidEvent` for a malformed event and `EventIdConflict` for an id that stands twice.
    """
    if not stream or not _is_unicode(stream):
        raise InvalidEvent(
            f"The stream name {stream!r} cannot be used: give it as plain Unicode text."
        )
    seen: set[UUID] = set()
    for event in events:
        fault = _fault(event)
        if fault:
            raise InvalidEvent(f"Event {event.id} cannot be appended: {fault}.")
        if event.id in seen:
            raise EventIdConflict(event.id, "it stands twice in one batch")
        seen.add(event.id)


def answer_known(
    stream: str, events: Sequence[NewEvent], known: Mapping[UUID, RecordedEvent]
) -> list[RecordedEvent]:
    """The events as first recorded, in the order of the batch; `known` holds at least one of them.

    Raises `EventIdConflict` if the batch is known only in part or with other content.
    """
    answers: list[RecordedEvent] = []
    for event in events:
        first = known.get(event.id)
        if first is None:
            raise EventIdConflict(
                event.id, "it is new, but other events of its batch are recorded already"
            )
        if not _same_content(stream, event, first):
            raise EventIdConflict(event.id, "its id is recorded already with other content")
        answers.append(first)
    return answers


def _fault(event: NewEvent) -> str:
    """What is wrong with `event`, as half a sentence; empty if nothing is."""
    if event.id.variant != RFC_4122 or event.id.version != 7:
        return "its id is no UUIDv7"
    if not event.type or not event.actor or not _is_unicode(event.type + event.actor):
        return "its type and its actor must be plain Unicode text"
    if not 1 <= event.schema_version <= _LARGEST_SCHEMA_VERSION:
        return "its schema version must be a whole number from 1"
    try:
        _OBJECT.decode(event.data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "its data is not one JSON object in UTF-8"
    return ""


def _is_unicode(text: str) -> bool:
    """Whether `text` has no lone surrogates, which no UTF-8 file can keep."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _same_content(stream: str, event: NewEvent, first: RecordedEvent) -> bool:
    """Whether both say the same; place and time are the log's own and not compared."""
    return stream == first.stream and (
        event.type,
        event.schema_version,
        event.data,
        event.actor,
        event.correlation_id,
    ) == (first.type, first.schema_version, first.data, first.actor, first.correlation_id)
