"""A group takes an entry into its work, and later tells what became of it."""

from functools import partial, reduce
from pathlib import Path
from typing import cast

import pytest

from kb.errors import InvalidInput, NotFound, Refused, ReuseConflict
from kb.reuse.reuse import (
    Outcome,
    Reuse,
    ReuseEvent,
    ReuseOutcomeUpdated,
    ReuseRecorded,
    ReuseWithdrawn,
    evolve,
    record,
    update_outcome,
    withdraw,
)
from tests.worlds.log import ABSENT, World, command
from tests.worlds.shell import CommandLine

ENTRY = "11111111-1111-4111-8111-111111111111"
MADE = "22222222-2222-4222-8222-222222222222"
RECORDED = ReuseRecorded(
    entry_id=ENTRY,
    recorded_by="ada",
    group="Ward 4",
    context="Night shift",
    outcome="adopted",
    evidence="https://example.org",
)
UPDATED = ReuseOutcomeUpdated(
    entry_id=ENTRY,
    outcome="adapted",
    note="Shorter now.",
    resulting_entry=MADE,
    evidence="https://example.org",
)
update = partial(update_outcome, outcome="adapted", note="Shorter now.", resulting_entry=MADE)


def after(*events: ReuseEvent) -> Reuse:
    return reduce(evolve, events, Reuse(id=ABSENT))


def test_a_reuse_is_recorded_once() -> None:
    assert record(after(), RECORDED) == [RECORDED]
    with pytest.raises(Refused, match="recorded already"):
        record(after(RECORDED), RECORDED)


def test_an_update_keeps_what_it_does_not_mention() -> None:
    assert update(after(RECORDED)) == [UPDATED]
    known = after(RECORDED, UPDATED)
    assert update_outcome(known, outcome="tried-and-stopped", note="No staff.") == [
        ReuseOutcomeUpdated(
            entry_id=ENTRY,
            outcome="tried-and-stopped",
            note="No staff.",
            resulting_entry=MADE,
            evidence="https://example.org",
        )
    ]


def test_an_update_removes_what_it_says_is_none() -> None:
    known = after(RECORDED, UPDATED)
    assert update(known, note="Wrong link.", resulting_entry=None, evidence=None) == [
        ReuseOutcomeUpdated(entry_id=ENTRY, outcome="adapted", note="Wrong link.")
    ]


def test_an_update_that_says_nothing_new_adds_nothing() -> None:
    assert update(after(RECORDED, UPDATED)) == []


def test_an_update_of_a_version_that_is_not_there_yet_is_refused_though_it_says_nothing_new() -> (
    None
):
    assert update(after(RECORDED, UPDATED), version=1) == []
    with pytest.raises(ReuseConflict, match="from version 3, it is now at 2"):
        update(after(RECORDED, UPDATED), version=3)


def test_an_update_made_on_an_older_version_is_refused() -> None:
    known = after(RECORDED, UPDATED)
    with pytest.raises(ReuseConflict, match="from version 1, it is now at 2"):
        update(known, note="Back to the old way.", version=1)
    assert len(update(known, note="Back to the old way.", version=2)) == 1
    assert update(known, version=1) == []


def test_a_reuse_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound, match=ABSENT):
        update(after())


def test_an_entry_does_not_result_from_itself() -> None:
    with pytest.raises(InvalidInput, match="cannot result in the entry"):
        update(after(RECORDED), resulting_entry=ENTRY)


def test_a_reuse_is_withdrawn_once_and_not_updated_after_that() -> None:
    withdrawn = ReuseWithdrawn(entry_id=ENTRY, reason="It was another ward.")
    assert withdraw(after(RECORDED, UPDATED), "It was another ward.") == [withdrawn]
    assert withdraw(after(RECORDED, withdrawn), "Once more.") == []
    with pytest.raises(Refused, match="was withdrawn; record a new one"):
        update(after(RECORDED, withdrawn))
    with pytest.raises(NotFound, match=ABSENT):
        withdraw(after(), "Nothing there.")


