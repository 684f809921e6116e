"""Tags: shown as written, and compared without case, separators and the like.

`Night shift`, `night-shift`, `#NIGHT_SHIFT` are one tag; so are `Größe` and `grösse`. An entry
shows its own spelling; counts show that of the first entry.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from kb.characters import one_alphabet, plain_letters, visible
from kb.errors import InvalidInput
from kb.messages import _
from kb.plain import printable, within

TAG_LENGTH = 50
COMPOSED_TAG = 10 * TAG_LENGTH
"""Characters of a tag that are composed: this takes quadratic time on a run of accents."""
TAGS = 100

TAG_MARKS = ",;\uff0c\uff1b\u3001"
"""Separators of tags, including Chinese and Japanese ones."""

_BETWEEN_TAGS = re.compile(f"[{TAG_MARKS}]")
_JOINTS = re.compile(r"[\s_-]+")


def written(value: str) -> str:
    """A tag as stored: trimmed, NFC, inner white space as one blank, nothing invisible.

    Only the first `COMPOSED_TAG` characters of an overlong text.
    """
    beginning = " ".join(value.split())[:COMPOSED_TAG]
    if beginning.isascii():
        return beginning.rstrip()
    return _seen(beginning)


@lru_cache(maxsize=4_096)
def _seen(beginning: str) -> str:
    """Cached, as each command reads all tags that its entry ever had."""
    return unicodedata.normalize("NFC", " ".join(visible(beginning).split()))


def tag_key(value: str) -> str:
    """A key that is equal for all spellings of a tag: case, width, blanks and hyphens.

    Each word is in one alphabet, so that no two tags look alike. Decomposed before case folding
    (Unicode 3.13, D145), so that the function is idempotent.
    """
    return _key(written(value))


@lru_cache(maxsize=4_096)
def _key(tag: str) -> str:
    folded = unicodedata.normalize("NFD", plain_letters(tag)).casefold()
    composed = unicodedata.normalize("NFC", _JOINTS.sub("-", folded))
    composed = composed.lstrip("#\uff03") or composed  # as people write tags in a text
    return unicodedata.normalize("NFC", one_alphabet(composed))


def tag_names(values: Iterable[str]) -> tuple[str, ...]:
    """Tags as written, in the order given, without duplicates; "a, b; c" are three."""
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
    # An empty name if there is none, so that it is refused.
    return [name for name in _BETWEEN_TAGS.split(value) if name.strip()] or [""]
