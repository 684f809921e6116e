"""Turns what other tools write code in, besides fences, into fences, so that it stays code."""

import re
from collections.abc import Iterator

from kb.importers.code import fence_for
from kb.importers.remarks import Remarks, Why

_NAMES = ("highlight", "code-toggle", "codeblock", "terminal", "irb", "console")
_OPENING = re.compile(
    r"([ \t]{0,20})\{(?:\{[<%]|%-?)\s{0,9}(" + "|".join(_NAMES) + r")\b([^{}\n]{0,500}?)"
    r"(?:[>%]\}|-?%)\}[ \t]*$"
)
_CLOSING = (
    r"[ \t]*\{{(?:\{{[<%]\s{{0,9}}/\s{{0,9}}|%-?\s{{0,9}}end){}\s{{0,9}}(?:[>%]\}}|-?%)\}}[ \t]*$"
)
_CLOSINGS = {name: re.compile(_CLOSING.format(name)) for name in _NAMES}
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_LANGUAGE = re.compile(r"\s*([\w+#.-]{1,30})(?=\s|$)")
_LANG = re.compile(r".*\blang:([\w+#.-]{1,30})")


def with_fences(body: str, remarks: Remarks) -> str:
    """`body` with blocks of code of Hugo's, Jekyll's and their likes as fences; others stay."""
    if not any(name in body for name in _NAMES):
        return body
    return "\n".join(_fenced(body.split("\n"), remarks))


def _fenced(lines: list[str], remarks: Remarks) -> Iterator[str]:
    ends = {
        name: [at for at, line in enumerate(lines) if closing.match(line)][::-1]
        for name, closing in _CLOSINGS.items()
    }
    fence, at = "", 0
    while at < len(lines):
        line = lines[at]
        found = _OPENING.match(line) if not fence else None
        is_whole = found is not None and found[3].rstrip().endswith("/")  # nothing is within it
        if found and not is_whole and (end := _next(ends[found[2]], at)):
            remarks.add(Why.MARKS, line)
            remarks.add(Why.MARKS, lines[end])
            code = lines[at + 1 : end]
            ticks = fence_for("\n".join(code))
            language = (_LANG if found[2] == "codeblock" else _LANGUAGE).match(found[3])
            yield f"{found[1]}{ticks}{language[1] if language else ''}"
            yield from code
            yield f"{found[1]}{ticks}"
            at = end + 1
            continue
        if mark := _FENCE.match(line):
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]
        yield line
        at += 1


def _next(ends: list[int], at: int) -> int:
    """The first of `ends`, of which the last comes first, that is beyond `at`; 0 if none is."""
    while ends and ends[-1] <= at:
        ends.pop()
    return ends[-1] if ends else 0
