"""What every text that is typed has to be: made of text, something to see, and not too long."""

import re

from kb.characters import is_blank
from kb.errors import InvalidInput

NOT_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters other than tab and newline, and surrogates."""


def printable(name: str, value: str, field: str | None = None) -> str:
    """`value` with "\\n" as its line ends; control characters and half characters are refused."""
    plain = value.replace("\r\n", "\n").replace("\r", "\n")
    found = NOT_TEXT.search(plain)
    if found:
        raise InvalidInput(
            f"The {name} holds the character U+{ord(found[0]):04X}, which is not text; remove it.",
            field or name,
        )
    return plain


def within(field: str, value: str, limit: int) -> str:
    if is_blank(value):
        raise InvalidInput(f"The {field} must not be empty.", field)
    if len(value) > limit:
        raise InvalidInput(
            f"The {field} may have at most {limit} characters; it has {len(value)}.", field
        )
    return value
