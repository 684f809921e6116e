"""An entry with a page of each of its lists."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import TypeVar

from kb.entries import queries
from kb.entries.known import missing
from kb.entries.lineage import lineage_of
from kb.entries.results import Piece, Pieces, WholeEntry
from kb.entries.rows import (
    endorsement_view,
    entry_page,
    history_item,
    related_entry,
    reuse_view,
)
from kb.views.rows import Row, rows

T = TypeVar("T")


def whole_entry(
    db: sqlite3.Connection, entry_id: str, member: str | None, pieces: Pieces
) -> WholeEntry:
    """See `Catalogue.whole`."""
    found = rows(db, queries.WHOLE_ENTRY, (entry_id,))
    if not found:
        raise missing(db, entry_id)
    row = found[0]

    def piece(sql: str, of: Piece) -> list[Row]:
        wanted = {"id": entry_id, "member": member, "limit": of.limit, "offset": of.offset}
        return rows(db, sql, wanted)

    related = piece(queries.RELATED, pieces.related)
    endorsed = piece(queries.ENDORSED_AND_BY, pieces.endorsed)
    reuses = piece(queries.REUSES_AND_WHOSE, pieces.reuse)
    own = {one["id"] for one in reuses if one.pop("recorded_by") == member}
    mine = [one for one in endorsed if one["mine"]]
    return WholeEntry(
        entry=entry_page(
            row,
            relations=_made(related_entry, related),
            endorsed=_made(endorsement_view, [one for one in endorsed if not one["mine"]]),
            reuse=_made(reuse_view, reuses),
        ),
        related=_related(db, entry_id, related, pieces.related),
        history=_made(history_item, piece(queries.NEWEST_HISTORY, pieces.history)),
        happened=row["happened"],
        lineage=lineage_of(entry_id, rows(db, queries.LINEAGE, {"id": entry_id})),
        links=dict(db.execute(queries.LINKS, (entry_id,)).fetchall()),
        mine=endorsement_view(mine[0]) if mine else None,
        own_reuses=frozenset(own),
        successor_title=row["successor_title"],
        world=bool(row["world"]),
    )


def _related(db: sqlite3.Connection, entry_id: str, found: Sequence[Row], piece: Piece) -> int:
    """The number of relations, counted if the page is beyond their end."""
    if found or not piece.offset:
        return int(found[0]["total"]) if found else 0
    return int(db.execute(queries.COUNT_RELATED, {"id": entry_id}).fetchone()[0])


def _made(make: Callable[[Row], T], found: Sequence[Row]) -> tuple[T, ...]:
    return tuple(map(make, found))
