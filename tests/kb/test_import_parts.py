"""Links to a part of an imported page lead to the heading that they mean."""

from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.importers.markdown import parse_markdown
from kb.importers.run import FolderImport, ImportOptions

PAGE = """# The page

## How to use it {#usage}

Press.

### Let's go: f(x)

Now. <a id="deep"></a>

# Group

## Under

Text.

<a name="tip"></a>

### A tip

One.

## Tools

### At night

Lamp.

## More {: #rest }

### Version 7.2 <small>of May</small> { id="7.2" }

New.

### Next <small>maybe</small> { .wide #next }

Newer.

### `v-if` on `<template>` {#v-if-on-it}

Newest.

### At night

[](){#torch}
Torch.

Oil it. ^3fa8c1
"""


@pytest.mark.parametrize(
    ("part", "led"),
    [
        ("usage", "how-to-use-it"),
        ("how-to-use-it", "how-to-use-it"),
        ("lets-go-fx", "lets-go-fx"),
        ("let-s-go-f-x", "let-s-go-f-x"),
        ("letsgofx", "let-s-go-f-x"),
        ("deep", "let-s-go-f-x"),
        ("under", "group-under"),
        ("group", "group-under"),
        ("tip", "a-tip"),
        ("rest", "group-more"),
        ("torch", "at-night-1"),
        ("^3fa8c1", "at-night-1"),
        ("7.2", "version-7-2-of-may"),
        ("next", "next-maybe"),
        ("v-if-on-it", "v-if-on-template"),
        ("at-night-1", "at-night-1"),
        ("at-night_1", "at-night-1"),
        ("nowhere", "nowhere"),
        ("%C3%BCber", "%C3%BCber"),
    ],
)
def test_a_link_to_a_part_says_what_the_page_calls_it(part: str, led: str) -> None:
    text = f"{PAGE}\n[x](#{part}) `[x](#{part})`\n\n```\n[x](#{part})\n```\n\n[y]: #{part}\n"
    last = parse_markdown(text.encode(), "x.md").content.sections[-1].text
    assert f"[x](#{led}) `[x](#{part})`\n\n```\n[x](#{part})\n```\n\n[y]: #{led}" in last


