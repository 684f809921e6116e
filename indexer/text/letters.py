"""Normal forms of words, so that different spellings of a word compare as equal."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain

_UNDECOMPOSED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"}
) | {kana: kana - 0x60 for kana in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)}
_AS_TWO = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_SARA_AM = (
    (re.compile("([\u0e48-\u0e4b]?)\u0e4d([\u0e48-\u0e4b]?)\u0e32"), "\\1\\2\u0e33"),
    (re.compile("([\u0ec8-\u0ecb]?)\u0ecd([\u0ec8-\u0ecb]?)\u0eb2"), "\\1\\2\u0eb3"),
)
"""Sara am of Thai and Lao is also typed as two signs, with the tone mark before or between."""
_TATWEEL = "\u0640"  # makes an Arabic word longer, and no other
_ENDLESS = re.compile(r"([^\w\s]{65,})")
_GROUPED = re.compile(
    "(?<![A-Za-z0-9.,'\u2019])[0-9]{1,3}(?:[.,'\u2019][0-9]{3}){1,4}(?![0-9]|[.,'\u2019][0-9])"
)
_RAISED = re.compile(r"(?<![\w~^])[^\W_]{1,9}(?:[~^][^\W_]{1,9}[~^][^\W_]{0,9}){1,9}(?![\w~^])")
_DOTTED = re.compile(r"(?<![\w.])(?:[^\W\d_]\.){2,9}(?:[^\W\d_](?![\w.]))?(?!\w)")
_SET_OFF = _GROUPED, _RAISED, _DOTTED
_VARIANT = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_AT_ONCE = 64
"""Characters normalised together: a longer run of accents would take quadratic time."""


def composed(text: str) -> str:
    """`text` in NFC, the form in which texts, questions and filters are compared.

    In other forms Korean is split into jamo, which would change word boundaries. Runs of more marks
    than any script has are left as they are: they would take quadratic time.
    """
    if text.isascii():
        return text
    parts = _ENDLESS.split(text)
    parts[::2] = (unicodedata.normalize("NFC", part) for part in parts[::2])
    text = "".join(parts)
    for apart, one in _SARA_AM:
        text = apart.sub(one, text)
    return text


def written(word: str) -> str:
    """The word in lower case with its accents, ß as ss, digits as 0 to 9."""
    if word.isascii():
        return word.lower()
    composed = unicodedata.normalize("NFKC", word).casefold()
    return _plain(sign for sign in unicodedata.normalize("NFC", composed) if _is_written(sign))


def others(written: str) -> list[str]:
    """Other spellings of a `written` word: without accents, ö as oe."""
    if written.isascii():
        return []
    made = dict.fromkeys(map(folded, (written, written.translate(_AS_TWO))))
    return [one for one in made if one != written]


def folded(word: str) -> str:
    """The word in lower case without accents, digits of any script as 0 to 9."""
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


def set_off(piece: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Grouped digits, raised or lowered parts and dotted acronyms in `piece`.

    Yields each (start, end) with the text there without its signs.
    """
    for found in chain.from_iterable(each.finditer(piece) for each in _SET_OFF):
        yield found.span(), folded(re.sub(r"\W", "", found[0]))


def _is_written(sign: str) -> bool:
    known = unicodedata.category(sign)[0] in "LMN" and sign != _TATWEEL
    return known and not _VARIANT.match(sign)


def _is_accent(sign: str) -> bool:
    """Whether a mark is optional, as in Latin, Greek, Cyrillic, Hebrew and Arabic.

    Elsewhere marks distinguish words: those of India, the tones of Thai, the voicing of kana.
    """
    if unicodedata.combining(sign) == 0:
        return False
    return not ("\u0900" <= sign < "\u1ab0" or sign in "\u3099\u309a")
