"""Invisible and confusable characters: names are cleaned and compared here.

A name is shown unescaped, so no character that is invisible or changes the direction of text is
stored in one. Two names are the same if a reader cannot tell them apart: see `skeleton`.
"""

import unicodedata
from collections.abc import Mapping
from functools import cache
from string import ascii_letters
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regex import Match, Pattern

BLANK = frozenset({"Cf", "Zl", "Zp", "Zs", "Mn", "Me"})
"""Categories of characters that make no word alone: spaces, formats, combining marks."""

BLANK_LETTERS = frozenset("\u2800\u115f\u1160\u3164\uffa0")
"""Blanks of Braille and Hangul, which are letters by their category."""

LONGEST = 1_000
"""Characters that are compared: normalising takes quadratic time on a run of accents."""

# Invisible characters in places where they have a use: Persian and Indic joiners between letters,
# joiners and variants of emoji, variants of ideographs and Mongolian letters, flags of regions.
_OF_USE = r"""
    (?<=\U0001F3F4)[\U000E0020-\U000E007E]+\U000E007F
  | (?<=[\p{L}--[\p{Latin}\p{Greek}\p{Cyrillic}\p{Default_Ignorable_Code_Point}]]
        [\p{M}--\p{Default_Ignorable_Code_Point}]{0,4})[\u200C\u200D]
        (?=[\p{L}\p{M}--[\p{Latin}\p{Greek}\p{Cyrillic}\p{Default_Ignorable_Code_Point}]])
  | (?<=\p{ccc=9})[\u200C\u200D]
  | (?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}]\uFE0F?)\u200D(?=\p{Extended_Pictographic})
  | (?<=[\p{Emoji}\p{Lo}--[0-9\#*\p{Default_Ignorable_Code_Point}]])
        [\uFE00-\uFE0F\U000E0100-\U000E01EF]
  | (?<=[0-9\#*])\uFE0F(?=\u20E3)
  | (?<=[\p{Mongolian}&&\p{L}])[\u180B-\u180F]
"""
_UNSEEN = r"[\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB]"
_LINE_ENDS = {0x2028: " ", 0x2029: " "}

_COMMANDS = {code: repr(chr(code))[1:-1] for code in (*range(0x20), *range(0x7F, 0xA0))}
del _COMMANDS[ord("\n")], _COMMANDS[ord("\t")]

NOTHING_SEEN = "\N{REPLACEMENT CHARACTER}"
"""Shown in place of a name, title or tag that has only invisible characters."""


def visible(text: str) -> str:
    """`text` without characters that are invisible or change the direction of text.

    No script is harmed: its letters have their own direction.
    """
    if text.isascii():
        return text
    return _unseen().sub(_kept, text.translate(_LINE_ENDS))


def escaped(text: str) -> str:
    """`text` with what would command a terminal as programs write it: `\\x1b`."""
    return text.translate(_COMMANDS)


def is_blank(text: str) -> bool:
    """Whether a reader sees nothing of `text`."""
    return all(
        letter.isspace() or letter in BLANK_LETTERS or unicodedata.category(letter) in BLANK
        for letter in text
    )


def skeleton(text: str) -> str:
    """A key that is equal for names that look alike; only for comparison.

    As in Unicode TR39, ignoring case, width and spaces. Letters of other alphabets become the
    letter a to z that they look like; characters that differ within ASCII stay apart: "1" and "l".
    """
    folded = unicodedata.normalize("NFKC", unseen_removed(text[:LONGEST])).casefold()
    letters = unicodedata.normalize("NFKD", folded)
    if not letters.isascii():
        letters = "".join(map(_like, letters))
    return " ".join(unicodedata.normalize("NFC", letters).split())


def unseen_removed(text: str) -> str:
    """`text` without any invisible characters, even useful ones."""
    return text if text.isascii() else _ignorable().sub("", text)


def plain_letters(text: str) -> str:
    """`text` decomposed, with letters and digits of another width or shape as plain ones.

    Full and half width, ligatures, circled and raised ones become what NFKC makes of them. Other
    characters stay, so that none turns into syntax.
    """
    return text if text.isascii() else "".join(map(_plain, unicodedata.normalize("NFD", text)))


def _plain(letter: str) -> str:
    if letter.isascii() or unicodedata.category(letter)[0] not in "LN":
        return letter
    plain = unicodedata.normalize("NFKC", letter)
    return plain if all(unicodedata.category(one)[0] in "LNM" for one in plain) else letter


def one_alphabet(text: str) -> str:
    """`text` with each word in one alphabet, if it mixes two only by letters that look alike.

    "p\u0430in" with a Cyrillic a is "pain", and a Russian word with a Latin a is all Russian.
    Greek letters stay, as they are common beside Latin ones.
    """
    return text if text.isascii() else _words().sub(_in_one_alphabet, text)


def mixed(text: str) -> bool:
    """Whether a word of `text` mixes two alphabets, so that it looks like another word."""
    return one_alphabet(text) != text


def _in_one_alphabet(word: "Match[str]") -> str:
    letters = word[0]
    latin = {one for one in letters if one.isascii()}
    cyrillic = {one for one in letters if "\u0400" <= one <= "\u052f"}
    if not latin or not cyrillic:
        return letters
    if all(_like(one) != one for one in cyrillic):
        return "".join(_like(one) if one in cyrillic else one for one in letters)
    back = _cyrillic_like()
    if all(one in back for one in latin):
        return "".join(back.get(one, one) for one in letters)
    return letters


def _kept(found: "Match[str]") -> str:
    return found[1] or ""


def _like(letter: str) -> str:
    """The letter that a small letter looks like, written small or large."""
    known = _confusables()
    return letter if letter.isascii() else known.get(letter) or known.get(letter.upper(), letter)


@cache
def _unseen() -> "Pattern[str]":
    import regex

    return regex.compile(f"({_OF_USE})|{_UNSEEN}", regex.VERSION1 | regex.VERBOSE)


@cache
def _ignorable() -> "Pattern[str]":
    import regex

    return regex.compile(_UNSEEN, regex.VERSION1)


@cache
def _words() -> "Pattern[str]":
    import regex

    return regex.compile(r"[\p{L}\p{M}]+", regex.VERSION1)


@cache
def _confusables() -> Mapping[str, str]:
    """Letters of alphabets like the Latin one -> the letter a to z that each looks like."""
    import regex
    from confusable_homoglyphs.confusables import confusables_data

    # Not scripts without capitals: an Arabic digit one looks like "l", and like an alif.
    alike = regex.compile(
        r"[[\p{Latin}\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}\p{Coptic}\p{Lisu}]&&\p{L}]",
        regex.VERSION1,
    )
    found: dict[str, str] = {}
    for like in ascii_letters:
        for each in confusables_data.get(like, ()):
            if alike.fullmatch(each["c"]) and not each["c"].isascii():
                found.setdefault(each["c"], like.casefold())
    return found


@cache
def _cyrillic_like() -> Mapping[str, str]:
    """Letters a to z -> the Cyrillic letter that each looks like."""
    return {
        like: letter for letter, like in _confusables().items() if "\u0430" <= letter <= "\u045f"
    }
