"""Checksums of events, and the hash chain over the runs in which they were appended."""

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
"""Half a SHA-256 is enough: it only has to differ between two events at the same position."""

Run = list[RecordedEvent]
"""Consecutive events of one append with the same stream, actor and correlation id."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_encode = msgspec.msgpack.Encoder().encode


def new_identity() -> bytes:
    """Random identity of a new log, which is also the hash before its first event."""
    return token_bytes(HASH_BYTES)


def hash_of(*fields: object) -> bytes:
    """Half the SHA-256 of a MessagePack array. Raises what MessagePack raises on other values."""
    return sha256(_encode(fields)).digest()[:HASH_BYTES]


def runs(events: Iterable[RecordedEvent]) -> Iterator[Run]:
    """The runs of the events of one append."""
    for _, run in groupby(events, attrgetter("stream", "actor", "correlation_id")):
        yield list(run)


def shared(run: Run, before: bytes) -> tuple[object, ...]:
    """Fields common to the events of a run, and the hash `before` it.

    Size, stream, last version, time, actor, correlation id, hash.
    """
    first, size = run[0], len(run)
    stamped, correlation_id = stamp(first.recorded_at), first.correlation_id.bytes
    return (size, first.stream, run[-1].version, stamped, first.actor, correlation_id, before)


def checksum(event: RecordedEvent) -> int:
    """CRC-32 of an event's position and own fields."""
    return checksum_of(event.position, event.id.bytes, event.type, event.schema_version, event.data)


def checksum_of(position: int, id: bytes, type: str, schema_version: int, data: bytes) -> int:
    """The checksum of an event with these fields. Raises `TypeError` or `OverflowError`."""
    # CRC-32 is weaker than the chain's hash, but it is computed for every event written or read.
    return crc32(_encode((position, id, type, schema_version, data)))


def parts(run: Run) -> list[bytes | int]:
    """The id and checksum of each event, in turn."""
    found: list[bytes | int] = []
    for event in run:
        found += (event.id.bytes, checksum(event))
    return found


def hash_up_to(begun: bytes, parts: Iterable[object]) -> bytes:
    """The hash of all events up to one within a run, given the `parts` of the run so far.

    `begun` is the hash of the `shared` fields, which include the hash before the run.
    """
    return hash_of(begun, *parts)


def chained(run: Run, before: bytes) -> bytes:
    """The hash of all events up to the end of a run that follows the hash `before`."""
    return hash_up_to(hash_of(*shared(run, before)), parts(run))


def stamp(time: datetime) -> int:
    """Microseconds since 1970."""
    return (time - _EPOCH) // _MICROSECOND


def read_stamp(number: int) -> datetime:
    """The inverse of `stamp`. Raises `OverflowError` for a number out of range."""
    return _EPOCH + number * _MICROSECOND
