"""The commands that destroy ask first, and say what they did; members print what is theirs."""

import json

import pytest

from tests.kb.cli_world import CommandLine


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


def test_a_member_prints_what_is_theirs(kb: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_MEMBER", joined(kb))
    assert json.loads(kb.ok("member", "data").out)["member"]["profile"]["name"] == "Hana Kovář"
    assert "- name: Hana Kovář" in kb.ok("member", "data", "--format", "markdown").out
