"""Notes, tabs and columns of other tools between lines of :::, and the headings in them."""

import pytest

from kb.importers.markdown import parse_markdown


def sections(text: str) -> list[tuple[str, str]]:
    """Heading and text of each section, lines that are blank left out."""
    found = parse_markdown(f"# T\n\n{text}".encode(), "x.qmd").content.sections
    return [(each.heading, "\n".join(filter(str.strip, each.text.split("\n")))) for each in found]


@pytest.mark.parametrize("note", ["{.callout-note}", "callout-note", "note"])
def test_a_heading_within_a_note_begins_no_section(note: str) -> None:
    text = f"## Install\n\n::: {note}\n## Careful\n\nRead.\n:::\n\nAfter.\n\n## Next\n\nMore."
    first, second = sections(text)
    assert first[0] == "Install"
    assert first[1].split("\n")[1:] == ["**Careful**", "Read.", ":::", "After."]
    assert second == ("Next", "More.")


@pytest.mark.parametrize("tabs", ["{.panel-tabset}", "panel-tabset", '{.panel-tabset group="x"}'])
def test_tabs_stand_one_after_the_other_under_their_names(tabs: str) -> None:
    text = (
        f"## Use\n\n::: {tabs}\n## R\n\n```r\n## no heading\n:::\n```\n\n"
        "::: {.callout-tip}\nMind.\n:::\n\n## **Python** ##\n\nUse it.\n:::\n\nAfter."
    )
    assert sections(text) == [
        (
            "Use",
            "**R**\n```r\n## no heading\n:::\n```\n:::tip\nMind.\n:::\n**Python**\nUse it.\nAfter.",
        )
    ]


def test_headings_in_columns_begin_sections() -> None:
    text = ":::: {.columns}\n::: {.column}\n## Left\n\na\n:::\n::::\n\n## Right\n\nb"
    assert sections(text) == [("Left", "a"), ("Right", "b")]


def test_a_note_that_never_ends_takes_no_headings() -> None:
    assert sections("::: note\n\n## A\n\na")[1] == ("A", "a")


SHOWN = ("content-visible when-format='html'", "content-hidden when-format=pdf", "aside",
         "content-hidden unless-format='html:js'", "callout-tip title='The content-hidden x'",
         "content-hidden when-format=pdf when-profile=board")  # fmt: skip
HIDDEN = ("content-hidden", "hidden", "content-hidden when-format='html'", "content-hidden .x",
          "content-hidden when-profile='public'", "content-visible when-profile='board'",
          "content-visible when-format=\"pdf\"", "content-visible unless-meta=open",
          "content-hidden unless-format=pdf")  # fmt: skip


@pytest.mark.parametrize("attributes", SHOWN + HIDDEN)
@pytest.mark.parametrize(
    "text",
    [
        "::: {.%}\n## Wages\n\nSecret.\n\n::: {.callout-note}\nMore.\n:::\n:::\n\nOpen.",
        "> :::: {.%}\n> ```\n> Secret.\n> :::\n> ```\n> ::::\n\nOpen.",
        "[Secret. [a](b.md)]{.%} Open.",
        "- ::: {.%}\n  Secret.\n  :::\n\nOpen.",
    ],
)
def test_what_is_hidden_from_readers_is_told_and_not_shown(attributes: str, text: str) -> None:
    parsed = parse_markdown(f"# T\n\n{text.replace('%', attributes)}".encode(), "x.qmd")
    said = "".join(f"{each.heading} {each.text}" for each in parsed.content.sections)
    told = "".join(each for each in parsed.remarks if each.startswith("Hidden from readers"))

    assert "Open." in said
    assert ("Secret." in said, "Secret." in told) == (
        attributes in SHOWN,
        attributes in HIDDEN,
    )


@pytest.mark.parametrize("begin", ["::: content-hidden", "::: hidden :::", "::: {.content-hidden}"])
def test_what_is_hidden_and_never_ends_hides_all_that_follows(begin: str) -> None:
    parsed = parse_markdown(f"Open.\n\n{begin}\nSecret.\n\n## More\n\nSecret.".encode(), "x.qmd")

    assert "Secret" not in repr(parsed.content)


def test_words_about_what_is_hidden_hide_nothing() -> None:
    assert sections(":::note The hidden costs\nRead.\n:::")[0][1].split("\n")[1] == "Read."


def test_what_mkdocstrings_describes_is_code_and_holds_nothing() -> None:
    text = (
        "## API\n\n::: pump.Valve\n    options:\n        members:\n            - open\n\n"
        "::: pump.Motor\n::: boiler\n    handler: python\n\nAfter.\n\n## Next\n\nMore."
    )
    assert sections(text) == [
        ("API", "`pump.Valve`\n`pump.Motor`\n`boiler`\nAfter."),
        ("Next", "More."),
    ]
    told = "\n".join(parse_markdown(text.encode(), "x.md").remarks)
    assert "options: members: - open" in told
    assert "handler: python" in told


def test_a_note_with_text_further_in_is_no_name_of_mkdocstrings() -> None:
    text = "::: note\n    Mind: all.\n:::"
    assert sections(text) == [("", text)]
