"""Rendering rules of Markdown on pages; the grammar is `indexer.text.markdown_grammar`."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import escape
from mdit_py_plugins.gfm_autolink import gfm_autolink_plugin

from kb.markdown import BOX, BOX_TITLE, FORMULAS, HARMLESS, RUBY, box_title, words
from web.anchors import anchor, part_anchor

LOCAL = "data-to"
"""The attribute of a link to another file of the community, in place of `href`."""

SECTION_LEVEL = 2
"""A section's heading is an h2 on the page, so headings within it begin at h3."""


def add_rules(parser: MarkdownIt) -> MarkdownIt:
    """Extend `parser` to link bare URLs and to show other HTML as text."""
    # Quadratic in the length of a line, so the index, which has no time limit, does without.
    parser.use(gfm_autolink_plugin)
    parser.core.ruler.push("sink headings", _sink_headings)
    parser.core.ruler.push("lead links", _lead_links)
    for name, rule in (
        ("image", _image_as_link),
        ("html_inline", _html_as_text),
        (RUBY, _as_it_is),
        ("list_item_open", _task),
        ("container_box_open", _box),
        ("container_box_close", _box),
        *((each, _formula) for each in FORMULAS),
    ):
        parser.add_render_rule(name, rule)
    return parser


def _sink_headings(state: Any) -> None:
    for place, token in enumerate(state.tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + SECTION_LEVEL)}"
        if token.type == "heading_open":
            token.attrs["id"] = anchor(words(state.tokens[place + 1].children))


def _lead_links(state: Any) -> None:
    for inline in state.tokens:
        around = ""
        for token in inline.children or ():
            if token.type == "link_open":
                around = str(token.attrs.get("href", ""))
                _lead(token, "href")
            elif token.type == "link_close":
                around = ""
            elif token.type == "image":
                token.meta["around"] = around


def _lead(token: Token, name: str) -> None:
    """Keep external addresses, turn fragments into ids of the page, and set files' links aside."""
    address = str(token.attrs.get(name, ""))
    if address.startswith("#"):
        token.attrs["href"] = f"#{part_anchor(address)}"
    elif is_local(address):
        token.attrs.pop(name)
        token.attrs[LOCAL] = address


def is_local(address: str) -> bool:
    """Whether a link names a file rather than an external address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("", "wiki") and not parts.netloc and not address.startswith("/entries/")


def _image_as_link(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any
) -> str:
    """Show an image as a link, as loading it would be a request that the reader did not ask for.

    Within a link it is its words.
    """
    token = tokens[index]
    if around := token.meta.get("around"):
        return str(escape(token.content or around))
    source = str(token.attrs.get("src", ""))
    name = LOCAL if is_local(source) else "href"
    return f'<a {name}="{escape(source)}">{escape(token.content or source)}</a>'


def _html_as_text(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any
) -> str:
    content = tokens[index].content
    return content if HARMLESS.fullmatch(content) else str(escape(content))


def _as_it_is(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any
) -> str:
    return tokens[index].content


def _task(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    mark = tokens[index].meta.get("checked")
    return self.renderToken(tokens, index, options, env) + {None: "", True: "☑ ", False: "☐ "}[mark]


def _box(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """::: note, :::tip[Title], ::: {.callout-note title="Title"}."""
    token = tokens[index]
    if token.nesting < 0:
        return "</div>\n"
    if not (title := box_title(token.info.strip())):
        return "<div>\n"
    return f'<div class="{BOX}"><p class="{BOX_TITLE}">{escape(title)}</p>\n'


def _formula(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any
) -> str:
    token = tokens[index]
    code = f"<code>{escape(token.content.strip())}</code>"
    label = f" ({token.info})" if token.type == "math_block_label" else ""
    return f"<p>{code}{escape(label)}</p>\n" if token.block else code
