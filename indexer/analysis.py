"""The one place where text becomes terms, so that engines, statistics and marks agree on words.

A word is a run of letters, digits and the marks on them, in any script, with a short English
ending ("user's"); Chinese and Japanese, written without spaces, count character by character. A
word becomes a term by compatibility decomposition, case folding, dropping accents ("Größe" ->
"grosse") and the English Snowball stemmer, which leaves other scripts alone.
"""

import re
import unicodedata
from collections.abc import Container, Iterator
from functools import lru_cache
from itertools import islice

import regex
import Stemmer

from indexer.errors import QuestionError

VERSION = 1
"""Part of what an index was made with: another version means other terms, hence another index."""

MAX_QUESTION_TERMS = 1024
"""Further distinct terms of a question are left out: they cost time and say nothing new."""

LONGEST_QUESTION = 2_000
"""Characters: a model and ranking read no more of it, so more is refused instead of cut unseen."""

MAX_WORD = 64
"""Characters of a word that count: longer runs are keys and addresses, known by their beginning."""

_KEPT, _KEPT_LENGTH = 65_536, 32
"""How many pieces of text are remembered with their terms, and their most characters."""

_STOP_WORDS = """
a about above after again against all also am an and any are as at be because been before being
below between both but by can could did do does doing done down during each few for from further
had has have having he her here him his how i if in into is it its just may me might more most
must my no nor not of off on once only or other our out over own same shall she should so some
such than that the their them then there these they this those through to too under until up us
very was we were what when where which while who whom why will with would you your
"""

STOP_WORDS = frozenset(_STOP_WORDS.split())
"""English words too common to tell documents apart."""

_APOSTROPHES = re.compile("['\u2019]")
_ENDING = "(?:['\u2019][A-Za-z]{1,2}(?![A-Za-z0-9]))?"
_ASCII_WORD = re.compile("[A-Za-z0-9]+" + _ENDING)
_SINGLE = r"[\p{Han}\p{Hiragana}\p{Katakana}]"
_LATER = rf"[[\p{{L}}\p{{N}}\p{{M}}]--{_SINGLE}]"
_WORD = regex.compile(
    rf"[A-Za-z0-9]++(?!{_LATER}){_ENDING}(?!{_LATER})"
    rf"|{_SINGLE}\p{{M}}*+"
    rf"|[[\p{{L}}\p{{N}}]--{_SINGLE}]{_LATER}*+",
    regex.VERSION1,
)
_UNDECOMPOSED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"}
)


def terms(text: str) -> list[str]:
    """The terms of `text` in their order, stop words left out."""
    return " ".join(map(_PIECES.__getitem__, text.split())).split()


def spans(text: str, wanted: Container[str] | None = None) -> Iterator[tuple[int, int, str]]:
    """The (start, end, term) of the words of `text` whose term is wanted, in their order.

    Without `wanted` these are all words that have a term.
    """
    pieces, end = text.split(), 0
    # Scripts without spaces have long pieces, which are not kept: asking would be double work.
    kept = len(text) <= _KEPT_LENGTH * len(pieces)
    for piece in _holding(wanted, pieces) if kept else pieces:
        end = _place(text, piece, end)
        for word in _words(piece):
            # Nothing before the next word belongs to a word, so its first occurrence is its place.
            start = text.index(word, end)
            end = start + len(word)
            if (term := _term(word)) and (wanted is None or term in wanted):
                yield start, end, term


def question_terms(text: str) -> dict[str, int]:
    """The distinct terms of a question and how often each stands in it, in order of appearance.

    At most `MAX_QUESTION_TERMS`, the first ones. Empty if nothing in the text counts.
    """
    counts: dict[str, int] = {}
    for term in terms(text):
        counts[term] = counts.get(term, 0) + 1
    return dict(islice(counts.items(), MAX_QUESTION_TERMS))


def name_key(name: str) -> str:
    """What two names have in common that differ only in case, accents, punctuation and spaces."""
    return " ".join(_folded(_APOSTROPHES.sub("", word)) for word in _words(name))


def check_question(text: str) -> None:
    """Raise `QuestionError` for a text with nothing to search for, or too much."""
    if len(text) > LONGEST_QUESTION:
        raise QuestionError(
            f"The question has {len(text):,} characters; ask in at most {LONGEST_QUESTION:,}."
        )
    if not text.strip():
        raise QuestionError("The question is empty: ask with at least one word.")
    if not name_key(text):
        raise QuestionError("The question has no words, only signs: ask with at least one word.")


class _Pieces(dict[str, str]):
    """The terms, a space between them, of what stands between two spaces: no word goes across.

    Nearly all pieces of a new text have been met before, and a look here costs far less than
    finding their words. Long ones are not kept: addresses, or sentences of scripts without spaces.
    """

    def __missing__(self, piece: str) -> str:
        terms = " ".join(filter(None, map(_term, _words(piece))))
        if len(piece) <= _KEPT_LENGTH:
            if len(self) >= _KEPT:
                self.clear()
            self[piece] = terms
        return terms


_PIECES = _Pieces()


def _holding(wanted: Container[str] | None, pieces: list[str]) -> list[str]:
    """The pieces with a wanted term, in their order."""
    found = zip(pieces, map(_PIECES.__getitem__, pieces), strict=True)
    if wanted is None:
        return [piece for piece, terms in found if terms]
    return [
        piece
        for piece, terms in found
        # Most pieces have one term or none, and are done with the first question.
        if terms in wanted or (" " in terms and any(term in wanted for term in terms.split()))
    ]


def _place(text: str, piece: str, start: int) -> int:
    """Where `piece`, known to come, first stands between spaces from `start` on."""
    while True:
        start = text.index(piece, start)
        end = start + len(piece)
        if not (text[start - 1 : start] + text[end : end + 1]).strip():
            return start
        start = end


def _words(text: str) -> list[str]:
    pattern = _ASCII_WORD if text.isascii() else _WORD
    return pattern.findall(text)


@lru_cache(maxsize=65_536)
def _term(word: str) -> str:
    head, *ending = _APOSTROPHES.split(word)
    folded = _folded(head[:MAX_WORD])
    negation = bool(ending) and ending[0] in "tT"
    if negation or folded in STOP_WORDS:
        return ""
    # A stemmer keeps state while it works, and costs a third of a microsecond to make: one a call.
    stem: str = Stemmer.Stemmer("english", 0).stemWord(folded)
    return stem


def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()
    # Whole, a word of accents alone would take a square of time; their order does not matter here.
    parts = [word] if len(word) <= MAX_WORD else word
    decomposed = "".join(unicodedata.normalize("NFKD", part) for part in parts)
    plain = decomposed.casefold().translate(_UNDECOMPOSED)
    return "".join(sign for sign in plain if _counts(sign))


def _counts(sign: str) -> bool:
    """Whether a character tells words apart: accents (combining class not 0) do not."""
    return unicodedata.combining(sign) == 0 and unicodedata.category(sign)[0] in "LMN"
