"""Abbreviations that a page explains: its readers see what each stands for where it stands."""

import re
from collections.abc import Collection, Iterator

from kb.importers.code import lines_of, spliced, within_code
from kb.importers.remarks import Remarks, Why

_DEFINITION = re.compile(r" {0,3}\*\[([^\[\]\n]{1,100})\]:[ \t]*(\S.{0,1000})")
_MAYBE = re.compile(r"^ {0,3}\*\[", re.MULTILINE)
_NO_PROSE = re.compile(
    r"!?\[[^\[\]\n]{0,300}\](?:\([^()\n]{0,1000}\))?|<[^<>\n]{0,1000}>|https?://[^\s<>]{1,1000}"
    r"|\{[^{}\n]{0,1000}\}"
)
_HEADING = re.compile(r" {0,3}#")
_LINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*$")
_WORD = re.compile(r"\w+")
MOST = 100
"""Abbreviations of a page that are looked for in its text."""


def with_meanings(body: str, remarks: Remarks) -> str:
    """`body` with what an abbreviation stands for in brackets behind the first place that has it.

    Where none has it, both stand in a list instead; where the text has it and says in full what it
    stands for, nothing is added, and a remark says so.
    """
    if not _MAYBE.search(body):
        return body
    lines = list(lines_of(body))
    found = {
        at: (one[1].strip(), one[2].strip())
        for at, (line, is_code) in enumerate(lines)
        if not is_code and (one := _DEFINITION.fullmatch(line))
    }
    rest = _words("\n".join(line for at, (line, _) in enumerate(lines) if at not in found))
    unsaid = {
        name: said
        for name, said in found.values()
        if not (_words(name) in rest and _words(said) in rest)
    }
    left = dict(list(unsaid.items())[:MOST])
    looked_for = frozenset(left)
    made = list(_explained(lines, found.keys(), left)) if left else [line for line, _ in lines]
    put = set[str]()
    for at, (name, said) in found.items():
        is_put = unsaid.get(name) == said and name in looked_for - left.keys()
        if is_put and name not in put:
            put.add(name)
            remarks.add(Why.MARKS, f"*[{name}]")
        elif is_put or name not in unsaid:
            remarks.add(Why.TWICE, f"*[{name}]: {said}")
        made[at] = "" if is_put or name not in unsaid else f"- **{name}**: {said}"
    return "\n".join(made)


def _words(text: str) -> str:
    """The words of `text` in any case, each between blanks: none is found within another."""
    return " ".join(["", *_WORD.findall(text.casefold()), ""])


def _explained(
    lines: list[tuple[str, bool]], definitions: Collection[int], left: dict[str, str]
) -> Iterator[str]:
    """The lines, what is `left` in the first of them that has its name, and no longer left then."""
    names = "|".join(re.escape(name) for name in sorted(left, key=len, reverse=True))
    uses = re.compile(rf"(?<![\w-])(?:{names})(?![\w-])")
    for at, (line, is_code) in enumerate(lines):
        below = lines[at + 1][0] if at + 1 < len(lines) else ""
        if is_code or at in definitions or _HEADING.match(line) or _LINE.match(below):
            yield line
            continue
        prose = within_code(line, lambda code: "\0" * len(code))
        prose = _NO_PROSE.sub(lambda found: "\0" * len(found[0]), prose)
        put = ((use.end(), left.pop(use[0], "")) for use in uses.finditer(prose))
        yield spliced(line, ((end, end, f" ({said})") for end, said in put if said))
