"""Sending a command again doubles nothing, whatever happened since; races have one winner."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from events.sqlite import SqliteEventLog
from kb.entries.entry import EntryRevised
from kb.errors import KnowledgeBaseError, RevisionConflict
from kb.writer import Receipt
from tests.kb.domain_world import World, command, some_content

WORDS = st.sampled_from(["ward", "night", "school"])
Send = Callable[[World, str, UUID], Receipt]


class Wish(Struct, frozen=True):
    """A command that can be sent any number of times; its name is for the report of a failure."""

    name: str
    send: Send


def revision(word: str, version: int) -> Wish:
    def send(world: World, entry_id: str, command_id: UUID) -> Receipt:
        content = some_content(word)
        return world.entries.revise(entry_id, content, version=version, command_id=command_id)

    return Wish(f"revise {word} from {version}", send)


def tagging(word: str) -> Wish:
    return Wish(f"tag {word}", lambda w, e, c: w.entries.tag(e, [word, "all"], command_id=c))


def untagging(word: str) -> Wish:
    return Wish(f"untag {word}", lambda w, e, c: w.entries.untag(e, [word, "all"], command_id=c))


def archiving(word: str) -> Wish:
    return Wish(f"archive {word}", lambda w, e, c: w.entries.archive(e, word, command_id=c))


RESTORING = Wish("restore", lambda w, e, c: w.entries.restore(e, command_id=c))
WITHDRAWING = Wish("withdraw", lambda w, e, c: w.endorsements.withdraw(e, command_id=c))
WISHES = st.one_of(
    st.builds(revision, WORDS, st.integers(1, 6)),
    WORDS.map(tagging),
    WORDS.map(untagging),
    WORDS.map(archiving),
    st.just(RESTORING),
    st.just(WITHDRAWING),
)


@given(st.lists(WISHES, max_size=8))
def test_a_command_that_was_recorded_answers_the_same_whenever_it_is_sent_again(
    wishes: list[Wish],
) -> None:
    world = World()
    entry_id = world.practice()
    world.endorsements.endorse(entry_id, "It works.")
    answered: list[tuple[Wish, UUID, Receipt]] = []
    for number, wish in enumerate(wishes):
        before = world.log.head()
        try:
            receipt = wish.send(world, entry_id, command(10 * number))
        except KnowledgeBaseError:
            assert world.log.head() == before
            continue
        if world.log.head() > before:
            answered.append((wish, command(10 * number), receipt))
    head = world.log.head()
    for wish, command_id, receipt in answered:
        assert wish.send(world, entry_id, command_id) == receipt
    assert world.log.head() == head


def test_of_those_who_revise_the_same_version_at_once_one_wins(tmp_path: Path) -> None:
    with SqliteEventLog(tmp_path / "log.sqlite", create=True) as log, ThreadPoolExecutor(4) as pool:
        world = World(log)
        entry_id = world.practice()

        def revise(number: int) -> bool:
            try:
                world.entries.revise(entry_id, some_content(f"Text {number}"), version=1)
            except RevisionConflict:
                return False
            return True

        assert sum(pool.map(revise, range(12))) == 1
        assert sum(isinstance(event, EntryRevised) for event in world.happened()) == 1


def test_a_member_who_endorses_twice_at_once_endorses_once(tmp_path: Path) -> None:
    with SqliteEventLog(tmp_path / "log.sqlite", create=True) as log, ThreadPoolExecutor(4) as pool:
        world = World(log)
        entry_id = world.practice()
        list(pool.map(lambda _: world.endorsements.endorse(entry_id, "It works."), range(12)))
        assert log.head() == 2


def test_what_was_recorded_before_an_entry_was_archived_can_still_be_sent_again() -> None:
    world = World()
    entry_id = world.practice()

    def endorse() -> Receipt:
        return world.endorsements.endorse(entry_id, "It works.", command_id=command(1))

    def reuse() -> Receipt:
        return world.reuses.record(
            entry_id, group="Ward 4", context="Nights", outcome="adopted", command_id=command(2)
        )

    first = endorse(), reuse()
    world.entries.archive(entry_id, "Old.")
    assert (endorse(), reuse()) == first
