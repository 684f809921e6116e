"""Reads a head whose YAML is broken field by field: one that cannot be read is kept as text."""

import re
from collections.abc import Iterator
from contextlib import suppress

from msgspec import Struct

from kb.errors import NotTaken
from kb.importers.head_marks import says_who_sees
from kb.importers.head_yaml import comments, load
from kb.importers.remarks import Remarks, Why
from kb.importers.repeated import add
from kb.importers.values import Plain, Value, meaning

LINES = 2000
"""A head of more is not read line by line."""

_NAME = re.compile(r"([\"']?)(?![\s#>|{}\[\]&*!%@`?-])([^\n:\"']{1,200}?)\1[ \t]{0,9}:(?:[ \t]|$)")
_WITHIN = re.compile(r"[ \t]|-(?:[ \t]|$)|#|[\]}]|$")
_INDENT = re.compile(r"^[ \t]*(?:-[ \t]+)*", re.MULTILINE)
_ITEM = re.compile(r"[ \t]*-[ \t]+(.*)")
_NESTED = re.compile(r"[{}\[\],]")


class Repaired(Struct, frozen=True):
    """The fields that could be read, the lines that could not, and whether these may say who sees.

    `unsure` has the first line of each field of which the text may say who sees the page.
    """

    fields: dict[str, Value]
    left: list[str]
    unsure: list[str]


class _Field(Struct, frozen=True):
    """Lines that belong together, the first of them the line `number` of the file."""

    number: int
    lines: list[str]


def repaired(inside: str, before: int, remarks: Remarks) -> Repaired:
    """What the lines between two marks say, of which the first is line 2 + `before` of the file."""
    found = Repaired({}, [], [])
    lines = inside.rstrip("\n").split("\n")
    if len(lines) > LINES:
        found.left.extend(lines)
        return found
    for field in _fields(lines, before + 2):
        read = _read(field, remarks)
        if read is None:
            found.left.extend(field.lines)
            continue
        if isinstance(read, str):
            found.unsure.append(read)
            read = _as_text(field)
        for name, value in read.items():
            add(found.fields, name, value, remarks)
    return found


def _fields(lines: list[str], first: int) -> Iterator[_Field]:
    field = _Field(first, [])
    for number, line in enumerate(lines, first):
        if field.lines and _WITHIN.match(line):
            field.lines.append(line)
            continue
        if field.lines:
            yield field
        field = _Field(number, [line])
    yield field


def _read(field: _Field, remarks: Remarks) -> dict[str, Value] | str | None:
    """What a field says; its first line where its text may say who sees the page; None for none."""
    text = "\n".join(field.lines)
    spaced = _INDENT.sub(lambda indent: indent[0].replace("\t", "  "), text)
    for written in dict.fromkeys((text, spaced)):
        with suppress(NotTaken):
            read = load(written, twice := Remarks())
            remarks.take(twice)
            for comment in comments(written):
                remarks.add(Why.COMMENTS, comment)
            if written != text:
                remarks.add(Why.CHANGED, f"tabs below line {field.number} were read as spaces")
            return read
    first = field.lines[0]
    if not _NAME.match(first):
        return None
    if says_who_sees(_NESTED.sub("\n", text)) or "cascade" in first.lower():
        return first
    told = f"line {field.number} is no YAML and was read as a text: {first}"
    remarks.add(Why.CHANGED, told)
    return _as_text(field)


def _as_text(field: _Field) -> dict[str, Value]:
    """The value of a field as it is written, a list of texts where each line below is an item."""
    first, *rest = field.lines
    found = _NAME.match(first)
    name = found[2].strip() if found else first
    value = first[found.end() :].strip() if found else ""
    if value.startswith("[") and "]" not in value and value[1:2] not in ("", "["):
        value = value[1:].strip()  # a list that has no end
    items = [_ITEM.fullmatch(line) for line in rest if line.strip()]
    if not value and items and all(items):
        texts = (item[1].strip() for item in items if item)
        return {name: [Plain(text, meaning(text)) for text in texts]}
    text = "\n".join([value, *(line.strip() for line in rest)]).strip()
    return {name: Plain(text, text or None)}
