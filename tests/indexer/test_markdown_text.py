"""Markdown becomes plain blocks: words stay, markup goes."""

import pytest

from indexer.markdown_text import Block, blocks


@pytest.mark.parametrize(
    ("markdown", "texts"),
    [
        ("one\ntwo\n\nthree", ["one\ntwo", "three"]),
        ("*soft* **loud** `code` ~~gone~~", ["soft loud code gone"]),
        ("see [the page](http://x.org/p) and ![a chart](c.png)", ["see the page and a chart"]),
        ("- one\n- two\n  1. three", ["one", "two", "three"]),
        ("> quoted", ["quoted"]),
        ("| a | b |\n|---|---|\n| 1 | *2* |", ["a | b", "1 | 2"]),
        ("| a | | b |\n|---|---|---|\n| | | |", ["a | b"]),
        ("```py\nx = 1\ny = 2\n```", ["x = 1\ny = 2"]),
        ("    indented code", ["    indented code".strip()]),
        ("use `a` and <placeholder name> here", ["use a and <placeholder name> here"]),
        ("<script>alert(1)</script>", ["<script>alert(1)</script>"]),
        ("a<br>b <b>*c*</b>", ["a<br>b <b>c</b>"]),
        ("<div>\nx &amp; y\n\n<!-- so -->\n</div>", ["<div>\nx & y", "<!-- so -->\n</div>"]),
        ("<https://example.org>", ["https://example.org"]),
        ("a &lt;b&gt;  \nc\n\n---\n", ["a <b>\nc"]),
        ("", []),
    ],
)
def test_markup_goes_and_words_stay(markdown: str, texts: list[str]) -> None:
    assert [block.text for block in blocks(markdown)] == texts


def test_headings_are_told_apart() -> None:
    assert blocks("# One\n\ntext\n\nTwo\n---\n#\n") == [
        Block("One", True),
        Block("text", False),
        Block("Two", True),
        Block("", True),
    ]
