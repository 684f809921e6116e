"""From domain events to stored payloads and back, by stable type name and schema version."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


class EventType(Struct, frozen=True, kw_only=True):
    """One class of events: its stable name, the version of its shape, and how older shapes become today's.

    `upcasters[v]` turns the raw data of schema version v into that of version v + 1.
    """

    name: str
    schema_version: int
    cls: type[Struct]
    upcasters: Mapping[int, Upcaster] = {}


class EventCodec:
    """Knows every event type of the program; names are explicit, never derived from a class path."""

    def __init__(self, types: Iterable[EventType]) -> None:
        raise NotImplementedError

    def encode(self, event: Struct) -> tuple[str, int, bytes]:
        """Type name, schema version and JSON of a domain event. Raises `UnknownEventType`."""
        raise NotImplementedError

    def decode(self, name: str, schema_version: int, data: bytes) -> Struct:
        """The domain event of a stored payload. Raises `UnknownEventType` or `EventDataError`."""
        raise NotImplementedError
