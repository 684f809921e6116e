"""Titles and properties, which have no markup, are shown in plain words."""

import pytest

from kb.importers.markdown import ParsedFile, parse_markdown


def parsed(head: str) -> ParsedFile:
    return parse_markdown(f"---\n{head}\n---\n# Heading\n\nText".encode(), "a.md")


@pytest.mark.parametrize(
    ("written", "shown", "told"),
    [
        ("Ebb &amp; <em>flow</em> &lt;T&gt; &#233;", "Ebb & flow <T> é", ""),
        ("10<sup>6</sup><br>cells <b class='x'>now</b>", "10^6 cells now", "<b class='x'>"),
        ("{{< meta name >}} Guide {.big}", "Guide", "{{< meta name >}} (2 times); {.big}"),
        ("[[Ebb]] and [[deep/Flow|flow]]", "Ebb and flow", "[[deep/Flow|flow]]"),
        ("AT&T, a&b; ssh <HOST> __init__ *.md", "AT&T, a&b; ssh <HOST> __init__ *.md", ""),
    ],
)
def test_a_title_and_a_property_are_plain_words(written: str, shown: str, told: str) -> None:
    found = parsed(f'title: "{written}"\nplace: "{written}"')

    assert found.content.title == shown
    assert found.content.properties == {"place": shown}
    assert told in "; ".join(found.remarks)


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("[[Ebb]]", "Ebb"),
        ("![[deep/ebb#At night|the ebb]]", "the ebb"),
        ("[[The ebb|tide.low.ebb#at-night]]", "The ebb"),
    ],
)
def test_a_heading_says_the_words_of_a_wiki_link_which_stands_below_it(
    link: str, words: str
) -> None:
    found = parse_markdown(f"# {link} now\n\nText\n\n## {link}\n\nMore".encode(), "a.md")

    assert found.content.title == f"{words} now"
    assert [(each.heading, each.text) for each in found.content.sections] == [
        ("", f"{link} now\n\nText"),
        (words, f"{link}\n\nMore"),
    ]


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("Ebb ![build](b.svg) [![chat](c.svg)](https://example.org)", "Ebb"),
        ("![Ebb](logo.png)", "Ebb"),
    ],
)
def test_pictures_beside_words_are_no_part_of_a_title(heading: str, title: str) -> None:
    found = parse_markdown(f"# {heading}\n\nText".encode(), "a.md")

    assert (found.content.title, heading in found.content.sections[0].text) == (title, True)


def test_a_title_and_a_property_of_marks_alone_are_none() -> None:
    found = parsed('title: "{{< meta title >}}"\nplace: "{{query x}}"')

    assert (found.content.title, found.content.properties) == ("Heading", {})
    assert found.remarks == ("Marks of other tools: {{query x}}; {{< meta title >}}",)


def test_a_property_that_names_another_page_relates_to_it() -> None:
    found = parse_markdown(b"place:: [[Ebb]], [[Flow|flow]]\n\n- Text", "pages/a.md")

    assert found.content.properties == {"place": "Ebb, flow"}
    assert found.links == ("wiki:Ebb", "wiki:Flow")


def test_prose_of_fields_is_read_as_text_of_the_page_is() -> None:
    found = parsed(
        'subtitle: "A <b>quick</b> way"\ndescription: "See <a href=\'b.md\'>it</a>.<!-- no -->"\n'
        'steps: ["Do <b>this</b> and [[Ebb]].", "Then <i>that</i>."]'
    )

    texts = [section.text for section in found.content.sections]
    assert texts[:3] == [
        "A **quick** way",
        "See [it](b.md).",
        "- Do **this** and [[Ebb]].\n- Then *that*.",
    ]
    assert found.links == ("b.md", "wiki:Ebb")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{{fm.desc}}", "Low water."),
        ("It: {{ page.desc }} {{ $frontmatter.desc }}", "It: Low water. Low water."),
        ("By {{ page.author }} `{{fm.desc}}`", "By  `{{fm.desc}}`"),
        ("{{fm.unknown}} so", "so"),
    ],
)
def test_a_mark_that_says_a_field_of_the_file_is_its_value(written: str, read: str) -> None:
    head = "---\ntitle: Ebb\ndesc: Low water.\nauthor: Ada\n---\n"
    found = parse_markdown(f"{head}{written}".encode(), "a.md")

    assert found.content.sections[0].text.strip() == read
    assert "Marks of other tools: {{" in "".join(found.remarks)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("[Guild](https://a.example/b)", "Guild (https://a.example/b)"),
        (
            'see [A](https://a.example/A_(b) "Title"), [C](c.md)',
            "see A (https://a.example/A_(b)), C (c.md)",
        ),
        ("[https://a.example](https://a.example)", "https://a.example"),
        ("`[a](b)` and a[i](j k)", "`[a](b)` and a[i](j k)"),
    ],
)
def test_a_link_in_a_property_is_its_words_and_address(written: str, shown: str) -> None:
    parsed = parse_markdown(f"origin:: {written}\n\nText".encode(), "a.md")

    assert parsed.content.properties == {"origin": shown}
