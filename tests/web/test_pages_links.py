"""Links between imported pages lead to the pages of their entries, as far as these are seen."""

from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.access import Visibility, anonymous
from kb.importers.run import FileOutcome, FolderImport, ImportOptions
from tests.web.visits import Client, page

FILES = {
    "pump.md": "# Pump\n\n## Start it\n\nPress.",
    "Größe.md": "How large it is.",
    "plan.md": "---\naliases: [the map]\n---\n# Plan\n\nWhere it stands.",
    "render.md": "# Rendering\n\n[one](pump.md#start-it) [[pump|two]] ![[the map]] "
    "[three](Gr%C3%B6%C3%9Fe.md) [four](missing.md) ![five](img/plan.png)\n\n"
    "| a |\n|---|\n| [[pump\\|six]] |",
}


def imported(base: KnowledgeBase, folder: Path) -> list[FileOutcome]:
    """The rows of an import that the views have taken in."""
    rows = list(FolderImport(base.session.entries, folder, ImportOptions(source="notes")).run())
    base.wait(max(row.position for row in rows), index=False)
    return rows


@pytest.fixture
def ids(base: KnowledgeBase, tmp_path: Path) -> dict[str, str]:
    folder = tmp_path / "notes"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return {row.path: row.id or "" for row in imported(base, folder)}


def test_links_that_became_relations_lead_to_the_entry(client: Client, ids: dict[str, str]) -> None:
    html = page(client, f"/entries/{ids['render.md']}")

    def link(path: str, part: str, text: str) -> str:
        return f'href="/entries/{ids[path]}{part}" rel="nofollow noopener noreferrer">{text}</a>'

    assert link("pump.md", "#s-start-it", "one") in html
    assert link("pump.md", "", "two") in html
    assert link("plan.md", "", "the map") in html
    assert link("Größe.md", "", "three") in html
    assert link("pump.md", "", "six") in html


def test_a_link_to_nowhere_is_its_text(client: Client, ids: dict[str, str]) -> None:
    html = page(client, f"/entries/{ids['render.md']}")

    assert 'href="missing.md"' not in html
    assert 'href="img/plan.png"' not in html
    assert ">four</a>" in html


def test_a_link_to_an_entry_that_is_hidden_is_one_to_nowhere(
    base: KnowledgeBase, ids: dict[str, str]
) -> None:
    base.session.people.open_to_world(True)
    shown = base.session.entries.show(ids["render.md"], Visibility("world"))
    base.wait(shown.position, index=False)
    seen = base.as_(anonymous(world=True))

    assert base.session.catalogue.links(ids["render.md"])["pump.md"] == ids["pump.md"]
    assert seen.catalogue.links(ids["render.md"]) == {}


def test_a_file_whose_links_are_written_otherwise_says_so_once(
    base: KnowledgeBase, ids: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "notes" / "render.md").write_text("# Rendering\n\n[one](./pump.md)")
    outcomes = []
    for _ in range(2):
        rows = imported(base, tmp_path / "notes")
        outcomes += [row.outcome for row in rows if row.path == "render.md"]

    assert outcomes == ["revised", "unchanged"]
    assert base.session.catalogue.links(ids["render.md"])["./pump.md"] == ids["pump.md"]
