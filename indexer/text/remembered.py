"""Results kept for words and texts that repeat, until an erasure."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_forgetting: list[Callable[[], None]] = []


def remembered(size: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """`functools.lru_cache` of that size for a function of texts, which `forget` empties."""

    def keeping(function: Callable[P, R]) -> Callable[P, R]:
        kept: Any = lru_cache(maxsize=size)(function)
        _forgetting.append(kept.cache_clear)
        return kept  # type: ignore[no-any-return]  # which keeps the signature

    return keeping


def forget() -> None:
    """Drop all that is kept, as it may be of a text that is erased."""
    for each in _forgetting:
        each()
