"""Cuts documents into passages that fit the model, so that what answers can be quoted."""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

from msgspec import Struct

from indexer.document import Document, Passage
from indexer.embedder import Embedder
from indexer.markdown_text import blocks

VERSION = 3
"""Part of what an index was made with: another version cuts elsewhere."""

MAX_TOKENS = 256
"""Tokens of one passage as the model sees it: title, heading, text and `SPECIAL_TOKENS`."""

SPECIAL_TOKENS = 2
"""What the model puts around each text."""

TITLE_TOKENS = 64
HEADING_TOKENS = 32

_SENTENCE_END = re.compile(
    r"(?<=[.!?\u2026])[\"'\u201d\u2019)\]]*\s+|(?<=[\u3002\uff01\uff1f])|\n+"
)

_IDEOGRAPH = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ffff]")

_Offsets = Sequence[tuple[int, int]]
_Tokens = Mapping[str, _Offsets]


class EmbeddedPassage(Struct, frozen=True):
    """A passage and the exact text that its vector is made from."""

    passage: Passage
    embedded_text: str


class _Paragraph(NamedTuple):
    heading: str
    text: str


class _Piece(NamedTuple):
    """Text that is not cut further, its tokens, and the most that fit below its heading."""

    heading: str
    limit: int
    text: str
    tokens: int


def split(documents: Sequence[Document], embedder: Embedder) -> list[list[EmbeddedPassage]]:
    """The passages of each document in the order of its text; at least one for every document.

    Sections are filled into a passage as long as they fit; what is longer is cut between
    paragraphs, then sentences, then words. Each is embedded with its document's title and its
    heading before it. A document without text has its title for a passage.
    """
    outlines = [_outline(document) for document in documents]
    texts = {text for outline in outlines for paragraph in outline for text in paragraph}
    texts.update(document.title for document in documents)
    tokens = dict(zip(texts, embedder.token_offsets(list(texts)), strict=True))
    return [
        _embedded(document, _filled(_pieces(document.title, outline, tokens), tokens), tokens)
        for document, outline in zip(documents, outlines, strict=True)
    ]


def _outline(document: Document) -> list[_Paragraph]:
    """Every paragraph below its nearest heading; a heading with nothing below it is a paragraph."""
    found: list[_Paragraph] = []
    for section in document.sections:
        heading, pending = section.heading, ""
        for block in blocks(section.text):
            if block.is_heading:
                if pending:
                    found.append(_Paragraph(pending, pending))
                # The same heading once more would be taken for the one that stands already.
                repeats = block.text in (heading, found[-1].heading if found else heading)
                heading = block.text
                pending = "" if repeats else heading
                if repeats:
                    found.append(_Paragraph(heading, heading))
            else:
                found.append(_Paragraph(heading, block.text))
                pending = ""
        if pending:
            found.append(_Paragraph(pending, pending))
    return found or [_Paragraph("", document.title)]


def _pieces(title: str, outline: Iterable[_Paragraph], tokens: _Tokens) -> Iterator[_Piece]:
    """The paragraphs, cut where they fill more than a passage; a long heading is one of them."""
    room = MAX_TOKENS - SPECIAL_TOKENS - min(TITLE_TOKENS, len(tokens[title]))
    above = ""
    for paragraph in outline:
        heading, text = paragraph
        limit = room - min(HEADING_TOKENS, len(tokens[heading]))
        if text != heading != above and len(tokens[heading]) > HEADING_TOKENS:
            yield from _cut(_Paragraph(heading, heading), tokens[heading], limit)
        yield from _cut(paragraph, tokens[text], limit)
        above = heading


def _cut(paragraph: _Paragraph, offsets: _Offsets, limit: int) -> Iterator[_Piece]:
    """The paragraph if it fits in `limit` tokens, or else its sentences, or parts of those."""
    heading, text = paragraph
    ends = [len(text)]
    if len(offsets) > limit:
        ends = [*(found.end() for found in _SENTENCE_END.finditer(text)), len(text)]
    starts = [start for start, _ in offsets]
    start = token = 0
    for end in ends:
        after = bisect_left(starts, end, token)
        while after - token > limit:
            part = _last_break(text, starts, token, token + limit)
            yield _Piece(heading, limit, text[start : starts[part]], part - token)
            start, token = starts[part], part
        line_end = "\n" if end == len(text) else ""
        yield _Piece(heading, limit, text[start:end] + line_end, after - token)
        start, token = end, after


def _last_break(text: str, starts: Sequence[int], first: int, last: int) -> int:
    """The last token up to `last` after a space, or at least at the start of a word.

    A word cut in two may have more tokens than before. No word of the model has more than a
    hundred, so one always begins here.
    """
    for begins in (_after_space, _begins_word):
        for token in range(last, first + (last - first) // 3, -1):
            if begins(text, starts[token]):
                return token
    return last


def _after_space(text: str, place: int) -> bool:
    return text[place - 1].isspace()


def _begins_word(text: str, place: int) -> bool:
    """Whether signs that the tokenizer takes one by one stand before or behind `place`."""
    return any(
        unicodedata.category(sign)[0] == "P" or _IDEOGRAPH.match(sign)
        for sign in text[place - 1 : place + 1]
    )


def _filled(pieces: Iterable[_Piece], tokens: _Tokens) -> Iterator[_Paragraph]:
    """The pieces put together, as many as fit; a heading met on the way stands on its own line."""
    held = ""
    first = last = ""
    left = 0
    for piece in pieces:
        has_line = piece.heading not in (last, piece.text.strip())
        cost = piece.tokens + (len(tokens[piece.heading]) if has_line else 0)
        if held and cost <= left:
            held += f"{piece.heading}\n{piece.text}" if has_line else piece.text
            left -= cost
        else:
            if held:
                yield _Paragraph(first, held.strip())
            held, first, left = piece.text, piece.heading, piece.limit - piece.tokens
        last = piece.heading
    if held:
        yield _Paragraph(first, held.strip())


def _embedded(
    document: Document, texts: Iterable[_Paragraph], tokens: _Tokens
) -> list[EmbeddedPassage]:
    title = _beginning(document.title, tokens, TITLE_TOKENS)
    seen: Counter[str] = Counter()
    found = []
    for heading, text in texts:
        key = blake2b(f"{heading}\n{text}".encode(), digest_size=8).hexdigest()
        seen[key] += 1
        name = key if seen[key] == 1 else f"{key}-{seen[key]}"
        passage = Passage(
            id=f"{document.id}#{name}", document_id=document.id, heading=heading, text=text
        )
        context = [title, _beginning(heading, tokens, HEADING_TOKENS)]
        parts = [part for part in context if part and part != text]
        found.append(EmbeddedPassage(passage, "\n".join([*parts, text])))
    return found


def _beginning(text: str, tokens: _Tokens, limit: int) -> str:
    offsets = tokens[text]
    return text if len(offsets) <= limit else text[: offsets[limit - 1][1]]
