"""Values of fields as they are written, and what they mean."""

import re

from msgspec import Struct

from kb.entries.content import Scalar

LOST = "\ufffd"
"""Stands for what is no text in a file."""

LARGEST_INTEGER = 2**53 - 1
_INTEGER = re.compile(r"-?(0|[1-9]\d*)")
_FLOAT = re.compile(r"-?\d+(\.\d+)?(e[-+]\d+)?")
_NOTHING = ("", "~", "null", "Null", "NULL")
_TRUTH = {"true": True, "false": False}


class Plain(Struct, frozen=True):
    """A scalar: its text as written, and what it means (None for nothing)."""

    text: str
    value: Scalar | None


Value = Plain | list["Value"] | dict[str, "Value"]


def meaning(text: str) -> Scalar | None:
    """What a bare `text` means: nothing, a truth value, a number that reads the same, or itself."""
    if text in _NOTHING:
        return None
    if text.lower() in _TRUTH:
        return _TRUTH[text.lower()]
    if len(text) <= 17 and _INTEGER.fullmatch(text) and abs(int(text)) <= LARGEST_INTEGER:
        return int(text) if text != "-0" else text
    if len(text) <= 32 and _FLOAT.fullmatch(text) and repr(float(text)) == text:
        return float(text)
    return text
