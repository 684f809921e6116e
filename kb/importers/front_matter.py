"""The YAML between the two --- lines, read as plain data: no objects, no anchors, no surprises.

Only true and false are truth values, and dates stay as they are written: YAML 1.1 would make "no" a
truth value and "1:30" the number 90, which nobody who writes notes expects.
"""

import re
from typing import Any

from msgspec import Struct

from kb.entries.content import Scalar
from kb.errors import NotTaken

FENCE = "---"
DEPTH = 20
LARGEST_INTEGER = 2**53 - 1
_INTEGER = re.compile(r"[-+]?(0|[1-9]\d*)")
_FLOAT = re.compile(r"[-+]?(\d+\.\d*|\.\d+|\d+(?=[eE]))([eE][-+]?\d+)?")
_NOTHING = ("", "~", "null", "Null", "NULL")
_TRUTH = {"true": True, "false": False}


class Plain(Struct, frozen=True):
    """A scalar: its text as written, and what it means (None for nothing)."""

    text: str
    value: Scalar | None


Value = Plain | list["Value"] | dict[str, "Value"]


def split(text: str) -> tuple[str | None, str]:
    """The front matter of `text` (None without one) and the body.

    Raises `NotTaken` if the front matter is not closed.
    """
    first, _, rest = text.partition("\n")
    if first.rstrip() != FENCE:
        return None, text
    start = 0
    while start <= len(rest):
        end = rest.find("\n", start)
        end = len(rest) if end < 0 else end
        if rest[start:end].rstrip() in (FENCE, "..."):
            return rest[:start], rest[end + 1 :]
        start = end + 1
    raise NotTaken("The front matter that begins in line 1 is not closed by a line of ---.")


def load(yaml_text: str) -> dict[str, Value]:
    """The fields of front matter by name. Raises `NotTaken` with the line where it is broken."""
    import yaml

    try:
        node = yaml.compose(yaml_text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise NotTaken(_explained(error)) from error
    if node is None:
        return {}
    value = _value(node, seen=set(), depth=0)
    if not isinstance(value, dict):
        raise NotTaken("The front matter is no list of fields, each a name, a colon and a value.")
    return value


def _value(node: Any, seen: set[int], depth: int) -> Value:
    line = node.start_mark.line + 2
    if id(node) in seen:
        raise NotTaken(
            f"The front matter uses a YAML alias in line {line}, which is not taken: write it out."
        )
    seen.add(id(node))
    if depth > DEPTH:
        raise NotTaken(f"The front matter is nested too deeply in line {line}.")
    if node.id == "scalar":
        return Plain(node.value, node.value if node.style else _meaning(node.value))
    if node.id == "sequence":
        return [_value(item, seen, depth + 1) for item in node.value]
    return _mapping(node, seen, depth)


def _mapping(node: Any, seen: set[int], depth: int) -> dict[str, Value]:
    fields: dict[str, Value] = {}
    for key, item in node.value:
        line = key.start_mark.line + 2
        if key.id != "scalar":
            raise NotTaken(f"A name in the front matter is not a plain word in line {line}.")
        if key.value in fields:
            raise NotTaken(f"The front matter has “{key.value[:80]}” a second time in line {line}.")
        fields[key.value] = _value(item, seen, depth + 1)
    return fields


def _meaning(text: str) -> Scalar | None:
    if text in _NOTHING:
        return None
    if text.lower() in _TRUTH:
        return _TRUTH[text.lower()]
    if len(text) <= 17 and _INTEGER.fullmatch(text) and abs(int(text)) <= LARGEST_INTEGER:
        return int(text)
    if len(text) <= 32 and _FLOAT.fullmatch(text):
        number = float(text)
        return text if number in (float("inf"), float("-inf")) else number
    return text


def _explained(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    # Reader errors (a character that YAML forbids) know a position, all others a line.
    where = f" in line {mark.line + 2}" if mark else ""
    problem = (
        getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
    )
    return f"The front matter is not YAML{where}: {problem}."
