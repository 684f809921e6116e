"""Which links a text holds, and which imported file each of them means."""

import pytest

from kb.importers.links import Names, links_in
from kb.importers.markdown import parse_markdown


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see [[Handover]]", ["wiki:Handover"]),
        ("see [[handover#part|the text]]", ["wiki:handover"]),
        ("[x](./other.md#part)", ["./other.md#part"]),
        ('[x](other.md "A title")', ["other.md"]),
        ("[x](<my other.md>)", ["my other.md"]),
        ("[x](/practice/slug/)", ["/practice/slug/"]),
        ("[![alt](a.png)](other.md)", ["other.md"]),
        ("[x][1]\n\n[1]: ../other.md", ["../other.md"]),
        ("![x](other.md) ![[other]]", ["wiki:other", "other.md"]),
        ("| [[pump\\|it]] |", ["wiki:pump"]),
        ("[x](https://example.org/other.md) [y](mailto:a@b) [z](#part)", []),
        ("[x](//host/other.md) [y](http://[broken)", []),
        ("`[x](other.md)`\n```\n[y](other.md)\n```", []),
        (
            "[`x`][] [`a`] [y][`z`]\n\n[`x`]: x.md\n[`a`]: a.md#b\n[`z` w]: z.md",
            [
                "x.md",
                "a.md#b",
                "z.md",
            ],
        ),
        ("[a]: x.md\n[^1]: note\n[]: y.md\n\npara\n[z]: z.md", ["x.md"]),
        ("[a][]\n\n[a]:\n  x.md", ["x.md"]),
        (
            "> [a]: x.md\n\n- [b]:\n  <y z.md> 'T'\n\n1. > [c]: z.md#d",
            ["x.md", "y%20z.md", "z.md#d"],
        ),
        ("``a ` [x](o.md)`` [y](a.md) ``b [z](b.md)", ["a.md", "b.md"]),
        ("```not a fence``` [x](a.md)\n[y](b.md)", ["a.md", "b.md"]),
        ("````\n```\n[x](o.md)\n````\n[y](a.md)", ["a.md"]),
        ("```\n[x](o.md)", []),
        ("~~~\n[[name]]\n~~~\n[x](a.md)", ["a.md"]),
        ("[[ | ]] no links here", []),
    ],
)
def test_links_are_found_where_a_reader_sees_them(text: str, found: list[str]) -> None:
    assert list(links_in(text)) == found


@pytest.fixture
def names() -> Names:
    names = Names()
    names.add("a/handover.md", "1", ["Bedside handover"])
    names.add("a/review.md", "2", [])
    names.add("b/review.md", "3", ["/practice/old-review/"])
    names.add("practice/walk.md", "4", [])
    names.add("blog/walk.md", "5", [])
    names.add("c/README.md", "6", [])
    names.add("pages/fpn.md", "8", [])
    names.add("pages/Twin.md", "9", [])
    names.add("pages/twin.md", "10", [])
    names.add("202401011300 Pump oil.md", "7", ["0123456789abcdef"])
    return names


@pytest.mark.parametrize(
    ("link", "path", "found"),
    [
        ("./handover.md", "a/x.md", "1"),
        ("../a/handover.md#part", "b/x.md", "1"),
        ("../a/handover", "b/x.md", "1"),
        ("a%2Fhandover.md", "x.md", "1"),
        ("../c/", "a/x.md", "6"),
        ("missing.md", "a/x.md", None),
        ("FPN.md", "pages/x.md", "8"),
        ("twin.md", "pages/x.md", "10"),
        ("TWIN.md", "pages/x.md", None),
        ("../../a/handover.md", "a/x.md", None),
        ("wiki:bedside  HANDOVER", "x.md", "1"),
        ("wiki:handover", "x.md", "1"),
        ("wiki:a/handover.md", "x.md", "1"),
        ("wiki:review", "x.md", None),
        ("wiki:review", "b/x.md", "3"),
        ("wiki:nobody", "x.md", None),
        ("wiki:202401011300", "x.md", "7"),
        (":/0123456789abcdef", "a/x.md", "7"),
        ("/site/handover/", "x.md", None),
        ("/practice/old-review", "x.md", "3"),
        ("/practice/walk/", "x.md", "4"),
        ("/other/blog/walk", "x.md", None),
        ("/walk", "x.md", None),
        ("/nobody", "x.md", None),
        ("/", "x.md", None),
    ],
)
def test_a_link_leads_to_the_file_that_it_means(
    names: Names, link: str, path: str, found: str | None
) -> None:
    assert names.find(link, path) == found


