"""Markdown becomes plain blocks: words stay, markup goes."""

import pytest

from indexer.markdown_text import Block, blocks


@pytest.mark.parametrize(
    ("markdown", "texts"),
    [
        ("one\ntwo\n\nthree", ["one\ntwo", "three"]),
        ("*soft* **loud** `code` ~~gone~~", ["soft loud code gone"]),
        ("see [the page](http://x.org/p) and ![a chart](c.png)", ["see the page and a chart"]),
        (
            "[[The log]], [[ops/log#Size|its *size*]] and ![[c.png]]",
            ["The log, its *size* and c.png"],
        ),
        ("a[[0]] `[[b]]` [[ ]] [[c\nd]] [[e", ["a0 [[b]] [[ ]] [[c\nd]] [[e"]),
        ("| a |\n|---|\n| [[b\\|c]] |", ["a", "c"]),
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


@pytest.mark.parametrize(
    ("markdown", "addresses"),
    [
        (
            "see [*the* page](http://x.org/p) and ![a chart](c.png)",
            ["the page: http://x.org/p", "a chart: c.png"],
        ),
        ("[[The log]] and [[ops/log#Size|its size]]", ["its size: ops/log#Size"]),
        ('[bug](b?id=7 "Crash")', ["bug: Crash: b?id=7"]),
        ("[![sign](s.svg)](build.html)", ["sign: s.svg", "sign: build.html"]),
        ("[the\nnotes](a%20b.md)", ["the notes: a%20b.md"]),
        ("[x](<ä ö.md>) [y](%C3%A4.md)", ["x: ä ö.md", "y: %C3%A4.md"]),
        ("![](alone.png)", ["alone.png"]),
        ("| a | [b](c) |\n|---|---|", ["b: c"]),
        ("## [A](b)", ["A: b"]),
        ("[x][y]\n\n[y]: z.md", ["x: z.md"]),
        ("<https://x.org> [x.org](x.org) ![i](data:image/png;base64,AAAA)", []),
    ],
)
def test_addresses_are_kept_behind_the_words_that_stand_for_them(
    markdown: str, addresses: list[str]
) -> None:
    assert [one for block in blocks(markdown) for one in block.addresses] == addresses
