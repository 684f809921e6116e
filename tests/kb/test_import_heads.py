"""What counts as fields at the top of a file, whatever tools and editors made of the marks."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import NotTaken
from kb.importers.markdown import parse_markdown

FIELDS = "title: T\ndraft: true\n"


@pytest.mark.parametrize(
    "text",
    [
        *(
            f"---\n{first}: x\ndraft: true\n---\nText"
            for first in ("'@type'", "$schema", ".x", "Title (en)", "’x", "🔒 of", "k" * 250)
        ),
        *(f"{mark}\n{FIELDS}---\nText" for mark in ("---yaml", "--- yml", "--- # x", "---  ")),
        *(
            f"{before}---\n{FIELDS}---\nText"
            for before in ("\ufeff\ufeff", "\u200b", "\u00a0\n", "\n\u2060\n", "\ufeff\n", " ")
        ),
        f" ---\n{FIELDS} ---\nText",
        f"---\n{FIELDS}---\u200b\nText",
        *(f"{mark}\n{FIELDS}{mark}\nText" for mark in ("----", "—", "–––", "***", "===")),
        f"---\n---\n{FIELDS}---\nText",
        f"---\n\n---\n---\n\n{FIELDS}---\nText",
        f"---\n\n{FIELDS}\n---\nText",
        "---\ntitle: T\n\ndraft: true\n\nText",
        '---json\n{"title": "T", "draft": true}\n---\nText',
        "---toml\ntitle = 'T'\ndraft = true\n---\nText",
        ';;;\n{"title": "T", "draft": true}\n;;;\nText',
        '  {"title": "T", "draft": true}\nText',
        "  draft:: true\n\nText",
        "# T\n\n---\ndraft: true\n---\nText",
        "# T\n---\ndraft: true\nlist:\n  - a\n---\nText",
        "Title: T\nDraft: true\n\nText",
        "Title: T\nStatus: draft\nDate: 2020-01-01\n\nText",
        "\ufeffTitle: T\n  goes on\nStatus: draft\nText",
    ],
)
def test_what_stands_between_marks_at_the_top_is_read_as_fields(text: str) -> None:
    parsed = parse_markdown(text.encode(), "a.md")

    assert parsed.visible_to == ("draft",)
    assert [section.text for section in parsed.content.sections] == ["Text"]


def test_a_head_without_marks_may_say_who_sees_the_page() -> None:
    private, ward = (
        parse_markdown(f"Title: T\nVisibility: {said}\n\nText".encode(), "a.md")
        for said in ("private", "group:Ward")
    )

    assert (private.visible_to, ward.visible_to) == (("author",), ("group:Ward",))
    assert private.content.title == "T"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("---\ndraft:true\n---\nText", "no list of fields"),
        ("---\ndraft = true\n---\nText", "no list of fields"),
        ("---\nstatus：draft\n---\nText", "no list of fields"),
        ("---\n- draft: true\n---\nText", "no list of fields"),
        ("---\n<% tp %>\ndraft: true\n---\nText", "not YAML"),
        ("---\n.x [\nstatus: draft\n---\nText", "not YAML"),
        ("---coffee\ndraft: true\n---\nText", "in no language that is read"),
        ("{ 'draft': true }\nText", "not JSON"),
        ("---\ntitle: T\n---\n\n---\ndraft: true\n---\nText", "More fields between two marks"),
        ("Status: draft\nStatus: ok\n\nText", "Said twice: Status: ok"),
        *(
            (f"---json\n{value}\n---\nText", "no JSON object")
            for value in ("[1]", "1", '"a"', "null")
        ),
        (";;;\n2026\n;;;\nText", "no JSON object"),
        *(
            (f"+++\nx = {n}\n+++\nText", "a number or a date")
            for n in ("9" * 5000, "0x" + "f" * 5000)
        ),
        ('{"draft": "\\ud800"}\nText', r"\ud800 is no letter"),
        ('{"\\ud800": 1}\nText', r"\ud800 is no letter"),
    ],
)
def test_what_may_hold_a_page_back_and_cannot_be_read_is_for_its_author(
    text: str, said: str
) -> None:
    parsed = parse_markdown(text.encode(), "a.md")

    assert parsed.visible_to in (("author",), ("draft",))
    assert said in "".join(parsed.remarks)


@pytest.mark.parametrize(
    "text",
    [
        "---\n\nA note that begins with a rule.\n\n---\n\nMore of it: this.",
        "---\n\nHe wrote, a long time ago: hello.\n\n---\n\nMore.",
        "----\nWhat follows: prose.\n----\nText",
        "---\n---\nA note: prose.\n",
        "---\n" * 5000 + "Text",
        "***\nA note: prose.\n***\nText",
        "--- note\nWords.\n---\nText",
        "---\n* one\n* two: three\n---\nText",
        "---\n> Anna: hello\n---\nText",
        "Note: this is a text.\nIt goes on.",
        "Title: T\nStatus: open\n\nText",
        "+++ and more\ndraft\n",
        ";;; a comment\nText",
    ],
)
def test_a_text_that_begins_with_a_rule_or_a_word_stays_text(text: str) -> None:
    parsed = parse_markdown(text.encode(), "a.md")

    assert parsed.visible_to == ()
    assert parsed.content.properties == {}


HEADS = (
    "---\ntitle: T\ndate: 2020-01-01T08:00:00+02:00\nmore: {a: [1, {b: c}]}\n---\nText",
    "+++\ntitle = 'T'\ndate = 2020-01-01T08:00:00Z\n[params]\nlist = [1, 0x1f]\n+++\nText",
    ';;;\n{"title": "T", "more": [1, 1.5, true, null, {"a": "b"}]}\n;;;\nText',
    "title:: T\nstatus:: open\n\nText",
    "Title: T\nStatus: draft\n\nText",
    "<!-- draft: true -->\n# T (draft)\n\nText [a:: b] <meta name='draft' content='x'>",
)
BITS = (
    *(
        "---\n",
        "+++\n",
        ";;;\n",
        "\n",
        "---json\n",
        "...",
        "\ufeff",
        "\u200b",
        "\0",
        "\ud7ff",
        "🔒",
    ),
    *(
        "[",
        "]",
        "{",
        "}",
        "'",
        '"',
        "<!--",
        "-->",
        ":",
        "::",
        "=",
        "#",
        "? ",
        "- ",
        "&a ",
        "*a",
        "!!x ",
    ),
    *(
        "null",
        "[1]",
        "9" * 5000,
        "0x" + "f" * 5000,
        "1e999",
        "nan",
        "\\ud800",
        "\\u0000",
        "[" * 300,
    ),
    *(
        "0000-00-00",
        "9999-12-31T23:59:59-23:59",
        "draft: ",
        "visibility: ",
        "cascade: ",
        "source: ",
    ),
)


@given(
    st.sampled_from(HEADS),
    st.lists(st.tuples(st.integers(0, 99), st.integers(0, 9), st.sampled_from(BITS)), max_size=6),
)
def test_whatever_stands_in_a_head_is_taken_or_refused_with_a_reason(
    text: str, changes: list[tuple[int, int, str]]
) -> None:
    for at, gone, bit in changes:
        text = text[:at] + bit + text[at + gone :]

    with suppress(NotTaken):
        parsed = parse_markdown(text.encode(), "a.md")
        (parsed.content.title + "".join(parsed.remarks)).encode()