@pytest.fixture
def site() -> Names:
    """A folder of sites: one under content, with pages and posts; a README beside it."""
    names = Names("handbook")
    for path in (
        *("README.md", "ios/README.md", "content/_index.md", "content/_posts/2024-05-06-pump.md"),
        *("content/guide/index.md", "content/other/guide.md", "content/other/manual/b.html.md"),
        *("content/methods/resource/_index.md", "content/glossary/resource.md"),
        *("content/Methods/Get Page.md", "content/docs/a/intro.md", "content/docs/b/use.md"),
        *("content/posts/2024-05-06-walk/index.md", "content/posts/lamp.md", "content/a/a.md"),
    ):
        names.add(path, path, ())
    names.add("content/glossary/g.md", "slug", ["kept", "/old/place/"])
    return names


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("/guide", "content/guide/index.md"),
        ("/guide/", "content/guide/index.md"),
        ("/ios/", "ios/README.md"),
        ("/README.md", "README.md"),
        ("/", "content/_index.md"),
        ("/methods/resource/", "content/methods/resource/_index.md"),
        ("/methods/get-page/", "content/Methods/Get Page.md"),
        ("/elsewhere/resource/", None),
        ("/books/manual/b.html", None),
        ("/manual/b.html", "content/other/manual/b.html.md"),
        ("/handbook/ios/", "ios/README.md"),
        ("/en/handbook/content/guide", "content/guide/index.md"),
        ("/glossary/kept", "slug"),
        ("/old/place", "slug"),
        ("/2024/05/06/pump.html", "content/_posts/2024-05-06-pump.md"),
        ("/2024-05-06-pump", "content/_posts/2024-05-06-pump.md"),
        ("/blog/2024/05/06/lamp/", "content/posts/lamp.md"),
        ("/2024/05/06/walk", "content/posts/2024-05-06-walk/index.md"),
        ("/other/manual/b", "content/other/manual/b.html.md"),
        ("/blog/posts/2024-05-06-walk/index.md", "content/posts/2024-05-06-walk/index.md"),
        ("/2024/05/07/pump.html", None),
        ("@/posts/lamp.md", "content/posts/lamp.md"),
        ("b/use.md", "content/docs/b/use.md"),
        ("lamp.md", None),
        ("../../other/manual/b.html", "content/other/manual/b.html.md"),
        ("../../other/manual/b", "content/other/manual/b.html.md"),
    ],
)
def test_a_link_of_a_website_leads_to_the_page_of_its_whole_path(
    site: Names, link: str, found: str | None
) -> None:
    """The last part of a path alone would lead to another page."""
    assert site.find(link, "content/docs/a/intro.md") == found


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        ("@oven", "same"),
        ("@parts/lid.md", "lid"),
        ("@rare#x", "rare"),
        ("@parts", "parts"),
        ("@twice", None),
        ("@nowhere", None),
        ("door.md", "door"),
        ("loft.md", None),
        ("rare.md", None),
    ],
)
def test_a_name_is_looked_for_in_the_folder_of_the_page_and_from_the_root(
    link: str, leads_to: str | None
) -> None:
    names = Names("site")
    for path, entry in {
        "content/kitchen/oven.md": "same",
        "content/oven.md": "other",
        "content/parts/_index.md": "parts",
        "content/parts/lid.md": "lid",
        "content/deep/rare.md": "rare",
        "content/door.md": "door",
        "loft.md": "loft",
        "content/a/twice.md": "one",
        "content/b/twice.md": "two",
    }.items():
        names.add(path, entry, ())

    assert names.find(link, "content/kitchen/page.md") == leads_to


def test_a_file_of_a_name_comes_before_an_alias_of_another_one() -> None:
    names = Names()
    names.add("a/loaf.md", "file", [])
    names.add("b/bread.md", "alias", ["Loaf", "Miche"])

    assert [names.named(name, "x.md") for name in ("loaf", "Miche")] == ["file", "alias"]


@pytest.mark.parametrize("field", ["aliases", "Aliases", "alias", "Also known as", "synonyms"])
def test_further_names_in_a_list_lead_to_the_page_and_are_no_tags(field: str) -> None:
    parsed = parse_markdown(f"---\n{field}: [Loaf, '[[Miche]]']\n---\nText".encode(), "x.md")

    assert (parsed.aliases, parsed.tags) == (("Loaf", "Miche"), ())
    assert parsed.content.properties == {field: "Loaf, Miche"}


def test_an_old_address_among_further_names_is_told_and_no_property() -> None:
    parsed = parse_markdown(b"---\naliases: [guide.html, Loaf]\n---\nText", "x.md")

    assert parsed.aliases == ("guide.html", "Loaf")
    assert parsed.content.properties == {"aliases": "Loaf"}
    assert parsed.remarks == ("Redirects: aliases: guide.html",)


