"""A command with its arguments, ready to be decided on any state."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
S = TypeVar("S")
R = TypeVar("R")


def bind(
    command: Callable[Concatenate[S, P], R], *args: P.args, **kwargs: P.kwargs
) -> Callable[[S], R]:
    """`command` with all arguments but the first, the state.

    As `functools.partial`, but a type checker notices missing arguments.
    """
    return lambda state: command(state, *args, **kwargs)
