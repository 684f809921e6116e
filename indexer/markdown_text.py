"""Plain text from Markdown, block by block, so that passages break where the writer broke."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

BETWEEN_CELLS = " | "
"""Stands between the cells of a row, so that a label does not run into what it labels."""


class Block(NamedTuple):
    """A paragraph, list item, table row, piece of code or heading, without its markup."""

    text: str
    is_heading: bool


def blocks(markdown: str) -> list[Block]:
    """The blocks of `markdown` that hold text, and every heading, in order.

    Link and image addresses are markup. HTML is text, as on the pages that show it.
    """
    found: list[Block] = []
    row: list[str] | None = None
    is_heading = False
    for token in _parser().parse(markdown):
        if token.type == "heading_open":
            is_heading = True
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            found.append(Block(BETWEEN_CELLS.join(filter(None, row)), False))
            row = None
        elif row is not None:
            row.extend(_leaf_texts(token))
        else:
            leaves = [Block(text, is_heading) for text in _leaf_texts(token)]
            found.extend(leaves)
            is_heading = is_heading and not leaves
    return [block for block in found if block.text or block.is_heading]


@cache
def _parser() -> MarkdownIt:
    """One for all threads: what it works on is made by each call, except for its lists of rules.

    Those are made at first use, so that comes before anybody else can have the parser.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.parse("*rules*")
    return parser


def _leaf_texts(token: Token) -> Iterator[str]:
    """The texts of a token that holds text itself, none for one that only opens or closes."""
    if token.type == "inline":
        yield "".join(_inline(token.children or [])).strip()
    elif token.type in ("fence", "code_block"):
        yield token.content.strip("\n")


def _inline(children: list[Token]) -> Iterator[str]:
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            yield "\n"
        else:
            # An image's content is its description.
            yield child.content
