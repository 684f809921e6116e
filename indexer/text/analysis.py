"""Text analysis: turns text into terms, the same for engines, statistics and marks.

A word is a run of letters, digits and the marks on them, in any script, with a short English
ending ("user's"). It becomes a term by compatibility decomposition, case folding, dropping accents
("Größe" -> "grosse"), writing katakana as hiragana, dropping the Arabic article, and the English
Snowball stemmer. Of scripts that are written without spaces each sign is a word, digits aside.

Besides these plain terms a text has others, for exact matching. Each kind has its own prefix:

- two words with the signs between them (`customer_order`, `10.2`), and a word with the signs that
  belong to it (`c++`, `--force`);
- two signs of a script without spaces, side by side;
- a stop word, and once more if it is written in capitals (IT);
- the form that a word has before it is stemmed and loses its accents;
- its other spellings: without accents, ö as oe, without hyphen or apostrophe, without the signs
  that raise or lower a part (H~2~O), digits without group separators, an acronym without its full
  stops.
"""

import re
from collections.abc import Container, Iterator, Sequence
from itertools import chain, islice, pairwise
from operator import itemgetter
from typing import NamedTuple

import regex
import Stemmer

from indexer.text.letters import folded, others, set_off, written
from indexer.text.remembered import remembered

VERSION = 10
"""Stored with an index: another version makes other terms, so the index must be rebuilt."""

LONGEST_QUESTION = 2_200
"""Characters: model and ranking read no more, so a longer question is refused, not cut."""

MAX_WORD = 64
"""Characters of a word that count: longer runs are keys and addresses, cut to their beginning."""

MAX_TERMS = 1024
"""The most distinct terms of a question: more cost time and add nothing."""

PAIR, SIGNS, STOP, CAPITALS, FORM, OTHER = _NOT_PLAIN = "&", "%", "=", "^", "!", "~"
"""Prefixes of the terms that are not plain."""

