"""Index, pages and imports read the same structure in a text, as they share one grammar."""

import ast
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

import events
import indexer
import kb
import web
from indexer.text.markdown_text import blocks
from kb.importers.body import code_lines, headings
from kb.importers.definitions import Notes
from kb.importers.links import links_in
from web.markdown import to_html
from web.markdown_rules import LOCAL

HEADINGS = ("# Top", "Top\n===", "## *Top* `code` ##", "Top\n---")
NO_HEADINGS = (
    "#Top", "\\# Top", "| Top |\n|---|\n| # cell |\n---", "```\n# code\n```", "    # code", "Word",
    "$$\n# x\n$$", "!!! note\n    # Inner", "[^n]: # Inner", "> # Inner", "- # Inner", "* * *",
    "> [!tip]\n> # Inner", "Term\n: # Inner", "<b>\n# Top", "[d]: d.md\n# Top",
)  # fmt: skip
CODE = ("```\ncode\n```", "~~~ py\ncode\n~~~", "    code", "- item\n\n      code", "> ```\n> code")
TABLES = ("| a | b |\n|---|---|\n| c | d |", "a | b\n--|--\nc | d", "> | a |\n> |---|\n> | b |")
LINKS = (
    "[w](a.md)", "[[a.md|w]]", "![p](a.md)", "[w][d]\n\n[d]: a.md", "- [w](<a.md>)", "`[w](a.md)`",
    "```\n[w](a.md)\n```", "| [w](a.md) |\n|---|", "> [w](a.md 'T')", "[w](https://a.example)",
    "\\[w](#a)", "# [w](a.md)",
)  # fmt: skip
NOTES = ("x[^n]\n\n[^n]: Said", "x[^n]\n\n[^n]: Said\ngoes on\n\n    further in", "x[^n]", "`[^n]`",
         "x[^n]\n\n```\n[^n]: Said\n```", "x[^n]\n\n    [^n]: Said", "x[^n]\n[^n]: Said",
         "x[^n]\n\n[^n]:Said\n[^m]: More")  # fmt: skip
WORDS = (
    "Word",
    "- item",
    "> said",
    "1. one",
    "<div>\n\nx",
    "***",
    "::: note\nx\n:::",
    "text  \nmore",
)

PRODUCT = [Path(each.__file__ or "").parent for each in (events, indexer, kb, web)]


class Structure(NamedTuple):
    """How many of each a text has, and what its headings say."""

    headings: tuple[str, ...] = ()
    rows: int = 0
    links: int = 0
    notes: int = 0


def of_index(text: str) -> Structure:
    found = blocks(text)
    led = [each for block in found for each in block.addresses if "a.md" in each]
    return Structure(
        tuple(" ".join(block.text.split()) for block in found if block.is_heading),
        sum(" · " in block.text for block in found),
        len(led),
        sum("Said" in block.text for block in found),
    )


def of_page(text: str) -> Structure:
    html = to_html(text)
    found = re.findall(r"(?s)<h\d[^<>]*>(.*?)</h", html)
    words = (" ".join(re.sub(r"<[^<>]*>", "", each).split()) for each in found)
    links = re.findall(rf'{LOCAL}="(?:wiki:)?a.md"', html)
    notes = re.findall(r'<li id="fn', html)
    return Structure(tuple(words), html.count("<tr>"), len(links), len(notes))


PIECES = st.lists(st.sampled_from((*HEADINGS, *NO_HEADINGS)), max_size=6, unique=True)
"""Each once: of a footnote that is told twice a page shows one and the index reads both."""


@given(PIECES, st.sampled_from("\n "))
def test_the_headings_of_a_page_are_found_and_begin_sections(pieces: list[str], by: str) -> None:
    text = f"\n{by.strip(' ')}".join(pieces)
    shown = of_page(text).headings

    # A page has notes at its end, and a definition may take "# code" in: neither begins a section.
    assert sorted(of_index(text).headings) == sorted(shown)
    assert headings(text) == [each for each in shown if each not in ("Inner", "code")]


@given(st.lists(st.sampled_from((*CODE, *WORDS)), min_size=1, max_size=4))
def test_what_is_code_on_a_page_is_code_to_an_import_and_no_summary(pieces: list[str]) -> None:
    text = "\n\nWord\n\n".join(pieces)  # two indented pieces side by side would be one
    lines = text.split("\n")
    code = "\n".join("\n".join(lines[slice(*each)]) for each in code_lines(text).items())

    shown = to_html(text).count("code\n</code>")
    assert len(re.findall("^[> ]*code$", code, re.MULTILINE)) == shown
    with_code, without = (blocks(text, brief=brief) for brief in (False, True))
    assert sum("code" in block.text for block in with_code) == shown + sum(
        "code" in block.text for block in without
    )


@given(st.lists(st.sampled_from((*TABLES, *WORDS)), max_size=4))
def test_rows_of_a_table_are_rows_to_page_and_index(pieces: list[str]) -> None:
    text = "\n\n".join(pieces)

    cells = [len(re.findall("<t[hd]>", row)) for row in to_html(text).split("<tr>")[1:]]
    assert of_index(text).rows == sum(count > 1 for count in cells)


@pytest.mark.parametrize("text", LINKS)
@pytest.mark.parametrize("before", WORDS)
def test_links_to_files_are_the_same_for_page_index_and_import(text: str, before: str) -> None:
    whole = f"{before}\n\n{text}\n\nLast"
    shown = of_page(whole).links

    assert of_index(whole).links == shown
    assert sum(target.endswith("a.md") for target in links_in(whole)) == shown


@pytest.mark.parametrize("text", NOTES)
@pytest.mark.parametrize("before", WORDS)
def test_footnotes_are_the_same_for_page_index_and_import(text: str, before: str) -> None:
    whole = f"{before}\n\n{text}\n\nLast"
    notes = Notes(whole)
    given_back = notes.given_to(notes.body)

    assert of_page(given_back) == of_page(whole)
    assert ("Said" in whole and "Said" not in notes.body) == bool(of_page(whole).notes)
    assert sorted(of_index(given_back)[3:]) == sorted(of_index(whole)[3:])


def test_one_module_makes_every_parser_of_markdown() -> None:
    makers = {
        file.name
        for folder in PRODUCT
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("MarkdownIt", "parser_of")
    }

    assert makers == {"markdown_grammar.py", "markdown_parsers.py"}