def test_addresses_that_a_page_has_or_had_are_names_of_it() -> None:
    fields = "permalink: /a/\nurl: https://x.org/b\nslug: c\nredirect_from:\n  - /d/\n  - e/"
    parsed = parse_markdown(f"---\n{fields}\n---\nText".encode(), "x.md")
    assert set(parsed.aliases) == {"/a/", "c", "/d/", "e/", "/e/"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('[t]({% page "about-us/x/" %})', "[t](/about-us/x/)"),
        ('[t]({% page "/leave#who" %})', "[t](/leave#who)"),
        ('[t]({% link "https://example.org/a" %})', "[t](https://example.org/a)"),
        ("[t]({% link _posts/2024-05-06-pump.md %})", "[t](/_posts/2024-05-06-pump.md)"),
        ("[t]({{ site.baseurl }}{% post_url 2024-05-06-pump %})", "[t](/2024-05-06-pump)"),
        ("[t]({{ '/about/' | relative_url }})", "[t](/about/)"),
        ("[t]({% page_url about/team %})", "[t](/about/team)"),
        ('[t]({{< ref "b.md" >}})', "[t](@b.md)"),
        ("[t]({{% relref parts/b#x %}})", "[t](@parts/b#x)"),
        ('[t]({{< ref "/b" >}})', "[t](/b)"),
        ('[t]({{% relref path="../b.md#x" %}})', "[t](../b.md#x)"),
        ('<a href="{% page "b" %}">t</a>', "[t](/b)"),
        ("[t]\n\n[t]: {% link b.md %}", "[t]\n\n[t]: /b.md"),
        ("[t]({{ page.url }}) ![u](a.md)", "t ![u](a.md)"),
        ("[t]({{% param repo %}}/issues/1)", "t"),
        ('Ask in {% channel "help" %}.', "Ask in help."),
        ('{{< glossary_tooltip text="pods" term_id="pod" >}}', "[[pod|pods]]"),
        ('{{% glossary-term "leaf bundle" %}}', "[[leaf bundle]]"),
        ('{{< gloss "Leaf bundle" "bundles" >}} {{< glossary >}}', "[[Leaf bundle|bundles]]"),
        ('|a|\n|---|\n|{% term pod display="Pods" %}|', "|a|\n|---|\n|[[pod\\|Pods]]|"),
        ('Text.\n\n{% include "header" %}', "Text."),
        ("{{#include ./b/code-of-pump.md:use}}", "[Code of pump](./b/code-of-pump.md)"),
        ("{{#include b.rs}} Text", "Text"),
        ("{% include_relative b.md %}", "[B](b.md)"),
        ("{{< include _b.qmd >}}", "[B](_b.qmd)"),
        ('--8<-- "b/c.md"\n--8<-- "b.py"', "[C](/b/c.md)"),
    ],
)
def test_a_mark_in_place_of_an_address_is_the_address_that_it_says(written: str, read: str) -> None:
    parsed = parse_markdown(f"# T\n\n{written}\n".encode(), "a/x.md")
    assert parsed.content.sections[0].text.strip() == read


def test_each_section_has_the_definitions_of_its_links() -> None:
    below = 'one\n\n[1]: log.md\n[plan b]: <b c.md>\n  "Plan"\n[`q`]: q.md\n[^2]: note'
    text = f"# T\n\nby [Plan\n B][]\n\n## A\n\nsee [the *log*][1], [`q`], [^2]\n\n## B\n\n{below}"
    sections = parse_markdown(text.encode(), "t.md").content.sections
    assert [section.text for section in sections] == [
        'by [Plan\n B][]\n\n[plan b]: <b c.md>\n  "Plan"',
        "see [the *log*][1], [`q`], [^2]\n\n[^2]: note\n\n[1]: log.md\n[`q`]: q.md",
        below.removesuffix("\n[^2]: note"),
    ]


def test_a_definition_within_a_quotation_or_a_list_holds_for_other_sections() -> None:
    below = "> Said\n>\n> [q]: a.md\n> 'T'\n\n- [i]:\n  b.md"
    first, _ = parse_markdown(
        f"## A\n\n[q] and [i][]\n\n## B\n\n{below}".encode(), "t.md"
    ).content.sections

    assert first.text == "[q] and [i][]\n\n[q]: a.md\n'T'\n[i]:\n  b.md"


def test_so_many_definitions_are_given_to_sections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.importers.definitions.MOST", 40)
    below = "[1]: a-rather-long-name.md"
    text = "# T\n\n" + "".join(f"## {name}\n\nsee [1]\n\n" for name in "ABC") + f"## D\n\n{below}"
    first, *others, last = parse_markdown(text.encode(), "t.md").content.sections
    assert first.text == f"see [1]\n\n{below}"
    assert [section.text for section in others] == ["see [1]"] * 2
    assert last.text == below


