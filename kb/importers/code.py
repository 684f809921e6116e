"""Tells text from the code spans within it."""

import re
from collections.abc import Callable, Iterator

_BLANK_LINE = re.compile(r"(\n[ \t]*\n)")
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_CLOSING = re.compile(r" {0,3}(`+|~+)[ \t]*$")
_HTML = re.compile(r"[ \t>*+.)\d-]{0,40}</?[A-Za-z]")
_NO_FENCES = re.compile(r"<(/?)(?:pre|script|style|table|template|textarea)\b|<!-|(-->)", re.I)
"""Within these what looks like a fence is none, or would part rows from each other."""

_TICKS = re.compile(r"`+")


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """`text` with `change` made to what is in no code span: each ends at as many back-ticks."""
    made, at = [], 0
    for begin, end in _spans(text):
        made += [change(text[at:begin]), text[begin:end]]
        at = end
    return "".join([*made, change(text[at:])])


def within_code(text: str, change: Callable[[str], str]) -> str:
    """`text` with `change` made to each of its code spans."""
    made, at = [], 0
    for begin, end in spans(text):
        made += [text[at:begin], change(text[begin:end])]
        at = end
    return "".join([*made, text[at:]])


def lines_of(text: str) -> Iterator[tuple[str, bool]]:
    """The lines of `text`, each with whether it is one of a fenced block."""
    fence = ""
    for line in text.split("\n"):
        if fence:
            yield line, True
            closing = _CLOSING.match(line)
            fence = "" if closing and closing[1].startswith(fence) else fence
        elif opening := _FENCE.match(line):
            fence = opening[1]
            yield line, True
        else:
            yield line, False


def with_fences_apart(text: str) -> str:
    """`text` with a blank line between HTML and a fence right below it, which is code so."""
    if "<" not in text:
        return text
    made: list[str] = []
    below_html = was_code = False
    depth = 0
    for line, is_code in lines_of(text):
        if is_code and not was_code and below_html and not depth:
            made.append("")
        if not is_code:
            for end, end_of_comment in _NO_FENCES.findall(without_code(line)):
                depth = max(0, depth + (-1 if end or end_of_comment else 1))
            below_html = bool(line.strip()) and (below_html or _HTML.match(line) is not None)
        below_html = below_html and not is_code
        was_code = is_code
        made.append(line)
    return "\n".join(made)


def without_code(text: str) -> str:
    """`text` without its code spans."""
    kept, at = [], 0
    for begin, end in _spans(text):
        kept.append(text[at:begin])
        at = end
    return "".join([*kept, text[at:]])


def prose(text: str) -> str:
    """`text` without fenced blocks and code spans, in time that grows with its length alone."""
    return "\n".join(without_code(line) for line, is_code in lines_of(text) if not is_code)


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the code spans of `text` lie: none goes beyond a blank line."""
    at = 0
    for paragraph in _BLANK_LINE.split(text):
        yield from ((at + begin, at + end) for begin, end in _spans(paragraph))
        at += len(paragraph)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    runs = [found.span() for found in _TICKS.finditer(text)]
    following: dict[int, int] = {}
    ends: dict[int, int] = {}
    for begin, end in reversed(runs):
        if end - begin in following:
            ends[begin] = following[end - begin]
        following[end - begin] = end
    at = 0
    for begin, _ in runs:
        if begin >= at and begin in ends:
            at = ends[begin]
            yield begin, at
