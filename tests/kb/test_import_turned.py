"""Wiki links with the text before the page lead to the page, in a folder that is written so."""

from pathlib import Path

import pytest

from kb.importers.markdown import parse_markdown
from kb.importers.run import FolderImport, ImportOptions
from tests.kb.cases import content_of
from tests.worlds.log import World

NOTES = {
    "tool.pump.md": "---\ntitle: Water pump\n---\nPress. [[Oil|tool.oil]]",
    "old.pump.md": "---\ntitle: Pump\n---\nGone.",
    "tool.oil.md": "---\ntitle: Oil\n---\nDrip.",
}


def imported(folder: Path, text: str) -> tuple[str, set[str]]:
    """The text of a note among others as it is taken in, and the titles of those it refers to."""
    for name, written in {**NOTES, "note.md": text}.items():
        (folder / name).write_text(written)
    world = World()
    run = FolderImport(world.entries, folder, ImportOptions(source="notes"))
    ids = {row.path: row.id for row in run.run()}
    entry = world.entry(ids["note.md"] or "")
    titles = {content_of(world.entry(each.target)).title for each in entry.relations}
    return content_of(entry).sections[0].text, titles


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("[[Pump|tool.pump]]", "[[tool.pump|Pump]]"),
        ("[[the pump|tool.pump#start]]", "[[tool.pump#start|the pump]]"),
        ("|a|\n|---|\n|[[Pump\\|tool.pump]]|", "|a|\n|---|\n|[[tool.pump\\|Pump]]|"),
        ("[[Pump|dendron://shed/tool.pump]]", "[[tool.pump|Pump]]"),
        ("[[tool.pump]] `[[Pump|x]]`", "[[tool.pump]] `[[Pump|x]]`"),
    ],
)
def test_a_page_behind_its_text_is_meant_where_links_are_written_so(
    tmp_path: Path, written: str, read: str
) -> None:
    """Another page has the text for its title."""
    assert imported(tmp_path, written) == (read, {"Water pump"})


def test_a_page_before_its_text_is_meant_where_most_links_are_written_so(tmp_path: Path) -> None:
    text = "[[tool.pump|Pump]] [[tool.oil|Oil]] [[old.pump|tool.pump]]"
    assert imported(tmp_path, text) == (text, {"Water pump", "Pump", "Oil"})


def test_the_vault_and_the_lines_of_a_page_that_is_shown_are_told_and_no_name(
    tmp_path: Path,
) -> None:
    written = "![[dendron://shed/tool.pump#start,1:#*]]"
    assert imported(tmp_path, written) == ("![[tool.pump#start]]", {"Water pump"})
    remarks = parse_markdown(f"# A\n\n{written}".encode(), "a.md").remarks
    assert remarks == ("Marks of other tools: dendron://shed/; ,1:#*",)
