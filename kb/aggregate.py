"""An aggregate: a stream, and the state that its events make."""

from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any, Generic, TypeVar

from msgspec import Struct

S = TypeVar("S")


class Aggregate(Struct, Generic[S], frozen=True):
    """A stream, and how to fold its events into a state from `empty` on."""

    id: str
    stream: str
    empty: S
    evolve: Callable[[S, Any], S]

    def fold(self, events: Iterable[Any]) -> S:
        """The state after `events`, the first ones of the stream."""
        return reduce(self.evolve, events, self.empty)
