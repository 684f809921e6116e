"""Paging of long lists on a page that also has other content."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Generic, TypeVar
from urllib.parse import urlencode

from litestar.params import QueryParameter
from msgspec import Struct

T = TypeVar("T")

PageNumber = Annotated[int, QueryParameter(ge=1, le=1_000_000)]

PIECE = 20
"""Items of a list on one page."""

NAMED = 100
"""The most characters of a name to search for."""

OFFERED = 50
"""The most names that a form or filter lists to choose from; others are typed."""

SUGGESTED = 20
"""How many names a field suggests before anything is typed into it."""


class Part(Struct, Generic[T], frozen=True):
    """One page of `total` items, and the addresses of the pages before and after it."""

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
    """Page `number` of a list at `url`; `name` is both its anchor and its query parameter.

    `kept` are query parameters to keep on its other pages.
    """

    def at(other: int) -> str:
        query = urlencode({**(kept or {}), **({name: other} if other > 1 else {})})
        return f"{url}{'?' if query else ''}{query}#{name}"

    more = offset(number) + len(items) < total
    before, after = at(number - 1) if number > 1 else "", at(number + 1) if more else ""
    return Part(tuple(items), total, number, before, after)


def beyond(number: int) -> dict[str, int]:
    """Query arguments for page `number` of a list, with one item extra to see if more follow."""
    return {"offset": offset(number), "limit": PIECE + 1}


def of_more(items: Sequence[T], number: int, url: str, name: str) -> Part[T]:
    """Page `number` of a list of unknown length that was queried with `beyond`."""
    return part(items[:PIECE], offset(number) + len(items), number, url, name)


def narrowing(values: Sequence[str]) -> tuple[str, ...]:
    """The values of a filter without empty ones, which a form sends for fields left open."""
    return tuple(value for value in values if value.strip())