def test_a_reuse_is_withdrawn_with_a_reason_and_by_a_command_that_may_be_repeated() -> None:
    world = World()
    reuse = world.reuses.record(world.practice(), group="A", context="B", outcome="adopted").id
    with pytest.raises(InvalidInput) as caught:
        world.reuses.withdraw(reuse, " ")
    assert caught.value.field == "reason"
    first = world.reuses.withdraw(reuse, "Wrong.", command_id=command(7))
    assert world.reuses.withdraw(reuse, "Wrong.", command_id=command(7)) == first
    assert [type(event) for event in world.happened()[1:]] == [ReuseRecorded, ReuseWithdrawn]


def test_a_reuse_is_recorded_and_updated_by_its_own_id() -> None:
    world = World()
    entry_id, made = world.practice(), world.practice("Made from it")
    receipt = world.reuses.record(
        entry_id.upper(), group=" Ward 4 ", context=" Nights ", outcome="adopted"
    )
    again = world.reuses.update_outcome(
        receipt.id, "adapted", "Shorter.", resulting_entry=made, evidence="https://example.org/r"
    )
    assert (again.id, again.version) == (receipt.id, 2)
    assert world.happened()[2:] == [
        ReuseRecorded(
            entry_id=entry_id,
            recorded_by="ada",
            group="Ward 4",
            context="Nights",
            outcome="adopted",
        ),
        ReuseOutcomeUpdated(
            entry_id=entry_id,
            outcome="adapted",
            note="Shorter.",
            resulting_entry=made,
            evidence="https://example.org/r",
        ),
    ]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"group": " "}, "group"),
        ({"context": ""}, "context"),
        ({"outcome": "loved"}, "outcome"),
        ({"evidence": "javascript:alert(1)"}, "evidence"),
    ],
)
def test_a_reuse_with_a_bad_field_is_refused(changed: dict[str, str], field: str) -> None:
    world = World()
    given = {"group": "Ward 4", "context": "Nights", "evidence": "", "outcome": "adopted"} | changed
    with pytest.raises(InvalidInput) as caught:
        world.reuses.record(
            world.practice(),
            group=given["group"],
            context=given["context"],
            outcome=cast("Outcome", given["outcome"]),
            evidence=given["evidence"],
        )
    assert caught.value.field == field


def test_a_reuse_is_of_an_entry_that_exists_and_is_not_archived() -> None:
    world = World()
    entry_id = world.practice()
    receipt = world.reuses.record(entry_id, group="Ward 4", context="Nights", outcome="adopted")
    for reused, made in ((ABSENT, None), (entry_id, ABSENT)):
        with pytest.raises(NotFound):
            world.reuses.record(
                reused, group="x", context="x", outcome="adopted", resulting_entry=made
            )
    world.entries.archive(entry_id, "Old.")
    with pytest.raises(Refused, match="cannot be reused; restore it first"):
        world.reuses.record(entry_id, group="Ward 5", context="Days", outcome="adopted")
    assert world.reuses.update_outcome(receipt.id, "tried-and-stopped", "No staff.").version == 2


@pytest.mark.parametrize("reuse_id", [ABSENT, "nonsense"])
def test_an_update_of_nothing_is_not_found(reuse_id: str) -> None:
    with pytest.raises(NotFound, match="There is no reuse"):
        World().reuses.update_outcome(reuse_id, "adopted", "x")


def test_a_reuse_that_is_sent_twice_counts_once() -> None:
    world = World()
    entry_id = world.practice()

    def record() -> object:
        return world.reuses.record(
            entry_id, group="Ward 4", context="Nights", outcome="adopted", command_id=command(1)
        )

    assert record() == record()
    assert len(world.recorded()) == 2


def test_the_command_line_keeps_what_is_left_out_and_removes_what_is_empty(tmp_path: Path) -> None:
    kb = CommandLine(tmp_path)
    kb.ok("init", str(kb.data))
    entry_id = kb.practice()
    said = ("--group", "Ward 5", "--context", "Nights.", "--evidence", "https://example.org")
    record = kb.ok("reuse", "record", entry_id, *said, "--outcome", "adopted", "--json")
    update = ("reuse", "update", record.json["id"], "--outcome", "adopted", "--note", "Still.")
    kb.ok(*update)
    assert "https://example.org" in kb.ok("show", entry_id, "--json").out
    kb.ok(*update, "--evidence", "", "--resulting-entry", "")
    reuse = kb.ok("show", entry_id, "--json").json["reuse"][0]
    assert (reuse["evidence"], reuse["resulting_entry"]) == (None, None)
