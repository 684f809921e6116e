"""Checksums of events, and the chain of hashes over the runs that they were appended in."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from secrets import token_bytes
from zlib import crc32

import msgspec

from events.event import RecordedEvent

HASH_BYTES = 16
"""A SHA-256 cut in half still tells any two events apart that ever stand in one place."""

Run = list[RecordedEvent]
"""Events of one append that follow each other: of one stream, actor and correlation id."""

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
    for _, run in groupby(events, attrgetter("stream", "actor", "correlation_id")):
        yield list(run)


def shared(run: Run, before: bytes) -> tuple[object, ...]:
    """What is the same for all events of a run, and the hash `before` it.

    Size, stream, last version, time, actor, correlation id, hash.
    """
    first, size = run[0], len(run)
    stamped, correlation_id = stamp(first.recorded_at), first.correlation_id.bytes
    return (size, first.stream, run[-1].version, stamped, first.actor, correlation_id, before)


def checksum(event: RecordedEvent) -> int:
    """Whether an event is what was recorded: CRC-32 of its place and its own fields."""
    return checksum_of(event.position, event.id.bytes, event.type, event.schema_version, event.data)


def checksum_of(position: int, id: bytes, type: str, schema_version: int, data: bytes) -> int:
    """The checksum of an event with these fields. Raises `TypeError` or `OverflowError`."""
    # Not a hash that is as strong as the chain: it is counted for every event written or read.
    return crc32(_encode((position, id, type, schema_version, data)))


def parts(run: Run) -> list[bytes | int]:
    """Ids and checksums of events."""
    found: list[bytes | int] = []
    for event in run:
        found += (event.id.bytes, checksum(event))
    return found


def hash_up_to(begun: bytes, parts: Iterable[object]) -> bytes:
    """The hash of all events up to one of a run, of which the `parts` so far are given.

    `begun` is that of what is `shared`, and so of the hash before the run.
    """
    return hash_of(begun, *parts)


def chained(run: Run, before: bytes) -> bytes:
    """The hash of all events up to the last of a run that stands behind the hash `before`."""
    return hash_up_to(hash_of(*shared(run, before)), parts(run))


def stamp(time: datetime) -> int:
    """A time as logs keep it: microseconds since 1970."""
    return (time - _EPOCH) // _MICROSECOND


def read_stamp(number: int) -> datetime:
    """The time that `stamp` made a number of. Raises `OverflowError` for one out of range."""
    return _EPOCH + number * _MICROSECOND
