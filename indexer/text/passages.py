"""Cuts documents into passages that fit the model, so that what answers can be quoted."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

from msgspec import Struct

from indexer.cuts import Offsets, cut
from indexer.document import PROPERTIES, Document, Part, Passage
from indexer.embedding.embedder import Embedder
from indexer.text.markdown_text import BETWEEN_CELLS, Block, blocks

VERSION = 13
"""Part of what an index was made with: another version cuts elsewhere."""

MAX_TOKENS = 256
"""Tokens of one passage as the model sees it: title, heading, text and `SPECIAL_TOKENS`."""

SPECIAL_TOKENS = 2
"""What the model puts around each text."""

TITLE_TOKENS = 64
HEADING_TOKENS = 32

_Tokens = Mapping[str, Offsets]


class EmbeddedPassage(Struct, frozen=True):
    """A passage and the exact text that its vector is made from; empty for one without a vector."""

    passage: Passage
    embedded_text: str


class _Heading(NamedTuple):
    """A heading and where it stands in its document."""

    text: str
    place: str


class _Paragraph(NamedTuple):
    """Text under a heading; `bare` if it is that heading itself, with nothing below it.

    The model is given none that is not `read`.
    """

    heading: _Heading
    text: str
    bare: bool = False
    read: bool = True


class _Piece(NamedTuple):
    """Text that is not cut further, its tokens, and the most that fit below its heading."""

    heading: _Heading
    bare: bool
    limit: int
    text: str
    tokens: int


class _Filled(NamedTuple):
    """The text of a passage, and what of it stands under which heading."""

    text: str
    parts: tuple[Part, ...]


def split(documents: Sequence[Document], embedder: Embedder) -> list[list[EmbeddedPassage]]:
    """The passages of each document in the order of its text; at least one for every document.

    Sections are filled into a passage as long as they fit; what is longer is cut between
    paragraphs, then sentences, then words. Each is embedded with its document's title and its
    heading before it. A document without text has its title for a passage. Addresses of links have
    passages of their own, and so have properties, the last ones; these have no vectors.
    """
    outlines = [_outlines(document) for document in documents]
    paragraphs = [each for outline in outlines for part in outline for each in part]
    texts = {text for each in paragraphs for text in (each.heading.text, each.text)}
    texts.update(document.title for document in documents)
    tokens = dict(zip(texts, embedder.token_offsets(list(texts)), strict=True))
    return [
        list(_embedded(document, outline, tokens))
        for document, outline in zip(documents, outlines, strict=True)
    ]


def _outlines(document: Document) -> tuple[list[_Paragraph], ...]:
    """What goes into passages apart: what the model reads, addresses, and properties.

    Every paragraph stands below its nearest heading; a heading with nothing below it is one.
    """
    inside = [blocks(section.text) for section in document.sections]
    if unused := [block.unused for each in inside for block in each if block.unused]:
        inside = _without_used(
            [
                blocks(section.text, unused) if "[[" in section.text else found
                for section, found in zip(document.sections, inside, strict=True)
            ]
        )
    found: list[_Paragraph] = []
    for number, section in enumerate(document.sections, 1):
        if section.text.strip():
            found += _section_outline(section.heading, inside[number - 1], number)
    read = [each for each in found if each.read] or [_Paragraph(_Heading("", ""), document.title)]
    return read, [each for each in found if not each.read], _properties(document)


def _properties(document: Document) -> list[_Paragraph]:
    heading = _Heading("", PROPERTIES)
    lines = filter(str.strip, document.properties)
    return [_Paragraph(heading, line, read=False) for line in lines]


def _without_used(sections: Sequence[Sequence[Block]]) -> list[list[Block]]:
    """The blocks of sections without those definitions of links that another section uses."""
    told = {each for blocks in sections for block in blocks for each in _led(block)}
    return [
        [block for block in blocks if not block.unused or block.unused.led not in told]
        for blocks in sections
    ]


def _led(block: Block) -> Iterator[str]:
    """Where its links lead, with a title or without."""
    for address in block.addresses if not block.unused else ():
        said = address.rsplit(": ", 3)
        yield from (": ".join(said[start:]) for start in range(len(said)))


def _section_outline(above: str, inside: Sequence[Block], number: int) -> Iterator[_Paragraph]:
    heading, count = _Heading(above, str(number)), 0
    waiting = bool(heading.text)  # What yields no words, as a rule, leaves it over nothing.
    for block in inside:
        if block.is_heading:
            count += 1
        if block.text.strip() and not block.is_heading:
            yield _Paragraph(heading, block.text)
            waiting = False
        elif block.is_heading and block.text:
            if waiting:
                yield _Paragraph(heading, heading.text, bare=True)
            heading, waiting = _Heading(block.text, f"{number}.{count}"), True
        yield from (_Paragraph(heading, each, read=False) for each in block.addresses)
    if waiting:
        yield _Paragraph(heading, heading.text, bare=True)


def _pieces(title: str, outline: Iterable[_Paragraph], tokens: _Tokens) -> Iterator[_Piece]:
    """The paragraphs, cut where they fill more than a passage; a long heading is one of them."""
    room = MAX_TOKENS - SPECIAL_TOKENS - min(TITLE_TOKENS, len(tokens[title]))
    above = ""
    for paragraph in outline:
        heading = paragraph.heading
        length = len(tokens[heading.text])
        limit = room - min(HEADING_TOKENS, length)
        if not paragraph.bare and heading.place != above and length > HEADING_TOKENS:
            yield from _cut(_Paragraph(heading, heading.text, True), tokens[heading.text], limit)
        yield from _cut(paragraph, tokens[paragraph.text], limit)
        above = heading.place


def _cut(paragraph: _Paragraph, offsets: Offsets, limit: int) -> Iterator[_Piece]:
    for text, tokens in cut(paragraph.text, offsets, limit):
        yield _Piece(paragraph.heading, paragraph.bare, limit, text, tokens)


def _filled(pieces: Iterable[_Piece], tokens: _Tokens) -> Iterator[_Filled]:
    """The pieces put together, as many as fit; a heading met on the way stands on its own line."""
    held: list[_Piece] = []
    left = 0
    for piece in pieces:
        cost = piece.tokens + (len(tokens[piece.heading.text]) if _has_line(held, piece) else 0)
        if held and cost <= left:
            left -= cost
        else:
            if held:
                yield _put_together(held)
            held, left = [], piece.limit - piece.tokens
        held.append(piece)
    if held:
        yield _put_together(held)


def _has_line(held: Sequence[_Piece], piece: _Piece) -> bool:
    """Whether the heading of `piece` stands on a line before it, as another one came before."""
    return bool(held) and held[-1].heading != piece.heading and not piece.bare


def _put_together(pieces: Sequence[_Piece]) -> _Filled:
    text = ""
    parts: list[Part] = []
    for place, piece in enumerate(pieces):
        if _has_line(pieces[:place], piece) and piece.heading.text:
            text += f"{piece.heading.text}\n"
        start = len(text)
        text += piece.text
        shown = start if piece.bare else len(text)
        if parts and parts[-1].place == piece.heading.place:
            begun = parts.pop()
            start = start if begun.start == begun.end else begun.start
        parts.append(Part(start, max(start, shown), *piece.heading))
    return _stripped(text, parts)


def _stripped(text: str, parts: Iterable[Part]) -> _Filled:
    """`text` without space around it, and its parts without space around theirs."""
    whole = text.strip()
    before = len(text) - len(text.lstrip()) if whole else 0
    found = []
    for part in parts:
        inside = text[part.start : part.end]
        start = part.start + len(inside) - len(inside.lstrip()) - before
        end = max(start, part.start + len(inside.rstrip()) - before)
        start, end = (min(max(0, place), len(whole)) for place in (start, end))
        found.append(Part(start, end, part.heading, part.place))
    return _Filled(whole, tuple(found))


def _embedded(
    document: Document, outlines: Iterable[Sequence[_Paragraph]], tokens: _Tokens
) -> Iterator[EmbeddedPassage]:
    """Each outline put together by itself, so that no passage has text of two of them."""
    title = _beginning(document.title, tokens, TITLE_TOKENS)
    seen: Counter[str] = Counter()
    for outline in outlines:
        for text, parts in _filled(_pieces(document.title, outline, tokens), tokens):
            heading = parts[0].heading
            key = blake2b(f"{heading}\n{text}".encode(), digest_size=8).hexdigest()
            seen[key] += 1
            name = key if seen[key] == 1 else f"{key}-{seen[key]}"
            passage = Passage(
                id=f"{document.id}#{name}",
                document_id=document.id,
                heading=heading,
                text=text,
                parts=parts,
            )
            context = [title, _beginning(heading, tokens, HEADING_TOKENS)]
            lines = [line for line in context if line and line != text]
            # For the model a row is its words: marks between them tell it nothing.
            read = "\n".join([*lines, text.replace(BETWEEN_CELLS, " ")])
            yield EmbeddedPassage(passage, read if outline[0].read else "")


def _beginning(text: str, tokens: _Tokens, limit: int) -> str:
    offsets = tokens[text]
    return text if len(offsets) <= limit else text[: offsets[limit - 1][1]]
