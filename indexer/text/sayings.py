"""Patterns for what a question says sign by sign, and for other ways to join its words.

Terms ignore most signs around and between words. So questions with signs, phrases, and words that
others write as one are searched for in the texts of documents that have the words.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import regex
from msgspec import Struct
from msgspec.structs import replace

from indexer.text import analysis
from indexer.text.analysis import FORM, OTHER, PAIR, SIGNS, STOP, is_sign, name_key
from indexer.text.letters import written
from indexer.text.remembered import remembered

TYPED, SAID, RESPELLED, ELSE = 8, 7, 6, 4
"""Levels of a document that says it, above those of `evidence`: sign by sign as typed; word for
word; joined or split in another way; and a single word so, which ranks below documents that have it
as asked."""

MOST = 64
"""The most terms that a document must have; a saying has up to twice as many words."""

_TELLING = regex.compile(r"[\p{P}\p{S}](?!\Z)|[^\p{L}\p{N}\p{M}\s.?!\u3002\uff1f\uff01]\Z")
"""A sign that does more than end a sentence."""
_SIGN = regex.compile(r"[\p{P}\p{S}]")
_OF_CODE = re.compile(r"[<>{}\[\]=@#$\\|^*_+~]|\(\)|::|^[\"'`(]?(?:-?-|[:./])\w")
ENDS = ".,;:!?\u2026\u3002\u3001\uff0c\uff1b\uff1a\uff01\uff1f"
"""Signs that end a sentence or a part of it."""
_ALIKE = {
    **dict.fromkeys("'\u2019", "['\u2019]"),
    **dict.fromkeys('"\u201c\u201d\u201e', '["\u201c\u201d\u201e]'),
}
_VARIED = re.compile("[\\s'\u2019\"\u201c\u201d\u201e]+")
_BETWEEN = (
    r"(?-i:[\s!-/:-@\[-`{-~\u00a1-\u00b4\u00b6-\u00b9\u00bb\u00bf\u2000-\u206f\u2190-\u2bff"
    r"\u3000-\u3004\u3008-\u303f\u30fb\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65])"
)
"""One space or sign; listed, as no class of `re` leaves out the marks on letters. Their case is
told apart: as the list has both cases of each, it finds the same, and is compiled much faster."""
_APART = 0x60  # from hiragana to katakana
_KANA = re.compile("[\u3041-\u30ff\uff66-\uff9f]")
_BETWEEN_GROUPS = r"[.,'\u2019\s]?"
_GROUPED = re.compile(r"[0-9]{1,3}(?:[.,'\u2019\s][0-9]{3}){1,4}")
_DECIMAL = re.compile(
    r"([0-9]{1,3}([.,'\u2019\s])[0-9]{3}(?:\2[0-9]{3}){0,3}(?!\2)|[0-9]{4,12})[.,]([0-9]{1,9})"
)
"""Integer digits, in groups or not, and the digits after the decimal sign."""
_DIGITS = re.compile(r"[0-9]{4,12}")
_NUMBERS = re.compile(r"[0-9]{1,12}(?:[^\w\s][0-9]{1,12}){2,7}")
_VERSION = re.compile(r"(v?)([0-9]{1,12}(?:\.[0-9]{1,12}){1,7})", re.IGNORECASE)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = r"[0-9]{1,12}(?:[.,][0-9]{1,12}){0,3}"
_LETTERS = r"[^\W\d_]{1,32}"
_MIXED = re.compile(f"({_LETTERS})([\\s-]?)({_NUMBER})|({_NUMBER})([\\s-]?)({_LETTERS})")
_SCHEME = re.compile(r"\Ahttps?://(?:www\.)?", re.IGNORECASE)
_APART_BY = r"[\s_\-\u2010\u2011]"
_HUMPED = re.compile(r"[a-z][0-9]*[A-Z]")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_compiled = remembered(64)(re.compile)  # `re` itself takes longer to find one than to search
_PARTS = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:(?:_+|[\s-])[A-Za-z][A-Za-z0-9]*){0,7}")


class Saying(Struct, frozen=True):
    """A text says this if it has `pattern`, in any case, between the ends of words.

    Such documents have all terms of one of the `needs`, and `holds` in any spelling of the text.
    `place` is its range in the question. If it `is_read`, only text that the model reads counts. If
    any documents have the terms `unless`, the words joined as asked, its level is lower. `signed`:
    its signs must match as typed.
    """

    level: int
    place: tuple[int, int]
    needs: tuple[tuple[str, ...], ...]
    holds: str
    pattern: str
    is_read: bool = False
    unless: tuple[str, ...] = ()
    signed: bool = False

    def at(self, frequencies: Mapping[str, int]) -> int:
        """Its level, given the document frequencies of terms."""
        spelled = self.unless and all(map(frequencies.get, self.unless))
        return ELSE if spelled else self.level

    def finder(self) -> Callable[[str], object]:
        """A quick test, which finds nothing in a text without any of its places."""
        return _compiled(f"(?i){self.pattern}").search

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """The places where `text` says it."""
        for found in _compiled(f"(?i){self.pattern}").finditer(text):
            start, end = found.span()
            if not (analysis.is_inside(text, start) or analysis.is_inside(text, end)):
                yield start, end


def sayings(question: str, quoted: Sequence[tuple[int, int]], *, short: bool) -> tuple[Saying, ...]:
    """The sayings of `question`, the highest level first; `quoted` are the places of its phrases.

    In a `short` one names and signs of code are meant literally, and its words are searched for
    everywhere in a document, also in what the model does not read.
    """
    text, whole = question.strip(), (0, len(question))
    found = []
    if _TELLING.search(text):
        found = [_typed(TYPED, whole, text, is_read=not short)]
    elif short and (" " in text or any(_of_kind(text, SIGNS))):  # Before `vue/macros`, 文。件.
        found = [_typed(TYPED, whole, text.rstrip(ENDS))]
    if quoted:
        inside = [question[start + 1 : end - 1].strip() for start, end in quoted]
        for place, each in zip(quoted, inside, strict=True):
            if len(quoted) == 1 and (" " in each or _SIGN.search(each)):
                found.append(_typed(SAID, place, each))
    else:
        found += [*_code(question, text), *_version_or_date(question)] if short else []
        joined = () if " " in text else tuple(_of_kind(text, PAIR))
        others = (*_said(whole, text, is_read=not short), *_respelled(whole, text))
        found += [replace(each, unless=joined) for each in others]
    return tuple(each for each in found if any(each.needs))


def has_code(text: str) -> bool:
    """Whether any of its signs are those of names in code."""
    return _OF_CODE.search(text) is not None


def is_humped(word: str) -> bool:
    """Whether it has inner capitals, as in `retryCount`."""
    return bool(_HUMPED.search(word))


def certain(text: str) -> str:
    """A piece of `text` that every text with its words has, case aside; "" if there is none."""
    return _holds(each for word in analysis.words(text) for each in _VARIED.split(word.text))


def _typed(level: int, place: tuple[int, int], text: str, *, is_read: bool = False) -> Saying:
    pattern, signed = _alone(_pattern(text), text), _TELLING.search(text) is not None
    # The same needs as word for word, so that the same texts are read once.
    return Saying(level, place, (_needs(text),), certain(text), pattern, is_read, signed=signed)


def _code(question: str, text: str) -> Iterator[Saying]:
    """The only piece with signs of code, beside others without."""
    pieces = [each for each in re.finditer(r"\S+", question) if _OF_CODE.search(each[0])]
    if len(pieces) == 1 and (name := pieces[0][0].rstrip(ENDS)) != text and name_key(name):
        yield _typed(SAID, (pieces[0].start(), pieces[0].start() + len(name)), name)


def _said(place: tuple[int, int], text: str, *, is_read: bool) -> Iterator[Saying]:
    """Its words in order, with any signs between them."""
    text = _SCHEME.sub("", text)
    words = list(analysis.words(unicodedata.normalize("NFKC", text)))
    if not 2 <= len(words) <= 2 * MOST:
        return
    pattern = _one(words[0])
    # The numbers of a version or a date are not those of a row of a table.
    apart = r"[^\w\s]" if _NUMBERS.fullmatch(text) else _BETWEEN + "+"
    for before, word in pairwise(words):
        pattern += (_BETWEEN + "*" if before.sign or word.sign else apart) + _one(word)
    holds = _holds(each for word in words for each in _VARIED.split(word.text))
    yield Saying(SAID, place, (_needs(text),), holds, _alone(pattern, text), is_read)


def _alone(pattern: str, text: str) -> str:
    """`pattern`; for a number with groups one that matches no part of a longer number."""
    if not any(each.fullmatch(text) for each in (_GROUPED, _DIGITS, _DECIMAL)):
        return pattern
    return rf"(?<![0-9][.,'\u2019]){pattern}(?![.,'\u2019][0-9])"


def _one(word: analysis.Word) -> str:
    """The pattern of one word; a kana sign matches in both scripts."""
    return "".join(map(_kana, word.text)) if word.sign else _pattern(word.text)


def _kana(sign: str) -> str:
    if "\u3041" <= sign <= "\u3096":
        return f"[{sign}{chr(ord(sign) + _APART)}]"
    if "\u30a1" <= sign <= "\u30f6":
        return f"[{chr(ord(sign) - _APART)}{sign}]"
    return re.escape(sign)


def _respelled(place: tuple[int, int], text: str) -> Iterator[Saying]:
    """Its digits with or without groups; its words joined, or its single word split."""
    decimal = None if _GROUPED.fullmatch(text) else _DECIMAL.fullmatch(text)
    if decimal or _GROUPED.fullmatch(text) or _DIGITS.fullmatch(text):
        yield _regrouped(place, text, *((decimal[1], decimal[3]) if decimal else (text, "")))
        return
    if len(parts := _named_parts(name := text.removesuffix("()"))) > (1 if is_humped(name) else 2):
        level = RESPELLED if re.search(r"\W|_", name) else ELSE
        apart = (_needs(" ".join(parts)),) * is_humped(name)  # For others `_said` does.
        pattern = (_BETWEEN + "?").join(parts)
        yield Saying(level, place, (*_joined("".join(parts)), *apart), _holds(parts), pattern)
        return
    if mixed := _MIXED.fullmatch(text):
        yield from _mixed(place, *(part for part in mixed.groups() if part is not None))
        return
    words = [word.text for word in analysis.words(name) if not word.sign]
    one_or_two = re.fullmatch(r"\w+(?:[\s'\u2019-]\w+)?", name)
    if not (one_or_two and all(map(str.isalpha, words))):
        return
    if len(words) == 2:
        pattern = r"\W?".join(map(re.escape, words))
        yield Saying(RESPELLED, place, _joined("".join(words)), _holds(words), pattern)
    elif len(words) == 1 and name == text:
        yield from _parted(place, words[0])


def _regrouped(place: tuple[int, int], text: str, whole: str, decimals: str) -> Saying:
    digits = re.sub("[^0-9]", "", whole)
    first = len(digits) % 3 or 3
    groups = [digits[:first], *re.findall("[0-9]{3}", digits[first:])]
    pattern = _BETWEEN_GROUPS.join(groups) + f"[.,]{decimals}" * bool(decimals)
    ways = (*_joined(digits), tuple(FORM + each for each in groups))
    needs = tuple((*way, *(FORM + decimals,) * bool(decimals)) for way in ways)
    level, pattern = ELSE if text == digits else RESPELLED, _alone(pattern, text)
    return Saying(level, place, needs, groups[0], pattern)


def _named_parts(text: str) -> list[str]:
    """The words of a name in code, as in `retryCount` and `retry_count`."""
    if not _PARTS.fullmatch(text):
        return []
    return [part for each in re.split(r"[\W_]+", text) for part in _HUMP.split(each)]


def other_version(text: str) -> str:
    """The version in `text` with its "v" added or removed; "" if `text` is no version."""
    found = _VERSION.fullmatch(text.strip())
    return f"{'' if found[1] else 'v'}{found[2]}" if found else ""


def _version_or_date(question: str) -> Iterator[Saying]:
    """The only version, in its other spelling, or the only date, within a time."""
    pieces = [(each.start(), each[0].rstrip(ENDS)) for each in re.finditer(r"\S+", question)]
    pieces = [each for each in pieces if _DATE.fullmatch(each[1]) or other_version(each[1])]
    if len(pieces) != 1:
        return
    start, text = pieces[0]
    level = RESPELLED if text == question.strip().rstrip(ENDS) else ELSE
    other = other_version(text) or text
    # In a time the day of a date runs on into the hour, as another word.
    needs = tuple(_of_kind(other if other != text else text[:-3], FORM + PAIR))
    pattern = re.escape(other) if other != text else rf"{re.escape(text)}T[0-9]{{2}}"
    place = (start, start + len(text))
    yield Saying(level, place, (needs,), other, rf"(?<![\w.]){pattern}")


def _mixed(place: tuple[int, int], first: str, gap: str, second: str) -> Iterator[Saying]:
    """Letters and digits joined where they are apart, or the reverse."""
    if any(word.sign for word in analysis.words(first + second)):
        return
    whole, parts = first + second, f"{first} {second}"
    between = _APART_BY + "?" * bool(gap)
    pattern = re.escape(first) + between + re.escape(second)
    level, needs = (RESPELLED, _needs(whole)) if gap else (ELSE, _needs(parts))
    yield Saying(level, place, (needs,), _holds((first, second)), pattern)


def _parted(place: tuple[int, int], word: str) -> Iterator[Saying]:
    for cut in range(2, min(len(word), analysis.MAX_WORD) - 1):
        parts = word[:cut], word[cut:]
        needs = _needs(" ".join(parts))
        if all(len(part) > 2 or need[0] == STOP for part, need in zip(parts, needs, strict=False)):
            pattern = _APART_BY.join(map(re.escape, parts))
            yield Saying(ELSE, place, (needs,), _holds(parts), pattern)


def _joined(word: str) -> tuple[tuple[str, ...], ...]:
    form = written(word[: analysis.MAX_WORD])
    return (FORM + form,), (OTHER + form,)


def _needs(text: str) -> tuple[str, ...]:
    """Terms of every document that says `text`; none if there are too many."""
    signs = filter(is_sign, analysis.terms(text))
    found = tuple(dict.fromkeys((*_of_kind(text, FORM + STOP + SIGNS), *signs)))
    return found[:MOST] if len(found) < 4 * MOST else ()


def _of_kind(text: str, kinds: str) -> Iterator[str]:
    found = (term for piece in analysis.found_in(text) for *_, term in piece)
    return (term for term in found if term[0] in kinds)


def _holds(pieces: Iterable[str]) -> str:
    """The longest piece with a single spelling, the case of A to Z aside."""
    known = (each for each in pieces if each.lower() == each.upper() or each.isascii())
    known = (each for each in known if not _KANA.search(each))
    return max(known, key=len, default="")


def _pattern(text: str) -> str:
    return r"\s+".join(
        "".join(_ALIKE.get(sign) or re.escape(sign) for sign in piece) for piece in text.split()
    )
