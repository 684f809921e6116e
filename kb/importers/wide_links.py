"""Links around blocks, as HTML has them: Markdown links words, so those of the first line are one.

`<a href="/b"><h3>Bee</h3><p>Text.</p></a>` is a heading with a link, and text.
"""

import re
from collections.abc import Iterator

from kb.importers.code import beyond, spliced
from kb.importers.html_attributes import IN_TAG
from kb.importers.html_names import BLOCKS, ONE_LINE
from kb.importers.pieces import code

_TAG = re.compile(rf"<(/?)(a|Link)(?=[\s>])({IN_TAG})>")
_LEADS = re.compile(r"\s(?:href|to)=", re.IGNORECASE)
_BLOCK_NAMES = "|".join(sorted({*BLOCKS, *ONE_LINE, "li", "tr", "pre", "hr"}))
_EDGE = re.compile(
    rf"</?(?:(?:{_BLOCK_NAMES})|(?!Link\b)[A-Z][\w.]{{0,60}})(?=[\s/>]){IN_TAG}>"
    r"|\n[ \t]*\n|^[ \t]{0,20}(?:#{1,6}|[-*+>]|\d{1,9}[.)])[ \t]+",
    re.MULTILINE,
)
"""Where a block begins or ends."""

_HEADING = re.compile(r"<h[1-6]\b|\s*#{1,6}\s", re.IGNORECASE)
_SEEN = re.compile(r"\w|<img\b|!\[", re.IGNORECASE)
_ELEMENT = re.compile(r"<(?!img\b)[^<>]{0,500}>", re.IGNORECASE)
_LONGEST = 10_000  # characters that such a link may hold


def with_links_in_lines(body: str) -> str:
    """`body` with each link around blocks around the first heading or line in it; code stays."""
    if "<a" not in body and "<Link" not in body:
        return body
    return spliced(body, _links(body))


def _links(body: str) -> Iterator[tuple[int, int, str]]:
    for opening, closing in _pairs(body):
        inner = body[opening.end() : closing.start()]
        tags = (" ".join(opening[0].split()), closing[0])
        if _EDGE.search(inner):
            yield opening.start(), closing.end(), _moved(inner, *tags)
        elif inner.strip() != inner and "\n" in inner:
            yield opening.start(), closing.end(), inner.strip().join(tags)


def _pairs(body: str) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """The beginnings of links, each with its end; none of them is code."""
    opened: re.Match[str] | None = None
    for tag in beyond(_TAG.finditer(body), code(body)):
        if tag[3].endswith("/") or (not tag[1] and not _LEADS.search(tag[3])):
            continue
        if tag[1] and opened and opened[2] == tag[2] and tag.start() - opened.end() < _LONGEST:
            yield opened, tag
        opened = None if tag[1] else tag


def _moved(inner: str, opening: str, closing: str) -> str:
    """`inner`, its first heading, or else its first line, between the tags of the link."""
    lines = list(_lines(inner))
    first = next((each for each in lines if each[2]), lines[0] if lines else None)
    if first is None:
        return f"<div>{inner}</div>{opening}{closing}"
    begin, end, _ = first
    return f"<div>{inner[:begin]}{opening}{inner[begin:end]}{closing}{inner[end:]}</div>"


def _lines(inner: str) -> Iterator[tuple[int, int, bool]]:
    """Where words between the edges of blocks begin and end, and whether they are a heading."""
    at, is_heading = 0, False
    for edge in [*_EDGE.finditer(inner), None]:
        end = edge.start() if edge else len(inner)
        text = inner[at:end]
        if _SEEN.search(_ELEMENT.sub("", text)):
            yield at + len(text) - len(text.lstrip()), at + len(text.rstrip()), is_heading
        if edge:
            at, is_heading = edge.end(), _HEADING.match(edge[0]) is not None
