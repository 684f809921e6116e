"""What an import writes of one file into another is told to nobody who does not see the first."""

import re
from pathlib import Path

import pytest

from kb.access import Visibility, covers
from kb.ids import group_id
from kb.importers.run import FolderImport, ImportOptions
from tests.kb.cases import content_of
from tests.worlds.log import World

GROUPS = {group_id(name): group_id(name) for name in ("Ward", "Desk")}
HELD = """Intro

# Plans

## Layoffs planned in March {#q1}

Text
"""
OPEN = (
    "[a](HELD.md#q1) [b](HELD.md#plans) [c](./HELD#q1) [[HELD#Plans]] [[HELD#q1|d]] ![[HELD#q1]]\n"
    "[dismissals](g) {{< include HELD.md >}} {{#include HELD.md}} ![](HELD.md#q1) "
    "[e](HELD.md#q1 'tip') [f][h]\n\n{{< glossary HELD >}}\n\n[h]: HELD.md#q1\n"
)
SAID = re.compile("layoffs|march|sacking", re.IGNORECASE)


def shown(world: World, folder: Path) -> dict[str, str]:
    """The text of each entry by its file."""
    options = ImportOptions(source="notes", groups=GROUPS)
    rows = list(FolderImport(world.entries, folder, options).run())
    assert not [row.reason for row in rows if row.reason]
    entries = {row.path: world.entry(row.id or "") for row in rows}
    return {
        path: "\n".join(f"{each.heading}\n{each.text}" for each in content_of(entry).sections)
        for path, entry in entries.items()
    }


def write(folder: Path, path: str, fields: str, text: str) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(f"---\n{fields}\n---\n{text}")


@pytest.mark.parametrize(
    ("path", "held", "says"),
    [
        ("held.md", "private: true", "place: here"),
        ("held.md", "draft: true", "visibility: world"),
        ("held.md", "visibility: group:Ward", "place: here"),
        ("held.md", "visibility: group:Ward", "visibility: group:Desk"),
        ("held.md", "visibility: group:Ward", 'visibility: ["group:Ward", "group:Desk"]'),
        ("held.md", "private: true", "visibility: group:Ward"),
        ("held.md", "visibility: members", "visibility: world"),
        ("drafts/held.md", "place: here", "place: here"),
        ("below/held.md", "place: here", "place: here"),
    ],
)
def test_a_page_tells_nothing_of_one_that_not_all_who_see_it_see(
    tmp_path: Path, path: str, held: str, says: str
) -> None:
    write(tmp_path, "below/_index.md", "cascade:\n  draft: true", "# Below\n\nText")
    write(tmp_path, path, f"{held}\naliases: [dismissal, sacking]\ntitle: Dismissal", HELD)
    named = path.removesuffix(".md")
    write(tmp_path, "page.md", f"title: Page\n{says}", OPEN.replace("HELD", named))
    world = World()
    world.open_to_world()

    text = shown(world, tmp_path)["page.md"]

    assert not SAID.search(text)
    assert f"[a]({path}#q1) [b]({path}#plans) [c](./{named}#q1) [[{named}#Plans]]" in text
    assert "[dismissals](g)" in text
    assert f"[h]: {path}#q1" in text


@pytest.mark.parametrize(
    ("held", "says"),
    [
        ("place: here", "place: here"),
        ("visibility: world", "visibility: world"),
        ("visibility: world", "place: here"),
        ("place: here", "visibility: group:Ward"),
        ("private: true", "draft: true"),
        ('visibility: ["group:Ward", "group:Desk"]', "visibility: group:Ward"),
        ("visibility: group:Ward", "private: true"),
    ],
)
def test_a_page_calls_parts_of_another_as_it_does_if_all_who_see_it_see_both(
    tmp_path: Path, held: str, says: str
) -> None:
    write(tmp_path, "held.md", f"{held}\naliases: dismissal", HELD)
    write(tmp_path, "page.md", f"title: Page\n{says}", OPEN.replace("HELD", "held"))

    text = shown(World(), tmp_path)["page.md"]

    assert "[a](held.md#layoffs-planned-in-march)" in text
    assert "[[dismissal|dismissals]]" in text


