"""The Markdown that people write, beyond CommonMark: one grammar for what is found and for pages.

Tasks, footnotes, notes in boxes, wiki links, formulas, and a few elements of HTML; other HTML is
text. What a search quotes has the words and headings of the page because both are read by it.
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
"""The elements that are no text."""

WIKI = "wiki:"
"""What the address of a wiki link begins with, unless it leads to a part of its own text."""

RUBY = "ruby"
"""The kind of the tags of signs with their readings."""

BOX, BOX_TITLE = "admonition", "admonition-title"
"""The classes of a note in a box and of its title."""

FORMULAS = ("math_inline", "math_inline_double", "math_block", "math_block_label")
"""The kinds of tokens of formulas; the label of the last stands in `info`."""

_RUBY = re.compile(r"<(/?)(ruby|rb|rtc?|rp)(?:\s[^<>]{0,200})?>")
_NO_SPACES = (
    r"\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}"
    r"\u3000-\u303f\u3099\u309a\u30fb\u30fc\ufe00-\ufe0f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40"
    r"\uff5b-\uff9f\U000e0100-\U000e01ef"
)
_SOFT = "\r"
"""A line that the source alone ends; the parser leaves no other such sign."""
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
    """Adds a rule to a parser; it says nothing about texts that have none of the signs."""

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
    """The rules that say something about `text`: each that a parser has costs it time."""
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
    """Some rules look at the sign where a line begins; without this an empty last one has none."""
    if not state.inlineMode and not state.src.endswith("\n"):
        state.src += "\n"


def words(children: Sequence[Token] | None) -> str:
    """What a piece of text says without its markup, its lines kept, without readings of signs.

    In scripts without spaces the end of a line of the source is nothing.
    """
    said = "".join(map(_said, _read(children or (), aloud=False)))
    return _WRAPPED.sub("", said).replace(_SOFT, "\n")


def readings(children: Sequence[Token]) -> Iterator[str]:
    """How signs are read, each behind these: "base: reading" of every ruby."""
    start = 0
    for place, child in enumerate(children):
        if child.type == RUBY and (found := _RUBY.fullmatch(child.content)) and found[2] == "ruby":
            if found[1]:
                inside = children[start:place]
                yield f"{words(inside)}: {''.join(map(_said, _read(inside, aloud=True)))}"
            start = place


def _read(children: Sequence[Token], *, aloud: bool) -> Iterator[Token]:
    """Those of `children` that are readings, or those that are not."""
    kind = ""
    for child in children:
        if child.type == RUBY and (found := _RUBY.fullmatch(child.content)):
            kind = "" if found[1] else found[2]
        elif kind != "rp" and aloud == kind.startswith("rt"):
            yield child


def _said(child: Token) -> str:
    """A picture's content is its description."""
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
        href = name if name.startswith("#") else f"{WIKI}{name}"
        link = state.push("link_open", "a", 1)
        link.attrs, link.meta = {"href": href}, _defined(state.env, name)
        state.push("text", "", 0).content = (text or target).strip()
        state.push("link_close", "a", -1)
    state.pos = end + 2
    return True


def _make_ruby(state: Any) -> None:
    """What stands in a whole <ruby> becomes elements; any other <rt> is text."""
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
    """The definition that some tools write for a wiki link, for others that do not know these."""
    label = normalizeReference(name)
    for known in (env.get("references", {}), env.get("elsewhere", {})):
        if label in known:
            return {"label": label, "defined": known[label]}
    return {}


def _make_callouts(state: Any) -> None:
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
