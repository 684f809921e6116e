"""Formulas in imported files are left as they are, and nothing that is hidden goes for one."""

import pytest

from kb.entries.content import Content
from kb.entries.validation import content
from kb.importers.formulas import Formulas
from kb.importers.markdown import ParsedFile, parse_markdown
from kb.importers.page import Page
from kb.importers.remarks import Remarks

FORMULAS = [
    r"$\alpha_{:i} = \mathbf{K}_{:,1}$",
    r"$\frac{{n}}{{k}}$",
    "$x^{{2}}$",
    "$x_{#1}$",
    "$50{%}$",
    "$a %% b$",
    "$a <b> c$",
    "$[[q,r],[s,t]]$",
    "$a * b$ and $c * d$",
    "$x_a$ == $y_b$ == 1 and $z_{.c}$",
    "$$\n" + r"\mathbf{A}_{:k} = {{\bf x}}^{{T}}" + "\n$$",
    r"\( y_{:t} + {{z}} \)",
    r"\[ w_{:t} \]",
    r"**$a_{:i}$**",
    r"得到的$\alpha_{:j}$就是",
    "- one\n\n  $$\n  x_{:i}\n  $$\n\n- two",
    "> $$\n> x_{:i}\n> $$",
    "| a | b |\n|---|---|\n| $x_{:i}$ | y |",
]


def parsed(text: str) -> ParsedFile:
    return parse_markdown(text.encode(), "a.mdx")


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_left_as_it_is(formula: str) -> None:
    found = parsed(f"# Kilns\n\nSo:\n\n{formula}\n\nthen.\n\n## Of $\\hat{{{{y}}}}_{{:t}}$\n\nText")

    first, second = found.content.sections
    assert first.text == f"So:\n\n{formula}\n\nthen."
    assert second.heading == "Of $\\hat{{y}}_{:t}$"
    assert (found.links, found.tags, found.remarks) == ((), (), ())


def test_one_in_a_field_is_left_as_well() -> None:
    fields = '---\ntitle: On $x^{{2}}$\ndescription: "so $\\\\alpha_{:i}$ is"\n---\nText'
    content = parsed(fields).content

    assert content.title == "On $x^{{2}}$"
    assert content.sections[0].text == r"so $\alpha_{:i}$ is"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("$5 <!-- secret --> 6$", "$5  6$"),
        ("$5 {/* secret */} 6$", "$5  6$"),
        ("$5 <b hidden>secret</b> 6$", "$5  6$"),
        ("$5 %% secret 6$ %% x_{a}", "$5  x_{a}"),
        ("$x^2\n::: {.content-hidden}\nsecret\n:::\n6$", "$x^2\n6$"),
        ("$x^2 [secret]{.hidden} 6$", "$x^2  6$"),
        ("`$a`{{ x }} $5 {{ site.x }} 6$", "`$a` $5  6$"),
    ],
)
def test_what_readers_do_not_see_is_in_no_formula(text: str, seen: str) -> None:
    assert [section.text for section in parsed(text).content.sections] == [seen]


def test_a_tag_between_two_prices_still_holds_the_page_back() -> None:
    assert parsed("$5_a #private and 6_a$").visible_to == ("author",)


@pytest.mark.parametrize(
    "text",
    [
        "$5_a [b](b.md) and 6_a$",
        "US$5_a [b](b.md) A$6_a",
        "$5_a ([b](b.md)) $6",
        r"\[see [b](b.md), a_b\]",
        "`$`a_b [b](b.md) $c",
        r"\$a_b [b](b.md) c_d$",
        "- one $$ a_b\n- two [b](b.md) $$ a_b",
        "$5 each[^1], [b](b.md) 6$\n\n[^1]: Note",
        "### Set $HOME_A first\nsee [b](b.md) and $USER_A there",
        "### The `$` of\na shell [b](b.md) and `b",
    ],
)
def test_signs_of_a_text_are_no_formula(text: str) -> None:
    assert parsed(text).links == ("b.md",)


@pytest.mark.parametrize("text", [*FORMULAS, "$$$", "$a", r"\(", "\ufddf\ufde0$a_b$"])
def test_what_is_taken_out_is_put_back(text: str) -> None:
    formulas = Formulas(text)

    assert formulas.put_back(formulas.text) == text


@pytest.mark.parametrize("kept", ["of\nlines", "a\tb", "\x07" + "a" * 400])
def test_whatever_is_put_back_into_a_heading_it_stays_one(kept: str) -> None:
    page, remarks = Page({}, "x.md", exact=False), Remarks()

    title, sections = page.read(
        "# A q\n\n## B q\n\nText", (), remarks, lambda text: text.replace("q", kept)
    )

    assert content(Content(title=title, sections=sections)).title == title
    assert "Taken otherwise: " in "".join(remarks.all())
