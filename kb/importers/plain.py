"""Turns the Markdown of other tools into plain Markdown, code left as it is."""

import re

from kb.importers.anchors import without_links
from kb.importers.attributes import without_attributed
from kb.importers.body import lines_in_code
from kb.importers.branches import has_conditions, without_unmet, without_unmet_jsx
from kb.importers.code import HEADING_LINE, lines_of, outside_code, with_fences_apart, without_code
from kb.importers.code_blocks import with_fences, without_literals
from kb.importers.comments import has_comments, without_comments
from kb.importers.components import flattened
from kb.importers.divisions import without_divisions
from kb.importers.emphasis import (
    SIGN_BESIDE_WORD,
    emphasised,
    with_bold_closed_up,
    with_breaks,
    with_wide_signs_outside,
    without_gone,
)
from kb.importers.formulas import with_formulas
from kb.importers.grids import BREAK as IN_CELL_BREAK
from kb.importers.grids import with_grids
from kb.importers.html import Html
from kb.importers.html_code import coded
from kb.importers.indented import outdented
from kb.importers.marks import seen_of_marks, without_calls, without_marks
from kb.importers.myst import without_comment_lines
from kb.importers.pieces import code, pieces
from kb.importers.raw import with_braces, with_raw_signs
from kb.importers.remarks import Remarks, Why
from kb.importers.shortcodes import with_names
from kb.importers.slashes import with_notes
from kb.importers.unseen import hides, without_columns, without_unseen
from kb.importers.wide_links import with_links_in_lines

_SUSPICIOUS = re.compile(
    r"[<{]|%%|::|^[ \t>]*\+[-:=]|^[ \t]*///|^[ \t]*(?:===|!!!|\?{3})|^[ \t]*#\+|\(\(|:[a-z]{1,20}-|"
    r"\]:[ \t]*#|dendron://|\^[a-z0-9-]{4,60}[ \t]*$|!\[\[|==\S|:LOGBOOK:|- #\+|"
    r"\[toc|\[_toc|^(?:import|export) |(?:^|[ \t])\*\*(?=[ \t.,;:!?)]|$)"
    r"|[ \t]=[\dx]|\[[ \t#¶§🔗\u200b]*\]\(",
    re.I | re.MULTILINE,
)
_MDX = re.compile(r"[ \t]*(`{3,}|~{3,})mdx-code-block[ \t]*$")
_ENDING = re.compile(r"(?: {4,40}|\t)[ \t]*\{\{[<%][ \t]*/[ \t]*([\w-]{1,60})[ \t]*[%>]\}\}[ \t]*$")
_BEGINNING = re.compile(r"\{\{[<%][ \t]*([\w-]{1,60})")
_HEAD = re.compile(r"export\s{1,9}const\s{1,9}\w{0,40}(?:meta|matter)", re.IGNORECASE)
_HEADING = re.compile(HEADING_LINE, re.MULTILINE)
_ITEM = re.compile(
    r"^([ \t>]{0,40}(?:[-*+]|\d{1,9}[.)]|\[\^[^\]\s]{1,200}\]:)[ \t]{1,9})(?=[{:<])", re.MULTILINE
)
_FIRST = "\ufddd"
"""Stands where the text of an item or a footnote begins: what is not text goes with its blanks,
which tell how far in all of the item is. No letter has this code."""

_AFTER_FIRST = re.compile(rf"{_FIRST}[ \t]*")
_BREAK = re.compile(r"<br\s{0,9}/?>", re.IGNORECASE)


def plain_markdown(
    body: str,
    remarks: Remarks,
    *,
    myst: bool = False,
    mdx: bool = False,
    made: set[str] | None = None,
) -> str:
    """`body` with HTML as Markdown and without what only programs of a site read.

    Of a page in `myst` lines that begin with % are comments, one in `mdx` has programs. Formulas
    stay as they are. `made` learns of pages whose addresses stand for words in links.
    """
    return with_formulas(body, lambda text: _plain(text, remarks, made, myst=myst, mdx=mdx))


