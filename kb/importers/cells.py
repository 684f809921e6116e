"""Cells of code of Quarto, R Markdown and MyST: readers see their code, unless told otherwise."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import takewhile

from kb.errors import NotTaken
from kb.importers.attributes import is_unseen
from kb.importers.head_yaml import load
from kb.importers.myst import DIRECTIVES, OPTION, options_end
from kb.importers.remarks import Remarks, Why
from kb.importers.seen_values import word_set
from kb.importers.values import Plain, Value, flat, is_empty

_MAYBE = re.compile(r"^[ \t>]*(?:`{3}|~{3})[`~]*[^\n{]{0,60}\{[ \t]*[A-Za-z.=]", re.MULTILINE)
_FENCE = re.compile(
    r"[ \t>]{0,40}"
    r"(`{3,}(?=[^`]*$|[ \t]*\{[ \t]*[A-Za-z][\w-]{0,60}[\s,][^\n]{0,2000}\}[ \t]*$)|~{3,})"
)
_BEGIN = re.compile(
    r"([ \t>]{0,40})(`{3,}|~{3,})[ \t]*"
    r"\{[ \t]*([A-Za-z][\w-]{0,60})((?:[\s,][^\n]{0,2000})?)\}[ \t]*$"
)
"""A cell of any engine, as knitr reads it: in quotations too, with any signs in its options."""

_ATTRIBUTED = re.compile(r"[ \t>]{0,40}[`~]{3,}[^\n{]{0,60}(\{[^{}\n]{0,2000}\})[ \t]*$")
_OF_MYST = re.compile(
    r"([ \t]{0,40})(`{3,}|~{3,})[ \t]*\{(?:code-cell|code|code-block)\}"
    r"[ \t]*([\w+#.-]{0,40})[^\n`]{0,200}$"
)
_TAGS = re.compile(r"^[ \t:]{0,40}tags:([^\n]{0,500}(?:\n[ \t]{0,40}-[^\n]{0,200}){0,50})", re.M)
_HIDING = re.compile(r"(?<![\w-])(?:hide|remove)[-_](cell|input)(?![\w-])")
_RAW = re.compile(r"\{=(?:html\d?|markdown|mdx)\}")
"""The format of a block that is text of the page as it stands."""

_TEXTS = word_set("asis block block2")
"""Engines whose cells are text, which hides with its code, and if it is not evaluated."""

_OPTION_LINE = re.compile(r"[ \t>]*(?:#|//|--|%%|%|;)\|[ \t]?(([\w.-]{0,60})[ \t]*:?[ \t]*(.*))$")
_OPTION = re.compile(
    r"([A-Za-z][\w.-]{0,60})\s{0,9}=\s{0,9}"
    r"(\"(?:[^\"\\\n]|\\.){0,1000}\"|'(?:[^'\\\n]|\\.){0,1000}'|[^\s,'\"]{1,200})"
)
_CELL_NAME = re.compile(r"[ \t]{1,9}([\w.-]{1,100})[ \t]*(?=,|$)")
_ALL_CELLS = re.compile(
    r"opts_chunk\s{0,9}\$\s{0,9}set\s{0,9}\(((?:[^()]|\([^()]{0,500}\)){0,1000})\)"
)
_YES = ("true", "t", "yes", "fenced")
_SAID_OF_MYST = ("filename", "caption")
CAPTIONS = ("fig-cap", "tbl-cap", "lst-cap")
_SPOKEN = (*CAPTIONS, "fig-subcap", "tbl-subcap", "fig-alt")
"""Options that say to readers what they see, as Quarto spells them."""

Options = dict[str, str]
"""What each option says in a line; the items of a list have a blank line between them."""


def with_cells(body: str, heads: Iterable[Mapping[str, Value]], remarks: Remarks) -> str:
    """`body` with cells as fences of their language, without their options and hidden code.

    One that never ends has all that follows. `heads` are settings and front matter, of which the
    later counts, and which may hide the code of all of them. Other code that its attributes hide is
    gone as well.
    """
    if not _MAYBE.search(body):
        return body
    hidden = {name: value for each in heads for name, value in _of_all_cells(each)}
    return "\n".join(_with_cells(body.split("\n"), hidden, remarks))


def _of_all_cells(fields: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    knitr = fields.get("knitr")
    for said in (fields.get("execute"), knitr.get("opts_chunk") if isinstance(knitr, dict) else {}):
        for name, value in said.items() if isinstance(said, dict) else ():
            if isinstance(value, Plain):
                yield _name(name), value.text


def _with_cells(lines: list[str], common: Options, remarks: Remarks) -> Iterator[str]:
    at = 0
    while at < len(lines):
        begin, fence = at, _FENCE.match(lines[at])
        end = _end(lines, at, fence) if fence else at
        at = end + 1
        attributed = _ATTRIBUTED.match(lines[begin]) if fence else None
        if attributed and is_unseen(attributed[1]):
            remarks.add(Why.UNSEEN, "\n".join(lines[begin:at]))
        elif not fence:
            yield lines[begin]
        elif attributed and _RAW.fullmatch(attributed[1]):
            yield from ("", *lines[begin + 1 : end], "")
        elif of_myst := _OF_MYST.match(lines[begin]):
            yield from _cell_of_myst(of_myst, lines[begin + 1 : end], remarks)
        elif (found := _BEGIN.match(lines[begin])) and found[3] not in DIRECTIVES.split("|"):
            code = lines[begin + 1 : end]
            yield from _cell(found, code, common, remarks)
            for all_cells in _ALL_CELLS.findall("\n".join(code)):
                common = common | _options(all_cells)
        else:
            yield from lines[begin:at]


def _end(lines: list[str], at: int, begin: re.Match[str]) -> int:
    """The line in which the fence ends that `begin` is of, or one after the last."""
    fence = begin[1]
    ends = re.compile(rf"[ \t>]*{fence[0]}{{{len(fence)},}}[ \t]*$")
    return next((n for n in range(at + 1, len(lines)) if ends.match(lines[n])), len(lines))


def _cell(
    begin: re.Match[str], code: list[str], common: Options, remarks: Remarks
) -> Iterator[str]:
    indent, fence, engine, rest = begin.groups()
    own, said = _own_options(code)
    options = common | _options(rest) | said
    shown = not _denied(options, "include") and engine != "comment"
    is_text = engine in _TEXTS
    if shown and not _denied(options, "echo") and not (is_text and _denied(options, "eval")):
        remarks.add(Why.MARKS, rest.strip(" ,"))
        remarks.add(Why.MARKS, "; ".join(code[:own]))
        yield indent.rstrip() if is_text else f"{indent}{fence}{engine}"
        yield from code[own:]
        yield indent.rstrip() if is_text else f"{indent}{fence}"
    else:
        remarks.add(Why.UNSEEN, "\n".join([begin[0], *code]))
    words = [one for name in _SPOKEN if shown for one in options.get(name, "").split("\n\n")]
    for line in dict.fromkeys(filter(None, words)):
        yield from (indent.rstrip(), f"{indent}{line}", indent.rstrip())


def cells(lines: list[str]) -> Iterator[tuple[str, Options]]:
    """The cells in the lines of a text: the name of each, or "", and its options."""
    at = 0
    while at < len(lines):
        fence, begin = _FENCE.match(lines[at]), at
        at = _end(lines, at, fence) + 1 if fence else at + 1
        if fence and at <= len(lines) and (found := _BEGIN.match(lines[begin])):
            _, said = _own_options(lines[begin + 1 : at - 1])
            name = _CELL_NAME.match(found[4])
            yield name[1] if name else "", _options(found[4]) | said


def _own_options(code: list[str]) -> tuple[int, Options]:
    """How many lines of a cell are options, which are YAML, and what they say."""
    found = list(takewhile(bool, map(_OPTION_LINE.match, code)))
    lines = [match.groups() for match in found if match]
    try:
        fields = load("\n".join(whole for whole, _, _ in lines))
    except NotTaken:
        told = {_name(name): value.strip("\"'") for _, name, value in lines}
        return len(lines), told | _options("\n".join(whole for whole, _, _ in lines))
    return len(lines), {_name(name): _said(value) for name, value in fields.items()}


def _said(value: Value) -> str:
    items = value if isinstance(value, list) else [value]
    return "\n\n".join(flat(item) for item in items if not is_empty(item))


def _cell_of_myst(begin: re.Match[str], code: list[str], remarks: Remarks) -> Iterator[str]:
    indent, fence, language = begin.groups()
    own = code[: options_end(code)]
    code = code[len(own) :]
    told = "\n".join(own)
    fields = _fields_of_myst(own)
    hidden = {what for tags in _TAGS.findall(told) for what in _HIDING.findall(tags)}
    said = [] if "cell" in hidden else [*map(fields.get, _SAID_OF_MYST)]
    if hidden:
        remarks.add(Why.UNSEEN, "\n".join([begin[0], *own, *code]))
    else:
        for line in (begin[0].strip(" \t`~"), *own):
            remarks.add(Why.MARKS, line.strip(" -"))
        yield f"{indent}{fence}{'python' if language.startswith('ipython') else language}"
        yield from code[1:] if own and code and not code[0].strip() else code
        yield f"{indent}{fence}"
    for words in filter(None, said):
        yield from ("", f"{indent}{words}", "")


def _fields_of_myst(own: list[str]) -> Options:
    """What options say, one in a line behind a colon or YAML between two lines of ---."""
    fields = {found[1]: found[2] or "" for line in own if (found := OPTION.match(line))}
    if own and own[0].strip() == "---":
        with suppress(NotTaken):
            fields = {name: _said(value) for name, value in load("\n".join(own[1:-1])).items()}
    return fields


def _denied(options: Options, name: str) -> bool:
    """Whether an option says no, or what only a program knows."""
    return options.get(name, "true").lower() not in _YES


def _options(text: str) -> Options:
    return {_name(name): value.strip("\"'") for name, value in _OPTION.findall(text)}


def _name(name: str) -> str:
    """An option's name as Quarto spells it."""
    return name.replace(".", "-")
