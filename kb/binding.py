"""A command with its arguments, ready to be decided on any state."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
S = TypeVar("S")
R = TypeVar("R")


def bind(
    command: Callable[Concatenate[S, P], R], *args: P.args, **kwargs: P.kwargs
) -> Callable[[S], R]:
    """`command` waiting for its first argument alone, the state.

    `functools.partial` would do the same, but a type checker lets it leave out what is needed.
    """
    return lambda state: command(state, *args, **kwargs)