def _plain(body: str, remarks: Remarks, made: set[str] | None, *, myst: bool, mdx: bool) -> str:
    if not (
        myst
        or "mdx-code-block" in body
        or _SUSPICIOUS.search(body)
        or SIGN_BESIDE_WORD.search(body)
    ):
        return body
    body = _without_endings(_without_fences(body), remarks)
    body = with_raw_signs(with_grids(body, remarks), remarks)
    body = with_fences(without_literals(body, remarks, mdx=mdx), remarks)
    body = with_fences_apart(flattened(body))
    body = with_fences_apart(outdented(body, remarks))
    body = with_links_in_lines(with_names(_shown(body, remarks, myst=myst, mdx=mdx), remarks))
    body = without_divisions(with_notes(body, remarks), remarks)
    found = list(pieces(body))
    prose = "\n".join(without_code(text) for kind, text in found if kind != "code")
    html = Html(prose, remarks, made)
    imports = any(kind == "program" and text.startswith("import") for kind, text in found)
    parts = []
    for kind, text in found:
        if kind == "code":
            parts.append(text)
        elif kind == "html":
            block = html.block(without_marks(text, remarks))
            parts.append(f"\n{block}\n" if block else "")
        elif kind == "program" and (mdx or imports or _HEAD.match(text)):
            remarks.add(Why.CODE, text)
            remarks.comments += [text] if _HEAD.match(text) else []
        else:
            parts.append(_text(text, html, remarks, in_table=kind == "table"))
    return with_braces("\n".join(parts)).replace(IN_CELL_BREAK, "<br>")


def _without_fences(body: str) -> str:
    """`body` without the fences around what Docusaurus reads as MDX, and no code."""
    if "mdx-code-block" not in body:
        return body
    made, fence, was_code = [], "", False
    for line, is_code in lines_of(body):
        begun = _MDX.match(line) if is_code and not was_code else None
        ended = fence and line.strip().startswith(fence) and not line.strip(f" \t{fence[0]}")
        fence = begun[1] if begun else fence
        made.append("" if begun or ended else line)
        was_code = is_code and not ended
        fence = "" if ended else fence
    return "\n".join(made)


def _without_endings(body: str, remarks: Remarks) -> str:
    """`body` without the ends of Hugo's marks that would be code by how far in they stand."""
    lines = body.split("\n")
    ends = {at: found[1] for at, line in enumerate(lines) if (found := _ENDING.match(line))}
    if not ends:
        return body
    code = lines_in_code(body)
    begun: set[str] = set()
    fenced = {at for at, (_, is_code) in enumerate(lines_of(body)) if is_code}
    for at, line in enumerate(lines):
        if ends.get(at) in begun and at not in fenced:
            remarks.add(Why.MARKS, line)
            lines[at] = ""
        elif at not in code:
            begun |= {*_BEGINNING.findall(line)}
    return "\n".join(lines)


def _shown(body: str, remarks: Remarks, *, myst: bool, mdx: bool) -> str:
    """`body` without comments, and without conditions and elements that are not seen."""
    if has_comments(body):
        body = without_comments(body, code(body), remarks)
    if myst and "%" in body:
        body = without_comment_lines(body, code(body), remarks)
    if has_conditions(body):
        body = without_unmet(body, [*code(body)], remarks)
    if mdx:
        body = without_unmet_jsx(body, [*code(body)], remarks)
    if hides(body):
        body = without_unseen(body, [*code(body)], remarks)
        body = without_columns(body, [*code(body)], remarks)
    if "{" in body:
        body = without_attributed(body, [*code(body)], remarks)
        body = without_calls(body, [*code(body)], remarks)
    return body


def _text(text: str, html: Html, remarks: Remarks, *, in_table: bool) -> str:
    def clean(part: str) -> str:
        return html.inline(seen_of_marks(part, remarks), in_table=in_table)

    def in_one_line(heading: re.Match[str]) -> str:
        return outside_code(heading[0], lambda part: _BREAK.sub(" ", part))

    text = _ITEM.sub(rf"\1{_FIRST}", _HEADING.sub(in_one_line, without_links(text, remarks)))
    made = []
    for paragraph in re.split(r"(\n[ \t]*\n)", text):
        html.begin(paragraph)
        said = coded(without_gone(outside_code(paragraph, clean)), markdown=True)
        made.append(with_breaks(with_wide_signs_outside(with_bold_closed_up(emphasised(said)))))
    return _AFTER_FIRST.sub("", "".join(made))
