"""Question analysis: the terms that score, and those that a document must have to come first.

For a few words, identifiers in a short question, quoted phrases, and scripts that the model does
not read, documents with all of them come first. Sentences are left to the ranking, where names and
identifiers score as words of their own.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice

from msgspec import Struct

from indexer.text import analysis
from indexer.text.analysis import (
    CAPITALS,
    FORM,
    MAX_TERMS,
    OTHER,
    PAIR,
    SIGNS,
    STOP,
    is_plain,
    is_sign,
    name_key,
)
from indexer.text.sayings import ENDS, Saying, is_humped, sayings

FEW, SHORT = 3, 6
"""The most words, with stop words, of a question that asks for exactly these words, or for the
names and identifiers in it."""

MOST = 64
"""The most terms that a document must have: longer questions are not for exact words."""

_QUOTES = (
    '""',
    "``",
    "\u201c\u201d",
    "\u201e\u201c",
    "\u201e\u201d",
    "\u00ab\u00bb",
    "\u00bb\u00ab",
    "\u2039\u203a",
    "\u203a\u2039",
    "\u201a\u2018",
    "\uff02\uff02",
    "\u300c\u300d",
    "\u300e\u300f",
)
# One pattern, since a mark that closes in one language opens in another. Curly single quotes are
# also apostrophes.
_QUOTED = re.compile(
    "|".join(f"{each[0]}[^{each}]+{each[1]}" for each in _QUOTES)
    + r"|(?<!\w)\u2018(?:[^\u2018\u2019]|\u2019(?=\w))+\u2019(?!\w)"
)
_PIECE = re.compile(r"\S+")
_IDENTIFIER = re.compile(r"[._@\\:=#+$~]|--|^&-|\d[-/,]\d")
_AROUND = "\"'`\u201c\u201d\u2018\u2019()[]<>"
_OF_NAME = re.compile(r"[._@\\:=#+$~]|--|^/|/[^/]*/|\d")
_CALLED = re.compile(r"\w\(\)")
_LETTERS_APART = re.compile(r"&\w\.\w")

_Found = tuple[int, int, str]


class Word(Struct, frozen=True):
    """One of several words of a question: its `Wanted.exact` forms, and its sayings."""

    forms: Mapping[str, Sequence[str]]
    sayings: Sequence[Saying]

    @property
    def joined(self) -> bool:
        """Whether it has several terms, which may be far apart in a document."""
        return len(self.forms) > 1


class Wanted(Struct, frozen=True):
    """An analysed question; `scored` are the terms of BM25 with their counts.

    `exact` maps each term that a document must have to come first to its substitutes, the nearest
    first, which count where no document has the term. `phrases`, as `analysis.name_key` gives them,
    must occur literally; each has its (start, end) in the question, and in `phrased` its plain
    terms. `quoted`: the question has quotation marks. `named`: all of it is one name of several
    words (such as a version), a name in code, or a number. `words` are its few words, if several.
    Documents that say one of the `sayings` precede others.
    """

    scored: Mapping[str, int]
    exact: Mapping[str, Sequence[str]] = {}
    phrases: Mapping[str, tuple[int, int]] = {}
    phrased: Mapping[str, Sequence[str]] = {}
    quoted: bool = False
    named: bool = False
    words: Sequence[Word] = ()
    sayings: Sequence[Saying] = ()

    @property
    def terms(self) -> list[str]:
        """All its terms, each once."""
        said = chain(self.sayings, *(word.sayings for word in self.words))
        ways = (way for saying in said for way in (*saying.needs, saying.unless))
        needed = chain.from_iterable(ways)
        return list(dict.fromkeys((*self.scored, *self.spelled, *needed)))

    @property
    def spelled(self) -> dict[str, str]:
        """The exact terms and their substitutes, each with the exact term."""
        return {other: form for form, each in self.exact.items() for other in (form, *each)}

    def whole(self, places: Mapping[str, tuple[int, int]]) -> dict[str, str]:
        """The phrases, and the exact terms that are no piece of another, each with itself.

        Their other spellings are there with them, their stems are not. `places` are those of terms
        in the question.
        """
        at = {each: places[each] for each in self.exact if each in places} | dict(self.phrases)
        asked = {
            each
            for each, (start, end) in at.items()
            if not any(a <= start and end <= b and b - a > end - start for a, b in at.values())
        }
        spelled = {
            other: form
            for other, form in self.spelled.items()
            if form in asked and (other == form or not is_plain(other))
        }
        return spelled | {phrase: phrase for phrase in self.phrases if phrase in asked}


def wanted(question: str, *, read: bool = True) -> Wanted:
    """Analyse `question`; `read` tells whether the model reads its script."""
    question = analysis.evened(question)
    pieces = list(analysis.found_in(question))
    length = sum(map(bool, pieces))
    capitals = [] if question.isupper() else _of_kind(pieces, CAPITALS)
    named = [*capitals, *_identifiers(pieces)]
    scored = [*_scored(pieces), *named] or _stopped(pieces)
    exact: dict[str, Sequence[str]] = dict.fromkeys(named if length <= SHORT else (), ())
    if length <= FEW or not read:
        exact |= _forms(pieces) or _stops(scored)
    phrases = quoted = _quoted(question)
    for start, end in quoted:
        exact |= _forms([*analysis.found_in(question[start + 1 : end - 1])], stopped=True)
    if length <= FEW:
        phrases = quoted + [
            text.span()
            for text, found in zip(_PIECE.finditer(question), pieces, strict=True)
            if _is_joined(found)
        ]
    named_phrases = {name_key(question[slice(*place)]): place for place in phrases}
    return Wanted(
        scored=dict(islice(Counter(scored).items(), MAX_TERMS)),
        exact=dict(islice(exact.items(), MOST)),
        phrases={phrase: place for phrase, place in named_phrases.items() if phrase},
        phrased={
            phrase: analysis.terms(question[slice(*place)])
            for phrase, place in named_phrases.items()
            if phrase
        },
        quoted=bool(quoted),
        named=_is_name(question),
        words=_apart(question, pieces) if length <= FEW else (),
        sayings=sayings(question, quoted, short=length <= SHORT),
    )


def _is_name(question: str) -> bool:
    """Whether it is just an identifier, a version, a date, an address or a number.

    A word with inner capitals, as in `retryCount`, or with `()` is an identifier.
    """
    text = question.strip().strip(_AROUND).rstrip(ENDS)
    if re.search(r"\s", text):
        return False
    inside = list(analysis.words(text))
    # Letters with full stops are an abbreviation; in scripts without spaces it may be a sentence.
    several = len(inside) > 1 and any(len(word.text) > 1 or word.text.isdigit() for word in inside)
    spaced = not any(word.sign for word in inside)
    of_code = len(inside) == 1 and bool(is_humped(text) or _CALLED.search(question))
    return text.isdigit() or (spaced and (of_code or (several and bool(_OF_NAME.search(text)))))


def _is_joined(found: Sequence[_Found]) -> bool:
    """Whether it is adjacent words that no single pair covers in all spellings."""
    pairs = [(start, end) for start, end, term in found if term[0] in PAIR + SIGNS]
    others = {(start, end) for start, end, term in found if term[0] == OTHER}
    return not _dotted(found) and (len(pairs) > 1 or bool(others.intersection(pairs)))


def _dotted(found: Sequence[_Found]) -> str:
    """The piece without full stops if it is an acronym with them, else ""."""
    pairs = [term for *_, term in found if term[0] in PAIR + SIGNS]
    if not pairs or not all(map(_LETTERS_APART.fullmatch, pairs)):
        return ""
    whole = len(pairs) + 1
    return next((t for *_, t in found if t[0] == OTHER and len(t) == whole + 1), "")


def _quoted(question: str) -> list[tuple[int, int]]:
    """The places of quotations with their marks; none in a sentence, where they set off a word."""
    places = [each.span() for each in _QUOTED.finditer(question)]
    around = _QUOTED.sub(" ", question)
    named = [place for place in places if name_key(question[slice(*place)])]
    return named if sum(map(bool, analysis.found_in(around))) <= FEW else []


def _stopped(pieces: Iterable[Sequence[_Found]]) -> list[str]:
    """The stop words, if there are no other words; a single one also in capitals."""
    words = _of_kind(pieces, STOP)
    return [*words, CAPITALS + words[0][1:]] if len(words) == 1 else words


def _apart(question: str, pieces: Sequence[Sequence[_Found]]) -> Sequence[Word]:
    """The words other than stop words, if there are several."""
    words = [
        Word(forms, sayings(text, (), short=True))
        for text, found in zip(question.split(), pieces, strict=True)
        if (forms := _forms([found]))
    ]
    return words if len(words) > 1 else ()


def _stops(words: Sequence[str]) -> dict[str, Sequence[str]]:
    """Exact forms of stop words: in capitals if that is all that is asked, else in any case."""
    *others, last = words or [""]
    return {last: others} if last[:1] == CAPITALS else dict.fromkeys(words, ())


def _of_kind(pieces: Iterable[Sequence[_Found]], kinds: str) -> list[str]:
    return [term for found in pieces for *_, term in found if term[0] in kinds]


def _words(found: Sequence[_Found]) -> list[_Found]:
    """The plain terms of a piece, without signs next to each other: their pairs say more."""
    pairs = [(start, end) for start, end, term in found if term[0] == SIGNS]
    starts, ends = {start for start, _ in pairs}, {end for _, end in pairs}
    return [
        (start, end, term)
        for start, end, term in found
        if is_plain(term) and not (is_sign(term) and (start in starts or end in ends))
    ]


def _scored(pieces: Iterable[Sequence[_Found]]) -> list[str]:
    return [
        term
        for found in pieces
        for term in (*(term for *_, term in _words(found)), *_of_kind([found], SIGNS))
    ]


def _forms(
    pieces: Iterable[Sequence[_Found]], *, stopped: bool = False
) -> dict[str, Sequence[str]]:
    """Words as written, each with its other spellings and plain term, and the pairs of words."""
    forms: dict[str, Sequence[str]] = {}
    for found in pieces:
        if dotted := _dotted(found):
            forms[dotted] = (FORM + dotted[1:],)
            continue
        at = defaultdict(list)
        for start, end, term in found:
            at[start, end].append(term)
        for start, end, term in _words(found):
            there = at[start, end]
            form = next((each for each in there if each[0] == FORM), "")
            others = [each[1:] for each in there if each[0] == OTHER]
            spelled = [
                OTHER + form[1:],
                *(kind + each for kind in (FORM, OTHER) for each in others),
            ]
            forms[form or term] = (*spelled, term) if form else ()
        forms |= dict.fromkeys(_of_kind([found], PAIR + SIGNS + STOP * stopped), ())
    return forms


def _identifiers(pieces: Iterable[Sequence[_Found]]) -> list[str]:
    return [
        term
        for term in _of_kind(pieces, PAIR)
        if _IDENTIFIER.search(term) and not _LETTERS_APART.fullmatch(term)
    ]
