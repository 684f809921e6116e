"""Plain text from Markdown, block by block, so that passages break where the writer broke."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_WIKI_LINK = re.compile(
    r"!?\[\[(?=[^|\]]*[^\s|\]])([^\[\]|\n]{1,300}?)\\?(?:\|([^\[\]\n]{0,300}))?\]\]"
)

BETWEEN_CELLS = " | "
"""Stands between the cells of a row, so that a label does not run into what it labels."""


class Block(NamedTuple):
    """A paragraph, list item, table row, piece of code or heading, without its markup.

    `addresses` are those of its links and images, each behind the words that stand for it.
    """

    text: str
    is_heading: bool
    addresses: tuple[str, ...] = ()


def blocks(markdown: str) -> list[Block]:
    """The blocks of `markdown` that hold text or addresses, and every heading, in order.

    HTML is text, as on the pages that show it.
    """
    found: list[Block] = []
    row: list[Block] | None = None
    is_heading = False
    for token in _parser().parse(markdown):
        if token.type == "heading_open":
            is_heading = True
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            text = BETWEEN_CELLS.join(cell.text for cell in row if cell.text)
            found.append(Block(text, False, tuple(at for cell in row for at in cell.addresses)))
            row = None
        elif leaf := _leaf(token, is_heading):
            (found if row is None else row).append(leaf)
            is_heading = False
    return [block for block in found if any(block)]


@cache
def _parser() -> MarkdownIt:
    """One for all threads: what it works on is made by each call, except for its lists of rules.

    Those are made at first use, so that comes before anybody else can have the parser.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.inline.ruler.before("link", "wiki_link", _wiki_link)
    parser.parse("*rules*")
    return parser


def _wiki_link(state: StateInline, silent: bool) -> bool:
    """[[name|words]] and ![[name]], as the pages show them: by their words, else by the name."""
    if not (found := _WIKI_LINK.match(state.src, state.pos)):
        return False
    if not silent:
        name = found[1].strip()
        state.push("link_open", "a", 1).attrs = {"href": name}
        state.push("text", "", 0).content = (found[2] or name).strip()
        state.push("link_close", "a", -1)
    state.pos = found.end()
    return True


def _leaf(token: Token, is_heading: bool) -> Block | None:
    """What a token holds itself, None for one that only opens or closes."""
    if token.type == "inline":
        children = token.children or []
        text = "".join(map(_text, children)).strip()
        return Block(text, is_heading, tuple(_addresses(children, token.content)))
    if token.type in ("fence", "code_block"):
        return Block(token.content.strip("\n"), is_heading)
    return None


def _text(child: Token) -> str:
    """An image's content is its description."""
    return "\n" if child.type in ("softbreak", "hardbreak") else child.content


def _addresses(children: Sequence[Token], source: str) -> Iterator[str]:
    """Where links and images lead, with their titles; not what the text itself says."""
    opened: list[tuple[int, Token]] = []
    for place, child in enumerate(children):
        if child.type == "link_open":
            opened.append((place, child))
        elif child.type == "image":
            yield from _led(child.content, str(child.attrs["src"]), child, source)
        elif child.type == "link_close" and opened:
            start, link = opened.pop()
            words = "".join(map(_text, children[start:place]))
            yield from _led(" ".join(words.split()), str(link.attrs["href"]), link, source)


def _led(words: str, address: str, token: Token, source: str) -> Iterator[str]:
    """The parser writes %E4 for ä in an address; here it stands as it was written."""
    if "%" in address and address not in source:
        address = _parser().normalizeLinkText(address)
    told = [str(each) for each in (token.attrs.get("title"), address) if each]
    if told and address not in words and not address.startswith("data:"):
        yield ": ".join(filter(None, [words, *told]))
