"""The commands of curators, and those by which members vouch for and reuse what they found."""

import csv
import io

import pytest

from tests.kb.cli_world import CommandLine


def test_tags_come_and_go(kb: CommandLine) -> None:
    entry_id = kb.practice()

    assert "has the tags" in kb.ok("tag", entry_id, "Night Shift").out
    assert "night-shift" in kb.ok("untag", entry_id, "handover").out
    assert "has no tags" in kb.ok("untag", entry_id, "night shift").out


def test_an_archived_entry_names_its_successor_and_can_be_restored(kb: CommandLine) -> None:
    first, second = kb.practice("Old"), kb.practice("New")

    assert "is archived" in kb.ok("archive", first, "--reason", "Old.", "--successor", second).out
    assert f"Archived: Old. Replaced by {second}." in kb.ok("show", first).out
    assert "no longer archived" in kb.ok("restore", first).out
    assert "Archived:" not in kb.ok("show", first).out


def test_a_relation_can_be_taken_back(kb: CommandLine) -> None:
    first, second = kb.practice("Old"), kb.practice("New")

    kb.ok("relate", second, "Obsoletes", first)
    assert "replaces Old" in kb.ok("show", second).out
    kb.ok("relate", second, "Obsoletes", first, "--remove")
    assert "replaces Old" not in kb.ok("show", second).out


def test_an_endorsement_can_be_withdrawn(kb: CommandLine) -> None:
    entry_id = kb.practice()

    assert "ada endorses" in kb.ok("endorse", entry_id, "--reason", "It works.").out
    assert "It works." in kb.ok("show", entry_id).out
    assert "no longer" in kb.ok("endorse", entry_id, "--withdraw").out
    assert "It works." not in kb.ok("show", entry_id).out


@pytest.mark.parametrize("options", [(), ("--withdraw", "--reason", "x")])
def test_endorsing_takes_either_a_reason_or_a_withdrawal(
    kb: CommandLine, options: tuple[str, ...]
) -> None:
    assert kb.run("endorse", "abcdef", *options).code == 2


def test_a_reuse_is_recorded_told_on_and_counted(kb: CommandLine) -> None:
    entry_id, made = kb.practice(), kb.practice("Made of it")
    record = ("--group", "Ward 5", "--context", "Nights.", "--outcome", "adopted")
    reuse_id = kb.ok("reuse", "record", entry_id, *record, "--json").json["id"]

    update = ("--outcome", "adapted", "--note", "Shorter.", "--resulting-entry", made)
    kb.ok("reuse", "update", reuse_id, *update)

    assert "Shorter." in kb.ok("show", entry_id).out
    counted = kb.ok("report", "reuse", "--by", "group", "--format", "csv").out
    assert list(csv.DictReader(io.StringIO(counted))) == [
        {
            "group": key,
            "recorded": "1",
            "adopted": "0",
            "adapted": "1",
            "tried_and_stopped": "0",
            "entries": "1",
        }
        for key in ("Ward 5", "total")
    ]
    assert "Ward 5" in kb.ok("report", "reuse", "--by", "group").out
    past = kb.ok("report", "reuse", "--until", "2000-01-01", "--format", "json").json
    assert past["total"]["recorded"] == 0
