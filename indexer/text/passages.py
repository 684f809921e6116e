"""Cuts documents into passages that fit the model and can be quoted as answers."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import islice, takewhile
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from indexer.document import PROPERTIES, Document, Part, Passage
from indexer.embedding.calibration import Lengths
from indexer.embedding.embedder import Embedder
from indexer.text.cuts import Offsets, cut
from indexer.text.markdown_text import BETWEEN_CELLS, Block, blocks

VERSION = 13
"""Stored with an index: another version cuts elsewhere, so the index must be rebuilt."""

REACH = 600
"""Characters after a passage in which a phrase that begins in it may end."""


class _Tokens(NamedTuple):
    """The tokens of all texts of some documents, and the lengths to cut them to."""

    of: Mapping[str, Offsets]
    lengths: Lengths


class EmbeddedPassage(Struct, frozen=True):
    """A passage and the exact text that its vector is made from; empty for one without a vector."""

    passage: Passage
    embedded_text: str


class _Heading(NamedTuple):
    """A heading, its place in the document, and its level."""

    text: str
    place: str
    level: int = 0


class _Paragraph(NamedTuple):
    """Text under a heading; `bare` if it is that heading itself, with nothing below it.

    Only those that are `read` are given to the model.
    """

    heading: _Heading
    text: str
    bare: bool = False
    read: bool = True


class _Piece(NamedTuple):
    """Text that is not cut further, its token count, and the most that fit below its heading."""

    heading: _Heading
    bare: bool
    limit: int
    text: str
    tokens: int


class _Filled(NamedTuple):
    """The text of a passage, its parts by heading, and the text that follows."""

    text: str
    parts: tuple[Part, ...]
    after: str


def split(documents: Sequence[Document], embedder: Embedder) -> list[list[EmbeddedPassage]]:
    """The passages of each document in the order of its text; at least one for every document.

    Passages are filled with sections while these fit; longer ones are cut between paragraphs, then
    sentences, then words. Each is embedded after its document's title and its heading. A document
    without text has its title as a passage. Link addresses and then properties have passages of
    their own at the end, which have no vectors.
    """
    outlines = [_outlines(document) for document in documents]
    paragraphs = [each for outline in outlines for part in outline for each in part]
    texts = {text for each in paragraphs for text in (each.heading.text, each.text)}
    texts.update(document.title for document in documents)
    offsets = dict(zip(texts, embedder.token_offsets(list(texts)), strict=True))
    tokens = _Tokens(offsets, embedder.calibration.lengths)
    return [
        list(_embedded(document, outline, tokens))
        for document, outline in zip(documents, outlines, strict=True)
    ]


def _outlines(document: Document) -> tuple[list[_Paragraph], ...]:
    """The paragraphs of separate passages: text that the model reads, addresses, properties.

    Each is under its nearest heading; a heading with nothing below it is a paragraph itself.
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
    """The blocks of sections, without link definitions that another section uses."""
    told = {each for blocks in sections for block in blocks for each in _led(block)}
    return [
        [block for block in blocks if not block.unused or block.unused.led not in told]
        for blocks in sections
    ]


def _led(block: Block) -> Iterator[str]:
    """The addresses of its links, with and without titles."""
    for address in block.addresses if not block.unused else ():
        said = address.rsplit(": ", 3)
        yield from (": ".join(said[start:]) for start in range(len(said)))


def _section_outline(above: str, inside: Sequence[Block], number: int) -> Iterator[_Paragraph]:
    heading, count = _Heading(above, str(number)), 0
    waiting = bool(heading.text)  # Blocks without words, such as a rule, do not count.
    for block in inside:
        if block.is_heading:
            count += 1
        if block.text.strip() and not block.is_heading:
            yield _Paragraph(heading, block.text)
            waiting = False
        elif block.is_heading and block.text:
            if waiting:
                yield _Paragraph(heading, heading.text, bare=True)
            heading, waiting = _Heading(block.text, f"{number}.{count}", block.level), True
        yield from (_Paragraph(heading, each, read=False) for each in block.addresses)
    if waiting:
        yield _Paragraph(heading, heading.text, bare=True)


def _pieces(title: str, outline: Iterable[_Paragraph], tokens: _Tokens) -> Iterator[_Piece]:
    """The paragraphs, cut where they exceed a passage; a long heading becomes one too."""
    of, lengths = tokens
    room = lengths.passage - lengths.special - min(lengths.title, len(of[title]))
    above = ""
    for paragraph in outline:
        heading = paragraph.heading
        length = len(of[heading.text])
        limit = room - min(lengths.heading, length)
        if not paragraph.bare and heading.place != above and length > lengths.heading:
            yield from _cut(_Paragraph(heading, heading.text, True), of[heading.text], limit)
        yield from _cut(paragraph, of[paragraph.text], limit)
        above = heading.place


