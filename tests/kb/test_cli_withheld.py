"""Commands say of an entry that is withheld who sees it, and an export shows it to nobody more."""

from pathlib import Path

import pytest

from tests.events.altered import change
from tests.worlds.shell import CommandLine

LACK = "Something that happened to it cannot be read."


@pytest.fixture
def withheld(tmp_path: Path) -> tuple[CommandLine, str]:
    """An entry shown to all members after a change of who sees it that cannot be read."""
    line = CommandLine(tmp_path)
    line.ok("init", str(line.data))
    entry = line.practice("Walking round")
    line.practice("Bedside handover")
    for sight in ("author", "members"):
        line.ok("visibility", entry, sight)
    change(
        line.data / "log.sqlite",
        "UPDATE events SET data = x'7b7d' WHERE position = (SELECT max(position) - 1 FROM events)",
    )
    line.ok("rebuild", "all")
    return line, entry


def test_lists_and_pages_say_who_sees_an_entry_that_is_withheld(
    withheld: tuple[CommandLine, str],
) -> None:
    line, entry = withheld
    listed = line.ok("list").out.splitlines()
    assert ["withheld: operator alone" in each for each in listed if "Walking" in each] == [True]
    assert [" members " in each for each in listed if "Bedside" in each] == [True]
    assert "shown to     withheld: operator alone" in line.ok("show", entry).out
    assert line.ok("show", entry, "--json").json["withheld"] == "operator"


def test_an_export_names_what_is_withheld_and_is_for_its_author(
    withheld: tuple[CommandLine, str], tmp_path: Path
) -> None:
    line, entry = withheld
    said = line.ok("export", str(tmp_path / "out")).out
    assert LACK in said
    assert said.count("Walking round") == 1
    assert "Bedside" not in said
    (file,) = (tmp_path / "out").rglob("walking-round-*.md")
    assert "visibility: author\n" in file.read_text()
    (told,) = line.ok("export", str(tmp_path / "other"), "--json").json["lacking"]
    assert (told["id"], told["title"]) == (entry, "Walking round")
    assert told["lacking"][0].startswith(LACK)


def test_an_export_of_what_is_whole_names_nothing(tmp_path: Path) -> None:
    line = CommandLine(tmp_path)
    line.ok("init", str(line.data))
    line.practice()
    assert line.ok("export", str(tmp_path / "out"), "--json").json["lacking"] == []
