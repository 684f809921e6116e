"""The Markdown grammar beyond CommonMark that search and pages share.

Tasks, footnotes, admonitions, wiki links, formulas, and a few HTML elements; other HTML is text.
Search results have the words and headings of the page because both use this grammar.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import regex
from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

HARMLESS = re.compile(r"</?(?:details|summary|sub|sup|kbd|mark|br)[ \t]*/?>", re.IGNORECASE)
"""HTML elements that are not shown as text."""

WIKI = "wiki:"
"""Prefix of the addresses of wiki links, except those within the same text."""

RUBY = "ruby"
"""Token type of the tags of ruby (characters with their readings)."""

BOX, BOX_TITLE = "admonition", "admonition-title"
"""CSS classes of an admonition and of its title."""

FORMULAS = ("math_inline", "math_inline_double", "math_block", "math_block_label")
"""Token types of formulas; the label of the last is in `info`."""

_RUBY = re.compile(r"<(/?)(ruby|rb|rtc?|rp)(?:\s[^<>]{0,200})?>")
_NO_SPACES = (
    r"\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}"
    r"\u3000-\u303f\u3099\u309a\u30fb\u30fc\ufe00-\ufe0f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40"
    r"\uff5b-\uff9f\U000e0100-\U000e01ef"
)
_SOFT = "\r"
"""Stands for a soft line break; the parser leaves no other carriage return."""
_WRAPPED = regex.compile(f"(?<=[{_NO_SPACES}]){_SOFT}(?=[{_NO_SPACES}])")
_CALLOUT = re.compile(r"\[!(\w{1,40})\][+-]?[ \t]*([^\n]*)\n?")
_TITLE = re.compile(r'title="([^"]{1,200})"')
_DEFINED = re.compile(r"\n[ \t>]{0,99}[:~][ \t]")
_LONGEST_LINK = 300


def _wiki_links(parser: MarkdownIt) -> None:
    parser.inline.ruler.before("link", "wiki_link", _wiki_link)


def _callouts(parser: MarkdownIt) -> None:
    parser.core.ruler.before("inline", "callouts", _make_callouts)


def _footnotes(parser: MarkdownIt) -> None:
    footnote_plugin(parser, inline=False)


def _ruby(parser: MarkdownIt) -> None:
    parser.core.ruler.after("inline", "ruby", _make_ruby)


def _formulas(parser: MarkdownIt) -> None:
    dollarmath_plugin(parser, allow_space=False, allow_digits=False, double_inline=True)


def _boxes(parser: MarkdownIt) -> None:
    container_plugin(parser, "box", validate=lambda *_: True)


class _Rule(NamedTuple):
    """A rule to add to a parser, which has no effect on texts without any of the signs."""

    add: Callable[[MarkdownIt], object]
    signs: tuple[str, ...]


_RULES: Mapping[str, _Rule] = {
    "table": _Rule(lambda parser: parser.enable("table"), ("|",)),
    "strikethrough": _Rule(lambda parser: parser.enable("strikethrough"), ("~~",)),
    "html": _Rule(lambda parser: parser.enable("html_inline"), ("<",)),
    "ruby": _Rule(_ruby, ("<ruby",)),
    "definitions": _Rule(deflist_plugin, (":", "~")),
    "admonitions": _Rule(admon_plugin, ("!!!", "???")),
    "footnotes": _Rule(_footnotes, ("[^",)),
    "formulas": _Rule(_formulas, ("$",)),
    "boxes": _Rule(_boxes, (":::",)),
    "wiki links": _Rule(_wiki_links, ("[[",)),
    "callouts": _Rule(_callouts, ("[!",)),
}


def rules_for(text: str) -> frozenset[str]:
    """The rules that can affect `text`: each rule of a parser costs time."""
    found = {name for name, rule in _RULES.items() if any(sign in text for sign in rule.signs)}
    if "definitions" in found and not _DEFINED.search(text):
        found.remove("definitions")
    return frozenset(found)


def parser_of(rules: Collection[str] = _RULES, **options: Any) -> MarkdownIt:
    """A parser with these rules, by default all of them."""
    parser = MarkdownIt("commonmark", {"html": True, "tasklists": True, **options})
    parser.disable(["html_block", "html_inline"])
    parser.core.ruler.after("normalize", "last line", _end_last_line)
    for name, rule in _RULES.items():
        if name in rules:
            rule.add(parser)
    return parser


def _end_last_line(state: Any) -> None:
    """Some rules look at the first character of a line, which an empty last one would lack."""
    if not state.inlineMode and not state.src.endswith("\n"):
        state.src += "\n"


def words(children: Sequence[Token] | None) -> str:
    """The text without markup and ruby readings, with its line breaks.

    In scripts without spaces soft line breaks are dropped.
    """
    said = "".join(map(_said, _read(children or (), aloud=False)))
    return _WRAPPED.sub("", said).replace(_SOFT, "\n")


def readings(children: Sequence[Token]) -> Iterator[str]:
    """The ruby readings, each as "base: reading"."""
    start = 0
    for place, child in enumerate(children):
        if child.type == RUBY and (found := _RUBY.fullmatch(child.content)) and found[2] == "ruby":
            if found[1]:
                inside = children[start:place]
                yield f"{words(inside)}: {''.join(map(_said, _read(inside, aloud=True)))}"
            start = place


def _read(children: Sequence[Token], *, aloud: bool) -> Iterator[Token]:
    """The children that are ruby readings, or those that are not."""
    kind = ""
    for child in children:
        if child.type == RUBY and (found := _RUBY.fullmatch(child.content)):
            kind = "" if found[1] else found[2]
        elif kind != "rp" and aloud == kind.startswith("rt"):
            yield child


def _said(child: Token) -> str:
    """The text of a token; that of an image is its description."""
    if child.type in ("softbreak", "hardbreak"):
        return _SOFT if child.type == "softbreak" else "\n"
    if child.type == "html_inline" and HARMLESS.fullmatch(child.content):
        return "\n" if "br" in child.content.lower() else ""
    return child.content


def box_title(said: str) -> str:
    """The title of :::tip[Title], ::: note and ::: {.callout-note title="Title"}; "" if none."""
    named = _TITLE.search(said)
    if named:
        return named[1]
    if said.startswith("{"):
        return said.partition(".callout-")[2].strip("{}").split(" ")[0].capitalize()
    kind, _, rest = said.partition("[" if "[" in said else " ")
    return rest.rstrip("] ") or kind.capitalize()


def _wiki_link(state: StateInline, silent: bool) -> bool:
    """Parse [[name#part|text]] and ![[name]] as a link to a file or a part of the same text."""
    start = state.pos + (state.src[state.pos] == "!")
    if not state.src.startswith("[[", start):
        return False
    end = state.src.find("]]", start, start + _LONGEST_LINK)
    target, _, text = state.src[start + 2 : max(end, 0)].partition("|")
    if not target.strip() or "[" in target or "\n" in target:
        return False
    if not silent:
        name = target.strip().rstrip("\\")
        href = name if name.startswith("#") else f"{WIKI}{name}"
        link = state.push("link_open", "a", 1)
        link.attrs, link.meta = {"href": href}, _defined(state.env, name)
        state.push("text", "", 0).content = (text or target).strip()
        state.push("link_close", "a", -1)
    state.pos = end + 2
    return True


def _make_ruby(state: Any) -> None:
    """Turn the tags of complete <ruby> elements into ruby tokens; any other <rt> is text."""
    for token in state.tokens:
        met: list[Token] = []
        for child in token.children or ():
            found = _RUBY.fullmatch(child.content) if child.type == "html_inline" else None
            if found and found.group(1, 2) == ("", "ruby"):
                met = [child]
            elif found and met:
                met.append(child)
                if found[2] == "ruby":
                    for each in met:
                        each.type = RUBY
                    met = []


def _defined(env: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The link definition that some tools add to a wiki link, for readers without wiki links."""
    label = normalizeReference(name)
    for known in (env.get("references", {}), env.get("elsewhere", {})):
        if label in known:
            return {"label": label, "defined": known[label]}
    return {}


def _make_callouts(state: Any) -> None:
    """Turn quotations that begin with [!note] into admonitions."""
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
    quote.tag, quote.attrs, quote.info = "div", {"class": BOX}, found[1]
    paragraph, rest = tokens[-2], inline.content[found.end() :]
    title = Token("inline", "", 0, content=found[2] or found[1].capitalize(), children=[])
    title.map, title.level, inline.content = inline.map, inline.level, rest
    tokens[-2:] = [
        Token("paragraph_open", "p", 1, attrs={"class": BOX_TITLE}),
        title,
        Token("paragraph_close", "p", -1),
        paragraph,
        inline,
    ]
