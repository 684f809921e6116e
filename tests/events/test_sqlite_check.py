"""A check of the whole log finds what was lost or spoilt in its middle."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from msgspec import Struct

from events.codec import EventCodec, EventType
from events.errors import (
    EventDataError,
    EventLogError,
    LogFormatError,
    LogUnavailable,
    SealedDataError,
    UnknownEventType,
)
from events.event import DAMAGED_TYPE, DamagedEvent, StreamWrite
from events.sealed_fields import Sealed
from events.sqlite import SqliteEventLog
from events.sqlite_check import check_log
from events.vault import KeyVault, MemoryVault
from tests.contracts.event_log import new_event
from tests.events.altered import change


class Tagged(Struct):
    tag: str


class Told(Struct):
    text: str


def codec(vault: KeyVault) -> EventCodec:
    sealed = (Sealed("text", by="stream", erased=""),)
    told = EventType(name="entry.told", schema_version=1, cls=Told, sealed=sealed)
    return EventCodec([EventType(name="entry.tagged", schema_version=1, cls=Tagged), told], vault)


CODEC = codec(MemoryVault())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log with two streams, one of them by two appends, and enough events for several pages."""
    path = tmp_path / "log.sqlite"
    with SqliteEventLog(path, create=True) as log:
        log.append(StreamWrite("entry-1", [new_event(), new_event()], 0))
        log.append(StreamWrite("entry-2", [new_event() for _ in range(1200)], 0))
        log.append(StreamWrite("entry-1", [new_event()], 2))
    return path


def refusal(path: Path) -> EventLogError:
    with pytest.raises(EventLogError) as caught:
        check_log(path, CODEC)
    text = str(caught.value)
    assert str(path) in text
    assert text.endswith(".")
    assert "\n" not in text
    return caught.value


def test_a_sound_log_is_read_to_its_end(path: Path) -> None:
    told: list[tuple[int, int]] = []

    assert check_log(path, CODEC, lambda *reached: told.append(reached)) == 1203
    assert told == [(1000, 1203), (1203, 1203)]


def test_a_copy_that_sqlite_made_is_sound(path: Path) -> None:
    copy = path.with_name("copy.sqlite")
    with closing(sqlite3.connect(path)) as db:
        db.execute("VACUUM INTO ?", (str(copy),))
    assert check_log(copy, CODEC) == 1203


def test_an_empty_log_is_sound(tmp_path: Path) -> None:
    SqliteEventLog(tmp_path / "log.sqlite", create=True).close()
    assert check_log(tmp_path / "log.sqlite", CODEC) == 0


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM events WHERE position = 700", "missing before position 701"),
        ("DELETE FROM events WHERE position > 700", "missing after position 700"),
        ("UPDATE events SET last_version = 9 WHERE position = 1203", "position 1203"),
        ("UPDATE events SET data = zeroblob(15) WHERE position = 700", "position 700"),
        ("UPDATE events SET id = x'00' WHERE position = 700", "position 700"),
        ("UPDATE events SET type = CAST(x'ff' AS TEXT) WHERE position = 700", "position 700"),
        ("UPDATE events SET recorded_at = 1 << 62 WHERE position = 1", "position 1"),
        ("UPDATE events SET actor = 'other' WHERE position = 1", "position 1"),
        ("UPDATE events SET hash_before = zeroblob(16) WHERE position = 3", "position 3"),
        ("UPDATE events SET sum = 5 WHERE position = 700", "position 700"),
        ("UPDATE identity SET value = zeroblob(16)", "which one it is"),
        ("DELETE FROM events WHERE position = 3", "(position 4)"),
        ("DELETE FROM events WHERE position BETWEEN 1001 AND 1202", "before position 1203"),
    ],
)
def test_what_is_lost_or_spoilt_is_found(path: Path, statement: str, words: str) -> None:
    change(path, statement)
    error = refusal(path)
    assert isinstance(error, LogFormatError)
    assert "damaged" in str(error)
    assert words in str(error)


def test_pages_of_zeros_are_found(path: Path) -> None:
    change(path)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8192] = bytes(8192)
    path.write_bytes(content)
    assert isinstance(refusal(path), LogFormatError)


