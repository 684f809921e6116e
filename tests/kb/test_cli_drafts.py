"""Drafts in the shell: those of the member in KB_MEMBER, and of nobody else."""

from pathlib import Path
from uuid import uuid4

import pytest

from tests.worlds.base import id_of, joined, opened
from tests.worlds.shell import CommandLine


@pytest.fixture
def begun(kb: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a draft of a member, as whom the shell acts."""
    data, draft = tmp_path / "data", str(uuid4())
    with opened(data) as base:
        her = joined(base)
        fields = {"title": "Two bins", "text-0": "Shelves \x1b[31mempty.", "text-1": ""}
        her.drafts.save(draft, fields, number=0, kind="practice")
        monkeypatch.setenv("KB_MEMBER", id_of(her))
    return draft


def test_drafts_are_listed_shown_and_discarded(kb: CommandLine, begun: str) -> None:
    listed = kb.ok("draft", "list")
    assert begun in listed.out
    assert "Two bins" in listed.out
    assert kb.ok("draft", "list", "--json").json[0]["id"] == begun
    shown = kb.ok("draft", "show", begun)
    assert "text-0:\nShelves \\x1b[31mempty." in shown.out
    assert "text-1" not in shown.out
    assert kb.ok("draft", "show", begun, "--json").json["fields"]["title"] == "Two bins"
    assert f"The draft {begun} is discarded." in kb.ok("draft", "discard", begun).out
    gone = kb.run("draft", "show", begun)
    assert gone.code == 1
    assert f"You have no draft {begun}" in gone.err


def test_nobody_else_is_shown_them(
    kb: CommandLine, begun: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KB_MEMBER")
    assert kb.ok("draft", "list", "--json").json == []
    assert kb.run("draft", "discard", begun).code == 1
