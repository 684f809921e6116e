"""What people write beyond CommonMark: tasks, footnotes, notes in boxes, wiki links, formulas."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import escape
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.gfm_autolink import gfm_autolink_plugin

from web.anchors import anchor, part_anchor

LOCAL = "data-to"
"""The attribute of a link within a community's own files; without an address it leads nowhere."""

SECTION_LEVEL = 2
"""A section's heading is an h2 on the page, so headings within it begin below."""

_HARMLESS = re.compile(r"</?(?:details|summary|sub|sup|kbd|mark|br)[ \t]*/?>", re.IGNORECASE)
_CALLOUT = re.compile(r"\[!(\w{1,40})\][+-]?[ \t]*([^\n]*)\n?")
_TITLE = re.compile(r'title="([^"]{1,200})"')
_LONGEST_LINK = 300
_BOX, _BOX_TITLE = "admonition", "admonition-title"


def add_rules(parser: MarkdownIt) -> MarkdownIt:
    """`parser` with all of them; HTML within a text stays text, but for a few bare elements."""
    parser.enable(["table", "strikethrough"]).disable("html_block")
    parser.options["tasklists"] = True
    parser.use(gfm_autolink_plugin).use(deflist_plugin).use(admon_plugin)
    parser.use(footnote_plugin, inline=False)
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False, renderer=_formula)
    parser.use(container_plugin, "box", validate=lambda *_: True, render=_box)
    parser.inline.ruler.before("link", "wiki_link", _wiki_link)
    parser.core.ruler.before("inline", "callouts", _callouts)
    parser.core.ruler.push("sink headings", _sink_headings)
    parser.core.ruler.push("lead links", _lead_links)
    for name, rule in (
        ("image", _image_as_link),
        ("html_inline", _html_as_text),
        ("list_item_open", _task),
    ):
        parser.add_render_rule(name, rule)
    return parser


def _wiki_link(state: StateInline, silent: bool) -> bool:
    """[[name#part|text]] and ![[name]], as a link to a file of the same community, or a part."""
    start = state.pos + (state.src[state.pos] == "!")
    if not state.src.startswith("[[", start):
        return False
    end = state.src.find("]]", start, start + _LONGEST_LINK)
    target, _, text = state.src[start + 2 : max(end, 0)].partition("|")
    if not target.strip() or "[" in target or "\n" in target:
        return False
    if not silent:
        name = target.strip().rstrip("\\")
        href = name if name.startswith("#") else f"wiki:{name}"
        state.push("link_open", "a", 1).attrs = {"href": href}
        state.push("text", "", 0).content = (text or target).strip()
        state.push("link_close", "a", -1)
    state.pos = end + 2
    return True


def _callouts(state: Any) -> None:
    """Quotations that begin with [!note] become boxes with a title."""
    kept: list[Token] = []
    open_quotes: list[Token] = []
    for token in state.tokens:
        kept.append(token)
        if token.type == "blockquote_open":
            open_quotes.append(token)
        elif token.type == "blockquote_close":
            token.tag = open_quotes.pop().tag
        elif token.type == "inline" and [t.type for t in kept[-3:-1]] == [
            "blockquote_open",
            "paragraph_open",
        ]:
            _make_box(kept, open_quotes[-1])
    state.tokens[:] = kept


def _make_box(tokens: list[Token], quote: Token) -> None:
    inline = tokens[-1]
    found = _CALLOUT.match(inline.content)
    if not found:
        return
    quote.tag, quote.attrs = "div", {"class": _BOX}
    paragraph, rest = tokens[-2], inline.content[found.end() :]
    title = Token("inline", "", 0, content=found[2] or found[1].capitalize(), children=[])
    title.map, title.level, inline.content = inline.map, inline.level, rest
    tokens[-2:] = [
        Token("paragraph_open", "p", 1, attrs={"class": _BOX_TITLE}),
        title,
        Token("paragraph_close", "p", -1),
        paragraph,
        inline,
    ]


def _sink_headings(state: Any) -> None:
    for place, token in enumerate(state.tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + SECTION_LEVEL)}"
        if token.type == "heading_open":
            token.attrs["id"] = anchor(_words(state.tokens[place + 1]))


def _words(inline: Token) -> str:
    breaks = ("softbreak", "hardbreak")
    return "".join(" " if one.type in breaks else one.content for one in inline.children or ())


def _lead_links(state: Any) -> None:
    for inline in state.tokens:
        for token in inline.children or ():
            if token.type == "link_open":
                _lead(token, "href")


def _lead(token: Token, name: str) -> None:
    """Keep an address elsewhere; a name of a file is no address, and a part is one of the page."""
    address = str(token.attrs.get(name, ""))
    if address.startswith("#"):
        token.attrs["href"] = f"#{part_anchor(address)}"
    elif is_local(address):
        token.attrs.pop(name)
        token.attrs[LOCAL] = address


def is_local(address: str) -> bool:
    """Whether a link names a file and no place elsewhere."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("", "wiki") and not parts.netloc and not address.startswith("/entries/")


def _image_as_link(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any
) -> str:
    """A picture elsewhere is a request that the reader did not ask for."""
    token = tokens[index]
    source = str(token.attrs.get("src", ""))
    name = LOCAL if is_local(source) else "href"
    return f'<a {name}="{escape(source)}">{escape(token.content or source)}</a>'


def _html_as_text(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any
) -> str:
    content = tokens[index].content
    return content if _HARMLESS.fullmatch(content) else str(escape(content))


def _task(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    mark = tokens[index].meta.get("checked")
    return self.renderToken(tokens, index, options, env) + {None: "", True: "☑ ", False: "☐ "}[mark]


def _box(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """::: note, :::tip[Title], ::: {.callout-note title="Title"}."""
    token = tokens[index]
    if token.nesting < 0:
        return "</div>\n"
    if not (title := _box_title(token.info.strip())):
        return "<div>\n"
    return f'<div class="{_BOX}"><p class="{_BOX_TITLE}">{escape(title)}</p>\n'


def _box_title(said: str) -> str:
    named = _TITLE.search(said)
    if named:
        return named[1]
    if said.startswith("{"):
        return said.partition(".callout-")[2].strip("{}").split(" ")[0].capitalize()
    kind, _, rest = said.partition("[" if "[" in said else " ")
    return rest.rstrip("] ") or kind.capitalize()


def _formula(content: str, _: Any) -> str:
    return f"<code>{escape(content)}</code>"
