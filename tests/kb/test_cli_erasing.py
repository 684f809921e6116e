"""The commands that destroy ask first, and say what they did; members print what is theirs."""

import json
from pathlib import Path

import pytest

from indexer.embedding.testing import HashEmbedder
from kb.knowledge_base import KnowledgeBase
from tests.worlds.shell import CommandLine


def joined(kb: CommandLine) -> str:
    """The id of a member who has joined."""
    invited = json.loads(kb.ok("member", "invite", "--json").out)
    kb.ok("member", "join", invited["id"], "--name", "Hana Kovář")
    return str(invited["id"])


def test_a_member_is_erased_once_that_is_confirmed(kb: CommandLine) -> None:
    member = joined(kb)
    refused = kb.run("erase", "member", member, stdin="n\n")
    assert refused.code == 1
    assert "Hana Kovář" in kb.ok("member", "show", member).out

    done = kb.ok("erase", "member", member[:8], "--yes")

    assert "Hana Kovář is erased, and their entries are kept." in done.out
    assert "Hana" not in kb.ok("member", "list").out
    assert "Erased; their entries were kept." in kb.ok("audit").out


def test_an_entry_is_erased(kb: CommandLine) -> None:
    entry = kb.practice()
    assert "is erased" in kb.ok("erase", "entry", entry[:8], "--yes").out
    assert "There is no entry" in kb.run("show", entry[:8]).err


def test_an_erasure_asked_for_again_is_finished_and_says_so(
    kb: CommandLine, tmp_path: Path
) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    for name in ("One", "Other"):
        (folder / f"{name}.md").write_text(f"# {name}\n\nText.\n", encoding="utf-8")
    kb.ok("import", str(folder), "--no-wait")
    by_hand, member = kb.practice(), joined(kb)
    commands = (
        ("entry", by_hand),
        ("entry", by_hand[:8]),
        ("entry", "One.md"),
        ("member", member, "--entries", "erased"),
    )
    for command in commands:
        with KnowledgeBase.open(
            kb.data, embedder=HashEmbedder()
        ) as base:  # as far as one comes that is killed right after that
            found = command[1]
            if command[0] == "member":
                base.session.people.erase(member, entries="erased")
            else:
                base.session.entries.erase(base.session.catalogue.resolve(found, erased=True))
        for _ in range(2):
            assert "erased" in kb.ok("erase", *command, "--yes").out
    assert "There is no entry" in kb.run("erase", "entry", "Two.md", "--yes").err


def test_one_who_did_not_erase_an_entry_is_not_told_that_it_was(
    kb: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry, member = kb.practice(), joined(kb)
    kb.ok("erase", "entry", entry, "--yes")
    monkeypatch.setenv("KB_MEMBER", member)
    told = kb.run("erase", "entry", entry[:8], "--yes")
    assert (told.code, told.err) == (
        1,
        kb.run("erase", "entry", "00000000", "--yes").err.replace("00000000", entry[:8]),
    )


def test_a_member_prints_what_is_theirs(kb: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_MEMBER", joined(kb))
    assert json.loads(kb.ok("member", "data").out)["member"]["profile"]["name"] == "Hana Kovář"
    assert "- name: Hana Kovář" in kb.ok("member", "data", "--format", "markdown").out