def _cut(paragraph: _Paragraph, offsets: Offsets, limit: int) -> Iterator[_Piece]:
    for text, tokens in cut(paragraph.text, offsets, limit):
        yield _Piece(paragraph.heading, paragraph.bare, limit, text, tokens)


def _filled(pieces: Sequence[_Piece], tokens: _Tokens) -> Iterator[_Filled]:
    """Pieces joined into passages, as many as fit; further headings get lines of their own."""
    first = left = 0
    for place, piece in enumerate(pieces):
        held = pieces[first:place]
        cost = piece.tokens + (len(tokens.of[piece.heading.text]) if _has_line(held, piece) else 0)
        if held and cost <= left:
            left -= cost
        else:
            if held:
                yield _put_together(held, pieces, place)
            first, left = place, piece.limit - piece.tokens
    if pieces:
        yield _put_together(pieces[first:], pieces, len(pieces))


def _has_line(held: Sequence[_Piece], piece: _Piece) -> bool:
    """Whether `piece` needs a line with its heading, which differs from the one before."""
    return bool(held) and held[-1].heading != piece.heading and not piece.bare


def _put_together(held: Sequence[_Piece], pieces: Sequence[_Piece], behind: int) -> _Filled:
    """The `held` pieces as one text; `pieces` go on at index `behind`."""
    text = ""
    parts: list[Part] = []
    levels: list[int] = []
    for place, piece in enumerate(held):
        text += _line(held[:place], piece)
        start = len(text)
        text += piece.text
        shown = start if piece.bare else len(text)
        if parts and parts[-1].place == piece.heading.place:
            begun = parts.pop()
            levels.pop()
            start = start if begun.start == begun.end else begun.start
        parts.append(Part(start, max(start, shown), piece.heading.text, piece.heading.place))
        levels.append(piece.heading.level)
    return _stripped(text, parts, levels, _following(held[-1], pieces, behind))


def _line(before: Sequence[_Piece], piece: _Piece) -> str:
    """The line with the heading of `piece`, or ""."""
    heading = piece.heading.text
    return f"{heading}\n" if heading and _has_line(before, piece) else ""


def _following(last: _Piece, pieces: Sequence[_Piece], behind: int) -> str:
    """The rest of the section of `last`, or the text beneath its heading if it is bare."""
    text, before = "", last
    for piece in islice(pieces, behind, None):
        beneath = last.bare and piece.heading.level > last.heading.level
        if len(text) > REACH or not (beneath or piece.heading.place == last.heading.place):
            break
        text += _line([before], piece) + piece.text
        before = piece
    return text


def _stripped(text: str, parts: Sequence[Part], levels: Sequence[int], following: str) -> _Filled:
    """`text` and its parts without surrounding whitespace."""
    whole = text.strip()
    before = len(text) - len(text.lstrip()) if whole else 0
    found: list[Part] = []
    for part in parts:
        inside = text[part.start : part.end]
        start = part.start + len(inside) - len(inside.lstrip()) - before
        end = max(start, part.start + len(inside.rstrip()) - before)
        start, end = (min(max(0, place), len(whole)) for place in (start, end))
        found.append(Part(start, end, part.heading, part.place))
    for place, part in enumerate(found):
        if part.start == part.end:
            found[place] = replace(part, beneath=_beneath(found, levels, place))
    after = (text[len(text.rstrip()) :] + following)[:REACH].rstrip() if following.strip() else ""
    return _Filled(whole, tuple(found), after)


def _beneath(parts: Sequence[Part], levels: Sequence[int], place: int) -> int:
    """The end of the parts under deeper headings that follow part `place`, or 0."""
    others = range(place + 1, len(parts))
    deeper = [*takewhile(lambda other: levels[other] > levels[place], others)]
    if not deeper:
        return 0
    last = parts[deeper[-1]]
    return last.end if last.start < last.end else last.end + len(last.heading)


def _embedded(
    document: Document, outlines: Iterable[Sequence[_Paragraph]], tokens: _Tokens
) -> Iterator[EmbeddedPassage]:
    """The passages of each outline by itself, so that none has text of two outlines."""
    title = _beginning(document.title, tokens, tokens.lengths.title)
    seen: Counter[str] = Counter()
    for outline in outlines:
        pieces = [*_pieces(document.title, outline, tokens)]
        for text, parts, after in _filled(pieces, tokens):
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
                after=after,
            )
            context = [title, _beginning(heading, tokens, tokens.lengths.heading)]
            lines = [line for line in context if line and line != text]
            # The model reads only the words of a table row: cell separators tell it nothing.
            read = "\n".join([*lines, text.replace(BETWEEN_CELLS, " ")])
            yield EmbeddedPassage(passage, read if outline[0].read else "")


def _beginning(text: str, tokens: _Tokens, limit: int) -> str:
    offsets = tokens.of[text]
    return text if len(offsets) <= limit else text[: offsets[limit - 1][1]]
