"""Describes an index on disk without loading the libraries that search needs."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from msgspec import Struct

from events.sqlite_files.opening import connect
from indexer.errors import IndexOutdated
from indexer.stored import generation
from indexer.stored.generation import PASSAGES, VECTORS

_COUNTS = """SELECT (SELECT position FROM stamp), (SELECT count(id) FROM documents),
    (SELECT count(*) FROM passages WHERE document > 0), (SELECT source FROM stamp)"""
_VECTORS = "SELECT count(text_hash) FROM texts"


class Description(Struct, frozen=True, kw_only=True):
    """The position and size of an index, and the model and engine that made it.

    `source` is the committer's note on `position`.
    """

    position: int = 0
    source: str = ""
    documents: int = 0
    passages: int = 0
    vectors: int = 0
    model: str = ""
    engine: str = ""


def describe(directory: Path) -> Description:
    """The description of the index in `directory`; an empty one if there is none.

    Raises `IndexOutdated` if its files cannot be read.
    """
    if not (directory / generation.CURRENT).exists():
        return Description()
    path = generation.current(directory)
    try:
        made = generation.made(path)
        position, documents, passages, source = _row(path / PASSAGES, _COUNTS)
        (vectors,) = _row(directory / VECTORS, _VECTORS)
    except sqlite3.Error as error:
        raise IndexOutdated("The index is damaged ({why}).", why=error) from error
    return Description(
        position=position,
        source=source,
        documents=documents,
        passages=passages,
        vectors=vectors,
        model=made.fingerprint,
        engine=made.engine,
    )


def _row(path: Path, sql: str) -> tuple[Any, ...]:
    with closing(connect(path, wait=10.0)) as db:
        row: tuple[Any, ...] = db.execute(sql).fetchone()
        return row
