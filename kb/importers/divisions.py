"""Divisions of other tools: what stands between Pandoc's and Docusaurus' lines of :::."""

import re
from collections.abc import Iterator

from kb.importers.attributes import is_unseen, said_in
from kb.importers.code import lines_of
from kb.importers.remarks import Remarks, Why

_DIVISION = re.compile(
    r"^([ \t]{0,20}(?:(?:[->*+]|\d{1,9}[.)])[ \t]{0,9}){0,5}:{3,})[ \t]*(\{[^{}]{0,300}\}|[^\n]*)$"
)
_NAMED = re.compile(
    r"([ \t]{0,20}):::[ \t]+([A-Za-z_]\w{0,100}(?:[.:]{1,2}\w{1,100}){0,20})[ \t]*$"
)
_OPTIONS = re.compile(r"(?: {4}|\t)[ \t]*(?:options|handler|selection|rendering):")
_CALLOUT = re.compile(r"^\{?[^}]{0,300}?\bcallout-(\w{1,40})")
_TABS = re.compile(r"^\{?[^}]{0,300}?\bpanel-tabset\b")
_TITLE = re.compile(r"title=(\"[^\"]*\"|'[^']*')")
_COLONS = re.compile(r"[ \t]*(:{3,})")
MARKUP = re.compile(r"[`*_\[\]<>{}\\]")
"""What a title of a note cannot have."""
HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$")


def without_divisions(body: str, remarks: Remarks) -> str:
    """`body` without the ::: lines that only lay out, and what they hide; a note stays one.

    A heading within a note or tabs begins no section, which would end where the note does: it is a
    line in bold.
    """
    if ":::" not in body:
        return body
    lines = list(lines_of(_with_names_as_code(body, remarks)))
    marks = {
        at: found
        for at, (line, is_code) in enumerate(lines)
        if not is_code and (found := _DIVISION.match(line))
    }
    ends = _ends(marks)
    made: list[str] = []
    left_out = {at for within in _hidden(marks, ends, len(lines)) for at in within}
    last = -1  # line in which the outermost note or tabs end
    remarks.add(Why.UNSEEN, "\n".join(lines[at][0] for at in sorted(left_out)))
    for at, (line, is_code) in enumerate(lines):
        if at in left_out:
            continue
        mark = marks.get(at)
        heading = None if is_code or at > last else HEADING.match(line)
        if mark and mark[2].strip():
            opened = _opened(mark, remarks)
            made += [opened] if opened else [*said_in(mark[2]), ""]
            end = ends.get(at, -1)
            left_out |= set() if opened else {end}
            if opened or _TABS.match(mark[2]):
                last = max(last, end)
        elif heading:
            made += [*([""] if made and made[-1].strip() else []), in_bold(heading[1]), ""]
        else:
            made.append(line)
    return "\n".join(made)


def _with_names_as_code(body: str, remarks: Remarks) -> str:
    """`body` with what mkdocstrings describes (`::: pump.Valve`) as code, its options told."""
    lines = list(lines_of(body))
    made: list[str] = []
    at = 0
    while at < len(lines):
        line, is_code = lines[at]
        at += 1
        found = None if is_code else _NAMED.match(line)
        below = lines[at][0] if at < len(lines) else ""
        if not found or not ("." in found[2] or _OPTIONS.match(below)):
            made.append(line)
            continue
        begun, further_in = at, (f"{found[1]}    ", f"{found[1]}\t")
        while at < len(lines) and lines[at][0].startswith(further_in) and lines[at][0].strip():
            at += 1
        remarks.add(Why.MARKS, "\n".join(option for option, _ in lines[begun:at]))
        made += ["", f"{found[1]}`{found[2]}`", ""]
    return "\n".join(made)


def _ends(marks: dict[int, re.Match[str]]) -> dict[int, int]:
    """The line in which each division ends that does, by the line in which it begins."""
    ends: dict[int, int] = {}
    begun: list[int] = []
    for at, mark in marks.items():
        if mark[2].strip():
            begun.append(at)
        elif begun:
            ends[begun.pop()] = at
    return ends


def _hidden(marks: dict[int, re.Match[str]], ends: dict[int, int], count: int) -> Iterator[range]:
    """The lines of each division that is hidden; one that never ends hides all that follows."""
    after = 0
    for at, mark in marks.items():
        if at >= after and is_unseen(mark[2]):
            after = ends.get(at, count - 1) + 1
            yield range(at, after)


def _opened(mark: re.Match[str], remarks: Remarks) -> str:
    said = mark[2]
    callout, title = _CALLOUT.match(said), _TITLE.search(said)
    if not callout and not said.startswith("{") and not _TABS.match(said):
        return mark[0]
    remarks.add(Why.MARKS, said)
    if not callout:
        return ""
    return f"{mark[1]}{callout[1]}" + (f"[{title[1][1:-1]}]" if title else "")


def in_bold(words: str) -> str:
    """`words` in bold; they stay as they are where some of them are so already."""
    return words if "**" in words else f"**{words}**"


def bold_headings(text: str) -> str:
    """`text` with its headings as lines in bold, so that they begin no sections."""
    return "\n".join(
        in_bold(found[1]) if not is_code and (found := HEADING.match(line)) else line
        for line, is_code in lines_of(text)
    )


def note(kind: str, title: str, text: list[str]) -> list[str]:
    """The lines of a note between more colons than stand in it, under a title in bold if marked."""
    if MARKUP.search(title):
        title, text = "", [in_bold(title), "", *text]
    runs = filter(None, map(_COLONS.match, text))
    colons = ":" * max([3, *(len(run[1]) + 1 for run in runs)])
    return [f"{colons}{kind}" + (f"[{title}]" if title else ""), *text, colons]
