"""Codec between domain events and stored payloads, by stable type name and schema version."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from events.errors import (
    EventDataError,
    InvalidEventType,
    LogFormatError,
    LogUnavailable,
    SealedDataError,
    UnknownEventType,
)
from events.event import DamagedEvent, RecordedEvent
from events.sealed_fields import (
    Sealed,
    SealedValue,
    open_fields,
    seal_fields,
    sealed_values,
)
from events.vault import KeyVault

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


def _as_it_is(event: Struct) -> Struct:
    return event


_OBJECT = msgspec.json.Decoder(dict[str, Any])


class EventType(Struct, frozen=True, kw_only=True):
    """A class of events: its stable name, its schema version, and upcasters from older versions.

    `upcasters[v]` turns the raw data of schema version v, with all fields opened, into that of
    version v + 1. `sealed` names fields of any version. `read` adjusts a decoded event where older
    rules allowed what today's do not.
    """

    name: str
    schema_version: int
    cls: type[Struct]
    upcasters: Mapping[int, Upcaster] = {}
    sealed: tuple[Sealed, ...] = ()
    read: Callable[[Any], Struct] = _as_it_is


class EventCodec:
    """Registry of the program's event types; names are explicit, never derived from a class path.

    Raises `InvalidEventType` if two types share a name or a class, an older version has no
    upcaster, or a type has no such field as it seals.
    """

    def __init__(self, types: Iterable[EventType], vault: KeyVault) -> None:
        self._vault = vault
        self._encoder = msgspec.json.Encoder(order="deterministic")
        self._by_class: dict[type[Struct], EventType] = {}
        self._by_name: dict[str, tuple[EventType, msgspec.json.Decoder[Struct]]] = {}
        for kind in types:
            self._add(kind)

    def encode(self, event: Struct, *, id: UUID, stream: str, actor: str) -> tuple[str, int, bytes]:
        """Type name, schema version and JSON of a domain event; equal arguments give equal bytes.

        Raises `UnknownEventType`, `EventDataError` for a value that JSON cannot represent, and
        `KeyDestroyed` if the key of the stream or actor was destroyed.
        """
        kind = self._by_class.get(type(event))
        if kind is None:
            raise UnknownEventType(
                "{name} is no event type of this program: add it to the codec.",
                name=type(event).__name__,
            )
        try:
            data = self._encoder.encode(event)
        except (TypeError, ValueError, msgspec.MsgspecError) as error:
            raise EventDataError(
                "An event {name} cannot be stored: {why}.", name=kind.name, why=error
            ) from error
        if kind.sealed:
            data = seal_fields(self._vault, kind.sealed, data, id=id, stream=stream, actor=actor)
        return kind.name, kind.schema_version, data

    def prepare(self, streams: Iterable[str]) -> None:
        """Make the keys that new events of `streams` will need, in one write."""
        self._vault.prepare(streams)

    def destroyed(self, stream: str) -> bool:
        """Whether the key of `stream` was destroyed, so that what it sealed can never be opened."""
        return self._vault.destroyed(stream)

    def reading(self) -> AbstractContextManager[None]:
        """Context that speeds up many calls of `decode`; do nothing else inside it."""
        return self._vault.reading()

    def decode(self, recorded: RecordedEvent) -> Struct:
        """The domain event of a stored one, with `erased` values where a key was destroyed.

        Raises `UnknownEventType`, `EventDataError`, or `SealedDataError` for a field that cannot be
        opened.
        """
        if isinstance(recorded, DamagedEvent):
            raise EventDataError(
                "Position {position} of the log is damaged: put back a copy of the log.",
                position=recorded.position,
            )
        name, schema_version = recorded.type, recorded.schema_version
        if name not in self._by_name:
            raise UnknownEventType("The event type {name} is not known to this program.", name=name)
        kind, decoder = self._by_name[name]
        if not 1 <= schema_version <= kind.schema_version:
            raise UnknownEventType(
                "Version {version} of {name} is not known to this program, which knows 1 to "
                "{known}.",
                version=schema_version,
                name=name,
                known=kind.schema_version,
            )
        try:
            data = open_fields(self._vault, kind.sealed, recorded) if kind.sealed else recorded.data
            if schema_version < kind.schema_version:
                data = _upcast(kind, schema_version, data)
            return kind.read(decoder.decode(data))
        except (LogFormatError, LogUnavailable):
            raise
        except SealedDataError as error:
            raise SealedDataError(
                "An event {name} cannot be opened: {why}.", name=name, why=error
            ) from error
        except Exception as error:  # an upcaster may fail in any way on unexpected data
            raise EventDataError(
                "Stored data does not fit version {version} of {name}: {kind}, {why}.",
                version=schema_version,
                name=name,
                kind=type(error).__name__,
                why=error,
            ) from error

    def sealed_values(self, recorded: RecordedEvent) -> list[SealedValue]:
        """The sealed values of a stored event; none for a type that this program does not know."""
        kind, _ = self._by_name.get(recorded.type, (None, None))
        return sealed_values(kind.sealed, recorded) if kind else []

    def _add(self, kind: EventType) -> None:
        if kind.name in self._by_name or kind.cls in self._by_class:
            raise InvalidEventType(
                "The event type {name} ({kind}) is there twice: give each its own name and class.",
                name=kind.name,
                kind=kind.cls.__name__,
            )
        if set(kind.upcasters) != set(range(1, kind.schema_version)):
            raise InvalidEventType(
                "The event type {name} needs one upcaster for each version below {version}.",
                name=kind.name,
                version=kind.schema_version,
            )
        fields = [each.field for each in kind.sealed]
        if len(set(fields)) < len(fields) or (
            kind.schema_version == 1 and not set(fields) <= set(kind.cls.__struct_fields__)
        ):
            raise InvalidEventType(
                "The event type {name} seals a field that it does not have, or one twice.",
                name=kind.name,
            )
        self._by_class[kind.cls] = kind
        self._by_name[kind.name] = (kind, msgspec.json.Decoder(kind.cls))


def _upcast(kind: EventType, schema_version: int, data: bytes) -> bytes:
    """The payload in the current schema version, as JSON again so that decoding has one path."""
    raw = _OBJECT.decode(data)
    for version in range(schema_version, kind.schema_version):
        raw = kind.upcasters[version](raw)
    return msgspec.json.encode(raw)
