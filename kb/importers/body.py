"""Cuts a Markdown body into sections at its headings, as a Markdown parser sees them."""

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

SECTION_LEVEL = 2
_MAYBE_HEADING = re.compile(r"^ {0,3}(#|=+[ \t]*$|-+[ \t]*$)", re.MULTILINE)
_TAG = re.compile(r"<[^<>]*>")
_IMAGE = re.compile(r"!\[[^\]]*\]\([^()]*\)")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
_EMPHASIS = re.compile(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1")
_LONGEST_DECORATED = 1000  # characters: beyond, the patterns above would take a square of time


class Part(Struct, frozen=True):
    """A heading, its level (0 for the text before the first), and the text under it."""

    level: int
    heading: str
    text: str


class _Heading(Struct, frozen=True):
    level: int
    text: str
    first_line: int
    line_after: int


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


def cut(body: str) -> tuple[Part, ...]:
    """The parts of `body`: the text before the first heading, then one for each section heading.

    Headings of level 1 and 2 begin a section; where there are none, those of the highest level that
    there is. Deeper ones stay in the text, and so do headings inside code, lists and quotations.
    """
    headings = _headings(body)
    level = max(SECTION_LEVEL, min((h.level for h in headings), default=0))
    chosen = [h for h in headings if h.level <= level]
    lines = body.split("\n")
    ends = [h.first_line for h in chosen[1:]] + [len(lines)]
    first = chosen[0].first_line if chosen else len(lines)
    parts = [Part(0, "", _joined(lines[:first]))]
    for heading, end in zip(chosen, ends, strict=False):
        parts.append(
            Part(heading.level, plain(heading.text), _joined(lines[heading.line_after : end]))
        )
    return tuple(parts)


def plain(heading: str) -> str:
    """A heading in one line without tags, images, links and emphasis; a very long one has them."""
    if len(heading) > _LONGEST_DECORATED:
        return " ".join(heading.split())
    for pattern, kept in ((_TAG, ""), (_IMAGE, ""), (_LINK, r"\1"), (_EMPHASIS, r"\2")):
        heading = pattern.sub(kept, heading)
    return " ".join(heading.split())


def has_words(text: str) -> bool:
    """Whether anything but comments and blanks is there to be read."""
    at = 0
    while (begin := text.find("<!--", at)) >= 0 and (end := text.find("-->", begin + 4)) >= 0:
        if text[at:begin].strip():
            return True
        at = end + 3
    return bool(text[at:].strip())


def _headings(body: str) -> list[_Heading]:
    if not _MAYBE_HEADING.search(body):
        return []
    found = []
    tokens = _parser().parse(body)
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map:
            first, after = token.map
            found.append(_Heading(int(token.tag[1:]), inline.content, first, after))
    return found


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n")
