"""Tells text from the code spans within it."""

import re
from collections.abc import Callable, Iterable, Iterator
from sys import maxsize

HEADING_LINE = r"^ {0,3}#{1,6}[ \t][^\n]*$"
_PARAGRAPH_END = re.compile(rf"(\n[ \t]*\n|{HEADING_LINE})", re.MULTILINE)
FENCE = re.compile(r"[ \t]*(`{3,}(?=[^`]*$)|~{3,})")
_CLOSING = re.compile(r"[ \t]*(`+|~+)[ \t]*$")
_FURTHER_IN = re.compile(r" {4}| {0,3}\t")
_HTML = re.compile(r"[ \t>*+.)\d-]{0,40}</?[A-Za-z]")
_NO_FENCES = re.compile(r"<(/?)(?:pre|script|style|table|template|textarea)\b|<!-|(-->)", re.I)
"""Within these what looks like a fence is none, or would part rows from each other."""

_TICKS = re.compile(r"`+")

Range = tuple[int, int]
"""Where something begins and ends, in characters."""

_NOWHERE = (maxsize, maxsize)


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """`text` with `change` made to what is in no code span: each ends at as many back-ticks."""
    return outside(text, spans(text), change)


def outside(text: str, ranges: Iterable[Range], change: Callable[[str], str]) -> str:
    """`text` with `change` made to what lies in none of the ranges."""
    made, at = [], 0
    for begin, end in ranges:
        made += [change(text[at:begin]), text[begin:end]]
        at = end
    return "".join([*made, change(text[at:])])


def in_prose(text: str, change: Callable[[str], str], sign: str = "") -> str:
    """`text` with `change` made to the pieces, in lines that have `sign`, which are no code."""
    if sign not in text:
        return text
    return "\n".join(
        line if is_code or sign not in line else outside_code(line, change)
        for line, is_code in lines_of(text)
    )


def within_code(text: str, change: Callable[[str], str]) -> str:
    """`text` with `change` made to each of its code spans."""
    return spliced(text, ((begin, end, change(text[begin:end])) for begin, end in spans(text)))


def spliced(text: str, pieces: Iterable[tuple[int, int, str]]) -> str:
    """`text` with the words of each piece from where it begins to where it ends, in this order."""
    made, at = [], 0
    for begin, end, words in pieces:
        made += [text[at:begin], words]
        at = end
    return "".join([*made, text[at:]])


def beyond(found: Iterable[re.Match[str]], ranges: Iterable[Range]) -> Iterator[re.Match[str]]:
    """Those of `found` that begin in none of the ranges; both come in their order."""
    rest = iter(ranges)
    begin, end = next(rest, _NOWHERE)
    for each in found:
        while end <= each.start():
            begin, end = next(rest, _NOWHERE)
        if each.start() < begin:
            yield each


def before(found: re.Match[str], most: int = 100) -> str:
    """What stands before it in its line, as far as `most` characters."""
    start = found.start()
    return found.string[max(0, start - most) : start].rpartition("\n")[2]


def as_code(text: str) -> str:
    """`text` as a code span, between more back-ticks than stand in it."""
    ticks = "`" * (max(map(len, _TICKS.findall(text)), default=0) + 1)
    room = " " if "`" in (text[0], text[-1]) else ""
    return f"{ticks}{room}{text}{room}{ticks}"


def fence_for(text: str) -> str:
    """As many back-ticks as a fence around `text` has."""
    return "`" * max(3, *(len(run) + 1 for run in ["", *_TICKS.findall(text)]))


def lines_of(text: str, *, deep: bool = False) -> Iterator[tuple[str, bool]]:
    """The lines of `text`, each with whether it is one of a fenced block, also if `deep` within."""
    fence = ""
    for line in text.split("\n"):
        if fence:
            yield line, True
            closing = _mark(_CLOSING, line, deep=deep)
            fence = "" if closing and closing[1].startswith(fence) else fence
        elif opening := _mark(FENCE, line, deep=deep):
            fence = opening[1]
            yield line, True
        else:
            yield line, False


def _mark(pattern: re.Pattern[str], line: str, *, deep: bool) -> re.Match[str] | None:
    found = pattern.match(line)
    return found if found and (deep or not _FURTHER_IN.match(line)) else None


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
    return spliced(text, ((begin, end, "") for begin, end in spans(text)))


def prose(text: str) -> str:
    """`text` without fenced blocks and code spans, in time that grows with its length alone."""
    return "\n".join(without_code(line) for line, is_code in lines_of(text) if not is_code)


def spans(text: str) -> Iterator[Range]:
    """Where the code spans of `text` lie: none goes beyond a blank line or a heading's line."""
    at = 0
    for paragraph in _PARAGRAPH_END.split(text) if "\n" in text else (text,):
        yield from ((at + begin, at + end) for begin, end in _spans(paragraph))
        at += len(paragraph)


def _spans(text: str) -> Iterator[Range]:
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
