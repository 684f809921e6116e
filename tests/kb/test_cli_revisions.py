"""In a terminal every text of an entry is listed, read, compared and restored."""

from pathlib import Path

import pytest

from tests.worlds.shell import CommandLine

BETTER = "---\ntitle: {}\n---\n## The problem\n\nThings get {}.\n\n## What we do\n\nWalk.\n"


@pytest.fixture
def entry_id(kb: CommandLine, tmp_path: Path) -> str:
    """An entry whose text was revised twice."""
    entry_id = kb.practice("Handover")
    for title, word in (("Handover", "lost"), ("Handover at the bed", "found")):
        (tmp_path / "better.md").write_text(BETTER.format(title, word), encoding="utf-8")
        kb.ok("revise", entry_id, str(tmp_path / "better.md"), "--note", f"They get {word}")
    return entry_id


def listed(kb: CommandLine, entry_id: str) -> list[int]:
    return [one["version"] for one in kb.ok("history", entry_id, "--revisions", "--json").json]


def test_revisions_are_listed_the_newest_last(kb: CommandLine, entry_id: str) -> None:
    lines = kb.ok("history", entry_id, "--revisions").out.splitlines()
    assert lines[0].split() == ["version", "when", "who", "title", "note"]
    assert "They get found" in lines[-1]
    ran = kb.ok("history", entry_id, "--revisions", "--limit", "1", "--offset", "1")
    assert "They get lost" in ran.out
    assert "1 of 3" in ran.err


def test_an_earlier_text_is_shown_and_printed_as_a_file(
    kb: CommandLine, entry_id: str, tmp_path: Path
) -> None:
    _, before, newest = listed(kb, entry_id)
    ran = kb.ok("show", entry_id, "--revision", str(before))
    assert "This is an earlier text." in ran.out
    assert "Things get lost." in ran.out
    assert "now" in kb.ok("show", entry_id, "--revision", str(newest)).out
    shown = kb.ok("show", entry_id, "--revision", str(before), "--json").json
    assert shown["content"]["sections"][0]["text"].strip() == "Things get lost."
    file = tmp_path / "old.md"
    file.write_text(kb.ok("show", entry_id, "--revision", str(before), "--markdown").out, "utf-8")
    kb.ok("revise", entry_id, str(file))
    assert kb.ok("diff", entry_id, str(before)).out.endswith("Both texts are the same.\n")


def test_what_differs_is_marked(kb: CommandLine, entry_id: str) -> None:
    _, before, newest = listed(kb, entry_id)
    out = kb.ok("diff", entry_id).out
    assert "title: Handover{+ at the bed+}" in out
    assert "## The problem (changed)" in out
    assert "Things get [-lost-]{+found+}." in out
    assert "What we do" not in out
    assert "\x1b" not in out
    assert kb.ok("diff", entry_id, str(before)).out == out
    assert kb.ok("diff", entry_id, str(before), str(newest)).out == out
    assert kb.ok("diff", entry_id, "--json").json["later"]["version"] == newest


def test_an_earlier_text_is_restored(kb: CommandLine, entry_id: str) -> None:
    before = listed(kb, entry_id)[1]
    out = kb.ok("restore-revision", entry_id, str(before), "--note", "It was right").out
    assert out == f"Entry {entry_id[:8]} is at version {listed(kb, entry_id)[-1]}.\n"
    assert "Things get lost." in kb.ok("show", entry_id).out
    assert f"Restored the text of version {before}" in kb.ok("history", entry_id).out


@pytest.mark.parametrize(
    "words", [("show", "--revision", "99"), ("diff", "99"), ("restore-revision", "99")]
)
def test_a_text_that_there_is_not_is_said_to_be_missing(
    kb: CommandLine, entry_id: str, words: tuple[str, ...]
) -> None:
    ran = kb.run(words[0], entry_id, *words[1:])
    assert ran.code != 0
    assert f"There is no version 99 of an entry {entry_id}." in ran.err


def test_a_text_revised_meanwhile_is_not_overwritten(kb: CommandLine, entry_id: str) -> None:
    first, before, _ = listed(kb, entry_id)
    ran = kb.run("restore-revision", entry_id, str(first), "--version", str(before))
    assert ran.code != 0
    assert "changed meanwhile" in ran.err
