"""The commands of curators, and those by which members vouch for and reuse what they found."""

import csv
import io
from pathlib import Path

import pytest

from tests.worlds.shell import CommandLine, Ran


def test_tags_come_and_go(kb: CommandLine) -> None:
    entry_id = kb.practice()

    assert "has the tags" in kb.ok("tag", entry_id, "Night Shift").out
    assert "Night Shift" in kb.ok("untag", entry_id, "handover").out
    assert "has no tags" in kb.ok("untag", entry_id, "night shift").out


def test_an_archived_entry_names_its_successor_and_can_be_restored(kb: CommandLine) -> None:
    first, second = kb.practice("Old"), kb.practice("New")

    assert "is archived" in kb.ok("archive", first, "--reason", "Old.", "--successor", second).out
    assert f"Archived: Old. Replaced by {second}." in kb.ok("show", first).out
    assert "is not archived" in kb.ok("restore", first).out
    assert "Archived:" not in kb.ok("show", first).out


def test_a_relation_can_be_taken_back(kb: CommandLine) -> None:
    first, second = kb.practice("Old"), kb.practice("New")

    kb.ok("relate", second, "Obsoletes", first)
    assert "replaces Old" in kb.ok("show", second).out
    kb.ok("relate", second, "Obsoletes", first, "--remove")
    assert "replaces Old" not in kb.ok("show", second).out


def test_taking_back_a_relation_that_is_not_there_says_so(kb: CommandLine) -> None:
    first, second = kb.practice("Old"), kb.practice("New")
    relate = ("relate", second, "obsoletes", first)

    assert f"did not have the relation Obsoletes {first[:8]}." in kb.ok(*relate, "--remove").out
    assert f"now has the relation Obsoletes {first[:8]}." in kb.ok(*relate).out
    assert (
        "did not have the relation" in kb.ok("relate", first, "Obsoletes", second, "--remove").out
    )
    assert f"no longer has the relation Obsoletes {first[:8]}." in kb.ok(*relate, "--remove").out
    assert "replaces" not in kb.ok("show", second).out


def test_an_unknown_relation_type_is_answered_with_those_there_are(kb: CommandLine) -> None:
    first, second = kb.practice("Old"), kb.practice("New")

    refused = kb.run("relate", first, "Resembles", second)

    assert (refused.code, refused.err.count("\n")) == (1, 1)
    assert "IsDerivedFrom, " in refused.err
    assert "Obsoletes." in refused.err


def test_an_endorsement_can_be_withdrawn(kb: CommandLine) -> None:
    entry_id = kb.practice()

    told = kb.ok("endorse", entry_id, "--reason", "It works.").out
    assert told == f"Entry {entry_id[:8]} is endorsed by the operator of this machine.\n"
    assert "It works." in kb.ok("show", entry_id).out
    assert "no longer" in kb.ok("endorse", entry_id, "--withdraw").out
    assert "It works." not in kb.ok("show", entry_id).out


@pytest.mark.parametrize("options", [(), ("--withdraw", "--reason", "x")])
def test_endorsing_takes_either_a_reason_or_a_withdrawal(
    kb: CommandLine, options: tuple[str, ...]
) -> None:
    assert kb.run("endorse", "abcdef", *options).code == 2


def test_a_reuse_is_named_by_the_beginning_of_its_id(kb: CommandLine) -> None:
    entry_id = kb.practice()
    record = ("--group", "Ward 5", "--context", "Nights.", "--outcome", "adopted")
    evidence = ("--evidence", "https://example.org/x")
    reuse_id = kb.ok("reuse", "record", entry_id, *record, *evidence, "--json").json["id"]
    assert f"(reuse {reuse_id[:8]})" in kb.ok("show", entry_id).out
    told = ("--outcome", "adapted", "--note", "Shorter.")

    for name in (reuse_id[:6], reuse_id[:8].upper(), reuse_id):
        assert reuse_id in kb.ok("reuse", "update", name, *told).out
    assert kb.ok("show", entry_id, "--json").json["reuse"][0]["evidence"] == evidence[1]
    kb.ok("reuse", "update", reuse_id, *told, "--evidence", "")
    assert kb.ok("show", entry_id, "--json").json["reuse"][0]["evidence"] is None
    for unknown in (reuse_id[:5], entry_id):
        refused = kb.run("reuse", "update", unknown, *told)
        assert refused.err.startswith(f"There is no reuse {unknown!r}: give its id, at least 6")


def test_help_says_that_an_empty_option_takes_away_what_is_there(kb: CommandLine) -> None:
    assert "takes away what is there" in " ".join(kb.ok("reuse", "update", "--help").out.split())


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
            "group": "Ward 5",
            "recorded": "1",
            "adopted": "0",
            "adapted": "1",
            "tried_and_stopped": "0",
            "entries": "1",
        }
    ]
    assert "Ward 5" in kb.ok("report", "reuse", "--by", "group").out
    past = kb.ok("report", "reuse", "--until", "2000-01-01", "--format", "json").json
    assert past["total"]["recorded"] == 0


def test_what_a_file_says_is_archived_is_contributed_so(kb: CommandLine) -> None:
    newer = kb.practice("Newer")
    text = Path(kb.file("Older")).read_text()

    def contributed(field: str) -> Ran:
        return kb.run("contribute", "-", stdin=text.replace("---\n", f"---\n{field}\n", 1))

    said = contributed(f"archived: {{reason: Replaced., successor: {newer[:8]}}}")
    astray = contributed("archived: {reason: Replaced., successor: nowhere}")
    bare = contributed("archived: true")

    assert "Contributed archived entry " in said.out
    page = kb.ok("show", said.out.split()[-1].rstrip("."), "--json").json
    assert (page["archived_reason"], page["successor"]) == ("Replaced.", newer)
    assert (astray.code, "no entry 'nowhere'" in astray.err) == (1, True)
    assert bare.code == 0
    assert len(kb.ok("list", "--archived", "--json").json["items"]) == 2
    assert len(kb.ok("list", "--json").json["items"]) == 1


def test_words_for_fewer_people_than_see_the_entry_by_now_are_refused(kb: CommandLine) -> None:
    entry_id = kb.practice()
    kb.ok("visibility", entry_id, "author")
    reuse = ("--group", "Ward 3", "--context", "Nights.", "--outcome", "adopted")
    version = str(kb.ok("show", entry_id, "--json").json["version"])
    recorded = kb.ok("reuse", "record", entry_id, *reuse, "--json").json["id"]
    kb.ok("visibility", entry_id, "members")
    for command in (
        ("tag", entry_id, "night"),
        ("archive", entry_id, "--reason", "Old."),
        ("endorse", entry_id, "--reason", "Good."),
        ("reuse", "record", entry_id, *reuse),
        ("reuse", "update", recorded, "--outcome", "adopted", "--note", "Well."),
    ):
        refused = kb.run(*command, "--entry-version", version)
        assert refused.code == 1
        assert "is shown to all members by now" in refused.err
    refused = kb.run("revise", entry_id, kb.file("New"), "--version", version)
    assert "is shown to all members by now" in refused.err
    wrong = kb.run("endorse", entry_id, "--withdraw", "--entry-version", version)
    assert (wrong.code, "withdrawing" in wrong.err) == (2, True)
