"""What there is to say about a data directory: the values that `kb status` shows."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from events.log import EventLog
from events.projection import ParkedEvent
from events.sqlite_file import FORMAT_VERSION
from indexer.errors import IndexOutdated
from kb.data_directory import DataDirectory
from kb.entries.queries import TOTALS
from kb.errors import NotYetSearchable
from kb.follower import Follower
from kb.parked import ParkedFile
from kb.settings import Settings
from kb.view_reader import ViewReader
from kb.views import checkpoint, parked

__all__ = ["ParkedEvent", "Status"]

INDEX_COUNTS = """SELECT (SELECT position FROM stamp), (SELECT count(*) FROM documents),
    (SELECT count(*) FROM passages)"""


class Status(Struct, frozen=True, kw_only=True):
    """Positions, lag, sizes in bytes, and what is wrong, if anything.

    `head` is the log's last position, `lag` how many events the slower of views and index lacks.
    `follower` is "this process", "another process" or "none"; `errors` are sentences about what
    keeps views or index from going on.
    """

    data: str
    format: int
    head: int
    views_position: int
    index_position: int
    lag: int
    parked: tuple[ParkedEvent, ...]
    errors: tuple[str, ...]
    sizes: dict[str, int]
    documents: int
    passages: int
    vectors: int
    model: str
    engine: str
    follower: str
    entries: int
    archived: int
    reuses: int


class _Views(Struct, frozen=True):
    position: int = 0
    totals: tuple[int, int, int] = (0, 0, 0)
    parked: tuple[ParkedEvent, ...] = ()


class _Index(Struct, frozen=True):
    position: int = 0
    documents: int = 0
    passages: int = 0
    vectors: int = 0
    model: str = ""
    engine: str = ""
    trouble: tuple[str, ...] = ()


def gather(
    directory: DataDirectory,
    settings: Settings,
    log: EventLog,
    reader: ViewReader,
    index_parked: ParkedFile,
    follower: Follower,
) -> Status:
    """The status now. Loads neither the model nor the search libraries."""
    views, index, head = _views(reader), _index(directory), log.head()
    entries, archived, reuses = views.totals
    return Status(
        data=str(directory.root),
        format=FORMAT_VERSION,
        head=head,
        views_position=views.position,
        index_position=index.position,
        lag=max(0, head - min(views.position, index.position)),
        parked=(*views.parked, *index_parked.all()),
        errors=(*follower.errors, *index.trouble),
        sizes=directory.sizes(),
        documents=index.documents,
        passages=index.passages,
        vectors=index.vectors,
        model=index.model,
        engine=index.engine or settings.fulltext,
        follower=follower.who(),
        entries=entries,
        archived=archived,
        reuses=reuses,
    )


def _views(reader: ViewReader) -> _Views:
    try:
        with reader.read() as db:
            totals = db.execute(TOTALS).fetchone()
            return _Views(checkpoint(db), totals, tuple(parked(db)))
    except NotYetSearchable:
        return _Views()


def _index(directory: DataDirectory) -> _Index:
    """What the files of the index say, without opening it for search."""
    from indexer import generation
    from indexer.index import VECTORS
    from indexer.parts import PASSAGES

    try:
        path = generation.current(directory.index)
        made = msgspec.json.decode(
            (path / generation.MANIFEST).read_bytes(), type=generation.Manifest
        )
        with _only_reading(path / PASSAGES) as db:
            position, documents, passages = db.execute(INDEX_COUNTS).fetchone()
        with _only_reading(directory.index / VECTORS) as db:
            (vectors,) = db.execute("SELECT count(*) FROM vectors").fetchone()
    except IndexOutdated:
        return _Index()
    except (OSError, msgspec.DecodeError, sqlite3.Error) as error:
        return _Index(trouble=(f"The index is damaged ({error}): the next question rebuilds it.",))
    return _Index(position, documents, passages, vectors, made.fingerprint, made.engine)


@contextmanager
def _only_reading(path: Path) -> Iterator[sqlite3.Connection]:
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=10)) as db:
        yield db
