"""What an engine throws becomes one sentence; what it did not throw passes."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from indexer.errors import IndexerError, IndexOutdated, IndexUnavailable, UnknownEngine
from indexer.lexical.damage import reading, writing

Guard = Callable[[str, Path], AbstractContextManager[None]]


class PanicException(BaseException):
    """Called what a panic in Rust is called, and derived from what it is derived from."""


@pytest.mark.parametrize(
    ("guard", "expected"), [(reading, IndexOutdated), (writing, IndexUnavailable)]
)
def test_errors_and_panics_become_one_sentence(guard: Guard, expected: type[IndexerError]) -> None:
    for thrown in (
        PanicException("slice out of range.\nbacktrace"),
        OSError(5, "no", "/there/index/meta.json"),
        KeyError(),
    ):
        with pytest.raises(expected, match="The Some index cannot be") as caught:
            raise_inside(guard, thrown)
        assert "\n" not in str(caught.value)
        assert "there" not in str(caught.value)


@pytest.mark.parametrize("guard", [reading, writing])
def test_an_interrupt_and_what_is_one_sentence_already_pass(guard: Guard) -> None:
    for thrown in (KeyboardInterrupt(), UnknownEngine("as it is")):
        with pytest.raises(type(thrown)) as caught:
            raise_inside(guard, thrown)
        assert caught.value is thrown


def raise_inside(guard: Guard, thrown: BaseException) -> None:
    with guard("Some", Path("/there/index")):
        raise thrown
