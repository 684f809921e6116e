"""Cuts text that is too long for one passage: between sentences, or else between words."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence

import regex

_SENTENCE_END = regex.compile(
    r"[.!?\u2026][\"'\u201d\u2019)\]]*\s+"
    # Unicode's other sentence terminators need no space after them: they have no other use.
    r"|[\p{Sentence_Terminal}--[.!?\uff0e\ufe52\u2024]]+[\p{Pe}\p{Pf}]*\s*"
    r"|\n+",
    regex.VERSION1,
)

_IDEOGRAPH = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ffff]")

Offsets = Sequence[tuple[int, int]]
"""The (start, end) characters of each token of a text."""


def cut(text: str, offsets: Offsets, limit: int) -> Iterator[tuple[str, int]]:
    """Yield `text` whole if it fits in `limit` tokens, else its sentences or parts of them.

    Each comes with the number of its tokens; joined they are `text` and a line end.
    """
    ends = [len(text)]
    if len(offsets) > limit:
        ends = [*(found.end() for found in _SENTENCE_END.finditer(text)), len(text)]
    starts = [start for start, _ in offsets]
    start = token = 0
    for end in ends:
        after = bisect_left(starts, end, token)
        while after - token > limit:
            part = _last_break(text, starts, token, token + limit)
            yield text[start : starts[part]], part - token
            start, token = starts[part], part
        line_end = "\n" if end == len(text) else ""
        yield text[start:end] + line_end, after - token
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
    """Whether a sign that is a token by itself stands before or after `place`."""
    return any(
        unicodedata.category(sign)[0] == "P" or _IDEOGRAPH.match(sign)
        for sign in text[place - 1 : place + 1]
    )