def test_a_label_of_a_page_that_some_do_not_see_tells_not_which_page_it_is_in(
    tmp_path: Path,
) -> None:
    (tmp_path / "_toc.yml").write_text("root: page")
    write(tmp_path, "layoffs.md", "draft: true", "# Plans\n\n(q1)=\n## Sacking\n\nText")
    write(tmp_path, "oven.md", "place: here", "# Oven\n\n(heat)=\n## How hot\n\nText")
    write(tmp_path, "page.md", "place: here", "Of [a](#q1), [](#q1) and [it](#heat).")

    text = shown(World(), tmp_path)["page.md"]

    assert text.strip() == "Of [a](#q1), [q1](#q1) and [it](oven.md#how-hot)."


def test_a_reference_says_the_heading_of_no_page_that_some_do_not_see(tmp_path: Path) -> None:
    hidden = "# Plans {#sec-a}\n\n## Sacking {#sec-q1}\n\n![Sackings](x.png){#fig-q2}\n"
    unseen = "<!-- ## Layoffs {#sec-q3} -->\n\n::: {.content-hidden}\n## March {#sec-q4}\n:::\n"
    write(tmp_path, "held.qmd", "draft: true", hidden)
    write(tmp_path, "oven.qmd", "title: Oven", f"## Heat {{#sec-heat}}\n\nText\n\n{unseen}")
    text = "Of @sec-q1, @fig-q2, @sec-q3, @sec-q4 and @sec-heat."
    write(tmp_path, "page.qmd", "title: Page", text)

    said = shown(World(), tmp_path)["page.qmd"].strip()

    assert not re.search("layoffs|march|sacking|held", said, re.IGNORECASE)
    assert said.startswith("Of [sec-q1](#sec-q1), [fig-q2](#fig-q2), [sec-q3](oven.qmd#")
    assert said.endswith("and [Heat](oven.qmd#heat).")


def test_a_page_that_people_hid_is_told_of_to_nobody_by_a_later_import(
    tmp_path: Path,
) -> None:
    write(tmp_path, "held.md", "title: Held", HELD)
    write(tmp_path, "page.md", "title: Page", "[a](held.md#q1)")
    world = World()
    assert SAID.search(shown(world, tmp_path)["page.md"])
    (held,) = (
        row.id or ""
        for row in FolderImport(world.entries, tmp_path, ImportOptions(source="notes")).run()
        if row.path == "held.md"
    )

    world.entries.show(held, Visibility("author"))

    assert shown(world, tmp_path)["page.md"].strip() == "[a](held.md#q1)"


def test_a_page_that_cannot_be_taken_is_told_of_to_nobody(tmp_path: Path) -> None:
    write(tmp_path, "held.md", "visibility: group:Nowhere", HELD)
    write(tmp_path, "page.md", "title: Page", "[a](held.md#q1)")
    world = World()
    run = FolderImport(world.entries, tmp_path, ImportOptions(source="notes"))

    (page,) = (world.entry(row.id) for row in run.run() if row.id)

    assert content_of(page).sections[0].text == "[a](held.md#q1)"


@pytest.mark.parametrize(
    ("seen", "others", "all_see"),
    [
        ({"world"}, {"world"}, True),
        ({"world"}, {"members"}, True),
        ({"members"}, {"world"}, False),
        ({"members"}, {"group:a", "member:b"}, True),
        ({"group:a", "group:b"}, {"group:a"}, True),
        ({"group:a"}, {"group:a", "group:b"}, False),
        ({"member:a"}, {"member:b"}, False),
        ({"member:a"}, {"member:a"}, True),
        (set(), {"member:a"}, False),
    ],
)
def test_what_some_see_covers_what_fewer_see(
    seen: set[str], others: set[str], *, all_see: bool
) -> None:
    assert covers(frozenset(seen), frozenset(others)) is all_see
