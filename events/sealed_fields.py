"""Sealing and opening of the event fields that are stored encrypted."""

from contextlib import suppress
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Raw, Struct

from events.errors import KeyDestroyed, SealedDataError
from events.event import RecordedEvent
from events.vault import KeyVault


class Sealed(Struct, frozen=True):
    """One top-level field of an event that is stored sealed.

    The key is that of the event's stream or of the acting member. `erased` is the field's value, in
    plain JSON types, once the key is destroyed.
    """

    field: str
    by: Literal["stream", "actor"]
    erased: Any = None


class _Box(Struct, frozen=True, forbid_unknown_fields=True):
    """A sealed value in the stored JSON: its bytes as base64."""

    sealed: bytes


class SealedValue(Struct, frozen=True):
    """A sealed value of an event, with the arguments that a vault needs to open it."""

    subject: str
    sealed: bytes
    context: bytes


Fields = dict[str, Raw]

_FIELDS = msgspec.json.Decoder(Fields)
_BOX = msgspec.json.Decoder(_Box)
_NOTHING = b"null"


def seal_fields(
    vault: KeyVault, sealed: tuple[Sealed, ...], data: bytes, *, id: UUID, stream: str, actor: str
) -> bytes:
    """The JSON object `data` with these fields sealed, except where they are null.

    Raises `KeyDestroyed`.
    """
    fields = _FIELDS.decode(data)
    for each in sealed:
        plain = bytes(fields.get(each.field, _NOTHING))
        if plain != _NOTHING:
            box = vault.seal(_subject(each, stream, actor), plain, _context(id, each))
            fields[each.field] = Raw(msgspec.json.encode(_Box(box)))
    return msgspec.json.encode(fields)


def open_fields(vault: KeyVault, sealed: tuple[Sealed, ...], recorded: RecordedEvent) -> bytes:
    """The JSON object of a stored event with these fields opened, or erased.

    Raises `SealedDataError`, which names the field.
    """
    fields = _FIELDS.decode(recorded.data)
    for each in sealed:
        stored = fields.get(each.field)
        if stored is not None and bytes(stored) != _NOTHING:
            fields[each.field] = Raw(_opened(vault, each, bytes(stored), recorded))
    return msgspec.json.encode(fields)


def sealed_values(sealed: tuple[Sealed, ...], recorded: RecordedEvent) -> list[SealedValue]:
    """The sealed values of a stored event, unopened; values that do not look sealed are skipped."""
    found = []
    with suppress(msgspec.MsgspecError):
        fields = _FIELDS.decode(recorded.data)
        for each in sealed:
            stored = bytes(fields.get(each.field, _NOTHING))
            if stored != _NOTHING:
                subject = _subject(each, recorded.stream, recorded.actor)
                box, context = _BOX.decode(stored), _context(recorded.id, each)
                found.append(SealedValue(subject, box.sealed, context))
    return found


def _opened(vault: KeyVault, each: Sealed, stored: bytes, recorded: RecordedEvent) -> bytes:
    try:
        subject = _subject(each, recorded.stream, recorded.actor)
        return vault.open(subject, _BOX.decode(stored).sealed, _context(recorded.id, each))
    except KeyDestroyed:
        return msgspec.json.encode(each.erased)
    except msgspec.MsgspecError as error:
        raise SealedDataError("its field {field} is not sealed", field=each.field) from error
    except SealedDataError as error:
        raise SealedDataError("its field {field}: {why}", field=each.field, why=error) from error


def _subject(sealed: Sealed, stream: str, actor: str) -> str:
    return stream if sealed.by == "stream" else f"member-{actor}"


def _context(id: UUID, sealed: Sealed) -> bytes:
    return id.bytes + b"/" + sealed.field.encode()
