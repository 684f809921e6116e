"""Markdown becomes plain blocks: words stay, markup goes."""

import pytest

from indexer.text.markdown_text import Block, blocks


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
        ("| a | b |\n|---|---|\n| 1 | *2* |", ["a \u00b7 b", "1 \u00b7 2"]),
        ("| a | | b |\n|---|---|---|\n| | | |", ["a \u00b7 b"]),
        ("```py\nx = 1\ny = 2\n```", ["x = 1\ny = 2"]),
        ("    indented code", ["    indented code".strip()]),
        ("use `a` and <placeholder name> here", ["use a and <placeholder name> here"]),
        ("<script>alert(1)</script>", ["<script>alert(1)</script>"]),
        ("a<br>b <b>*c*</b>", ["a\nb <b>c</b>"]),
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
        Block("One", True, level=1),
        Block("text", False),
        Block("Two", True, level=2),
        Block("", True, level=1),
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
        ('[x.org](x.org "Where it is") <https://y.org>', ["x.org: Where it is"]),
        ('[[Jars]]\n\n[Jars]: shelf/jars.md "All jars"', ["Jars: All jars: shelf/jars.md"]),
        ("<https://x.org> [x.org](x.org) ![i](data:image/png;base64,AAAA)", []),
    ],
)
def test_addresses_are_kept_behind_the_words_that_stand_for_them(
    markdown: str, addresses: list[str]
) -> None:
    assert [one for block in blocks(markdown) for one in block.addresses] == addresses


@pytest.mark.parametrize(
    ("markdown", "texts"),
    [
        ("H<sub>2</sub>O and <mark>this</mark>, <kbd>Enter</kbd>", ["H2O and this, Enter"]),
        ("- [ ] open\n- [x] done\n- as [ ] it is", ["\u2610 open", "\u2611 done", "as [ ] it is"]),
        ("- [x] ```\n  code\n  ```\n\nAfter", ["\u2611", "code", "After"]),
        ("> [!WARNING]\n> Mind the *step*", ["Warning: Mind the step"]),
        ("> [!tip]- Why?\n>\n> Because", ["Why? Because"]),
        ("> [!note]\n\nAfter", ["Note", "After"]),
        ('!!! note "By the door"\n    Mind', ["By the door: Mind"]),
        ('??? note ""\n    Mind', ["Mind"]),
        (":::info\n## Doors\n\nMind\n:::", ["Info", "Doors", "Mind"]),
        ("::: {.wide}\nMind\n:::", ["Mind"]),
        ("- [ ] a\n\n  > [!tip]\n  > b", ["\u2610 a", "Tip: b"]),
        ("Salt\n: Makes it taste", ["Salt", "Makes it taste"]),
        ("The sum $a_1 * b$ and $$c$$, from $5 to $6", ["The sum a_1 * b and c, from $5 to $6"]),
        ("$$\nE = mc^2\n$$ (one)", ["E = mc^2 (one)"]),
        ("Mind[^1] the step[^far-off].\n\n[^1]: One.\n[^far-off]: Two.", ["Mind the step."]),
    ],
)
def test_what_is_beyond_commonmark_reads_as_on_the_page(markdown: str, texts: list[str]) -> None:
    found = [block.text for block in blocks(markdown) if block.text]
    assert found[: len(texts)] == texts
    assert found[len(texts) :] == (["One.", "Two."] if "[^" in markdown else [])


@pytest.mark.parametrize(
    ("markdown", "beside"),
    [
        ("> [!faq] Why?\n> So", ("faq",)),
        ('!!! danger "Danger ahead"\n    So', ()),
        (":::hint[By the door]\nSo\n:::", ("hint",)),
        ("a[^oven]\n\n[^oven]: So", ("oven",)),
        ("a[^1]\n\n[^1]: So", ()),
    ],
)
def test_a_word_that_no_page_shows_stands_beside(markdown: str, beside: tuple[str, ...]) -> None:
    assert sum((block.addresses for block in blocks(markdown)), ()) == beside


def test_a_footnote_stands_under_the_heading_where_it_is_first_referred_to() -> None:
    text = (
        "# A\n\none[^x]\n\n# B[^h]\n\n| two[^x] |\n|---|\n\n# C\n\n"
        "[^x]: About x[^y]\n[^y]: About y\n[^y]: Once more\n[^h]:\n    # In h\n\n"
        "[^alone]: About none"
    )
    assert [block.text for block in blocks(text) if block.text] == [
        *("A", "one", "About x", "About y", "Once more"),
        *("B", "two", "In h", "C", "About none"),
    ]
    assert [block.text for block in blocks(text) if block.is_heading] == ["A", "B", "C"]


def test_a_definition_of_a_link_stands_where_it_is_used_or_else_where_it_is() -> None:
    last = "[one]: o.md\n[ONE]: p.md\n[more]: m%C3%A4.md"
    text = f'# A\n\n[one]\n\n[gone]: g.md "Away"\n\n# B\n\ntwo\n\n{last}'
    assert [(block.text, block.addresses) for block in blocks(text)] == [
        ("A", ()),
        ("one", ("one: o.md",)),
        ("", ("gone: Away: g.md",)),
        ("B", ()),
        ("two", ()),
        ("", ("one: p.md",)),
        ("", ("more: m\u00e4.md",)),
    ]
