"""Markdown that people wrote, made into HTML that cannot do harm."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup, escape

BLOCKS = {"p", "br", "hr", "h3", "h4", "h5", "h6", "pre", "blockquote", "ul", "ol", "li"}
TAGS = BLOCKS | {"em", "strong", "s", "code", "a", "table", "thead", "tbody", "tr", "th", "td"}
SCHEMES = {"http", "https", "mailto"}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "code": {"class"}}
SECTION_LEVEL = 2
"""A section's heading is an h2 on the page, so headings within it begin below."""


def to_html(text: str) -> Markup:
    """`text` as HTML: HTML within it is shown as text, images become links, scripts are gone."""
    html = _parser().render(text)
    return Markup(  # nosec B704  # noqa: S704 - nh3 has cleaned it
        nh3.clean(
            html,
            tags=TAGS,
            attributes=ATTRIBUTES,
            url_schemes=SCHEMES,
            link_rel="nofollow noopener noreferrer",
        )
    )


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.add_render_rule("image", _image_as_link)
    parser.core.ruler.push("sink headings", _sink_headings)
    return parser


def _sink_headings(state: Any) -> None:
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + SECTION_LEVEL)}"


def _image_as_link(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any
) -> str:
    """A picture elsewhere is a request that the reader did not ask for."""
    token = tokens[index]
    source = str(token.attrs.get("src", ""))
    return f'<a href="{escape(source)}">{escape(token.content or source)}</a>'


def marked(text: str, marks: Sequence[tuple[int, int]], part: tuple[int, int]) -> Markup:
    """The `part` (start, end) of `text` with its `marks` marked, an ellipsis where it was cut."""
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
