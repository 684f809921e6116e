"""Whatever people write, a browser gets nothing but harmless text from it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.markdown import marked, to_html

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    "![x](http://elsewhere.example/pixel.png)",
    '[x](http://a.example "onmouseover=alert(1)")',
    "<iframe src=http://elsewhere.example></iframe>",
    "<style>body{display:none}</style>",
    "<svg/onload=alert(1)>",
    "`<b onclick=alert(1)>`",
    "| a |\n|---|\n| <form action=http://x.example> |",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_leaves_only_harmless_elements(text: str) -> None:
    html = str(to_html(text))
    assert not re.search(r"<(script|img|iframe|style|svg|form|b)\b", html)
    assert not re.search(r"<[^>]*\son\w+=", re.sub(r'"[^"]*"', '""', html))
    assert not re.search(r'href="(javascript|data):', html, re.IGNORECASE)


def test_html_is_shown_as_text() -> None:
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in to_html("<script>alert(1)</script>")


def test_links_vouch_for_nothing_and_hand_on_nothing() -> None:
    assert to_html("[x](https://a.example)").strip() == (
        '<p><a href="https://a.example" rel="nofollow noopener noreferrer">x</a></p>'
    )


def test_an_image_becomes_a_link_so_that_nothing_is_loaded_from_elsewhere() -> None:
    html = to_html("![a *plan*](https://a.example/plan.png)")
    assert "<img" not in html
    assert '<a href="https://a.example/plan.png"' in html


def test_headings_begin_below_the_heading_of_the_section() -> None:
    assert (
        to_html("# One\n\n###### Six").strip() == '<h3 id="s-one">One</h3>\n<h6 id="s-six">Six</h6>'
    )


def test_lists_tables_and_code_are_kept() -> None:
    html = to_html("- a\n- b\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n```\ncode <b>\n```")
    assert "<li>a</li>" in html
    assert "<td>2</td>" in html
    assert "code &lt;b&gt;" in html


def test_marks_are_characters_of_the_passage() -> None:
    text = "Größe <b> zebra"
    assert marked(text, [(0, 5), (10, 15)], (0, 15)) == (
        "<mark>Größe</mark> &lt;b&gt; <mark>zebra</mark>"
    )


def test_a_part_says_where_it_was_cut() -> None:
    assert marked("one two three", [(0, 3), (4, 7)], (4, 7)) == "… <mark>two</mark> …"


@given(
    st.text(max_size=40),
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=6),
)
def test_marking_changes_no_character(text: str, marks: list[tuple[int, int]]) -> None:
    made = marked(text, marks, (0, len(text)))
    plain = str(made).replace("<mark>", "").replace("</mark>", "")
    assert marked(text, [], (0, len(text))) == plain


def test_a_picture_in_a_link_is_its_words() -> None:
    html = to_html("[![Open](https://a.example/b.png)](https://a.example/c) ![Plan](d.png)")

    assert "b.png" not in html
    assert '<a href="https://a.example/c" rel="nofollow noopener noreferrer">Open</a>' in html
    assert "d.png" in html
    assert ">https://a.example/c</a>" in to_html("[![](b.png)](https://a.example/c)")
