"""Moves out of its indentation what stands within components: in MDX no text is code by that.

A component whose tags stand alone in their lines is set apart by blank lines, so that Markdown that
follows a tag at once is read as such, as it is there.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Set
from itertools import accumulate

from kb.importers.code import lines_of
from kb.importers.html_attributes import IN_TAG

_MAYBE = re.compile(r"^[ \t]*</[A-Z]", re.MULTILINE)
_TAG = re.compile(r"([ \t]*)<(/?)([A-Z][\w.]{0,60})(?=[\s/>]|$)")
_WHOLE = re.compile(rf"[ \t]*<([A-Z][\w.]{{0,60}})(?:\s{IN_TAG})?>[^\n]{{0,2000}}</\1>[ \t]*$")
_ONE_TAG = re.compile(rf"[ \t]*</?[A-Z][\w.]{{0,60}}(?=[\s/>]){IN_TAG}>")
_LONGEST_TAG = 20
"""Lines of a tag that are looked at."""

Tag = tuple[int, int, str, str, int]
"""First and last line, slash, name and indentation."""


def flattened(body: str) -> str:
    """`body` with what stands within components as far out as their tags."""
    if not _MAYBE.search(body):
        return body
    lines = body.split("\n")
    code = {at for at, (_, is_code) in enumerate(lines_of(body, deep=True)) if is_code}
    shifts = [0] * len(lines)
    alone: set[int] = set()
    for opening, closing in _pairs(_tags(lines, code)):
        inner = range(opening[1] + 1, closing[0])
        first = next((lines[at] for at in inner if lines[at].strip()), "")
        further = _indent(first) - opening[4]
        if further > 0:
            shifts[inner.start] += further
            shifts[inner.stop] -= further
        alone |= {opening[0] - 1, opening[1], closing[0] - 1, closing[1]}
    whole = {at for at, line in enumerate(lines) if _WHOLE.match(line)} - code
    alone |= {at for at in whole if at + 1 in whole}
    return "\n".join(_moved(lines, accumulate(shifts), alone))


def _moved(lines: list[str], shifts: Iterable[int], alone: set[int]) -> Iterator[str]:
    for at, (line, shift) in enumerate(zip(lines, shifts, strict=True)):
        yield _out(line, shift) if shift else line
        if at in alone and line.strip():
            yield ""


def _out(line: str, shift: int) -> str:
    """`line` without its first columns, if they are blank; of a tab the rest are blanks."""
    column = at = 0
    while column < shift and line[at : at + 1] in (" ", "\t"):
        column += 1 if line[at] == " " else 4 - column % 4
        at += 1
    return " " * max(0, column - shift) + line[at:]


def _indent(line: str) -> int:
    """How many columns a line is further in; a tab goes on to the next fourth."""
    before = line[: len(line) - len(line.lstrip(" \t"))]
    return len(before.expandtabs(4))


def _tags(lines: list[str], code: Set[int]) -> Iterator[Tag]:
    """The tags of components that stand alone in their lines, those in code left out."""
    at = 0
    while at < len(lines):
        found = None if at in code else _TAG.match(lines[at])
        last = _last_line(lines, at) if found else -1
        if found and last >= 0:
            yield at, last, found[2], found[3], _indent(lines[at])
        at = max(at, last) + 1


def _last_line(lines: list[str], at: int) -> int:
    """Where a tag ends that goes on to the end of a line, and leaves nothing open; -1 if none."""
    for last in range(at, min(at + _LONGEST_TAG, len(lines))):
        line = lines[last].rstrip()
        if line.endswith(">"):
            said = "\n".join(lines[at : last + 1])
            if line.endswith("=>"):  # a function of an attribute goes on
                continue
            if _ONE_TAG.fullmatch(said.rstrip()):
                return -1 if line.endswith("/>") else last
            return -1 if line.endswith("/>") or "</" in said.strip()[2:] else last
        if not line:
            return -1
    return -1


def _pairs(tags: Iterable[Tag]) -> Iterator[tuple[Tag, Tag]]:
    begun: list[Tag] = []
    names = Counter[str]()
    for tag in tags:
        name = tag[3]
        if not tag[2]:
            begun.append(tag)
            names[name] += 1
        elif names[name]:
            while (opening := begun.pop())[3] != name:
                names[opening[3]] -= 1
            names[name] -= 1
            yield opening, tag
