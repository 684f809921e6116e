"""Tags: shown as they were written, and compared by what is alike in all ways to write one.

`Night shift`, `night-shift`, `#NIGHT_SHIFT` are one tag; so are `Größe` and `grösse`. An entry
shows it as it was put on there; where it is counted, it stands as the first entry has it.
"""

import re
import unicodedata
from collections.abc import Iterable

from kb.characters import one_alphabet, plain_letters, visible
from kb.errors import InvalidInput
from kb.messages import _
from kb.plain import printable, within

TAG_LENGTH = 50
COMPOSED_TAG = 10 * TAG_LENGTH
"""Characters of a tag that are composed: with accents alone this takes a square of time."""
TAGS = 100

TAG_MARKS = ",;\uff0c\uff1b\u3001"
"""What stands between tags, in Chinese and Japanese too."""

_BETWEEN_TAGS = re.compile(f"[{TAG_MARKS}]")
_JOINTS = re.compile(r"[\s_-]+")


def written(value: str) -> str:
    """A tag as it is stored: trimmed, NFC, inner white space as one blank.

    Without characters that are not seen. Of a text that is far too long the beginning, of
    `COMPOSED_TAG` characters.
    """
    beginning = " ".join(value.split())[:COMPOSED_TAG]
    if beginning.isascii():
        return beginning.rstrip()
    return unicodedata.normalize("NFC", " ".join(visible(beginning).split()))


def tag_key(value: str) -> str:
    """What is equal for two tags that are one, whatever their case, width, blanks and hyphens.

    With each word in one alphabet, so that no two look alike. Decomposed before it is folded
    (Unicode 3.13, D145), so that the key of a key is the same.
    """
    return _key(written(value))


def _key(tag: str) -> str:
    folded = unicodedata.normalize("NFD", plain_letters(tag)).casefold()
    composed = unicodedata.normalize("NFC", _JOINTS.sub("-", folded))
    composed = composed.lstrip("#\uff03") or composed  # as people write tags in a text
    return unicodedata.normalize("NFC", one_alphabet(composed))


def tag_names(values: Iterable[str]) -> tuple[str, ...]:
    """Tags as written, in the order given, without those that repeat one; "a, b; c" are three."""
    names = (name for value in values for name in _apart(printable("tag", value)))
    found: dict[str, str] = {}
    for name in dict.fromkeys(names):
        tag = within("tag", written(name), TAG_LENGTH)
        found.setdefault(_key(tag), tag)
    if len(found) > TAGS:
        raise InvalidInput(
            _("At most {tags} tags are taken; these are {count}.", tags=TAGS, count=len(found)),
            "tags",
        )
    return tuple(found.values())


def tag_keys(values: Iterable[str]) -> tuple[str, ...]:
    """The keys of `tag_names`."""
    return tuple(map(tag_key, tag_names(values)))


def _apart(value: str) -> list[str]:
    # One empty name where there is none, so that it is refused.
    return [name for name in _BETWEEN_TAGS.split(value) if name.strip()] or [""]
