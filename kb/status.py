"""The status of a data directory, as `kb status` shows it."""

from contextlib import suppress

from msgspec import Struct

from events.projection import ParkedEvent
from indexer.errors import IndexUnavailable
from kb.access import operator
from kb.backends import FORMAT
from kb.entries.queries import REUSED, TOTALS
from kb.errors import NotYetSearchable
from kb.parts import Parts
from kb.search.source import described
from kb.views.reader import ViewReader
from kb.views.tables import checkpoint
from kb.views.withheld import parked

__all__ = ["ParkedEvent", "Status"]


class Status(Struct, frozen=True, kw_only=True):
    """Positions, lag, sizes in bytes, and what is wrong, if anything.

    `head` is the log's last position, `lag` how many events the slower of views and index lacks,
    and `projections` how each of them stands.
    `follower` is "this process", "another process" or "none"; `errors` are sentences about what
    keeps views or index from going on.
    """

    data: str
    format: int
    head: int
    views_position: int
    index_position: int
    lag: int
    projections: tuple["ProjectionStatus", ...]
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


class ProjectionStatus(Struct, frozen=True, kw_only=True):
    """A projection: its position, and how many events it lacks and has parked."""

    name: str
    position: int
    lag: int
    parked: int


def gather(parts: Parts, lacking: str) -> Status:
    """The present status; `lacking` is a sentence about lost keys, or empty.

    Loads neither the model nor the search libraries.
    """
    head, frozen = parts.log.head(), parts.frozen
    if frozen:
        with suppress(IndexUnavailable):
            frozen.index()
    position, (entries, archived, reuses), aside = _views(parts.reader)
    index, trouble = described(parts.directory.index, parts.log, parts.parked)
    errors = (*parts.worker.errors, parts.worker.overdue, *trouble)
    return Status(
        data=str(parts.directory.root),
        format=FORMAT,
        head=head,
        views_position=position,
        index_position=index.position,
        lag=max(0, head - min(position, index.position)),
        projections=tuple(
            ProjectionStatus(
                name=each.name,
                position=each.position,
                lag=max(0, head - each.position),
                parked=each.parked,
            )
            for each in parts.worker.states()
        ),
        parked=(*aside, *parts.parked.all()),
        errors=tuple(filter(None, (frozen.why if frozen else "", lacking, *errors))),
        sizes=parts.directory.sizes(),
        documents=index.documents,
        passages=index.passages,
        vectors=index.vectors,
        model=index.model,
        engine=index.engine or parts.settings.fulltext,
        follower=parts.worker.who(),
        entries=entries,
        archived=archived,
        reuses=reuses,
    )


def _views(reader: ViewReader) -> tuple[int, tuple[int, int, int], tuple[ParkedEvent, ...]]:
    """The position of the views, the counts of entries, archived ones and reuses, parked events."""
    try:
        with reader.read(operator().labels) as db:
            entries, archived, _ = db.execute(TOTALS).fetchone()
            (reuses,) = db.execute(REUSED).fetchone()
            return checkpoint(db), (entries, archived, reuses), tuple(parked(db))
    except NotYetSearchable:
        return 0, (0, 0, 0), ()
