"""Conversion of people's Markdown to safe HTML."""

import hashlib
import html as entities
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from kb.markdown import page_parser
from web.markdown_rules import LOCAL, add_rules

BLOCKS = {"p", "br", "hr", "h3", "h4", "h5", "h6", "pre", "blockquote", "ul", "ol", "li"}
TABLES = {"table", "thead", "tbody", "tr", "th", "td"}
BEYOND = {"div", "section", "details", "summary", "dl", "dt", "dd", "sub", "sup", "kbd", "mark"}
BEYOND |= {"ruby", "rb", "rt", "rp", "rtc"}
TAGS = BLOCKS | TABLES | BEYOND | {"em", "strong", "s", "code", "a"}
SCHEMES = {"http", "https", "mailto"}
ATTRIBUTES = {"a": {"href", "title", "id", LOCAL}, "ol": {"start"}, "code": {"class"}, "li": {"id"}}
ATTRIBUTES |= {heading: {"id"} for heading in ("h3", "h4", "h5", "h6")}
CLASSES = {"div": {"admonition"}, "p": {"admonition-title"}}
_LOCAL = re.compile(rf'(<a\b[^<>]{{0,2000}}?)\b{LOCAL}="([^"<>]{{0,2000}})"')

DEPTH = 20
"""The deepest nesting of elements that is laid out."""

Address = Callable[[str], str | None]
"""Maps a link, as written in a text, to an address of ours; None if it leads nowhere."""


class TooDeep(Exception):
    """Lists, quotations or boxes are nested so deeply that the parser would drop the rest."""


def to_html(text: str) -> Markup:
    """`text` as HTML: HTML within it is escaped, images become links, scripts are removed.

    A link to a file gets no address here, but by `linked`. Raises `TooDeep`.
    """
    env: dict[str, Any] = {"docId": hashlib.sha256(text.encode()).hexdigest()[:12]}
    html = _rendered(text, env)
    if alone := [label[1:] for label, at in _footnotes(env).items() if at < 0]:
        # The renderer would omit footnotes to which nothing refers.
        marks = " ".join(f"[^{label}]" for label in alone)
        html = _rendered(f"{marks}\n\n{text}", {"docId": env["docId"]})
    safe = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        allowed_classes=CLASSES,
        url_schemes=SCHEMES,
        link_rel="nofollow noopener noreferrer",
    )
    return Markup(safe.replace("<p></p>", ""))  # nosec B704  # noqa: S704 - nh3 has cleaned it


def _rendered(text: str, env: dict[str, Any]) -> str:
    parser = _parser()
    tokens = parser.parse(text, env)
    # The parser silently skips content beyond this level.
    if any(token.level >= parser.options.maxNesting - 1 for token in tokens):
        raise TooDeep
    return str(parser.renderer.render(tokens, parser.options, env))


def linked(html: Markup, address: Address) -> Markup:
    """`html` with its links to files pointed at the addresses that `address` gives."""

    def lead(found: re.Match[str]) -> str:
        known = address(entities.unescape(found[2]))
        return f'{found[1]}href="{escape(known)}"' if known else found[0]

    return Markup(_LOCAL.sub(lead, html))  # nosec B704  # noqa: S704 - cleaned, and escaped here


def _footnotes(env: dict[str, Any]) -> dict[str, int]:
    """The footnotes of a text, each with the position of the first reference to it."""
    notes: dict[str, int] = env.get("footnotes", {}).get("refs", {})
    return notes


@cache
def _parser() -> MarkdownIt:
    return add_rules(page_parser(DEPTH))


def marked(text: str, marks: Sequence[tuple[int, int]], part: tuple[int, int]) -> Markup:
    """The `part` (start, end) of `text` with `marks` highlighted, and an ellipsis at each cut."""
    start, end = part
    pieces = [escape("… " if start > 0 else "")]
    at = start
    for first, last in sorted(marks):
        left, right = max(first, at), min(last, end)
        if left < right:
            pieces += [
                escape(text[at:left]),
                Markup("<mark>"),
                escape(text[left:right]),
                Markup("</mark>"),
            ]
            at = right
    pieces += [escape(text[at:end]), escape(" …" if end < len(text) else "")]
    return Markup("").join(pieces)
