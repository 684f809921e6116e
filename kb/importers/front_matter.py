"""The fields at the head of a file, in YAML, TOML or JSON, as plain data: no objects, no anchors.

A value stays as it is written. Only true and false are truth values, and a number is one only if it
is written as we would write it: YAML would make "no" a truth value, "1:30" the number 90, and 1.1
out of the version 1.10, which nobody who writes notes expects.
"""

import re

from msgspec import Struct

from kb.errors import NotTaken
from kb.importers import head_toml_json
from kb.importers.head_yaml import comments, load
from kb.importers.remarks import Remarks, Why
from kb.importers.values import Plain, Value

YAML_FENCE, TOML_FENCE = "---", "+++"
_FIELD = re.compile(r"[\w\"'][\w .\"'/-]{0,200}:(\s|$)")
_TOML_FIELD = re.compile(r"[\w.-]{1,200} *= *\S")
_WITHIN = re.compile(r"[ \t]+\S|- |#")
_JSON = re.compile(r"\{\s*(\"[^\"\n]{0,200}\"\s*:|\})")
_BEFORE = re.compile(r"(?:[ \t]*\n|[ \t]*(?:<!--.*?-->|%%.*?%%|\{/\*.*?\*/\})[ \t]*\n)*", re.DOTALL)
_HEADING = re.compile(r"#[^\n]*\n(?=(?:---|\+\+\+)[ \t]*\n)")
_LINE_PROPERTY = re.compile(r"(?:- )?([A-Za-z][\w/-]{0,100}):: ?([^\n]*)")


class Head(Struct, frozen=True):
    """The fields of a file by name, and the text below them."""

    fields: dict[str, Value]
    body: str


def read_head(text: str, remarks: Remarks) -> Head:
    """The fields that `text` begins with, if it does: a rule or a brace alone is text.

    Blank lines and comments may stand before them, and a line of # where each line is a field.
    Raises `NotTaken` where fields are broken: they might have said that nobody is to see the file.
    """
    before = _before(text)
    head = _read_head(text[len(before) :], before.count("\n"), remarks)
    return Head(head.fields, before + head.body) if before else head


def _before(text: str) -> str:
    found = _BEFORE.match(text)
    before = found[0] if found else ""
    heading = _HEADING.match(text, len(before))
    block = _between(text[heading.end() :], (YAML_FENCE, "...", TOML_FENCE)) if heading else None
    if not heading or block is None:
        return before
    lines = [line for line in block[0].split("\n") if line.strip()]
    if lines and all(_FIELD.match(line) or _TOML_FIELD.match(line) for line in lines):
        return before + heading[0]
    return before


def _read_head(text: str, before: int, remarks: Remarks) -> Head:
    """The same for a text that has `before` lines before it."""
    first = text.partition("\n")[0].rstrip()
    if first == YAML_FENCE:
        return _yaml_head(text, before, remarks)
    if first == TOML_FENCE:
        return _toml_head(text)
    if _JSON.match(text):
        fields, rest = head_toml_json.load_json(text)
        return Head(fields, rest)
    return _line_head(text)


def _yaml_head(text: str, before: int, remarks: Remarks) -> Head:
    found = _between(text, (YAML_FENCE, "..."))
    if found is None:
        return _open_head(text, before, remarks)
    yaml_text, body = found
    if not yaml_text.strip():
        return Head({}, body)
    if not _looks_like_fields(yaml_text):
        return Head({}, text)
    fields = load("\n" * before + yaml_text)
    for comment in comments(yaml_text):
        remarks.add(Why.COMMENTS, comment)
    return Head(fields, body)


def _looks_like_fields(yaml_text: str) -> bool:
    """Whether the first line that says something names a field, or begins a mapping otherwise."""
    lines = (line.strip() for line in yaml_text.split("\n"))
    first = next((line for line in lines if line and not line.startswith("#")), "")
    return bool(_FIELD.match(first)) or first.startswith(("{", "? ", "!", "&", "%"))


def _open_head(text: str, before: int, remarks: Remarks) -> Head:
    """Fields that no line ends: those are taken that stand together at the top."""
    lines = text.split("\n")
    end = 1
    while end < len(lines) and (_FIELD.match(lines[end]) or _WITHIN.match(lines[end])):
        end += 1
    if not any(map(_FIELD.match, lines[1:end])):
        return Head({}, text)
    fields = load("\n" * before + "\n".join(lines[1:end]) + "\n")
    at = before + end
    remarks.add(Why.CHANGED, f"no line of --- ends the fields, which are read up to line {at}")
    return Head(fields, "\n".join(lines[end:]))


def _toml_head(text: str) -> Head:
    found = _between(text, (TOML_FENCE,))
    if found is None:
        raise NotTaken("The front matter that begins in line 1 is not closed by a line of +++.")
    return Head(head_toml_json.load_toml(found[0]), found[1])


def _line_head(text: str) -> Head:
    """Fields as Logseq writes them: lines of `name:: value` at the very top."""
    fields: dict[str, Value] = {}
    at = 0
    while found := _LINE_PROPERTY.match(text, at):
        name, value = found[1], found[2].strip()
        if name in fields or text[at : found.end()].startswith("- id::"):
            break
        fields[name] = Plain(value, value or None)
        at = min(found.end() + 1, len(text))
    return Head(fields, text[at:])


def _between(text: str, ends: tuple[str, ...]) -> tuple[str, str] | None:
    """What stands between the first line and the next one that is one of `ends`, and the rest."""
    start = text.find("\n") + 1
    if not start:
        return None
    at = start
    while at <= len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if text[at:end].rstrip() in ends:
            return text[start:at], text[end + 1 :]
        at = end + 1
    return None
