"""Template literals of JSX: what stands between back-ticks in braces is code, or a value."""

import re
from collections.abc import Callable

from kb.importers.code import beyond, fence_for, spliced
from kb.importers.html_attributes import IN_TAG, attributes_of
from kb.importers.pieces import code
from kb.importers.remarks import Remarks, Why

_BLOCK = re.compile(
    rf"^([ \t]{{0,20}})<CodeBlock((?:\s{IN_TAG})?)>\s{{0,99}}\{{\s{{0,99}}"
    r"`((?:[^`\\]|\\[^\n]){0,20000}+)`\s{0,99}\}\s{0,99}</CodeBlock>[ \t]*$",
    re.MULTILINE,
)
_VALUE = re.compile(
    r"(<[A-Za-z][\w.]{0,60}\s[^<>`]{0,500}?[\w-]=)\{\s{0,9}`([^`\n\"<>]{0,2000})`\s{0,9}\}"
)
_SIGN = re.compile(r"\\([`$\\])")

Change = Callable[[re.Match[str]], str]


def without_literals(body: str, remarks: Remarks) -> str:
    """`body` with blocks of code as fences, and plain values of attributes; those in code stay.

    A value of which a program makes a part is none.
    """
    if "{`" not in body and "<CodeBlock" not in body:
        return body

    def value(found: re.Match[str]) -> str:
        if "${" not in found[2]:
            return f'{found[1]}"{found[2]}"'
        remarks.add(Why.MARKS, f"{{`{found[2]}`}}")
        return f'{found[1]}""'

    def block(found: re.Match[str]) -> str:
        indent, attributes = found[1], attributes_of(found[2])
        lines = _SIGN.sub(r"\1", found[3]).strip("\n").split("\n")
        ticks = fence_for(found[3])
        title = attributes.get("title", "")
        above = [f"`{title}`", ""] if title else []
        fence = [f"{ticks}{attributes.get('language', '')}", *lines, ticks]
        return "\n".join(["", *(f"{indent}{line}" for line in (*above, *fence)), ""])

    return _outside_code(_outside_code(body, _BLOCK, block), _VALUE, value)


def _outside_code(body: str, pattern: re.Pattern[str], change: Change) -> str:
    """`body` with `change` made to what `pattern` finds, unless it begins within code."""
    found = beyond(pattern.finditer(body), code(body))
    return spliced(body, ((*each.span(), change(each)) for each in found))
