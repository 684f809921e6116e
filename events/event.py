"""Events as a caller appends them, and as the log has recorded them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

# gc=False: an event cannot be part of a reference cycle, and a log handles very many of them.


class NewEvent(Struct, frozen=True, kw_only=True, gc=False):
    """An event that is not in the log yet.

    `id` is a UUIDv7 chosen by the caller, so that a write can be repeated safely. `type` is the
    stable type name, `schema_version` the version of its shape (from 1). `data` is one JSON object
    in UTF-8; the codec makes it, and a log keeps the bytes without looking into them. `actor` is an
    opaque member id; events of one command share a `correlation_id`.
    """

    id: UUID
    type: str
    schema_version: int
    data: bytes
    actor: str
    correlation_id: UUID


class StreamWrite(Struct, frozen=True, gc=False):
    """New events for one stream, which must be at `expected_version` (0 for a new stream).

    Without events it only checks the version.
    """

    stream: str
    events: Sequence[NewEvent]
    expected_version: int


class RecordedEvent(NewEvent, frozen=True, kw_only=True, gc=False):
    """An event in the log.

    `version` counts the events of `stream` and `position` those of the whole log, both from 1
    without gaps; `recorded_at` is an aware time in UTC, to the microsecond.
    """

    stream: str
    version: int
    position: int
    recorded_at: datetime


DAMAGED_TYPE = "damaged"


class DamagedEvent(RecordedEvent, frozen=True, kw_only=True, gc=False):
    """An event whose stored row no longer matches its checksum.

    Only its stream, version, position, time, actor and correlation id can be trusted, so its type
    is `DAMAGED_TYPE` and the rest is blank.
    """
