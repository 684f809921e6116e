"""Moves out of its indentation what tools read as text there: tabs, notes, a page's first list."""

import re
from collections.abc import Iterator

from kb.importers.body import lines_in_code
from kb.importers.divisions import bold_headings, in_bold, note
from kb.importers.remarks import Remarks, Why

DEEPEST = 8
"""Levels of notes and tabs within each other that are looked at; what is further in stays."""

_MAYBE = re.compile(r"^[ \t]*(?:===|!!!|\?\?\?)", re.MULTILINE)
_BEGIN = re.compile(
    r"([ \t]{0,40})(?:={3}[!+]?[ \t]+\"(?P<tab>[^\"\n]{1,200})\""
    r"|(?:!!!|\?{3}\+?)[ \t]?(?P<kind>[\w-]{1,60})(?P<classes>(?:[ \t]+[\w-]{1,60}){0,9})"
    r"(?:[ \t]+\"(?P<title>[^\n]{0,500})\")?)[ \t]*$"
)

_FIRST_ITEM = re.compile(r"(?:[ \t]*\n){0,99}( {4,40}|\t[ \t]{0,40})(?=[-*+][ \t])")


def with_list_outdented(body: str) -> str:
    """`body` with the list that it begins with as far out as text: Logseq has it further in."""
    if not (found := _FIRST_ITEM.match(body)):
        return body
    lines = body.split("\n")
    ends = (at for at, line in enumerate(lines) if line.strip() and not line.startswith(found[1]))
    end = next(ends, len(lines))
    return "\n".join([*(line.removeprefix(found[1]) for line in lines[:end]), *lines[end:]])


def outdented(body: str, remarks: Remarks, depth: int = 0) -> str:
    """`body` with tabs one after the other, each under its name in bold, and notes between :::.

    A heading in a tab begins no section, which would end where the tab does: it is in bold too.
    """
    if depth == DEEPEST or not _MAYBE.search(body):
        return body
    return "\n".join(_moved(body, remarks, depth))


def _moved(body: str, remarks: Remarks, depth: int) -> Iterator[str]:
    lines, code = body.split("\n"), lines_in_code(body)
    at, before = 0, ""
    while at < len(lines):
        found = None if at in code else _BEGIN.match(lines[at])
        after = _end(lines, at + 1, found[1]) if found else 0
        if not found or not (after or found["tab"]):
            before = lines[at]
            yield before
            at += 1
            continue
        inner = [_further_out(line, found[1]) for line in lines[at + 1 : after]]
        text = outdented("\n".join(inner), remarks, depth + 1).strip("\n")
        if found["tab"]:
            made = [in_bold(found["tab"]), "", *bold_headings(text).split("\n")]
        else:
            remarks.add(Why.MARKS, found["classes"])
            made = note(found["kind"], found["title"] or "", text.split("\n"))
        if before.strip():
            yield ""
        yield from (f"{found[1]}{line}" if line else "" for line in made)
        at = max(after, at + 1)
        before = made[-1]


def _end(lines: list[str], at: int, indent: str) -> int:
    """The line after the last that is further in than `indent`; 0 if none is."""
    after = 0
    for place in range(at, len(lines)):
        if lines[place].startswith((f"{indent}    ", f"{indent}\t")):
            after = place + 1 if lines[place].strip() else after
        elif lines[place].strip():
            break
    return after


def _further_out(line: str, indent: str) -> str:
    inner = line.removeprefix(indent)
    return inner[1:] if inner.startswith("\t") else inner[4:]
