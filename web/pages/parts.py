"""The pieces of a long list that stands on a page with other things."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Generic, TypeVar
from urllib.parse import urlencode

from litestar.params import QueryParameter
from msgspec import Struct

T = TypeVar("T")

PageNumber = Annotated[int, QueryParameter(ge=1, le=1_000_000)]

PIECE = 20
"""How many of a list a page shows at once."""

NAMED = 100
"""Characters of a name that are looked for."""

OFFERED = 50
"""How many names a form or filter shows to be chosen from; others are typed."""

SUGGESTED = 20
"""How many names a field suggests before anything is typed into it."""


class Part(Struct, Generic[T], frozen=True):
    """Some of `total` items, and the addresses of the page with those before and after them."""

    items: tuple[T, ...]
    total: int
    number: int
    previous_url: str
    next_url: str


def offset(number: int) -> int:
    """How many items come before page `number` of a list."""
    return (number - 1) * PIECE


def part(
    items: Sequence[T],
    total: int,
    number: int,
    url: str,
    name: str,
    kept: Mapping[str, str] | None = None,
) -> Part[T]:
    """Page `number` of what stands at `url` under the anchor `name`, which its parameter is too.

    `kept` are parameters that its other pages have as well.
    """

    def at(other: int) -> str:
        query = urlencode({**(kept or {}), **({name: other} if other > 1 else {})})
        return f"{url}{'?' if query else ''}{query}#{name}"

    more = offset(number) + len(items) < total
    before, after = at(number - 1) if number > 1 else "", at(number + 1) if more else ""
    return Part(tuple(items), total, number, before, after)


def beyond(number: int) -> dict[str, int]:
    """What is asked for page `number` of a list: one item more, which tells that there is more."""
    return {"offset": offset(number), "limit": PIECE + 1}


def of_more(items: Sequence[T], number: int, url: str, name: str) -> Part[T]:
    """Page `number` of a list of which `beyond` was asked for, so that its length is not known."""
    return part(items[:PIECE], offset(number) + len(items), number, url, name)


def narrowing(values: Sequence[str]) -> tuple[str, ...]:
    """What a form narrows a list to: a field left empty and a choice left open narrow nothing."""
    return tuple(value for value in values if value.strip())
