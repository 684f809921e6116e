"""The chain of hashes over a log: each event's covers it and all before it."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from secrets import token_bytes

import msgspec

from events.event import RecordedEvent

HASH_BYTES = 16
"""A SHA-256 cut in half still tells any two events apart that ever stand in one place."""

Run = list[RecordedEvent]
"""Events of one append that follow each other and have actor and correlation id in common."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_encode = msgspec.msgpack.Encoder().encode


def new_identity() -> bytes:
    """What a new log is told apart by, and the hash before its first event."""
    return token_bytes(HASH_BYTES)


def hash_of(*fields: object) -> bytes:
    """SHA-256 of values as a MessagePack array. Raises what MessagePack has no form for."""
    return sha256(_encode(fields)).digest()[:HASH_BYTES]


def runs(events: Iterable[RecordedEvent]) -> Iterator[Run]:
    """The runs of the events of one append."""
    for _, run in groupby(events, attrgetter("actor", "correlation_id")):
        yield list(run)


def shared(run: Run, before: bytes) -> tuple[object, ...]:
    """What is the same for all events of a run, and the hash `before` it.

    Size, stream, last version, time, actor, correlation id, hash.
    """
    first, size = run[0], len(run)
    stamped, correlation_id = stamp(first.recorded_at), first.correlation_id.bytes
    return (size, first.stream, run[-1].version, stamped, first.actor, correlation_id, before)


def link(before: bytes | None, event: RecordedEvent) -> bytes:
    """The hash of an event: of its own fields and the hash `before` it.

    Before the first of a run that is the hash of what is `shared`.
    """
    # Spelt out, for it is done for every event that is written or read.
    fields = (
        before,
        event.position,
        event.id.bytes,
        event.type,
        event.schema_version,
        event.data,
    )
    return sha256(_encode(fields)).digest()[:HASH_BYTES]


def links(run: Run, before: bytes) -> list[bytes]:
    """The hash of each event of a run that begins behind the hash `before`."""
    before = hash_of(*shared(run, before))
    return [before := link(before, event) for event in run]


def stamp(time: datetime) -> int:
    """A time as logs keep it: microseconds since 1970."""
    return (time - _EPOCH) // _MICROSECOND


def read_stamp(number: int) -> datetime:
    """The time that `stamp` made a number of. Raises `OverflowError` for one out of range."""
    return _EPOCH + number * _MICROSECOND