def test_an_event_of_another_version_of_the_program_is_no_damage(path: Path) -> None:
    with SqliteEventLog(path) as log:
        log.append(StreamWrite("entry-3", [new_event(type="new")], 0))
    error = refusal(path)
    assert isinstance(error, UnknownEventType)
    assert "Position 1204" in str(error)


@pytest.mark.parametrize(
    "column",
    ["type = 'entry.tagget'", 'data = CAST(\'{"tag":"cool"}\' AS BLOB)', "schema_version = 2"],
)
def test_a_letter_that_became_another_is_found_wherever_it_stands(path: Path, column: str) -> None:
    change(path, f"UPDATE events SET {column} WHERE position = 5")
    assert "(position 5)" in str(refusal(path))
    with SqliteEventLog(path) as log:
        [found] = log.read(4, 1)
    assert isinstance(found, DamagedEvent)
    assert (found.stream, found.version, found.position) == ("entry-2", 3, 5)
    assert (found.type, found.data) == (DAMAGED_TYPE, b"")
    with pytest.raises(EventDataError, match="Position 5 of the log is damaged"):
        CODEC.decode(found)


def test_no_event_is_found_by_a_type_that_was_not_recorded(path: Path) -> None:
    change(path, "UPDATE events SET type = 'entry.erased' WHERE position = 5")
    with SqliteEventLog(path) as log:
        assert log.of_types({"entry.erased"}) == []
        assert 5 not in {event.position for event in log.of_types({"entry.tagged"})}


@pytest.mark.parametrize("place", [9, 1])
def test_an_event_out_of_its_place_in_what_was_appended_is_not_read(path: Path, place: int) -> None:
    change(path, f"UPDATE events SET place = {place} WHERE position = 5")
    with SqliteEventLog(path) as log, pytest.raises(LogFormatError, match="position 5"):
        log.read(4, 1)


def test_an_event_whose_stream_cannot_be_trusted_is_not_read_at_all(path: Path) -> None:
    change(path, "UPDATE events SET stream = 'entry-9' WHERE position = 3")
    with SqliteEventLog(path) as log, pytest.raises(LogFormatError, match="position 3"):
        log.read(2, 1)


def test_events_taken_out_with_all_that_counts_them_are_found_by_the_hash(path: Path) -> None:
    change(
        path,
        "DELETE FROM events WHERE position = 1203",
        "UPDATE events SET position = 1203 WHERE position = 1202",
    )
    assert isinstance(refusal(path), LogFormatError)


def test_a_log_that_answers_with_fewer_events_than_it_counts_is_damaged(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.sqlite_check.page", lambda *_: [])
    assert "missing after position 0" in str(refusal(path))


def test_a_log_that_cannot_be_read_now_is_not_called_damaged(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        error = sqlite3.OperationalError("locked")
        error.sqlite_errorcode = sqlite3.SQLITE_BUSY
        raise error

    monkeypatch.setattr("events.sqlite_check.page", busy)
    assert isinstance(refusal(path), LogUnavailable)


def tell(path: Path, vault: KeyVault) -> None:
    """Append a sealed event to stream entry-3, at position 1204."""
    event = new_event()
    placed = codec(vault).encode(Told("secret"), id=event.id, stream="entry-3", actor="member-1")
    with SqliteEventLog(path) as log:
        log.append(
            StreamWrite("entry-3", [new_event(placed[2], id=event.id, type="entry.told")], 0)
        )


def test_a_field_that_cannot_be_opened_is_found(path: Path) -> None:
    vault = MemoryVault()
    tell(path, vault)
    assert check_log(path, codec(vault)) == 1204
    error = refusal(path)
    assert isinstance(error, SealedDataError)
    assert "Position 1204" in str(error)
    assert "no key of entry-3" in str(error)
    other = MemoryVault()
    other.prepare(["entry-3"])
    with pytest.raises(SealedDataError, match=r"Position 1204 .* field text: .*altered"):
        check_log(path, codec(other))


def test_a_destroyed_key_is_no_damage(path: Path) -> None:
    vault = MemoryVault()
    tell(path, vault)
    vault.destroy("entry-3")
    assert check_log(path, codec(vault)) == 1204
