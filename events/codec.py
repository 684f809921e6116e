"""From domain events to stored payloads and back, by stable type name and schema version."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from events.errors import EventDataError, InvalidEventType, UnknownEventType

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

_OBJECT = msgspec.json.Decoder(dict[str, Any])


class EventType(Struct, frozen=True, kw_only=True):
    """One class of events: its stable name, the version of its shape, and the way from older ones.

    `upcasters[v]` turns the raw data of schema version v into that of version v + 1.
    """

    name: str
    schema_version: int
    cls: type[Struct]
    upcasters: Mapping[int, Upcaster] = {}


class EventCodec:
    """Knows every event type of the program; names are explicit, never derived from a class path.

    Raises `InvalidEventType` if two types share a name or a class, or an older shape has no way up.
    """

    def __init__(self, types: Iterable[EventType]) -> None:
        self._encoder = msgspec.json.Encoder(order="deterministic")
        self._by_class: dict[type[Struct], EventType] = {}
        self._by_name: dict[str, tuple[EventType, msgspec.json.Decoder[Struct]]] = {}
        for kind in types:
            self._add(kind)

    def encode(self, event: Struct) -> tuple[str, int, bytes]:
        """Type name, schema version and JSON of a domain event; equal events give equal bytes.

        Raises `UnknownEventType`, or `EventDataError` for a value that JSON cannot keep.
        """
        kind = self._by_class.get(type(event))
        if kind is None:
            raise UnknownEventType(
                f"{type(event).__name__} is no event type of this program: add it to the codec."
            )
        try:
            return kind.name, kind.schema_version, self._encoder.encode(event)
        except (TypeError, ValueError, msgspec.MsgspecError) as error:
            raise EventDataError(f"An event {kind.name} cannot be stored: {error}.") from error

    def decode(self, name: str, schema_version: int, data: bytes) -> Struct:
        """The domain event of a stored payload. Raises `UnknownEventType` or `EventDataError`."""
        if name not in self._by_name:
            raise UnknownEventType(f"The event type {name} is not known to this program.")
        kind, decoder = self._by_name[name]
        if not 1 <= schema_version <= kind.schema_version:
            raise UnknownEventType(
                f"Version {schema_version} of {name} is not known to this program, "
                f"which knows 1 to {kind.schema_version}."
            )
        try:
            if schema_version < kind.schema_version:
                data = _upcast(kind, schema_version, data)
            return decoder.decode(data)
        except (
            Exception
        ) as error:  # an upcaster may fail in any way on data that it does not expect
            raise EventDataError(
                f"Stored data does not fit version {schema_version} of {name}: "
                f"{type(error).__name__}, {error}."
            ) from error

    def _add(self, kind: EventType) -> None:
        if kind.name in self._by_name or kind.cls in self._by_class:
            raise InvalidEventType(
                f"The event type {kind.name} ({kind.cls.__name__}) is there twice: "
                "give each its own name and class."
            )
        if set(kind.upcasters) != set(range(1, kind.schema_version)):
            raise InvalidEventType(
                f"The event type {kind.name} needs one upcaster for each version "
                f"below {kind.schema_version}."
            )
        self._by_class[kind.cls] = kind
        self._by_name[kind.name] = (kind, msgspec.json.Decoder(kind.cls))


def _upcast(kind: EventType, schema_version: int, data: bytes) -> bytes:
    """The payload in today's shape; as JSON again, so that there is one way to decode."""
    raw = _OBJECT.decode(data)
    for version in range(schema_version, kind.schema_version):
        raw = kind.upcasters[version](raw)
    return msgspec.json.encode(raw)
