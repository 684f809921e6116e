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
