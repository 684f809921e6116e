"""Plain text from Markdown, block by block, so that passages can break between blocks.

It has the words of the page, by the same grammar. What a page does not show is kept beside them.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from markdown_it.token import Token

from indexer.text.markdown_grammar import BOX_TITLE, box_title, readings, words
from indexer.text.markdown_links import Definition, addresses, unused
from indexer.text.markdown_parsers import index_parser

BETWEEN_CELLS = " \u00b7 "
"""Separator of table cells, so that labels do not run into their values."""

_ENDED = re.compile(r"[.!?:\u2026\u3002\uff01\uff1f]$")
_TASKS = {None: "", True: "\u2611 ", False: "\u2610 "}


class Block(NamedTuple):
    """A paragraph, list item, table row, piece of code or heading, without its markup.

    `addresses` are those of its links and images, each after the words of the link, and other
    things that are no text: names of footnotes, kinds of admonitions with a title, ruby readings. A
    link definition that no link uses is a block of its own, `unused`. A heading has a `level`, from
    1 for the highest.
    """

    text: str
    is_heading: bool
    addresses: tuple[str, ...] = ()
    unused: Definition | None = None
    level: int = 0


class _Seen(NamedTuple):
    """A block, the footnotes that it refers to, and the line of a heading."""

    block: Block
    notes: tuple[str, ...] = ()
    line: int = 0


_Notes = dict[str, list[Token]]


def blocks(
    markdown: str, elsewhere: Iterable[Definition] = (), *, brief: bool = False
) -> list[Block]:
    """The blocks of `markdown` that hold text or addresses, and every heading, in order.

    HTML is text, as on pages. A footnote is at the end of the heading under which it is first
    referred to, the address of a link definition at its links. Wiki links may use definitions of
    other texts, `elsewhere`. `brief` leaves out code and images. If the parser fails, the blocks
    are the paragraphs as written.
    """
    try:
        return _blocks(markdown, elsewhere, brief=brief)
    except MemoryError:
        raise
    except Exception:  # whatever a rule fails at, the words are found and shown
        return [Block(each.strip(), False) for each in markdown.split("\n\n") if each.strip()]


def _blocks(markdown: str, elsewhere: Iterable[Definition], *, brief: bool) -> list[Block]:
    env: dict[str, Any] = {
        "elsewhere": {one.name: {"href": one.address, "title": one.title} for one in elsewhere}
    }
    tokens = index_parser(markdown).parse(markdown, env)
    tokens = list(_without_code_and_pictures(tokens)) if brief else tokens
    notes: _Notes = {}
    if "footnotes" in env:
        tokens, notes = _parted(tokens, env["footnotes"]["refs"])
    left = deque(unused(tokens, env) if "references" in env else ())
    found: list[Block] = []
    met: list[str] = []
    for block, further, line in _Reading().of(tokens):
        if block.is_heading:
            found += _noted(met, notes)
            while left and left[0][0] < line:
                found.append(_defined(left.popleft()[1]))
        found.append(block)
        met += further
    found += _noted([*met, *notes], notes)
    found += (_defined(one) for _, one in left)
    return [block for block in found if any(block)]


def _without_code_and_pictures(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.type not in ("fence", "code_block"):
            token.children = [one for one in token.children or () if one.type != "image"]
            yield token


def _defined(unused: Definition) -> Block:
    return Block("", False, (f"{unused.name.lower()}: {unused.led}",), unused)


class _Reading:
    """Collects blocks from tokens; `_before` is text to put before the next words."""

    def __init__(self) -> None:
        self._found: list[_Seen] = []
        self._row: list[_Seen] | None = None
        self._heading: Token | None = None
        self._is_title = False
        self._kind = self._before = ""

    def of(self, tokens: Sequence[Token]) -> list[_Seen]:
        for token in tokens:
            if act := self._ACTS.get(token.type):
                act(self, token)
        return self._found

    def _inline(self, token: Token) -> None:
        children = token.children or []
        text = words(children).strip()
        plain = len(children) == 1 and children[0].type == "text"
        led = () if plain else (*addresses(children, token.content), *readings(children))
        notes = _marks(children) if "[^" in token.content else ()
        if self._row is not None:
            self._row.append(_Seen(Block(text, False, led), notes))
        elif self._heading:
            self._close(token)
            line = (self._heading.map or [0])[0]
            level = int(self._heading.tag.removeprefix("h"))
            block = Block(text.replace("\n", " "), True, led, level=level)
            self._found.append(_Seen(block, notes, line))
            self._heading = None
        elif self._is_title:
            self._found.append(_Seen(Block("", False, led), notes))
            self._titled(text)
        else:
            block = Block(self._before + text if text else "", False, led)
            self._found.append(_Seen(block, notes))
            self._before = "" if text else self._before

    def _heading_open(self, token: Token) -> None:
        self._heading = token

    def _title_open(self, token: Token) -> None:
        self._is_title = token.attrs.get("class") == BOX_TITLE

    def _titled(self, title: str) -> None:
        """Put the title of an admonition before its words, as in "Warning: Mind the step"."""
        self._is_title = False
        if self._kind.casefold() not in title.casefold():
            self._aside(self._kind)
        self._kind = ""
        if title:
            self._before += title + (" " if _ENDED.search(title) else ": ")

    def _quote_open(self, token: Token) -> None:
        self._kind = token.info

    def _admonition_open(self, token: Token) -> None:
        self._kind = str(token.meta["tag"])
        if not token.content:
            self._titled("")

    def _box_open(self, token: Token) -> None:
        said = token.info.strip()
        self._kind = "" if said.startswith("{") else said.replace("[", " ").partition(" ")[0]
        self._titled(box_title(said))

    def _note_open(self, token: Token) -> None:
        self._aside(str(token.meta["label"]))

    def _aside(self, said: str) -> None:
        if any(map(str.isalpha, said)):
            self._found.append(_Seen(Block("", False, (said,))))

    def _item_open(self, token: Token) -> None:
        self._before += _TASKS[token.meta.get("checked")]

    def _code(self, token: Token) -> None:
        self._close(token)
        label = f" ({token.info})" if token.type == "math_block_label" else ""
        self._found.append(_Seen(Block(token.content.strip("\n") + label, False)))

    def _row_open(self, token: Token) -> None:
        self._close(token)
        self._row = []

    def _row_close(self, _: Token) -> None:
        cells = self._row or []
        text = BETWEEN_CELLS.join(cell.text for cell, _, _ in cells if cell.text)
        led = tuple(each for cell, _, _ in cells for each in cell.addresses)
        notes = tuple(each for cell in cells for each in cell.notes)
        self._found.append(_Seen(Block(text, False, led), notes))
        self._row = None

    def _close(self, _: Token) -> None:
        """Make a block of the text that was put before words that did not come."""
        if self._before:
            self._found.append(_Seen(Block(self._before.rstrip(": "), False)))
            self._before = ""

    _ACTS: ClassVar[Mapping[str, Callable[["_Reading", Token], None]]] = {
        "inline": _inline,
        "heading_open": _heading_open,
        "paragraph_open": _title_open,
        "admonition_title_open": _title_open,
        "fence": _code,
        "code_block": _code,
        "math_block": _code,
        "math_block_label": _code,
        "tr_open": _row_open,
        "tr_close": _row_close,
        "list_item_open": _item_open,
        "list_item_close": _close,
        "blockquote_open": _quote_open,
        "blockquote_close": _close,
        "admonition_open": _admonition_open,
        "admonition_close": _close,
        "container_box_open": _box_open,
        "container_box_close": _close,
        "footnote_reference_open": _note_open,
    }


def _parted(tokens: Sequence[Token], referred: Mapping[str, int]) -> tuple[list[Token], _Notes]:
    """The tokens without the footnotes that the text refers to, and these by name."""
    rest: list[Token] = []
    notes: _Notes = {}
    into = [rest]
    for token in tokens:
        if token.type == "footnote_reference_open":
            label = str(token.meta["label"])
            into.append(notes.setdefault(label, []) if referred[f":{label}"] >= 0 else into[-1])
        into[-1].append(token)
        if token.type == "footnote_reference_close":
            into.pop()
    return rest, notes


def _noted(labels: list[str], notes: _Notes) -> Iterator[Block]:
    """The footnotes of these names and those that they refer to, taken out of `notes`."""
    for label in labels:
        for block, further, _ in _Reading().of(notes.pop(label, ())):
            yield block._replace(is_heading=False)
            labels += further
    labels.clear()


def _marks(children: Sequence[Token]) -> tuple[str, ...]:
    return tuple(str(one.meta["label"]) for one in children if one.type == "footnote_ref")
