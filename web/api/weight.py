"""Size limit for the lists of an answer: long items make for fewer of them."""

from typing import TypeVar

import msgspec

T = TypeVar("T")

MOST_BYTES = 148_000
"""For all lists of an answer, as JSON; a larger `offset` gets the items that do not fit."""


def light(items: tuple[T, ...], most: int | None = None) -> tuple[T, ...]:
    """As many of the first `items` as fit into `most` bytes as JSON, at least one."""
    left = MOST_BYTES if most is None else most
    for place, item in enumerate(items):
        left -= weight(item) + 1
        if left < 0:
            return items[: max(1, place)]
    return items


def weight(value: object) -> int:
    """Bytes of `value` as JSON."""
    return len(msgspec.json.encode(value, enc_hook=str))
