"""Cuts a Markdown body into pieces: code, blocks of HTML, tables, programs of MDX, and text.

What is further in within an element of HTML is HTML as well, and no code, as browsers read it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import TYPE_CHECKING

from kb.importers.code import spans

if TYPE_CHECKING:
    from markdown_it.token import Token

_PROGRAM = re.compile(
    r"import\s[^\n]{1,500}\sfrom\s{1,9}['\"]|import\s{1,9}['\"]"
    r"|export\s{1,9}(?:(?:const|let|var)\s{1,9}(?:[\w$]{1,99}\s{0,9}[=:]|[\[{])|[{*]"
    r"|(?:default\s{1,9})?(?:async\s{1,9})?(?:function[\s*][\s\w$]{0,99}\(|class\s[\s\w$]{0,99}\{)"
    r"|default\s{1,9}(?:[\[({<\"'`]|[\w$.]{1,99}[ \t]{0,9}(?:[;(]|=>|$)))",
    re.MULTILINE,
)
_AROUND = re.compile(
    r"<(/?)(div|section|article|aside|main|header|footer|center|figure|details|table|[ou]l|dl)"
    r"(?=[\s>])(?![^<>]{0,2000}/>)",
    re.IGNORECASE,
)
_CELL = re.compile(r"<(/?)t[dh](?=[\s>])", re.IGNORECASE)
_NEVER_CODE = ("table", "ul", "ol", "dl")
"""Elements between whose tags nothing is code by being further in."""

_KINDS = {"fence": "code", "code_block": "code", "html_block": "html", "table_open": "table"}

Piece = tuple[str, str]
"""A kind and a text."""


def pieces(body: str) -> Iterator[Piece]:
    """The body in pieces, the HTML of a table as one where nothing else is within it."""
    yield from _with_whole_tables(_cut(body))


def code(body: str) -> Iterator[tuple[int, int]]:
    """Where the blocks and the spans of code lie, in characters."""
    starts = [0, *accumulate(len(line) + 1 for line in body.split("\n"))]
    blocks = [
        (starts[first], starts[after]) for kind, first, after in _ranges(body) if kind == "code"
    ]
    at = 0
    for begin, end in [*blocks, (len(body), len(body))]:
        yield from ((at + one, at + other) for one, other in spans(body[at:begin]))
        yield begin, end
        at = end


def _with_whole_tables(found: Iterable[Piece]) -> Iterator[Piece]:
    """`found`, the HTML of a table as one piece with the text in its cells, and blank lines."""
    rows: list[str] = []
    begun, in_cell = 0, False
    for kind, text in found:
        is_row = kind == "html" or (kind == "text" and in_cell and "`" not in text)
        rows += [text] if is_row else []
        if kind == "html":
            begun += text.lower().count("<table") - text.lower().count("</table")
            cells = _CELL.findall(text)
            in_cell = begun > 0 and (not cells[-1] if cells else in_cell)
        if begun > 0 and (is_row or not text.strip()):
            continue
        if rows:
            yield "html", "\n".join(rows)
            rows, begun, in_cell = [], 0, False
        if not is_row:
            yield kind, text
    if rows:
        yield "html", "\n".join(rows)


def _cut(body: str) -> Iterator[Piece]:
    lines = body.split("\n")
    at = 0
    for kind, first, after in _ranges(body):
        if first < at:
            continue
        if at < first:
            yield "text", "\n".join(lines[at:first])
        text = "\n".join(lines[first:after])
        if kind in ("in item", "further in"):
            most = lines[first].find("<") if kind == "in item" else _indent_before(lines, first)
            yield "text", _no_further_in(text, most)
        else:
            yield kind, text
        at = after
    if at < len(lines):
        yield "text", "\n".join(lines[at:])


def _ranges(body: str) -> Iterator[tuple[str, int, int]]:
    from kb.markdown import source_parser

    lines = body.split("\n")
    around = Counter[str]()
    for token in source_parser(tables=True).parse(body):
        if not token.map:
            continue
        first, after = token.map
        if token.type == "paragraph_open" and not token.level and _PROGRAM.match(lines[first]):
            yield "program", first, after
        elif token.type == "html_block":
            for end, name in _AROUND.findall("\n".join(lines[first:after])):
                around[name.lower()] += -1 if end else 1
            yield ("in item" if token.level else "html"), first, after
        elif token.type == "code_block" and _is_html(token, lines, around):
            yield ("further in" if token.level else "html"), first, after
        elif kind := _KINDS.get(token.type):
            yield kind, first, after


def _is_html(token: "Token", lines: list[str], around: Counter[str]) -> bool:
    """Whether what is further in is so because it is within elements that are `around` it."""
    if around.total() <= 0 or not token.map:
        return False
    first = lines[token.map[0]]
    before = _indent_before(lines, token.map[0])
    return (
        any(around[name] > 0 for name in _NEVER_CODE)
        or token.content.lstrip().startswith("<")
        or 0 < _indent(first) <= before
    )


def _no_further_in(html: str, most: int) -> str:
    """HTML of an item or a quotation, no line more than `most` further in: its tags will go."""
    if "<pre" in html.lower():
        return html
    return "\n".join(" " * min(most, _indent(line)) + line.lstrip() for line in html.split("\n"))


def _indent_before(lines: list[str], at: int) -> int:
    """How far in the last line before `at` is that is not blank."""
    return _indent(next((lines[n] for n in range(at - 1, -1, -1) if lines[n].strip()), ""))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
