"""Says what an index on disk holds without opening it for search, so without its libraries."""

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
from msgspec import Struct

from indexer import generation
from indexer.errors import IndexOutdated
from indexer.index import VECTORS
from indexer.parts import PASSAGES

_COUNTS = """SELECT (SELECT position FROM stamp), (SELECT count(*) FROM documents),
    (SELECT count(*) FROM passages)"""
_VECTORS = "SELECT count(*) FROM vectors"


class Description(Struct, frozen=True, kw_only=True):
    """The position an index has reached, its counts, and the model and engine that made it."""

    position: int = 0
    documents: int = 0
    passages: int = 0
    vectors: int = 0
    model: str = ""
    engine: str = ""


def describe(directory: Path) -> Description:
    """What the index in `directory` holds; nothing if there is none.

    Raises `IndexOutdated` if its files cannot be read.
    """
    if not (directory / generation.CURRENT).exists():
        return Description()
    path = generation.current(directory)
    try:
        made = msgspec.json.decode(
            (path / generation.MANIFEST).read_bytes(), type=generation.Manifest
        )
        position, documents, passages = _row(path / PASSAGES, _COUNTS)
        (vectors,) = _row(directory / VECTORS, _VECTORS)
    except (OSError, msgspec.DecodeError, sqlite3.Error) as error:
        raise IndexOutdated(f"The index is damaged ({error}).") from error
    return Description(
        position=position,
        documents=documents,
        passages=passages,
        vectors=vectors,
        model=made.fingerprint,
        engine=made.engine,
    )


def _row(path: Path, sql: str) -> tuple[int, ...]:
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=10)) as db:
        row: tuple[int, ...] = db.execute(sql).fetchone()
        return row
