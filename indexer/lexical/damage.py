"""Turns the errors of an engine into one sentence that names the index."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.errors import IndexerError, IndexOutdated, IndexUnavailable


@contextmanager
def reading(engine: str, directory: Path) -> Iterator[None]:
    """Turn errors of the engine inside into `IndexOutdated`."""
    try:
        yield
    except BaseException as error:
        if not _from_engine(error):
            raise
        raise IndexOutdated(
            "The {engine} index cannot be read ({why}): rebuild it.",
            engine=engine,
            why=_reason(error, directory),
        ) from error


@contextmanager
def writing(engine: str, directory: Path) -> Iterator[None]:
    """Turn errors of the engine inside into `IndexUnavailable`."""
    try:
        yield
    except BaseException as error:
        if not _from_engine(error):
            raise
        raise IndexUnavailable(
            "The {engine} index cannot be written ({why}): see that the disk has "
            "room and that no other process writes to it.",
            engine=engine,
            why=_reason(error, directory),
        ) from error


def _from_engine(error: BaseException) -> bool:
    """Rust panics arrive as an exception that does not derive from `Exception`."""
    if isinstance(error, IndexerError):
        return False
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def _reason(error: BaseException, directory: Path) -> str:
    lines = str(error).replace(f"{directory.parent}/", "").strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
