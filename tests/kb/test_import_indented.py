"""What MkDocs has further in, in tabs and notes, is text of the page and no code."""

from textwrap import indent

import pytest

from kb.importers.markdown import ParsedFile, parse_markdown

INNER = "A <b>bold</b> word.<!-- unseen -->\n\n```sh\n# kept <b>\n```\n\n[Next](next.md)"
CLEAN = "A **bold** word.\n\n```sh\n# kept <b>\n```\n\n[Next](next.md)"


def parsed(text: str) -> ParsedFile:
    return parse_markdown(text.encode(), "a.md")


def text_of(text: str) -> str:
    (section,) = parsed(text).content.sections
    return section.text


@pytest.mark.parametrize("begin", ['=== "Linux"\n\n', '===+ "Linux"\n'])
def test_a_tab_is_text_under_its_name(begin: str) -> None:
    found = parsed(f'{begin}{indent(INNER, "    ")}\n=== "Mac"\n\n\tTap.\n\nAfter')

    (section,) = found.content.sections
    assert section.text == f"**Linux**\n\n{CLEAN}\n\n**Mac**\n\nTap.\n\nAfter"
    assert found.links == ("next.md",)
    assert found.remarks == ("Comments: <!-- unseen -->",)


@pytest.mark.parametrize("begin", ["!!! tip\n\n", "??? tip\n", "???+ tip\n\n", "!!!tip\n"])
def test_a_note_is_text_between_its_lines(begin: str) -> None:
    assert text_of(f"{begin}{indent(INNER, '    ')}\n\nAfter") == f":::tip\n{CLEAN}\n:::\n\nAfter"


@pytest.mark.parametrize(
    ("title", "begun"),
    [
        ('tip "By the door"', ":::tip[By the door]"),
        ('tip ""', ":::tip"),
        ('tip "Use `x` <b>now</b>"', ":::tip\n**Use `x` **now****"),
        ('tip inline end "Door"', ":::tip[Door]"),
    ],
)
def test_a_note_keeps_its_title(title: str, begun: str) -> None:
    found = parsed(f"!!! {title}\n\n    Text")

    assert found.content.sections[0].text.startswith(begun)
    assert ("inline end" in repr(found.remarks)) == ("inline" in title)


def test_notes_and_tabs_within_others_end_where_they_do() -> None:
    text = '!!! a\n\n    Out\n\n    ??? b\n        === "T"\n\n            In\n\n    Out'

    assert text_of(text) == "::::a\nOut\n\n:::b\n**T**\n\nIn\n:::\n\nOut\n::::"


def test_a_note_in_a_list_stays_in_its_item() -> None:
    text = "1. Do\n\n    !!! tip\n\n        <b>Text</b>\n\n    More"

    assert text_of(text) == "1. Do\n\n    :::tip\n    **Text**\n    :::\n\n    More"


def test_a_heading_in_a_tab_begins_no_section() -> None:
    found = parsed('## Set up\n\n=== "Linux"\n\n    ## Get it\n\n    Text\n\nAfter')

    (section,) = found.content.sections
    assert section.text == "**Linux**\n\n**Get it**\n\nText\n\nAfter"


@pytest.mark.parametrize(
    "text",
    [
        '```md\n=== "Linux"\n\n    Text\n```',
        "So:\n\n    !!! tip\n        <b>Text</b>",
        "!!! Look here\nText",
    ],
)
def test_code_about_notes_and_signs_in_prose_stay_as_they_are(text: str) -> None:
    assert text_of(text) == text


def test_no_more_than_some_levels_of_notes_are_looked_at() -> None:
    deep = "".join(f"{'    ' * level}!!! a\n" for level in range(200))

    assert text_of(f"{deep}{'    ' * 200}Text").count(":a\n") == 8


@pytest.mark.parametrize("further", ["    ", "\t"])
def test_a_list_with_which_a_page_begins_is_one_however_far_in(further: str) -> None:
    lines = ["- Abstract", "  *more*", f"{further}- in it", "", "- Next"]
    text = "\n".join(f"{further}{line}" if line else "" for line in lines)

    assert text_of(f"---\ntitle: A\n---\n\n{text}\n\nAfter") == "\n".join([*lines, "", "After"])
    assert text_of(f"A\n\n{text}") == f"A\n\n{text}"
    assert text_of(f"{further}# run\n{further}- b") == f"{further}# run\n{further}- b"
