"""How much the lists of an answer weigh: of long words, fewer fit than a page has."""

from typing import TypeVar

import msgspec

T = TypeVar("T")

MOST_BYTES = 148_000
"""Of all lists of an answer, as JSON; what does not fit is got with a larger `offset`."""


def light(items: tuple[T, ...], most: int | None = None) -> tuple[T, ...]:
    """As many of the first as weigh `most` bytes, at least one; usually all that there may be."""
    left = MOST_BYTES if most is None else most
    for place, item in enumerate(items):
        left -= weight(item) + 1
        if left < 0:
            return items[: max(1, place)]
    return items


def weight(value: object) -> int:
    """Bytes of `value` as JSON."""
    return len(msgspec.json.encode(value, enc_hook=str))