_KEPT_LENGTH = 32  # characters of the longest piece of text whose terms are cached

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
# In other languages an apostrophe ends a word: l'OS, dell'arte, qu'il.
_ENDING = "(?:['\u2019](?:[sStTdDmM]|ll|LL|re|RE|ve|VE)(?![A-Za-z0-9]))?"
_ASCII_WORD = re.compile("[A-Za-z0-9]+" + _ENDING)
_UNSPACED = (
    r"\p{Han}\p{Hiragana}\p{Katakana}\u30fc\uff70\p{Hangul}"
    r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}"
)
_SINGLE = rf"[[{_UNSPACED}]&&[\p{{L}}\p{{Nl}}\p{{No}}\p{{So}}]]"
_INNER = r"\u00ad\u200c\u200d\u2060"
"""Zero-width signs inside words, which are ignored."""
_LATER = rf"[[\p{{L}}\p{{N}}\p{{M}}{_INNER}]--{_SINGLE}]"
_WORD = regex.compile(
    rf"[A-Za-z0-9]++(?!{_LATER}){_ENDING}(?!{_LATER})"
    rf"|{_SINGLE}[\p{{M}}\uff9e\uff9f]*+"
    rf"|[[\p{{L}}\p{{N}}]--{_SINGLE}]{_LATER}*+{_ENDING}(?!{_LATER})",
    regex.VERSION1,
)
_SIGN = regex.compile(_SINGLE, regex.VERSION1)
_GOES_ON = regex.compile(rf"{_LATER}{{2}}", regex.VERSION1)
_THIN = re.compile("(?<=[0-9])[\u00a0\u2009\u202f](?=[0-9]{3}(?![0-9]))")
_BEFORE = re.compile(r"(?:[.@#$~\u20ac\u00a3+]|--?)$")
_BEHIND = re.compile(r"\+\+|[+#%](?!\w)")
_GAP = regex.compile(r"[\p{P}\p{S}]{0,3}")
_ARABIC_ARTICLE = re.compile("^(?:[\u0648\u0641\u0628\u0643]?\u0627\u0644|\u0644\u0644)(?=\\w{3})")
_SAME_SIGN = str.maketrans(
    {"\u2019": "'", **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"), "\u00ad": None}
)


class Word(NamedTuple):
    """A word of a piece of text, its place there, and whether it is a single sign."""

    start: int
    end: int
    text: str
    sign: bool


def terms(text: str) -> list[str]:
    """The plain terms of `text` in order, without stop words."""
    return [term for term in all_terms(text) if term[0] not in _NOT_PLAIN]


def all_terms(text: str) -> list[str]:
    """Every term of `text`, plain or not."""
    return " ".join(map(_PIECES.__getitem__, evened(text).split())).split()


def is_plain(term: str) -> bool:
    """Whether a term is a word that counts towards the length of a text."""
    return term[0] not in _NOT_PLAIN


def is_sign(term: str) -> bool:
    """Whether a plain term is a sign of a script without spaces."""
    return _SIGN.match(term) is not None


def spans(text: str, wanted: Container[str] | None = None) -> Iterator[tuple[int, int, str]]:
    """The (start, end, term) of the `wanted` terms of `text`, or of all plain ones, in order."""
    text, end = evened(text), 0
    pieces = text.split()
    # Scripts without spaces have long pieces, which are not cached: a look-up would be extra work.
    kept = len(text) <= _KEPT_LENGTH * len(pieces)
    for piece in _holding(wanted, pieces) if kept else pieces:
        begin = _place(text, piece, end)
        end = begin + len(piece)
        for start, stop, term in _found(piece):
            if is_plain(term) if wanted is None else term in wanted:
                yield begin + start, begin + stop, term


def distinct(text: str) -> tuple[str, ...]:
    """The different plain terms of `text` in order of appearance, `MAX_TERMS` at most."""
    return tuple(islice(dict.fromkeys(terms(text)), MAX_TERMS))


def found_in(text: str) -> Iterator[Sequence[tuple[int, int, str]]]:
    """The (start, end, term) of all terms of each whitespace-separated piece."""
    return map(_found, evened(text).split())


def is_inside(text: str, place: int) -> bool:
    """Whether `place` is inside a word; in scripts without spaces each sign is a word."""
    return 0 < place < len(text) and bool(_GOES_ON.match(text, place - 1))


def evened(text: str) -> str:
    """The text with an apostrophe for thin spaces between groups of digits, as in 12\u202f000."""
    return text if text.isascii() or not _THIN.search(text) else _THIN.sub("'", text)


def words(text: str) -> Iterator[Word]:
    """The words of a text, with stop words."""
    pattern = _ASCII_WORD if text.isascii() else _WORD
    for found in pattern.finditer(text):
        word = found.group()
        sign = not word[0].isascii() and _SIGN.match(word) is not None
        yield Word(found.start(), found.end(), word, sign)


def name_key(name: str) -> str:
    """The key that names share if they differ only in case, accents, punctuation and spaces."""
    if name.isascii():  # in one go, as a long text has thousands of words
        return " ".join(_ASCII_WORD.findall(name)).replace("'", "").lower()
    return " ".join(filter(None, map(_name_part, _WORD.findall(name))))


class Pieces(dict[str, str]):
    """Cache of the terms, joined by spaces, of whitespace-separated pieces; of `most` at a time.

    Nearly all pieces of a new text were seen before, and a look-up costs far less than the
    analysis. Long ones are not cached: addresses, or sentences of scripts without spaces.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __missing__(self, piece: str) -> str:
        terms = " ".join(term for _, _, term in _found(piece))
        if len(piece) <= _KEPT_LENGTH:
            if len(self) >= self._most:
                self.clear()
            self[piece] = terms
        return terms


_PIECES = Pieces(65_536)


def _holding(wanted: Container[str] | None, pieces: list[str]) -> Iterator[str]:
    """The pieces with a wanted term, in order; lazily, while `_found_long` still has a long one."""
    found = zip(pieces, map(_PIECES.__getitem__, pieces), strict=True)
    if wanted is None:
        return (piece for piece, terms in found if terms)
    return (piece for piece, terms in found if any(map(wanted.__contains__, terms.split())))


def _place(text: str, piece: str, start: int) -> int:
    """The first place of `piece` between spaces from `start` on; there must be one."""
    while True:
        start = text.index(piece, start)
        end = start + len(piece)
        if not (text[start - 1 : start] + text[end : end + 1]).strip():
            return start
        start = end


def _found(piece: str) -> Sequence[tuple[int, int, str]]:
    """Every (start, end, term) of a piece, by start."""
    if len(piece) > LONGEST_QUESTION:
        return _looked_for(piece)
    return (_found_short if len(piece) <= _KEPT_LENGTH else _found_long)(piece)


def _looked_for(piece: str) -> Sequence[tuple[int, int, str]]:
    inside = list(words(piece))
    found = [(word.start, word.end, term) for word in inside for term in _of_word(word) if term]
    if len(inside) > 1 or len(piece) > sum(len(word.text) for word in inside):
        found += chain(
            _joined(piece, inside), ((*place, OTHER + bare) for place, bare in set_off(piece))
        )
        found.sort(key=itemgetter(0))
    return found


# A question is analysed dozens of times, and the pieces that are marked in a text repeat.
_found_short = remembered(4_096)(_looked_for)
_found_long = remembered(16)(_looked_for)


def _of_word(word: Word) -> tuple[str, ...]:
    return (_plain(word.text),) if word.sign else _word_terms(word.text)


def _joined(piece: str, inside: list[Word]) -> Iterator[tuple[int, int, str]]:
    """Terms of adjacent words, and of words with the signs that belong to them."""
    end = 0
    for word in inside:
        before = _sign_before(piece, end, word.start)
        if before and (not word.sign or before in "#@"):
            yield word.start - len(before), word.end, f"{PAIR}{before}{_plain(word.text)}"
        behind = None if word.sign else _BEHIND.match(piece, word.end)
        if behind:
            yield word.start, behind.end(), f"{PAIR}{_plain(word.text)}{behind.group()}"
        end = word.end
    for first, second in pairwise(inside):
        gap = piece[first.end : second.start]
        # Beside Latin letters, spaces are optional in these scripts.
        if (first.sign and second.sign and not gap) or (
            gap and _GAP.fullmatch(gap) and not (first.sign or second.sign)
        ):
            joined = _plain(first.text) + (sign := gap.translate(_SAME_SIGN)) + _plain(second.text)
            yield first.start, second.end, (PAIR if gap else SIGNS) + joined
            if sign in ("-", "'") and (bare := joined.replace(sign, "")).isalpha():
                yield first.start, second.end, OTHER + bare


def _sign_before(piece: str, end: int, start: int) -> str:
    """The sign that belongs to the word at `start`; the word before ends at `end`, or 0."""
    found = _BEFORE.search(piece[end:start])
    return found.group() if found and (end == 0 or found.start() > 0) else ""


@remembered(65_536)
def _word_terms(word: str) -> tuple[str, ...]:
    head, *ending = _APOSTROPHES.split(word)
    plain = folded(head[:MAX_WORD])
    negation = bool(ending) and ending[0] in "tT"
    if negation or plain in STOP_WORDS:
        stopped = f"{plain}'t" if negation else plain
        capitals = (CAPITALS + stopped,) if len(head) > 1 and head.isupper() else ()
        return (STOP + stopped, *capitals, *((OTHER + plain + "t",) if negation else ()))
    # A stemmer is not thread-safe but takes a third of a microsecond to make: one per call.
    stem: str = Stemmer.Stemmer("english", 0).stemWord(_ARABIC_ARTICLE.sub("", plain))
    form = written(head[:MAX_WORD])
    return (stem, FORM + form, *(OTHER + one for one in others(form))) if form else (stem,)


@remembered(65_536)
def _name_part(word: str) -> str:
    """Cached, as a long text in scripts without spaces repeats its words."""
    return folded(_APOSTROPHES.sub("", word))


@remembered(65_536)
def _plain(word: str) -> str:
    return folded(_APOSTROPHES.split(word)[0][:MAX_WORD])
