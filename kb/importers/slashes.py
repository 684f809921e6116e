"""Turns the blocks of pymdownx, which stand between lines of ///, into notes, tabs and text."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress

from kb.errors import NotTaken
from kb.importers.code import lines_of
from kb.importers.divisions import MARKUP, in_bold
from kb.importers.head_yaml import load
from kb.importers.remarks import Remarks, Why
from kb.importers.unseen import is_unseen
from kb.importers.values import Plain

_MARK = re.compile(
    r"([ \t]{0,40})(/{3,})[ \t]*(?:([A-Za-z][\w-]{0,60})[ \t]*(?:\|[ \t]*(.{0,500}))?)?$"
)
_OPTION = re.compile(r"[ \t]{4,44}([\w-]{1,60}):[ \t]*(.{0,500})$")
_GENERAL = ("admonition", "details")
"""Blocks of which an option says what kind of note they are."""

_NO_NOTES = {"tab", "html", "define", "caption", "figure-caption", "table-caption"}
_IN_BRACKETS = re.compile(r"\[([^\[\]\n]{0,500})\]")
_CLASS = re.compile(r"\.([\w-]{1,100})")


def with_notes(body: str, remarks: Remarks) -> str:
    """`body` with blocks between /// as notes between :::, or as text; one without an end stays.

    What readers of the website do not see is told and gone, with all that follows if it never ends.
    """
    if "///" not in body:
        return body
    return "\n".join(_notes(list(lines_of(body)), remarks))


def _notes(lines: list[tuple[str, bool]], remarks: Remarks) -> Iterator[str]:
    marks = {
        at: found
        for at, (line, is_code) in enumerate(lines)
        if not is_code and (found := _MARK.match(line))
    }
    ends = _ends(marks)
    closing = {end: begin for begin, end in ends.items()}
    passed = 0
    for at, (line, _) in enumerate(lines):
        if at < passed:
            continue
        options = _options(lines, at + 1) if at in marks and marks[at][3] else []
        if at in marks and is_unseen(_attributes(marks[at], dict(options))):
            passed = ends.get(at, len(lines)) + 1
            remarks.add(Why.UNSEEN, "\n".join(each for each, _ in lines[at:passed]))
        elif at in ends:
            passed = at + 1 + len(options)
            remarks.add(Why.MARKS, ", ".join(f"{name}: {value}" for name, value in options))
            if marks[at][3].lower() == "html":
                remarks.add(Why.MARKS, ", ".join(_IN_BRACKETS.findall(marks[at][4] or "")))
            yield from _begun(marks[at], dict(options))
        elif at in closing:
            begun = marks[closing[at]]
            yield "" if begun[3].lower() in _NO_NOTES else f"{begun[1]}{':' * len(begun[2])}"
        else:
            yield line


def _ends(marks: dict[int, re.Match[str]]) -> dict[int, int]:
    """The line in which each block ends, by that in which it begins: one of as many signs."""
    ends: dict[int, int] = {}
    begun: list[int] = []
    for at, mark in marks.items():
        if mark[3]:
            begun.append(at)
            continue
        within = [place for place, each in enumerate(begun) if marks[each][2] == mark[2]]
        if within:
            ends[begun[within[-1]]] = at
            del begun[within[-1] :]
    return ends


def _options(lines: list[tuple[str, bool]], at: int) -> list[tuple[str, str]]:
    options = []
    while at < len(lines) and (found := _OPTION.match(lines[at][0])):
        options.append((found[1], found[2]))
        at += 1
    return options


def _attributes(mark: re.Match[str], options: Mapping[str, str]) -> str:
    """The attributes of the element that a block becomes, as HTML has them."""
    has = dict[str, str]()
    with suppress(NotTaken):
        said = load(f"attrs: {options['attrs']}").get("attrs") if "attrs" in options else None
        for name, value in said.items() if isinstance(said, dict) else ():
            has[name] = value.text if isinstance(value, Plain) else ""
    selector = (mark[4] or "") if mark[3] and mark[3].lower() == "html" else ""
    classes = [has.pop("class", ""), *_CLASS.findall(_IN_BRACKETS.sub("", selector))]
    written = [f'{name}="{value}"' for name, value in has.items()]
    written += [f'class="{" ".join(classes)}"'] if any(classes) else []
    return "".join(f" {each}" for each in (*_IN_BRACKETS.findall(selector), *written))


def _begun(mark: re.Match[str], options: dict[str, str]) -> Iterator[str]:
    kind, title = mark[3].lower(), (mark[4] or "").strip()
    if kind in _NO_NOTES:
        said = title if kind != "html" else ""
        yield from (f"{mark[1]}{in_bold(said)}", "") if said else ("",)
        return
    kind = options.get("type", "note").strip("\"' ") if kind in _GENERAL else kind
    plain = "" if MARKUP.search(title) else title
    yield f"{mark[1]}{':' * len(mark[2])}{kind}" + (f"[{plain}]" if plain else "")
    yield from (f"{mark[1]}{in_bold(title)}", "") if title != plain else ()
