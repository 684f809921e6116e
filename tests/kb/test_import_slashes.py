"""Blocks of pymdownx between lines of /// are notes, tabs and text, as those of MkDocs are."""

import pytest

from kb.importers.markdown import parse_markdown


def text_of(text: str) -> str:
    (section,) = parse_markdown(text.encode(), "a.md").content.sections
    return section.text


@pytest.mark.parametrize(
    ("begin", "begun"),
    [
        ("/// note | By the door", ":::note[By the door]"),
        ("/// tip", ":::tip"),
        ("/// details | More\n    type: warning\n    open: True", ":::warning[More]"),
        ("/// admonition | Mind\n    type: danger", ":::danger[Mind]"),
        ("/// admonition | Mind", ":::note[Mind]"),
        ("/// note | Use `x`\n    attrs: {class: big}", ":::note\n**Use `x`**\n"),
    ],
)
def test_a_block_becomes_a_note_with_its_title(begin: str, begun: str) -> None:
    assert text_of(f"{begin}\n\nRead <b>this</b>.\n///\n\nAfter") == (
        f"{begun}\n\nRead **this**.\n:::\n\nAfter"
    )


def test_options_of_a_block_are_told() -> None:
    parsed = parse_markdown(b"/// note\n    attrs: {class: big}\nText\n///", "a.md")

    assert parsed.remarks == ("Marks of other tools: attrs: {class: big}",)


def test_tabs_captions_and_elements_are_text() -> None:
    text = "/// tab | Linux\nTap.\n///\n/// html | div.big\nBig.\n///\n/// caption\nThe lid.\n///"

    assert text_of(text).split() == ["**Linux**", "Tap.", "Big.", "The", "lid."]


def test_blocks_within_others_end_where_they_do_and_headings_in_them_begin_no_section() -> None:
    text = "//// note | A\n/// tip | B\n## In\n\nb\n///\na\n////\n\nAfter"

    assert [line for line in text_of(text).split("\n") if line] == [
        *("::::note[A]", ":::tip[B]", "**In**", "b", ":::", "a", "::::", "After"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "```\n/// note\nA\n///\n```",
        "/// note\nthat ends nowhere",
        "a\n\n/////////\n\nb",
        "/// a b c\n///",
    ],
)
def test_code_and_slashes_of_other_kinds_stay_as_they_are(text: str) -> None:
    assert text_of(text) == text


@pytest.mark.parametrize(
    "begin",
    [
        '/// html | div[style="display: none"]',
        "/// html | div[hidden]",
        "/// html | div#later.hidden",
        "/// note | Later\n    attrs: {style: 'display: none'}",
    ],
)
@pytest.mark.parametrize("end", ["\n///\n\nAfter", ""])
def test_a_block_that_readers_of_the_website_do_not_see_is_told_and_gone(
    begin: str, end: str
) -> None:
    parsed = parse_markdown(f"Before\n\n{begin}\n\nnobody reads this{end}".encode(), "a.md")

    after = ["After"] if end else []
    assert parsed.content.sections[0].text.split() == ["Before", *after]
    (remark,) = parsed.remarks
    assert remark.startswith("Hidden from readers: ///")
    assert "nobody reads" in remark


def test_words_in_the_attributes_of_an_element_are_told() -> None:
    parsed = parse_markdown(b'/// html | div.big[title="Mind the step"]\nText\n///', "a.md")

    assert parsed.content.sections[0].text == "Text"
    assert parsed.remarks == ('Marks of other tools: title="Mind the step"',)