def test_wiki_links_use_no_definitions() -> None:
    """Foam writes some for other tools, each with the address of a wiki link."""
    text = "# T\n\n[[pump]]\n\n## A\n\na\n\n[pump]: pump.md"
    sections = parse_markdown(text.encode(), "t.md").content.sections
    assert [section.text for section in sections] == ["[[pump]]", "a\n\n[pump]: pump.md"]


def test_a_note_stands_in_the_sections_that_refer_to_it() -> None:
    notes = "[^1]: One\ngoes on\n\n    further in\n[^2]: Two\n[^3]: Three\n\nLast."
    text = f"## A\n\na [^1] `[^2]`\n\n## Credits\n\n- Ada Low [^2]\n\n## C\n\nc [^1]\n\n{notes}"
    sections = parse_markdown(text.encode(), "t.md").content.sections
    assert [(section.heading, section.text) for section in sections] == [
        ("A", "a [^1] `[^2]`\n\n[^1]: One\ngoes on\n\n    further in"),
        ("C", "c [^1]\n\n[^3]: Three\n\nLast.\n\n[^1]: One\ngoes on\n\n    further in"),
        ("", "[^2]: Two"),
    ]


def test_a_section_that_a_field_became_has_the_definitions_of_its_links() -> None:
    head = "---\nintro: Read of [ovens][o] before you light one.\n---\n"
    text = f"{head}Of [lids][l].\n\n[o]: oven.md\n[l]: lid.md"
    found = parse_markdown(text.encode(), "a.md")

    assert "[o]: oven.md" in found.content.sections[0].text
    assert "[l]: lid.md" not in found.content.sections[0].text
    assert {*found.links} == {"oven.md", "lid.md"}


@pytest.mark.parametrize(
    ("folder", "link", "path", "found"),
    [
        ("site", "/docs/next/row", "docs/sail.md", "docs/row.md"),
        ("site", "/docs/next/knots/reef#tie", "docs/sail.md", "docs/knots/reef.md"),
        ("site", "/docs/1.2/row", "docs/sail.md", "versioned_docs/version-1.2/row.md"),
        ("site", "/docs/next/row", "versioned_docs/version-1.2/row.md", "docs/row.md"),
        ("site", "/docs/2.0/row", "docs/sail.md", None),
        ("site", "/blog/next/row", "docs/sail.md", None),
        ("docs", "/docs/next/knots/reef", "sail.md", "knots/reef.md"),
        ("docs", "/docs/next/nothing", "sail.md", None),
    ],
)
def test_a_link_to_a_page_of_one_version_leads_to_it(
    folder: str, link: str, path: str, found: str | None
) -> None:
    names = Names(folder)
    pages = ("sail.md", "row.md", "knots/reef.md")
    for page in pages if folder == "docs" else (f"docs/{each}" for each in pages):
        names.add(page, page, ())
    if folder == "site":
        old = "versioned_docs/version-1.2/row.md"
        names.add(old, old, ())
    assert names.find(link, path) == found


@pytest.mark.parametrize(
    ("link", "path", "found"),
    [
        ("./", "knots/reef.md", "knots/knots.md"),
        ("../knots/", "knots/reef.md", "knots/knots.md"),
        ("/knots", "rigs/rigs.md", "knots/knots.md"),
        ("./", "rigs/sail.md", "rigs/index.md"),
        ("./", "sail.md", "boats.md"),
    ],
)
def test_a_file_called_like_its_folder_is_the_page_of_that(
    link: str, path: str, found: str
) -> None:
    names = Names("boats")
    for page in (
        *("knots/knots.md", "knots/reef.md", "rigs/rigs.md", "rigs/index.md", "rigs/sail.md"),
        *("boats.md", "sail.md"),
    ):
        names.add(page, page, ())
    assert names.find(link, path) == found


def test_a_link_to_a_file_that_is_not_taken_leads_to_no_other() -> None:
    names = Names(present=["guide/OWNERS", "guide/owners.md"])
    names.add("guide/owners.md", "A", ())

    assert names.find("guide/OWNERS", "a.md") is None
    assert names.find("guide/owners", "a.md") == "A"


def test_the_root_of_a_website_is_no_folder_within() -> None:
    names = Names()
    names.add("team/index.md", "A", ())
    names.add("docs/index.md", "B", ())

    assert names.find("/", "team/more/index.md") is None
    assert names.find("/", "docs/more/a.md") == "B"
