"""Links to "g", of which the words say where they lead, lead to the pages of these terms."""

from pathlib import Path

import pytest

from kb.importers.run import FolderImport, ImportOptions
from tests.kb.cases import content_of
from tests.worlds.log import World

BUNDLE = "glossary/leaf-bundle.md"


def imported(folder: Path, files: dict[str, str]) -> tuple[str, set[str]]:
    """The text of page.md as it is taken in, and the files that it refers to."""
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    world = World()
    run = FolderImport(world.entries, folder, ImportOptions(source="site"))
    ids = {row.id: row.path for row in run.run()}
    (page,) = (world.entry(each or "") for each, path in ids.items() if path == "page.md")
    return content_of(page).sections[0].text, {ids[each.target] for each in page.relations}


@pytest.mark.parametrize(
    ("written", "read", "found"),
    [
        ("[Leaf bundle](g)", "[[Leaf bundle]]", {BUNDLE}),
        ("[leaf bundles](g)", "[[leaf bundle|leaf bundles]]", {BUNDLE}),
        ("[leaf-bundle](g)", "[[leaf-bundle]]", {BUNDLE}),
        (
            "|a|\n|-|\n|b [leaf bundles](g)|",
            "|a|\n|-|\n|b [[leaf bundle\\|leaf bundles]]|",
            {BUNDLE},
        ),
        ("a [_leaf bundles_](g)", "a *[[leaf bundle|leaf bundles]]*", {BUNDLE}),
        ("[__Leaf bundle__](g)s", "**[[Leaf bundle]]**s", {BUNDLE}),
        ("[*leaf* bundle](g) [__](g)", "[*leaf* bundle](g) [__](g)", set()),
        ("[twig](g) `[leaf bundle](g)`", "[twig](g) `[leaf bundle](g)`", set()),
    ],
)
def test_a_term_leads_to_its_page(tmp_path: Path, written: str, read: str, found: set[str]) -> None:
    files = {BUNDLE: "# Leaf bundle\n\nText", "page.md": f"# Page\n\n{written}"}

    assert imported(tmp_path, files) == (read, found)


def test_a_page_that_is_called_g_is_meant_itself(tmp_path: Path) -> None:
    files = {BUNDLE: "# Leaf bundle", "g.md": "# G", "page.md": "# Page\n\n[Leaf bundle](g)"}

    assert imported(tmp_path, files) == ("[Leaf bundle](g)", {"g.md"})


@pytest.mark.parametrize(
    ("files", "read", "found"),
    [
        ({"glossary/node.md": "# node"}, "[[node|nodes]]", "glossary/node.md"),
        ({"a/glossary/node.md": "# N"}, "[[node|nodes]]", "a/glossary/node.md"),
        ({"b/node.md": "# b", "glossary/node.md": "# N"}, "[[glossary/node|nodes]]", None),
        ({"b/node.md": "# b"}, "[[nodes]]", "nodes.md"),
    ],
)
def test_a_term_comes_before_a_page_that_is_called_as_several_of_it(
    tmp_path: Path, files: dict[str, str], read: str, found: str | None
) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    pages = {"nodes.md": "# Nodes\n\nText", "page.md": "# Page\n\n[nodes](g)"}

    assert imported(tmp_path, pages | files) == (read, {found or "glossary/node.md"})
