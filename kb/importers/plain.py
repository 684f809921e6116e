"""Turns the Markdown of other tools into plain Markdown, code left as it is."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from kb.importers.breaks import with_breaks
from kb.importers.code import outside_code, spans, without_code
from kb.importers.comments import has_comments, without_comments
from kb.importers.components import flattened
from kb.importers.divisions import without_divisions
from kb.importers.emphasis import emphasised, with_bold_closed_up, without_gone
from kb.importers.highlights import with_fences
from kb.importers.html import Html
from kb.importers.indented import outdented
from kb.importers.marks import seen_of_marks, without_marks
from kb.importers.raw import with_braces, with_raw_signs
from kb.importers.remarks import Remarks, Why
from kb.importers.slashes import with_notes
from kb.importers.unseen import hides, without_unseen

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_SUSPICIOUS = re.compile(
    r"[<{]|%%|::|^[ \t]*///|^[ \t]*(?:===|!!!|\?{3})|^[ \t]*#\+|\(\(|:[a-z]{1,20}-|"
    r"\]:[ \t]*#|dendron://|\^[a-z0-9-]{4,60}[ \t]*$|!\[\[|==\S|:LOGBOOK:|- #\+|"
    r"\[toc|\[_toc|^(?:import|export) |(?:^|[ \t])\*\*(?=[ \t.,;:!?)]|$)|\[[ \t]*\]\(",
    re.I | re.MULTILINE,
)
_PROGRAM = re.compile(
    r"(?:import\s[^\n]{1,500}\sfrom\s{1,9}['\"]|import\s{1,9}['\"]"
    r"|export\s{1,9}(?:const|default|function|let)\b)"
)
_HEAD = re.compile(r"export\s{1,9}const\s{1,9}\w{0,40}(?:meta|matter)", re.IGNORECASE)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t][^\n]*", re.MULTILINE)
_BREAK = re.compile(r"<br\s{0,9}/?>", re.IGNORECASE)
_AROUND = re.compile(
    r"<(/?)(?:div|section|article|aside|main|header|footer|center|figure|details|table|[ou]l|dl)"
    r"(?=[\s>])(?![^<>]{0,2000}/>)",
    re.IGNORECASE,
)
_KINDS = {"fence": "code", "code_block": "code", "html_block": "html", "table_open": "table"}


def plain_markdown(body: str, remarks: Remarks) -> str:
    """`body` with HTML as Markdown and without what only programs of a site read."""
    if not _SUSPICIOUS.search(body):
        return body
    body = with_raw_signs(body, remarks)
    body = outdented(flattened(with_fences(body, remarks)), remarks)
    if has_comments(body):
        body = without_comments(body, _code(body), remarks)
    if hides(body):
        body = without_unseen(body, [*_code(body)], remarks)
    body = without_divisions(with_notes(body, remarks), remarks)
    pieces = list(_with_whole_tables(_pieces(body)))
    html = Html("\n".join(without_code(text) for kind, text in pieces if kind != "code"), remarks)
    made = []
    for kind, text in pieces:
        if kind == "code":
            made.append(text)
        elif kind == "html":
            block = html.block(without_marks(text, remarks))
            made.append(f"\n{block}\n" if block else "")
        elif kind == "program":
            remarks.add(Why.CODE, text)
            remarks.comments += [text] if _HEAD.match(text) else []
        else:
            made.append(_text(text, html, remarks, in_table=kind == "table"))
    return with_braces("\n".join(made))


def _text(text: str, html: Html, remarks: Remarks, *, in_table: bool) -> str:
    def clean(part: str) -> str:
        return html.inline(seen_of_marks(part, remarks), in_table=in_table)

    def in_one_line(heading: re.Match[str]) -> str:
        return outside_code(heading[0], lambda part: _BREAK.sub(" ", part))

    text = _HEADING.sub(in_one_line, text)
    made = []
    for paragraph in re.split(r"(\n[ \t]*\n)", text):
        html.begin(paragraph)
        said = emphasised(without_gone(outside_code(paragraph, clean)))
        made.append(with_breaks(with_bold_closed_up(said)))
    return "".join(made)


def _with_whole_tables(pieces: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """`pieces`, the HTML of a table as one where blank lines alone are within it.

    What is further in within an element is HTML as well, and no code.
    """
    rows: list[str] = []
    begun = around = 0
    for called, text in pieces:
        further_in = called == "code" and around > 0 and text.lstrip().startswith("<")
        kind = "html" if further_in else called
        if kind == "html":
            around += sum(-1 if end else 1 for end in _AROUND.findall(text))
            rows.append(text)
            begun += text.lower().count("<table") - text.lower().count("</table")
        if begun > 0 and (kind == "html" or not text.strip()):
            continue
        if rows:
            yield "html", "\n".join(rows)
            rows, begun = [], 0
        if kind != "html":
            yield kind, text
    if rows:
        yield "html", "\n".join(rows)


def _pieces(body: str) -> Iterator[tuple[str, str]]:
    """The body in pieces: code, blocks of HTML, tables, programs of MDX, and text."""
    lines = body.split("\n")
    at = 0
    for kind, first, after in _ranges(body):
        if first < at:
            continue
        if at < first:
            yield "text", "\n".join(lines[at:first])
        yield kind, "\n".join(lines[first:after])
        at = after
    if at < len(lines):
        yield "text", "\n".join(lines[at:])


def _code(body: str) -> Iterator[tuple[int, int]]:
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


def _ranges(body: str) -> Iterator[tuple[str, int, int]]:
    lines = body.split("\n")
    for token in _parser().parse(body):
        if not token.map:
            continue
        first, after = token.map
        if token.type == "paragraph_open" and not token.level and _PROGRAM.match(lines[first]):
            yield "program", first, after
        elif kind := _KINDS.get(token.type):
            # HTML within a list or a quotation has its marks before each line.
            yield ("text" if kind == "html" and token.level else kind), first, after


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser
