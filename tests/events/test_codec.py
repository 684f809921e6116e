"""Stored payloads and domain events, there and back, old shapes included."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct, structs

from events.codec import EventCodec, EventType
from events.errors import EventDataError, InvalidEventType, UnknownEventType
from events.sealed_fields import Sealed
from events.vault import MemoryVault
from tests.contracts.event_log import CORRELATION, recorded_event

GOLDEN = Path(__file__).parent / "golden"


class Opened(Struct, frozen=True, kw_only=True):
    title: str
    tags: frozenset[str] = frozenset()
    properties: dict[str, str] = {}
    day: datetime | None = None
    source: UUID | None = None


class Closed(Struct, frozen=True):
    reason: str


class Stranger(Struct):
    reason: str


def name_to_title(raw: dict[str, Any]) -> dict[str, Any]:
    return {"title": raw["name"], "tags": raw.get("tags", "")}


def words_to_list(raw: dict[str, Any]) -> dict[str, Any]:
    return {**raw, "tags": raw["tags"].split()}


OPENED = EventType(
    name="shop.opened",
    schema_version=3,
    cls=Opened,
    upcasters={1: name_to_title, 2: words_to_list},
)
CLOSED = EventType(name="shop.closed", schema_version=1, cls=Closed)


def encode(codec: EventCodec, event: Struct) -> tuple[str, int, bytes]:
    return codec.encode(event, id=CORRELATION, stream="entry-1", actor="member-1")


@pytest.fixture
def codec() -> EventCodec:
    return EventCodec([OPENED, CLOSED], MemoryVault())


def test_an_event_is_stored_under_its_own_name_and_version(codec: EventCodec) -> None:
    assert encode(codec, Closed("rain")) == ("shop.closed", 1, b'{"reason":"rain"}')
    assert encode(codec, Opened(title="A"))[:2] == ("shop.opened", 3)


@given(
    title=st.text(),
    tags=st.frozensets(st.text()),
    properties=st.dictionaries(st.text(), st.text()),
    day=st.none() | st.datetimes(timezones=st.just(UTC)),
    source=st.none() | st.uuids(),
)
def test_what_was_stored_comes_back(
    title: str,
    tags: frozenset[str],
    properties: dict[str, str],
    day: datetime | None,
    source: UUID | None,
) -> None:
    codec = EventCodec([OPENED], MemoryVault())
    event = Opened(title=title, tags=tags, properties=properties, day=day, source=source)
    assert codec.decode(recorded_event(*encode(codec, event))) == event


@given(st.permutations(["ä", "b", "c", "d"]))
def test_equal_events_are_stored_as_equal_bytes(words: list[str]) -> None:
    """Otherwise an append that is repeated would look like one with other content."""
    codec = EventCodec([OPENED], MemoryVault())
    one = Opened(title="A", tags=frozenset("äbcd"), properties=dict.fromkeys("äbcd", "x"))
    other = Opened(title="A", tags=frozenset(words), properties=dict.fromkeys(words, "x"))
    assert encode(codec, one) == encode(codec, other)


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.json")), ids=lambda file: file.stem)
def test_every_payload_ever_stored_can_still_be_read(codec: EventCodec, file: Path) -> None:
    """A golden file is named by type and version, and holds the payload and the event it means."""
    name, _, version = file.stem.rpartition(".v")
    stored = msgspec.json.decode(file.read_bytes(), type=dict[str, msgspec.Raw])
    event = codec.decode(recorded_event(name, int(version), bytes(stored["payload"])))
    assert msgspec.to_builtins(event) == msgspec.json.decode(stored["event"])


def test_there_is_a_golden_file_for_every_version() -> None:
    versions = {
        f"{kind.name}.v{version}.json"
        for kind in (OPENED, CLOSED)
        for version in range(1, kind.schema_version + 1)
    }
    assert {file.name for file in GOLDEN.iterdir()} == versions


def test_a_class_outside_the_codec_is_not_stored(codec: EventCodec) -> None:
    with pytest.raises(UnknownEventType, match="Stranger"):
        encode(codec, Stranger("rain"))


def test_an_unknown_name_is_refused(codec: EventCodec) -> None:
    with pytest.raises(UnknownEventType, match=r"shop\.burnt"):
        codec.decode(recorded_event("shop.burnt", 1, b"{}"))


@pytest.mark.parametrize("version", [4, 0, -1])
def test_an_unknown_version_is_refused(codec: EventCodec, version: int) -> None:
    with pytest.raises(UnknownEventType, match=rf"Version {version} of shop\.opened"):
        codec.decode(recorded_event("shop.opened", version, b"{}"))


@pytest.mark.parametrize(
    ("version", "data"),
    [
        (3, b""),
        (3, b"[]"),
        (3, b'{"title":1}'),
        (3, b'{"titel":"A"}'),
        (3, b'{"title":"\xff"}'),
        (3, b'{"title":"A"'),
        (2, b'{"title":"A","tags":7}'),
        (1, b"[]"),
        (1, b'{"titel":"A"}'),
        (1, b'{"name":1,"tags":""}'),
    ],
)
def test_data_that_does_not_fit_names_its_type_and_version(
    codec: EventCodec, version: int, data: bytes
) -> None:
    with pytest.raises(EventDataError, match=rf"version {version} of shop\.opened"):
        codec.decode(recorded_event("shop.opened", version, data))


@pytest.mark.parametrize("reason", ["\ud800", object()])
def test_what_json_cannot_keep_is_refused(codec: EventCodec, reason: Any) -> None:
    with pytest.raises(EventDataError, match=r"shop\.closed"):
        encode(codec, Closed(reason))


@pytest.mark.parametrize(
    "types",
    [
        [CLOSED, CLOSED],
        [CLOSED, EventType(name="shop.closed", schema_version=1, cls=Opened)],
        [CLOSED, EventType(name="shop.shut", schema_version=1, cls=Closed)],
        [EventType(name="shop.closed", schema_version=2, cls=Closed)],
        [EventType(name="shop.closed", schema_version=1, cls=Closed, upcasters={1: dict})],
        [structs.replace(CLOSED, sealed=(Sealed("reasons", by="stream"),))],
        [structs.replace(CLOSED, sealed=(Sealed("reason", by="stream"),) * 2)],
    ],
)
def test_types_that_do_not_fit_together_are_refused(types: list[EventType]) -> None:
    with pytest.raises(InvalidEventType, match=r"shop\."):
        EventCodec(types, MemoryVault())
