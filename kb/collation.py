"""Natural sort order of names: Ärzte beside Arzt, 9 before 10, 1.9 before 1.10."""

import re
import unicodedata

_NUMBER = re.compile(r"\d{1,100}")
_GROUPS = re.compile(r"(?<=\d)[,'\u2019](?=\d{3}(?!\d))")
_APART = re.compile(r"(?<=\d)[^\w\s]{1,3}(?=\d)")
_PARTED = re.compile(r"\d[^\w\s]{1,3}\d")
_NOT_COUNTED = re.compile(r"[^\w\s\x02]|_")
"""Everything except letters, numbers, white space and `_PART`."""
_UNDECOMPOSED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"}
)
_PART = "\x02"
"""Stands between the parts of a number, before all else: 1.9 is before 1.9.1 and 1.90."""
_LAST = "\x01"
"""Separates the tie-breaker in a key; it occurs in no name."""


def sort_key(name: str) -> str:
    """A key that sorts names by code points: letters first, then accents and case.

    As in the root order of the Unicode collation algorithm (UTS 10), accents and case count only
    between equal letters, and punctuation does not count; a number sorts by its value, and one with
    punctuation in it, such as a version or a date, part by part.
    """
    # A rebuild computes the key of every title, tag and group, so this skips needless work.
    letters = name.lower() if name.isascii() else _decomposed(name)
    numbered = _NUMBER.search(letters) is not None
    if numbered and _PARTED.search(letters):
        letters = _APART.sub(_PART, _GROUPS.sub("", letters))
    letters = " ".join(_NOT_COUNTED.sub("", letters).split())
    return (_NUMBER.sub(_by_value, letters) if numbered else letters) + _LAST + name


def _decomposed(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name).casefold()
    return unicodedata.normalize("NFKD", folded).translate(_UNDECOMPOSED)


def _by_value(found: re.Match[str]) -> str:
    digits = str(int(found[0])).lstrip("0")
    return f"{len(digits):03}{digits}"
