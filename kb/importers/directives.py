"""Turns the blocks of MyST, such as ```{note} and :::{tip} Title, into notes and text."""

import re
from collections.abc import Iterator

from kb.importers.body import code_lines
from kb.importers.divisions import in_bold, note
from kb.importers.html_attributes import target_of
from kb.importers.myst import OPTION, options_end
from kb.importers.remarks import Remarks, Why

DEEPEST = 8
"""Levels of blocks within each other that are looked at; what is further in stays."""

_NOTES = "attention|caution|danger|error|hint|important|note|tip|warning"
_ALIKE = "admonition|aside|dropdown|margin|seealso|sidebar|topic"
"""Blocks that are notes, of which a class or a title says more."""

_IF = ("only", "ifconfig")
_LISTS = ("toctree", "tableofcontents")
_TEXT = f"card|grid|grid-item|grid-item-card|tab|tab-item|tab-set|only|ifconfig|{'|'.join(_LISTS)}"
_BEGIN = re.compile(
    r"([ \t]{0,40})(?:`{3,}|~{3,}|:{3,})[ \t]{0,9}"
    rf"\{{(?:({_NOTES})|({_ALIKE})|({_TEXT}))\}}[ \t]*([^\n]{{0,500}})$"
)
_COLONS = re.compile(r"[ \t]*(:{3,})[ \t]*(\S?)")
_CLOSING = re.compile(r"[ \t]*(?:`{3,}|~{3,})[ \t]*$")
_PAGE = re.compile(r"([^<>]{1,500}?)[ \t]{0,9}<([^<>]{1,500})>")
_BREAK = re.compile(r"\+{3}(?:[ \t].{0,500})?$")


def with_directives(body: str, remarks: Remarks, depth: int = 0) -> str:
    """`body` with notes as notes, and what only lays out as text under its titles in bold.

    A list of pages is one of links to them.

    The breaks between cells, lines of +++, are told and gone.
    """
    if depth == DEEPEST:
        return body
    return "\n".join(_made(body.split("\n"), body, remarks, depth))


def _made(lines: list[str], body: str, remarks: Remarks, depth: int) -> Iterator[str]:
    code = code_lines(body)
    at = 0
    while at < len(lines):
        found = _BEGIN.match(lines[at])
        last = _last_line(lines, at, code) if found else -1
        if found and last > at:
            if at and lines[at - 1].strip():
                yield found[1].rstrip()
            yield from _block(found, lines[at + 1 : last], remarks, depth)
            at = last + 1
        elif at in code:
            yield from lines[at : code[at]]
            at = code[at]
        else:
            if _BREAK.match(lines[at]):
                remarks.add(Why.MARKS, lines[at])
                lines[at] = ""
            yield lines[at]
            at += 1


def _last_line(lines: list[str], at: int, code: dict[int, int]) -> int:
    """The line that ends the block which begins at `at`, -1 if none does."""
    if at in code:
        return code[at] - 1 if _CLOSING.match(lines[code[at] - 1]) else -1
    begun = 0
    while at < len(lines):
        if at in code:
            at = code[at]
            continue
        if found := _COLONS.match(lines[at]):
            begun += 1 if found[2] else -1
            if not begun:
                return at
        at += 1
    return -1


def _block(found: re.Match[str], inner: list[str], remarks: Remarks, depth: int) -> Iterator[str]:
    indent, kind, alike, laid_out, title = found.groups()
    title = title.strip()
    inner = [line[len(indent) :] if line.startswith(indent) else line.lstrip() for line in inner]
    own = options_end(inner)
    options = {each[1]: each[2] or "" for line in inner[:own] if (each := OPTION.match(line))}
    if laid_out in _IF and "html" not in title.split(" or "):
        remarks.add(Why.UNSEEN, "\n".join([found[0], *inner]))
        return
    text = with_directives("\n".join(inner[own:]).strip("\n"), remarks, depth + 1).split("\n")
    if not kind:
        remarks.add(Why.MARKS, f"{{{alike or laid_out}}}")
    if laid_out in ("grid", "tab-set", *_IF):
        remarks.add(Why.MARKS, title)
        made = ["", *text]
    elif laid_out in _LISTS:
        caption = options.get("caption", "").strip()
        made = ["", *([in_bold(caption), ""] if caption else []), *_links(inner[own:], remarks)]
    elif laid_out:
        made = ["", *([_headed(title, options), ""] if title or "link" in options else []), *text]
    else:
        made = _note(kind, alike, title, options, text)
    for line in inner[:own]:
        remarks.add(Why.MARKS, line.strip(" -"))
    yield from (f"{indent}{line}" if line else "" for line in [*made, ""])


def _links(pages: list[str], remarks: Remarks) -> Iterator[str]:
    for line in filter(None, map(str.strip, pages)):
        words, page = found.groups() if (found := _PAGE.fullmatch(line)) else ("", line)
        if "*" in page or page == "self":  # all that are called so, and the page itself
            remarks.add(Why.MARKS, line)
        else:
            yield f"- [{words}]({target_of(page)})"


def _headed(title: str, options: dict[str, str]) -> str:
    if not (link := options.get("link", "").strip()):
        return in_bold(title)
    target = f"#{link}" if options.get("link-type") == "ref" else link
    return in_bold(f"[{title or link}]({target})")


def _note(
    kind: str | None, alike: str | None, title: str, options: dict[str, str], text: list[str]
) -> list[str]:
    if not kind:
        classes = options.get("class", "").split()
        kind = next((word for word in classes if word in _NOTES.split("|")), "note")
        title = title or ("See also" if alike == "seealso" else "")
    return note(kind, title, text)
