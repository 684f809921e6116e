"""Tables drawn as grids, as Pandoc and Quarto have them, as tables of Markdown.

A cell of these is one line: its paragraphs, items and lines of code are parted by breaks. No
library reads such tables without a whole dialect of Markdown around them.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

from kb.importers.body import lines_in_code
from kb.importers.code import as_code
from kb.importers.remarks import Remarks, Why

BREAK = "\ufdde"
"""Stands for a break within a cell while a text is made; no letter has this code."""

_MAYBE = re.compile(r"^[ \t>]{0,40}\+[-:=]{2,}", re.MULTILINE)
_RULE = re.compile(r"\+(?:[-:=]{1,2000}\+)+")
_PREFIX = re.compile(r"[ \t>]{0,40}")
_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]{0,9}([^`]{0,1000})$")
_FILE = re.compile(r"\bfilename=[\"']([^\"'\n]{1,200})[\"']")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])[ \t]")
_PIPE = re.compile(r"(?<!\\)\|")

Line = list[str]
"""The signs of a line by its columns; one that is two columns wide has an empty one behind it."""


def with_grids(body: str, remarks: Remarks) -> str:
    """`body` with tables for grids; one that is not drawn to its end stays as it is."""
    if not _MAYBE.search(body):
        return body
    lines = body.split("\n")
    code = lines_in_code(body)
    made: list[str] = []
    at = 0
    while at < len(lines):
        prefix = "" if at in code else _prefix(lines[at])
        drawn = [] if at in code else _drawn(lines, at, prefix)
        after = at + max(1, len(drawn))
        table = _table(drawn, remarks)
        made += [prefix + row for row in table] or lines[at:after]
        if table and after < len(lines) and lines[after].strip(" \t>"):
            made.append(prefix.rstrip())  # or what follows would be one more row
        at = after
    return "\n".join(made)


def _prefix(line: str) -> str:
    found = _PREFIX.match(line)
    return found[0] if found else ""


def _drawn(lines: Sequence[str], at: int, prefix: str) -> list[str]:
    """The lines of a grid that begins at `at`, up to the last rule; none if none does."""
    if not _RULE.fullmatch(lines[at][len(prefix) :].rstrip()):
        return []
    found: list[str] = []
    last = 0
    for line in map(lines.__getitem__, range(at, len(lines))):
        said = line[len(prefix) :].rstrip()
        if not line.startswith(prefix) or said[:1] not in ("+", "|"):
            break
        found.append(said)
        last = len(found) if _RULE.fullmatch(said) else last
    return found[:last]


def _table(drawn: Sequence[str], remarks: Remarks) -> list[str]:
    """The rows of a table; none if the borders of its cells are not below one another."""
    rules = [line for line in drawn if _RULE.fullmatch(line)]
    borders = sorted({at for rule in rules for at, sign in enumerate(rule) if sign == "+"})
    width = max(map(len, rules), default=0)
    head: list[list[str]] = []
    rows: list[list[str]] = []
    group: list[Line] = []
    for line in drawn[1:]:
        columns = _columns(line, width)
        if len(columns) != width:
            return []
        if not _RULE.fullmatch(line):
            group.append(columns)
            continue
        for part in _parts(group, borders):
            cells = _cells(part, borders)
            if not cells:
                return []
            rows.append([_said(each, remarks) for each in cells])
        group = []
        if "=" in line and not head:
            head, rows = rows, []
    joined = [BREAK.join(filter(None, cells)) for cells in zip(*head, strict=True)]
    titles = joined or [""] * (len(borders) - 1)
    return [_row(titles), _row(["---"] * len(titles)), *map(_row, rows)] if head or rows else []


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _columns(line: str, width: int) -> Line:
    """`line` by its columns, or by its signs where people counted these."""
    if len(line) == width:
        return list(line)
    columns: Line = []
    for sign in line:
        if columns and unicodedata.combining(sign):
            columns[-1] += sign
        else:
            wide = unicodedata.east_asian_width(sign) in "WF"
            columns += [sign, ""] if wide else [sign]
    if len(columns) > width and columns[-1] == "|":  # the last cell is wider than it is drawn
        columns[width - 2 :] = ["".join(columns[width - 2 : -1]), "|"]
    return columns


def _parts(group: Sequence[Line], borders: Sequence[int]) -> Iterator[list[Line]]:
    """The lines of a row, cut where a rule goes through some of its cells."""
    part: list[Line] = []
    for line in group:
        ruled = [(one, other) for one, other in pairwise(borders) if _is_ruled(line, one, other)]
        if not ruled:
            part.append(line)
            continue
        rest = list(line)
        for one, other in ruled:
            rest[one : other + 1] = ["|", *[" "] * (other - one - 1), "|"]
        yield [*part, rest]
        part = []
    if part:
        yield part


def _is_ruled(line: Line, one: int, other: int) -> bool:
    ends = line[one : one + 1] == line[other : other + 1] == ["+"]
    return ends and {*line[one + 1 : other]} <= {"-", ":", "="}


def _cells(part: Sequence[Line], borders: Sequence[int]) -> list[list[str]]:
    """The lines of each cell; one over several columns is in the first of them."""
    seen = [at for at in borders if all(line[at : at + 1] in (["|"], ["+"]) for line in part)]
    if seen[:1] != [0] or seen[-1] != borders[-1]:
        return []
    cells: dict[int, list[str]] = {at: [] for at in borders[:-1]}
    for one, other in pairwise(seen):
        cells[one] = ["".join(line[one + 1 : other]) for line in part]
    return [*cells.values()]


def _said(lines: Sequence[str], remarks: Remarks) -> str:
    """A cell in one line."""
    further = min((len(one) - len(one.lstrip()) for one in lines if one.strip()), default=0)
    pieces = [""]
    fence = ""
    for line in (one[further:].rstrip() for one in lines):
        found = _FENCE.match(line.lstrip())
        if fence:
            ends = found is not None and found[1].startswith(fence) and not found[2]
            pieces += [""] if ends else [as_code(line)] if line else []
            fence = "" if ends else fence
        elif found:
            fence = found[1]
            named = _FILE.search(found[2])
            pieces += [f"**{named[1]}**"] if named else []
            remarks.add(Why.MARKS, found[2])
        elif not line or _ITEM.match(line.lstrip()):
            pieces.append(line.strip())
        else:
            pieces[-1] += f" {line.strip()}" if pieces[-1] else line.strip()
            if pieces[-1].endswith("\\"):
                pieces[-1] = pieces[-1].removesuffix("\\").rstrip()
                pieces.append("")
    return _PIPE.sub(r"\\|", BREAK.join(filter(None, pieces)))
