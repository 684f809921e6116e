"""What is sealed cannot be read without its key, and reads as erased once that is destroyed."""

from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct, structs

from events.codec import EventCodec, EventType
from events.errors import KeyDestroyed, KeysLacking, LogUnavailable, SealedDataError
from events.memory import InMemoryEventLog
from events.sealed_fields import Sealed
from events.vault import KeyVault, MemoryVault
from tests.contracts.event_log import CORRELATION, recorded_event

STREAM, ACTOR = "shop-1", "ada"
OTHER = UUID(int=CORRELATION.int ^ 1)


class Sold(Struct, frozen=True, kw_only=True):
    what: str
    to: str | None = None
    properties: dict[str, str] = {}


SOLD = EventType(
    name="shop.sold",
    schema_version=1,
    cls=Sold,
    sealed=(
        Sealed("properties", by="stream", erased={"gone": "yes"}),
        Sealed("to", by="actor", erased="somebody"),
    ),
)


@pytest.fixture
def vault() -> MemoryVault:
    return MemoryVault()


def encode(vault: KeyVault, event: Struct) -> bytes:
    codec = EventCodec([SOLD], vault)
    return codec.encode(event, id=CORRELATION, stream=STREAM, actor=ACTOR)[2]


def decode(vault: KeyVault, data: bytes, **place: Any) -> Struct:
    place = {"stream": STREAM, "actor": ACTOR, **place}
    return EventCodec([SOLD], vault).decode(recorded_event("shop.sold", 1, data, **place))


@given(
    what=st.text(),
    to=st.none() | st.text(),
    properties=st.dictionaries(st.text(), st.text()),
)
def test_what_was_sealed_comes_back(what: str, to: str | None, properties: dict[str, str]) -> None:
    vault = MemoryVault()
    event = Sold(what=what, to=to, properties=properties)
    data = encode(vault, event)
    assert decode(vault, data) == event
    assert encode(vault, event) == data


def test_sealed_fields_stand_in_the_log_as_base64_and_others_in_the_clear(
    vault: MemoryVault,
) -> None:
    data = encode(vault, Sold(what="bread", to="Ben Adams", properties={"k": "v"}))
    stored = msgspec.json.decode(data)
    assert list(stored) == ["what", "to", "properties"]
    assert stored["what"] == "bread"
    assert list(stored["to"]) == list(stored["properties"]) == ["sealed"]
    assert b"Adams" not in data


def test_nothing_is_not_sealed(vault: MemoryVault) -> None:
    assert msgspec.json.decode(encode(vault, Sold(what="bread")))["to"] is None


def test_a_destroyed_key_erases_its_own_fields_only(vault: MemoryVault) -> None:
    event = Sold(what="bread", to="Ben Adams", properties={"k": "v"})
    data = encode(vault, event)
    vault.destroy("member-ada")
    assert decode(vault, data) == structs.replace(event, to="somebody")
    vault.destroy(STREAM)
    assert decode(vault, data) == Sold(what="bread", to="somebody", properties={"gone": "yes"})


def test_nothing_more_is_sealed_with_a_destroyed_key(vault: MemoryVault) -> None:
    vault.destroy("member-ada")
    with pytest.raises(KeyDestroyed, match="member-ada"):
        encode(vault, Sold(what="bread", to="Ben Adams"))
    assert encode(vault, Sold(what="bread"))


def test_keys_can_be_made_beforehand(vault: MemoryVault) -> None:
    EventCodec([SOLD], vault).prepare([STREAM])
    assert not vault.lacking([STREAM])
    log = InMemoryEventLog()
    vault.place(log.mark(), lost=["member-ben"])  # from here on no new key is made
    encode(vault, Sold(what="bread", properties={"k": "v"}))
    with pytest.raises(KeysLacking):
        encode(vault, Sold(what="bread", to="Ben Adams"))


@pytest.mark.parametrize("place", [{"id": OTHER}, {"stream": "shop-2"}, {"actor": "ben"}])
def test_a_sealed_field_in_another_event_does_not_open(
    vault: MemoryVault, place: dict[str, Any]
) -> None:
    vault.prepare(["shop-2", "member-ben"])
    data = encode(vault, Sold(what="bread", to="Ben Adams", properties={"k": "v"}))
    with pytest.raises(SealedDataError, match=r"shop\.sold cannot be opened: its field"):
        decode(vault, data, **place)


def test_a_sealed_field_under_another_name_does_not_open(vault: MemoryVault) -> None:
    vault = MemoryVault({STREAM: bytes(64), "member-ada": bytes(64)})
    stored = msgspec.json.decode(encode(vault, Sold(what="bread", to="x", properties={"k": "v"})))
    swapped = {**stored, "to": stored["properties"], "properties": stored["to"]}
    with pytest.raises(SealedDataError, match="its field properties"):
        decode(vault, msgspec.json.encode(swapped))


@pytest.mark.parametrize("stored", ['"clear"', "{}", '{"sealed":1}', '{"sealed":"?"}'])
def test_a_field_that_should_be_sealed_and_is_not_is_refused(
    vault: MemoryVault, stored: str
) -> None:
    data = f'{{"what":"bread","to":{stored}}}'.encode()
    with pytest.raises(SealedDataError, match="its field to is not sealed"):
        decode(vault, data)


def test_a_field_that_an_older_event_lacks_is_no_trouble(vault: MemoryVault) -> None:
    assert decode(vault, b'{"what":"bread"}') == Sold(what="bread")


def test_a_vault_that_cannot_be_read_now_is_not_the_fault_of_the_event(
    vault: MemoryVault,
) -> None:
    data = encode(vault, Sold(what="bread", to="Ben Adams"))
    vault.close()
    with pytest.raises(LogUnavailable):
        decode(vault, data)


def test_upcasters_see_opened_fields(vault: MemoryVault) -> None:
    data = encode(vault, Sold(what="bread", to="Ben Adams"))

    def shout(raw: dict[str, Any]) -> dict[str, Any]:
        return {**raw, "to": raw["to"].upper()}

    newer = structs.replace(SOLD, schema_version=2, upcasters={1: shout})
    stored = recorded_event("shop.sold", 1, data, stream=STREAM, actor=ACTOR)
    assert EventCodec([newer], vault).decode(stored) == Sold(what="bread", to="BEN ADAMS")
