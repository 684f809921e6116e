"""Appending is safe: repeated commands double nothing, and writers that meet decide anew."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from events.errors import VersionConflict
from events.event import RecordedEvent, StreamWrite
from events.memory import InMemoryEventLog
from events.sqlite import SqliteEventLog
from kb.entries.entry import EntryTagged
from kb.entries.stream import entry_aggregate
from kb.errors import InvalidInput, Refused
from kb.ids import event_id
from kb.writer import ATTEMPTS, Receipt
from tests.worlds.log import ABSENT, World, command, some_content, some_draft


class CrowdedLog(InMemoryEventLog):
    """A log on which someone else is faster, as often as told."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def append(self, *writes: StreamWrite) -> list[RecordedEvent]:
        stream, expected = writes[0].stream, writes[0].expected_version
        if self.times and expected:
            self.times -= 1
            raise VersionConflict(stream, expected, expected + 1)
        return super().append(*writes)


def test_one_command_is_one_append_under_one_correlation_id() -> None:
    world = World()
    world.entries.contribute(some_draft(tags=("ward", "night")), command_id=command(1))
    recorded = world.recorded()
    assert [event.id for event in recorded] == [event_id(command(1), n) for n in range(3)]
    assert {event.correlation_id for event in recorded} == {command(1)}
    assert {event.actor for event in recorded} == {"ada"}
    assert world.settled == [3]


def test_another_member_may_act() -> None:
    world = World()
    world.by("grace").entries.contribute(some_draft())
    assert world.recorded()[0].actor == "grace"


def test_a_repeated_command_answers_the_first_receipt() -> None:
    world = World()
    first = world.entries.contribute(some_draft(tags=("ward",)), command_id=command(1))
    world.entries.untag(first.id, ["ward"])
    assert world.entries.contribute(some_draft(tags=("ward",)), command_id=command(1)) == first
    assert len(world.recorded()) == 3
    assert world.settled == [2, 3, 2]


def test_a_repeated_revision_is_no_conflict_with_itself() -> None:
    world = World()
    entry_id = world.practice()

    def revise(text: str) -> object:
        content = some_content(doing=text)
        return world.entries.revise(entry_id, content, version=1, command_id=command(1))

    first = revise("We hand over aloud.")
    world.entries.revise(entry_id, some_content(doing="We whisper."), version=2)
    assert revise("We hand over aloud.") == first
    with pytest.raises(Refused, match="something else"):
        revise("We hand over in writing.")


def test_a_command_id_of_another_command_is_refused() -> None:
    world = World()
    world.entries.contribute(some_draft(), command_id=command(1))
    other = world.practice("Other")
    with pytest.raises(Refused, match="send a new command id"):
        world.entries.tag(other, ["ward"], command_id=command(1))
    assert world.entry(other).tags == {}


def test_a_command_id_that_is_no_uuid7_is_refused() -> None:
    world = World()
    with pytest.raises(InvalidInput, match="not a UUIDv7") as caught:
        world.entries.contribute(some_draft(), command_id=uuid4())
    assert caught.value.field == "command_id"
    with pytest.raises(InvalidInput):
        world.entries.tag(world.practice(), ["ward"], command_id=uuid4())


def test_a_command_without_effect_answers_the_place_of_the_last_event() -> None:
    world = World()
    entry_id = world.practice(tags=("ward",))
    receipt = world.entries.tag(entry_id, ["Ward"])
    assert (receipt.version, receipt.position) == (2, 2)
    assert len(world.recorded()) == 2


def test_a_command_is_decided_anew_when_someone_was_faster() -> None:
    world = World(CrowdedLog(times=ATTEMPTS - 1))
    entry_id = world.practice()
    assert world.entries.tag(entry_id, ["ward"]).version == 2


def test_a_stream_that_does_not_come_to_rest_is_refused_in_the_end() -> None:
    world = World(CrowdedLog(times=ATTEMPTS))
    entry_id = world.practice()
    with pytest.raises(Refused, match="try again"):
        world.entries.tag(entry_id, ["ward"])


def test_many_who_tag_at_once_lose_and_double_nothing(tmp_path: Path) -> None:
    with SqliteEventLog(tmp_path / "log.sqlite", create=True) as log, ThreadPoolExecutor(4) as pool:
        world = World(log)
        entry_id = world.practice()
        tags = [f"tag-{number % 20}" for number in range(40)]
        list(pool.map(lambda tag: world.entries.tag(entry_id, [tag]), tags))
        tagged = [event.tag for event in world.happened() if isinstance(event, EntryTagged)]
        assert sorted(tagged) == sorted(set(tags))


def test_a_form_that_is_sent_many_times_at_once_counts_once(tmp_path: Path) -> None:
    with SqliteEventLog(tmp_path / "log.sqlite", create=True) as log, ThreadPoolExecutor(4) as pool:
        world = World(log)
        receipts = list(
            pool.map(
                lambda _: world.entries.contribute(
                    some_draft(tags=("ward",)), command_id=command(1)
                ),
                range(12),
            )
        )
        assert len(set(receipts)) == 1
        assert log.head() == 2


def test_event_ids_are_counted_on_from_the_command_and_stay_version_7() -> None:
    assert event_id(command(1), 0) == command(1)
    assert event_id(command(1), 2) == command(3)
    last = UUID(int=(7 << 76) | (2 << 62) | ((1 << 62) - 1))
    assert event_id(last, 1) == command(0)
    assert event_id(last, 1).version == 7


def test_a_command_without_effect_on_nothing_answers_version_0() -> None:
    world = World()
    done = world.writer.execute(entry_aggregate(ABSENT), lambda entry: [])
    assert done.receipt == Receipt(ABSENT, 0, 0)


def test_a_command_id_of_someone_else_gives_nothing_away() -> None:
    world = World()
    entry_id = world.practice()
    world.entries.tag(entry_id, ["ward"], command_id=command(7))
    with pytest.raises(Refused, match="used for something else already"):
        world.by("grace").entries.tag(entry_id, ["ward"], command_id=command(7))
