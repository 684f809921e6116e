"""What the generations of an index still hold of what was erased, as their files say."""

import sys
from pathlib import Path

from indexer.errors import IndexOutdated


def made(directory: Path) -> int:
    """The position up to which the present one has nothing that was erased; -1 if none can tell."""
    from indexer.stored import generation

    try:
        found = generation.made(generation.current(directory))
        return max(found.position, found.gone)
    except IndexOutdated:
        return -1


def forgotten(directory: Path) -> int:
    """The same as `made`, -1 while one from before is left, endless where none is."""
    from indexer.stored import generation

    if generation.nothing(directory):
        return sys.maxsize
    position = made(directory)
    try:
        return position if generation.alone(generation.current(directory)) else -1
    except IndexOutdated:
        return -1


def tidy(directory: Path) -> None:
    """Remove what a rebuild that was cut short has left."""
    from indexer.stored import generation

    if not generation.nothing(directory):
        generation.sweep(directory)
