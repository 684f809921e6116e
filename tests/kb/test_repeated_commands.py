"""Sending a command again doubles nothing, whatever happened since; races have one winner."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from events.sqlite import SqliteEventLog
from kb.access import Visibility
from kb.entries.entry import EntryRevised
from kb.errors import KnowledgeBaseError, RevisionConflict
from kb.writer import Receipt
from tests.commands import COMMANDS, REPEATABLE, Asked
from tests.worlds.log import World, command, some_content

WISHES = st.builds(
    lambda name, word, number, sight: (
        name,
        Asked(
            content=some_content(word),
            tags=(word, "all"),
            reason=word,
            version=number,
            visibility=Visibility(sight),
        ),
    ),
    st.sampled_from(REPEATABLE),
    st.sampled_from(["ward", "night", "school"]),
    st.integers(1, 6),
    st.sampled_from(["members", "author"]),
)


@given(st.lists(WISHES, max_size=8))
def test_a_command_that_was_recorded_answers_the_same_whenever_it_is_sent_again(
    wishes: list[tuple[str, Asked]],
) -> None:
    world = World()
    entry, other = world.by("grace").practice(), world.practice("Another")
    reuse = world.reuses.record(entry, group="W", context="x", outcome="adopted").id
    world.endorsements.endorse(entry, "It works.")
    answered: list[tuple[str, Asked, object]] = []
    for number, (name, wish) in enumerate(wishes):
        sent = {"entry": entry, "other": other, "reuse": reuse, "command_id": command(10 * number)}
        asked, before = structs.replace(wish, **sent), world.log.head()
        try:
            receipt = COMMANDS[name].ask(world, asked)
        except KnowledgeBaseError:
            assert world.log.head() == before
            continue
        if world.log.head() > before:
            answered.append((name, asked, receipt))
    head = world.log.head()
    for name, asked, receipt in answered:
        assert COMMANDS[name].ask(world, asked) == receipt
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
        entry_id = world.by("grace").practice()
        list(pool.map(lambda _: world.endorsements.endorse(entry_id, "It works."), range(12)))
        assert log.head() == 2


def test_what_was_recorded_before_an_entry_was_archived_can_still_be_sent_again() -> None:
    world = World()
    entry_id = world.by("grace").practice()

    def endorse() -> Receipt:
        return world.endorsements.endorse(entry_id, "It works.", command_id=command(1))

    def reuse() -> Receipt:
        return world.reuses.record(
            entry_id, group="Ward 4", context="Nights", outcome="adopted", command_id=command(2)
        )

    first = endorse(), reuse()
    world.entries.archive(entry_id, "Old.")
    assert (endorse(), reuse()) == first
