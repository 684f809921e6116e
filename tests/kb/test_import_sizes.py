"""Long texts of an unlucky shape are read in time that grows with their length alone.

There is no clock here: with a square of time each of these would take hours (in CI, where texts
are longest).
"""

import pytest

from kb.importers.body import has_words, plain
from kb.importers.comments import without_comments
from kb.importers.components import flattened
from kb.importers.fields import Fields
from kb.importers.links import links_in
from kb.importers.markdown import parse_markdown
from kb.importers.remarks import Remarks
from kb.importers.values import Plain

pytestmark = pytest.mark.exhaustive

LONG = 300_000


@pytest.mark.parametrize("piece", ["**a", "`a", "![", "<", "[a"])
def test_a_long_heading(piece: str) -> None:
    heading = piece * LONG

    assert plain(heading) == heading


def test_many_comments_that_are_not_closed() -> None:
    assert has_words("<!--" * LONG)
    assert not has_words("<!-- a -->\n" * LONG)
    assert has_words("<!-- a --> b <!-- c -->")
    assert not has_words("<!---->")


@pytest.mark.parametrize(
    "piece",
    ["<!--", "a <!-- b\n\n", "%% ", "%%\n\na ", "{% comment %} ", "{#  ", "` <!-- ", "{/*\n"],
)
def test_many_comments_that_end_nowhere(piece: str) -> None:
    text = "a" + piece * (LONG // 10)

    assert without_comments(text, [], Remarks()).rstrip("% ").startswith("a")


@pytest.mark.parametrize("piece", ["<A>\n", "<A\n", "<A>\n</B>\n", "<A>\n <B>\n"])
def test_many_components_that_end_nowhere(piece: str) -> None:
    text = piece * (LONG // 30)

    assert flattened(f"{text}</C>") == f"{text}</C>"


def test_many_comments_in_one_line() -> None:
    assert without_comments("<!-- a -->" * LONG, [], Remarks()) == ""


@pytest.mark.parametrize(
    "text",
    [
        "`" * LONG,
        "\n" + "```" * LONG + "a",
        "`a ``b " * LONG,
        "".join("`" * length + " " for length in range(1, 1500)),
        "[](" + "a" * LONG,
        "[](" * LONG,
        "[" * LONG,
    ],
)
def test_a_text_without_links(text: str) -> None:
    assert list(links_in("[" + text)) == []


def test_a_field_that_looks_like_many_pictures() -> None:
    text = ".png#" * LONG + "\nand more"

    fields = Fields(Remarks())
    fields.sort({"a": Plain(text, text)})

    assert [s.text for s in fields.sections] == [text]


def test_a_title_with_many_blanks() -> None:
    title = "a" + " " * LONG + "b"

    parsed = parse_markdown(f'---\ntitle: "{title}"\n---\nText'.encode(), "x.md")

    assert parsed.content.title == "a…"
