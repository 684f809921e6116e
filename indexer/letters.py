"""Letters of words: what is left of them, so that words compare that are written differently."""

import re
import unicodedata
from collections.abc import Iterable

_UNDECOMPOSED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"}
) | {kana: kana - 0x60 for kana in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)}
_AS_TWO = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_VARIANT = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_AT_ONCE = 64
"""Characters: whole, a longer word of accents alone would take a square of time."""


def written(word: str) -> str:
    """The word in small letters, accents and all, ß as ss, digits as 0 to 9."""
    if word.isascii():
        return word.lower()
    composed = unicodedata.normalize("NFKC", word).casefold()
    return _plain(sign for sign in unicodedata.normalize("NFC", composed) if _is_written(sign))


def others(written: str) -> list[str]:
    """How a word that is `written` so may be written too: without accents, ö as oe."""
    if written.isascii():
        return []
    made = dict.fromkeys(map(folded, (written, written.translate(_AS_TWO))))
    return [one for one in made if one != written]


def folded(word: str) -> str:
    """The word in small letters without accents, digits of any script as 0 to 9."""
    if word.isascii():
        return word.lower()
    # The order of accents does not matter here.
    parts: Iterable[str] = [word] if len(word) <= _AT_ONCE else word
    decomposed = "".join(unicodedata.normalize("NFKD", part) for part in parts)
    plain = decomposed.casefold().translate(_UNDECOMPOSED)
    kept = _plain(sign for sign in plain if _is_written(sign) and not _is_accent(sign))
    return unicodedata.normalize("NFC", kept)


def _plain(signs: Iterable[str]) -> str:
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in signs)


def _is_written(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LMN" and not _VARIANT.match(sign)


def _is_accent(sign: str) -> bool:
    """Whether a mark may be left out, as in Latin, Greek, Cyrillic, Hebrew and Arabic.

    Elsewhere it tells words apart: those of India, the tones of Thai, the voicing of kana.
    """
    if unicodedata.combining(sign) == 0:
        return False
    return not ("\u0900" <= sign < "\u1ab0" or sign in "\u3099\u309a")
