"""Cells of code of Quarto and R Markdown: readers see their code, unless an option says not."""

import re
from collections.abc import Iterator, Mapping

from kb.importers.remarks import Remarks, Why
from kb.importers.seen_values import word_set
from kb.importers.values import Plain, Value

_MAYBE = re.compile(r"^[ \t]*(?:`{3}|~{3})[`~]*[ \t]*\{[A-Za-z]", re.MULTILINE)
_BEGIN = re.compile(
    r"([ \t]{0,40})(`{3,}|~{3,})[ \t]*\{([A-Za-z]{1,20})((?:[\s,][^{}\n]{0,2000})?)\}[ \t]*$"
)
_FENCE = re.compile(r"[ \t]*(`{3,}(?=[^`]*$)|~{3,})")
_LANGUAGES = word_set(
    "r python julia ojs sql bash sh shell zsh powershell perl ruby js javascript node css html "
    "stan rcpp c cpp fortran go rust dot mermaid stata sas scala java php haskell octave matlab"
)
_OPTION_LINE = re.compile(r"[ \t]*(?:#|//|--|%%|%|;)\|[ \t]?([\w.-]{0,60})[ \t]*:?[ \t]*(.*)$")
_OPTION = re.compile(
    r"([A-Za-z][\w.-]{0,60})\s{0,9}=\s{0,9}"
    r"(\"(?:[^\"\\\n]|\\.){0,1000}\"|'(?:[^'\\\n]|\\.){0,1000}'|[^\s,'\"]{1,200})"
)
_ALL_CELLS = re.compile(r"opts_chunk\s{0,9}\$\s{0,9}set\s{0,9}\(([^()]{0,1000})\)")
_NO = ("false", "f", "no")
_SPOKEN = ("fig-cap", "tbl-cap", "lst-cap", "fig-alt")
"""Options that say to readers what they see, as Quarto spells them."""

Options = dict[str, str]


def with_cells(body: str, fields: Mapping[str, Value], remarks: Remarks) -> str:
    """`body` with cells as fences of their language, without their options and hidden code.

    `fields` are those of the front matter, which may hide the code of all of them.
    """
    if not _MAYBE.search(body):
        return body
    said = fields.get("execute")
    of_page = said.items() if isinstance(said, dict) else ()
    hidden = {name: value.text for name, value in of_page if isinstance(value, Plain)}
    return "\n".join(_with_cells(body.split("\n"), hidden, remarks))


def _with_cells(lines: list[str], common: Options, remarks: Remarks) -> Iterator[str]:
    at, after = 0, 0
    while at < len(lines):
        fence = _FENCE.match(lines[at])
        found = _BEGIN.match(lines[at]) if fence else None
        after = _end(lines, at, fence[1]) if fence else at
        if found and after < len(lines) and found[3].lower() in _LANGUAGES:
            code = lines[at + 1 : after]
            yield from _cell(found, code, common, remarks)
            for all_cells in _ALL_CELLS.findall("\n".join(code)):
                common = common | _options(all_cells)
        else:
            yield from lines[at : after + 1]
        at = after + 1


def _end(lines: list[str], at: int, fence: str) -> int:
    """The line in which the fence ends that begins at `at`, or one after the last."""
    ends = re.compile(rf"[ \t]*{fence[0]}{{{len(fence)},}}[ \t]*$")
    return next((n for n in range(at + 1, len(lines)) if ends.match(lines[n])), len(lines))


def _cell(
    begin: re.Match[str], code: list[str], common: Options, remarks: Remarks
) -> Iterator[str]:
    indent, fence, language, rest = begin.groups()
    own = 0
    while own < len(code) and _OPTION_LINE.match(code[own]):
        own += 1
    lines = [found.groups() for line in code[:own] if (found := _OPTION_LINE.match(line))]
    options = common | _options(rest) | {_name(name): value for name, value in lines}
    shown = not _denied(options, "include")
    if shown and not _denied(options, "echo"):
        remarks.add(Why.MARKS, rest)
        remarks.add(Why.MARKS, "; ".join(code[:own]))
        yield f"{indent}{fence}{language}"
        yield from code[own:]
        yield f"{indent}{fence}"
    else:
        remarks.add(Why.UNSEEN, "\n".join([begin[0], *code]))
    words = [options[name].strip("\"'") for name in _SPOKEN if shown and options.get(name)]
    for said in dict.fromkeys(words):
        yield from ("", f"{indent}{said}", "")


def _denied(options: Options, name: str) -> bool:
    return options.get(name, "").strip("\"' ").lower() in _NO


def _options(text: str) -> Options:
    return {_name(name): value for name, value in _OPTION.findall(text)}


def _name(name: str) -> str:
    """An option's name as Quarto spells it."""
    return name.replace(".", "-")