def test_parts_of_other_pages_are_found_in_the_folder(base: KnowledgeBase, tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(PAGE)
    (tmp_path / "from.md").write_text(
        "# From\n\n[a](page.md#usage) [b](./page.md#nowhere) [c](gone.md#usage)\n"
        "[[page#Under]] [[page#Under|d]] [[page#Tools#At night]] [e](page.md#under 'T')\n\n"
        "[`f`][] [`g` h]\n\n[`f`]: page.md#usage\n[`g` h]: page.md#usage\n\n"
        "| a |\n|---|\n| [[page#Under]] |\n"
    )
    for outcome in ("contributed", "unchanged"):
        rows = list(
            FolderImport(base.session.entries, tmp_path, ImportOptions(source="notes")).run()
        )
        base.wait(max(row.position for row in rows), index=False)
        assert [row.outcome for row in rows] == [outcome, outcome]
    (entry_id,) = (row.id or "" for row in rows if row.path == "from.md")
    assert base.session.catalogue.get(entry_id).sections[0].text == (
        "[a](page.md#how-to-use-it) [b](./page.md#nowhere) [c](gone.md#usage)\n"
        "[[page#group-under|page#Under]] [[page#group-under|d]] [[page#Tools#At night]] "
        "[e](page.md#group-under 'T')\n\n"
        "[`f`][] [`g` h]\n\n[`f`]: page.md#how-to-use-it\n[`g` h]: page.md#how-to-use-it\n\n"
        "| a |\n|---|\n| [[page#group-under\\|page#Under]] |"
    )


@pytest.mark.parametrize(
    "address",
    ["https://other.example/page", "//other.example/page.html", "mailto:page.md", "dav:page"],
)
def test_an_address_elsewhere_stays_as_it_is(
    base: KnowledgeBase, tmp_path: Path, address: str
) -> None:
    text = f"[a]({address}#usage) [[{address}#usage]] [b]\n\n[b]: {address}#usage"
    (tmp_path / "page.md").write_text(PAGE)
    (tmp_path / "from.md").write_text(f"# From\n\nSee [it](page.md)\n\n{text}")
    rows = list(FolderImport(base.session.entries, tmp_path, ImportOptions(source="notes")).run())
    base.wait(max(row.position for row in rows), index=False)
    (entry_id,) = (row.id or "" for row in rows if row.path == "from.md")

    assert base.session.catalogue.get(entry_id).sections[0].text == f"See [it](page.md)\n\n{text}"


def test_links_to_a_part_of_their_own_page_stay_on_it(base: KnowledgeBase, tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(
        "# Page\n\n[a](page.md#usage) [b](./page#page) [[page#Use]] [[page#Use|c]]\n\n"
        "| [[page#Use]] |\n|---|\n\n## Use {#usage}\n\nPress."
    )
    (row,) = FolderImport(base.session.entries, tmp_path, ImportOptions(source="notes")).run()
    base.wait(row.position, index=False)
    assert base.session.catalogue.get(row.id or "").sections[0].text == (
        "[a](#use) [b](#page) [[#Use|page#Use]] [[#Use|c]]\n\n| [[#Use\\|page#Use]] |\n|---|"
    )


MARKED = """# Install it <a href="#install" id="install"></a>

## Get the key <a href="#get-key" id="get-key"></a>

## <a id="four" class="anchor" aria-hidden="true" href="#four"><svg class="a"></svg></a>Four

Text.

## Les index[#](#les-index "Permanent link")

Text.

### 1. Turn `it`[](https://a.example/x#turn)

Text.

## Foo <Badge type="tip" text="beta" />

Text.

## Foo bar

Text.

## {% since "1.0" %} Fig

```{figure} fig.png
:name: of-fig
```

## Maps

### General

Text.

## Skins

### General

Text.

## Maps

### Other

Text.
"""


@pytest.mark.parametrize(
    ("part", "led"),
    [
        ("install", ""),
        ("get-key", "get-the-key"),
        ("four", "four"),
        ("les-index", "les-index"),
        ("id-1.-turn-it", "1-turn-it"),
        ("foo", "foo-beta"),
        ("foo-bar", "foo-bar"),
        ("fig", "1-0-fig"),
        ("of-fig", "1-0-fig"),
        ("general", "general"),
        ("general-1", "general-1"),
    ],
)
def test_a_heading_is_found_by_what_it_says_beside_its_marks(part: str, led: str) -> None:
    parsed = parse_markdown(f"{MARKED}\n[x](#{part})".encode(), "x.md")

    assert parsed.content.title == "Install it"
    assert f"[x](#{led})" in parsed.content.sections[-1].text


def test_headings_below_some_without_text_are_counted_by_their_own_words() -> None:
    body = "# Rules\n\n" + "".join(
        f"# {each}\n\n## General\n\nOf {each}.\n\n" for each in ("Maps", "Skins", "Fonts")
    )
    parts = parse_markdown(body.encode(), "a.md").parts

    said = [parts.slug(each) for each in ("general", "general-1", "general-2", "skins")]
    assert said == ["maps-general", "skins-general", "fonts-general", "skins-general"]


def test_an_id_of_kramdown_is_that_of_what_stands_right_above_it() -> None:
    body = (
        "# Fruit\n\n## Apples\n{: #one}\n\n## Pears\n\nGreen.\n{: #green}\n\n"
        "## Plums\n\n{: #blue}\n## Grapes\n\nSweet."
    )
    parts = parse_markdown(body.encode(), "a.md").parts
    said = [parts.slug(each) for each in ("one", "green", "blue")]
    assert said == ["apples", "pears", "grapes"]


def test_places_one_below_the_other_are_all_of_the_heading_below_them() -> None:
    body = '# Fruit\n\n## Figs\n\n<a id="one"></a>\n<a id="two"></a>\n## Pears\n\nGreen.'
    parts = parse_markdown(body.encode(), "a.md").parts
    assert [parts.slug(each) for each in ("one", "two")] == ["pears", "pears"]


def test_a_heading_that_a_line_makes_has_ids_as_others_have() -> None:
    body = (
        "Title\n=====\n\nApples\n------\n{: #one}\n\nRed.\n\nPears {#two}\n---\n\nGreen.\n\n"
        '<a id="three"></a>\nPlums\n---\n\nBlue, see [it](#one).'
    )
    parsed = parse_markdown(body.encode(), "a.md")

    said = [parsed.parts.slug(each) for each in ("one", "two", "three")]
    assert said == ["apples", "pears", "plums"]
    assert "[it](#apples)" in parsed.content.sections[-1].text


def test_what_a_link_called_a_part_is_told_where_the_page_calls_it_otherwise(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    (tmp_path / "page.md").write_text(
        "# Page\n\n## Wash it\n\nCold. [up](#^x8aubx)\n\nRinse. ^x8aubx"
    )
    (tmp_path / "from.md").write_text("[[page#^x8aubx]] [[page#^x8aubx|b]] [c](page.md#Wash%20it)")

    rows = FolderImport(base.session.entries, tmp_path, ImportOptions(source="notes")).run()
    told = "Taken otherwise: a link to #^x8aubx leads to #wash-it"

    assert {row.path: row.remarks for row in rows} == {
        "page.md": ("Marks of other tools: ^x8aubx", told),
        "from.md": (f"{told} (2 times)",),
    }


def test_a_place_below_no_heading_is_the_beginning_of_the_page(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    (tmp_path / "page.md").write_text('# Page\n\n[a](#4) [[#4]]\n\n<a id="4"></a>\n\nText. ^abc1')
    (tmp_path / "from.md").write_text("[b](page.md#4) [[page#^abc1|c]] [d](page.md#none)")

    rows = list(FolderImport(base.session.entries, tmp_path, ImportOptions(source="notes")).run())
    base.wait(max(row.position for row in rows), index=False)
    said = {row.path: base.session.catalogue.get(row.id or "").sections[0].text for row in rows}

    assert said["page.md"].startswith("[a](#) [[#|#4]]\n")
    assert said["from.md"] == "[b](page.md) [[page|c]] [d](page.md#none)"
    assert {told for row in rows for told in row.remarks if told.startswith("Taken")} == {
        "Taken otherwise: a link to #4 leads to the beginning of the page (2 times)",
        "Taken otherwise: a link to #4 leads to the beginning of the page; "
        "a link to #^abc1 leads to the beginning of the page",
    }
