"""Remains of erased entries in the generations of an index, according to their files."""

import sys
from pathlib import Path

from indexer.errors import IndexOutdated


def made(directory: Path) -> int:
    """The position up to which the present generation has nothing erased; -1 if unknown."""
    from indexer.stored import generation

    try:
        found = generation.made(generation.current(directory))
        return max(found.position, found.gone)
    except IndexOutdated:
        return -1


def forgotten(directory: Path) -> int:
    """As `made`, -1 while an older generation is left, infinite without any generation."""
    from indexer.stored import generation

    if generation.nothing(directory):
        return sys.maxsize
    position = made(directory)
    try:
        return position if generation.alone(generation.current(directory)) else -1
    except IndexOutdated:
        return -1


def tidy(directory: Path) -> None:
    """Remove the remains of an interrupted rebuild."""
    from indexer.stored import generation

    if not generation.nothing(directory):
        generation.sweep(directory)
