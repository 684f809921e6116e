"""Emphasis of imported pages stands next to its words, and is gone where nothing is left in it."""

import pytest

from kb.importers.markdown import parse_markdown


def made(text: str) -> str:
    (section,) = parse_markdown(text.encode(), "a.md").content.sections
    return " ".join(section.text.split())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Use <b> oil </b> now", "Use **oil** now"),
        ("Use <b></b><i> </i> oil", "Use oil"),
        ("<b><strong>oil</strong></b> <b>a</b><b>b</b>", "**oil** **ab**"),
        ("<b><i>oil</b></i> x", "**oil** x"),
        ("<b>oil <b>x</b>", "oil x"),
        ("oil</b> x</b>", "oil x"),
        ("<p><b>Note:</b>text</p>", "**Note**:text"),
        ("<b>use `x` now </b>", "**use `x` now**"),
        ("<code><b>x</b> y</code>", "`x y`"),
        ("<div><b><p>a</p><p>b</p></b></div>", "**a** **b**"),
        ("<ol><strong><li>a</li></strong><li>b</li></ol>", "1. **a** 2. b"),
        ("| a |\n|---|\n| <b> x </b> |", "| a | |---| | **x** |"),
        ("<details><summary> <b>x</b> </summary>y</details>", "**x** y"),
        ("<s>gone </s>x", "~~gone~~ x"),
    ],
)
def test_emphasis_of_html_stands_around_the_words_of_each_paragraph(
    written: str, read: str
) -> None:
    assert made(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Up to **{{ high }}** or *:material-x:* so", "Up to or so"),
        ("**{{ a }}** - **{{ b }}**", "-"),
        ("a **:material-x: macOS ** b", "a **macOS** b"),
        ("*:material-x: a* and ~~{{x}} b~~", "*a* and ~~b~~"),
        ("a **b** {{ x }} **c** d", "a **b** **c** d"),
        ("**`a`** {{ x }} **`b`**", "**`a`** **`b`**"),
        ("* {{ x }} a*b\n* c", "* a*b * c"),
        ("a_{{x}}_b", "a__b"),
        ("[{{ x }}](b.md) and [**{{ x }}**](c.md)", "[b.md](b.md) and [c.md](c.md)"),
        ("[](b.md), [ ](#c) and ![](d.png)", "[b.md](b.md), [ ](#c) and ![](d.png)"),
        ('<p><a href="b.md"><i class="x"></i></a></p>', "[b.md](b.md)"),
    ],
)
def test_a_mark_leaves_no_emphasis_and_no_link_without_words(written: str, read: str) -> None:
    assert made(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("** macOS**", "**macOS**"),
        ("**macOS **, then", "**macOS**, then"),
        ("- ** a ** and ** b**", "- **a** and **b**"),
        ("a ** b ** c", "a ** b ** c"),
        ("** Item with **bold** word", "** Item with **bold** word"),
        ("`** a**` ** b**", "`** a**` **b**"),
        ("    ** a**", "** a**"),
    ],
)
def test_blanks_within_the_signs_of_bold_are_closed_up(written: str, read: str) -> None:
    assert made(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("**油をさす。**毎朝", "**油をさす**。毎朝"),
        ("毎朝**「油」**をさす", "毎朝「**油**」をさす"),
        ("**油**をさす。**ポンプ！**も", "**油**をさす。**ポンプ**！も"),
        ("**[油](a.md)（注）**毎朝", "**[油](a.md)（注**）毎朝"),
        ("**油。** 毎朝", "**油。** 毎朝"),
        ("`**油。**毎` **油。**", "`**油。**毎` **油。**"),
        ("**油`a`。**毎、**`b`！**も", "**油`a`**。毎、**`b`**！も"),
        ("**。**毎", "**。**毎"),
        ("\\**油。**毎", "\\**油。**毎"),
    ],
)
def test_bold_ends_before_a_sign_that_a_word_follows_at_once(written: str, read: str) -> None:
    text = parse_markdown(f"# T\n\n{written}".encode(), "a.md").content.sections[0].text

    assert text == read


@pytest.mark.parametrize(
    ("html", "read"),
    [
        ("<summary>**Oar logs**</summary>\n\nx", "**Oar logs**"),
        ("<summary>**Oar** logs `a**b` 2</summary>\n\nx", "**Oar logs `a**b` 2**"),
    ],
)
def test_bold_within_a_bold_element_is_bold_once(html: str, read: str) -> None:
    (section,) = parse_markdown(html.encode(), "a.md").content.sections
    assert section.text.startswith(f"{read}\n")
