"""What Liquid leaves as it is, between its tags "raw" and "endraw": signs, and no marks."""

import re
from collections.abc import Iterator

from kb.importers.code import before
from kb.importers.remarks import Remarks, Why
from kb.importers.signs import BRACE, WITHIN

_TAG = re.compile(
    r"(?!(?<=`)\{%[^{}`]{1,30}\}`)\{%-?\s{0,9}(end)?raw\s{0,9}-?%\}"
)  # not `{% raw %}`
_LINE = re.compile(r"[ \t]*\n")
_PROGRAM = re.compile(r"^(?=import|export)", re.MULTILINE)


def with_raw_signs(body: str, remarks: Remarks) -> str:
    """`body` without these tags, what stands between them as `with_braces` writes it out."""
    return "".join(_pieces(body, remarks)) if "raw" in body and "{%" in body else body


def with_braces(text: str) -> str:
    """`text` with the braces that are signs."""
    return text.replace(BRACE, "{").replace(WITHIN, "")


def _pieces(body: str, remarks: Remarks) -> Iterator[str]:
    at = 0
    tags = _TAG.finditer(body)
    for begun in tags:
        ended = next((tag for tag in tags if tag[1]), None) if not begun[1] else None
        if ended is None:
            continue
        remarks.add(Why.MARKS, begun[0])
        remarks.add(Why.MARKS, ended[0])
        yield body[at : begun.start()]
        within = body[_after(body, begun) : ended.start()].replace("{", BRACE)
        yield _PROGRAM.sub(WITHIN, within)
        at = _after(body, ended)
    yield body[at:]


def _after(body: str, tag: re.Match[str]) -> int:
    """Where the text goes on after a tag: one alone in its line takes the line with it."""
    line = None if before(tag).strip() else _LINE.match(body, tag.end())
    return line.end() if line else tag.end()
