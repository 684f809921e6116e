"""What there is to say about a data directory: the values that `kb status` shows."""

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from events.log import EventLog
from events.projection import ParkedEvent
from events.sqlite_layout import LOG
from indexer.errors import IndexOutdated, IndexUnavailable
from kb.access import operator
from kb.data_directory import DataDirectory
from kb.entries.queries import TOTALS
from kb.errors import NotYetSearchable
from kb.following.follower import Follower
from kb.following.parked import ParkedFile
from kb.following.source import unlike
from kb.following.view_reader import ViewReader
from kb.following.view_tables import checkpoint
from kb.following.views import Views
from kb.following.withheld import parked
from kb.frozen import FrozenDirectory
from kb.settings import Settings

if TYPE_CHECKING:
    from indexer.description import Description

__all__ = ["ParkedEvent", "Status"]


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


def gather(
    directory: DataDirectory,
    settings: Settings,
    log: EventLog,
    reader: ViewReader,
    index_parked: ParkedFile,
    follower: Follower,
    lacking: str,
    frozen: FrozenDirectory | None = None,
) -> Status:
    """The status now; `lacking` says what cannot be opened, `frozen` that it is only read.

    Loads neither the model nor the search libraries.
    """
    views, head = _views(reader), log.head()
    if frozen:
        with suppress(IndexUnavailable):
            frozen.index()
    index, trouble = _index(directory, log, index_parked)
    entries, archived, reuses = views.totals
    why = frozen.why if frozen else ""
    return Status(
        data=str(directory.root),
        format=LOG.version,
        head=head,
        views_position=views.position,
        index_position=index.position,
        lag=max(0, head - min(views.position, index.position)),
        parked=(*views.parked, *index_parked.all()),
        errors=tuple(filter(None, (why, lacking, *follower.errors, follower.overdue, *trouble))),
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
        with reader.read(operator().labels) as db:
            totals = db.execute(TOTALS).fetchone()
            return _Views(checkpoint(db), totals, tuple(parked(db, Views.name)))
    except NotYetSearchable:
        return _Views()


def _index(
    directory: DataDirectory, log: EventLog, parked: ParkedFile
) -> tuple["Description", tuple[str, ...]]:
    """What the files of the index say, and what is wrong with them."""
    from indexer.description import Description, describe

    try:
        found = describe(directory.index)
    except IndexOutdated as error:
        return Description(), (f"{error} The next question rebuilds it.",)
    why = unlike(log, parked, found.source) if found.engine else ""
    if why:
        return Description(), (f"The index does not fit: {why}. The next question rebuilds it.",)
    return found, ()
