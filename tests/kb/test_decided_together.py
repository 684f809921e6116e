"""What a command was allowed by still holds when it is written, whatever happens meanwhile."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from msgspec import structs

from events.event import RecordedEvent, StreamWrite
from events.memory import InMemoryEventLog
from events.sqlite import SqliteEventLog
from kb.access import Visibility
from kb.aggregate import Aggregate
from kb.errors import Forbidden, InvalidInput, KnowledgeBaseError, Refused, ShownToMore
from kb.people.member import Member, MemberLeft, evolve
from tests.worlds.log import World, some_content, some_draft

TURNS = 12


class BusyLog(InMemoryEventLog):
    """A log in which something else happens, once, when the next command is about to write."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], object] | None = None

    def append(self, *writes: StreamWrite) -> list[RecordedEvent]:
        then, self.meanwhile = self.meanwhile, None
        if then:
            then()
        return super().append(*writes)


@pytest.fixture
def log() -> BusyLog:
    return BusyLog()


@pytest.fixture
def world(log: BusyLog) -> World:
    return World(log)


def endorse(world: World, entry_id: str) -> object:
    return world.endorsements.endorse(entry_id, "It works.", entry_version=1)


def reuse(world: World, entry_id: str) -> object:
    return world.reuses.record(
        entry_id, group="Ward 3", context="Nights", outcome="adopted", entry_version=1
    )


VOUCHING = pytest.mark.parametrize("vouch", [endorse, reuse])


@VOUCHING
def test_what_is_archived_meanwhile_is_neither_endorsed_nor_reused(
    log: BusyLog, world: World, vouch: Callable[[World, str], object]
) -> None:
    entry_id = world.by("hana").practice()
    log.meanwhile = lambda: world.by("grace").entries.archive(entry_id, "Old.")
    with pytest.raises(Refused, match="restore it first"):
        vouch(world, entry_id)
    assert [event.type for event in world.recorded()][1:] == ["entry-archived"]


@VOUCHING
def test_what_is_shown_to_more_meanwhile_is_neither_endorsed_nor_reused(
    log: BusyLog, world: World, vouch: Callable[[World, str], object]
) -> None:
    draft = structs.replace(some_draft(), visibility=Visibility("author"))
    author = world.by("hana")
    entry_id = author.entries.contribute(draft).id
    log.meanwhile = lambda: author.entries.show(entry_id, Visibility())
    with pytest.raises(ShownToMore):
        vouch(world, entry_id)
    assert len(world.recorded()) == 2


@VOUCHING
def test_what_is_revised_meanwhile_is_decided_anew(
    log: BusyLog, world: World, vouch: Callable[[World, str], object]
) -> None:
    entry_id = world.by("hana").practice()
    content = some_content("Handover at the bed")
    log.meanwhile = lambda: world.entries.revise(entry_id, content, version=1)
    vouch(world, entry_id)
    about = [event.type.split("-")[-1] for event in world.recorded()]
    assert about[:2] == ["contributed", "revised"]
    assert about[2:] in (["endorsed"], ["recorded"])


def test_what_comes_of_a_reuse_is_not_archived_or_erased_meanwhile(
    log: BusyLog, world: World
) -> None:
    entry_id, result = world.practice(), world.practice("Handover by video")
    log.meanwhile = lambda: world.entries.erase(result)
    with pytest.raises(KnowledgeBaseError, match="There is no entry"):
        world.reuses.record(
            entry_id, group="A", context="B", outcome="adopted", resulting_entry=result
        )


def test_who_leaves_meanwhile_writes_nothing_more(log: BusyLog, world: World) -> None:
    ada = Aggregate("ada", "member-ada", Member(id="ada"), evolve)
    log.meanwhile = lambda: world.by("grace").writer.execute(ada, lambda _: [MemberLeft()])
    with pytest.raises(Forbidden, match="not a member any more"):
        world.practice()
    assert [event.type for event in world.recorded()] == ["member-left"]


def test_nothing_is_shown_to_a_world_that_is_closed_meanwhile(log: BusyLog, world: World) -> None:
    world.open_to_world()
    entry_id = world.by("hana").practice()
    log.meanwhile = lambda: world.open_to_world(allowed=False)
    with pytest.raises(InvalidInput, match="closed to the world"):
        world.entries.show(entry_id, Visibility("world"))


def test_of_an_archiving_and_endorsing_thread_none_endorses_what_is_archived(
    tmp_path: Path,
) -> None:
    with SqliteEventLog(tmp_path / "log.sqlite", create=True) as log:
        ada = World(log)
        grace = ada.by("grace")
        both = threading.Barrier(2)

        def at_once(act: Callable[[], object]) -> bool:
            both.wait()
            try:
                act()
            except Refused:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            for _ in range(TURNS):
                entry_id = ada.practice()
                acts: list[Callable[[], object]] = [
                    partial(ada.entries.archive, entry_id, "Old."),
                    partial(grace.endorsements.endorse, entry_id, "It works."),
                ]
                archived, endorsed = pool.map(at_once, acts)
                [last] = log.read(log.head() - 1, 1)
                assert archived
                assert last.type == "entry-archived" or not endorsed
