"""What a file says and what an option says: nothing of either is dropped without a word."""

import pytest

from tests.worlds.shell import CommandLine

FILE = """---
title: Bedside handover
kind: practice
visibility: draft
group: Ward 3
tags: [handover]
---

## The problem

Forty minutes in the office.

## What we do

Walk from bed to bed.
"""


@pytest.mark.parametrize(
    ("option", "other", "same"),
    [
        ("--visible-to", "members", "draft"),
        ("--kind", "experiment", "practice"),
        ("--group", "Ward 4", "Ward 3"),
    ],
)
def test_an_option_that_contradicts_the_file_is_asked_about_and_nothing_is_written(
    kb: CommandLine, option: str, other: str, same: str
) -> None:
    file = kb.folder / "handover.md"
    file.write_text(FILE)
    refused = kb.run("contribute", str(file), option, other)
    assert (refused.code, refused.out) == (1, "")
    assert f"{option} says {other}, and the file {same}: take one of them away." in refused.err
    assert "no entries yet" in kb.run("list").out
    assert kb.run("contribute", str(file), option, same).code == 0


def test_all_that_is_wrong_in_a_file_is_told_at_once_with_the_way_to_its_template(
    kb: CommandLine,
) -> None:
    file = kb.folder / "handover.md"
    file.write_text("---\ntitle: A\n---\n## The problem\n\nSlow.\n")
    refused = kb.run("contribute", str(file), "--group", "y" * 101)
    assert refused.err == (
        "The group may have at most 100 characters; it has 101. "
        "The section “What we do” must not be empty. "
        "To see what it has: kb contribute --template practice.\n"
    )
    file.write_text(f"{file.read_text()}\n## What we do\n\nWalk.\n")
    long = kb.run("contribute", str(file), "--group", "x" * 101)
    assert long.err == "The group may have at most 100 characters; it has 101.\n"


def test_a_revision_tells_what_of_the_file_it_leaves_as_it_was(kb: CommandLine) -> None:
    file = kb.folder / "handover.md"
    file.write_text(FILE)
    entry = kb.ok("contribute", str(file), "--json").json["id"]
    file.write_text(FILE.replace("Walk", "Walk slowly"))
    assert kb.run("revise", entry, str(file)).err == ""
    other = FILE.replace("draft", "members").replace("[handover]", "[night]")
    file.write_text(other.replace("kind: practice", "kind: experiment\narchived: true"))
    told = kb.run("revise", entry, str(file))
    assert told.code == 0
    for sentence in (
        "The kind stays practice",
        "The tags stay as they are",
        "It is shown to draft still, and not as the file says",
        "It is not archived by this",
    ):
        assert sentence in told.err


def test_an_import_tells_of_a_file_that_is_shown_otherwise_than_the_option_says(
    kb: CommandLine,
) -> None:
    folder = kb.folder / "notes"
    folder.mkdir()
    (folder / "handover.md").write_text(FILE.replace("draft", "members"))
    said = kb.ok("import", str(folder), "--visible-to", "author", "--no-wait", "--json").json
    (remark,) = [each["remark"] for each in said["remarks"] if "shown to" in each["remark"]]
    assert "the file says members and the option author, so it may be shown to author" in remark


@pytest.mark.parametrize("says", ["draft: true", "visibility: Author", "private: yes"])
def test_a_text_for_fewer_people_than_the_entry_is_shown_to_is_not_published(
    kb: CommandLine, says: str
) -> None:
    file = kb.folder / "handover.md"
    shared = FILE.replace("visibility: draft\n", "")
    file.write_text(shared)
    entry = kb.ok("contribute", str(file), "--json").json["id"]
    file.write_text(FILE.replace("visibility: draft", says).replace("Walk", "Secretly walk"))

    refused = kb.run("revise", entry, str(file))

    assert (refused.code, refused.out) == (1, "")
    assert "and the entry is shown to members: narrow that first (kb visibility" in refused.err
    assert "Secretly" not in kb.ok("show", entry).out
    assert kb.ok("visibility", entry, "author").code == 0
    assert kb.run("revise", entry, str(file)).code == 0


@pytest.mark.parametrize("place", ["_drafts", "site/drafts/more"])
def test_a_file_among_drafts_is_contributed_as_one(kb: CommandLine, place: str) -> None:
    folder = kb.folder / place
    folder.mkdir(parents=True)
    (folder / "x.md").write_text(FILE.replace("visibility: draft\n", ""))

    done = kb.ok("contribute", str(folder / "x.md"), "--json")

    assert kb.ok("show", done.json["id"], "--json").json["visibility"]["sight"] == "draft"
    assert "it lies among drafts" in done.err


def test_a_file_that_is_contributed_alone_follows_the_pages_of_its_folders(kb: CommandLine) -> None:
    folder = kb.folder / "site" / "deep"
    folder.mkdir(parents=True)
    (folder.parent / "_index.md").write_text("---\ncascade: {private: true}\n---\nText")
    (folder / "x.md").write_text(FILE.replace("visibility: draft\n", ""))

    done = kb.ok("contribute", str(folder / "x.md"), "--json")

    assert kb.ok("show", done.json["id"], "--json").json["visibility"]["sight"] == "author"
    assert "_index.md shows what lies below it to its author alone" in done.err
