"""Lists and pages of entries, answered from the views alone."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from kb import fields
from kb.entries import queries
from kb.entries.browsing import ORDERS, counted, facets, listed, stored, values_of
from kb.entries.known import missing, only, refuse_unknown
from kb.entries.lineage import lineage_of
from kb.entries.meant import entry_meant, reuse_meant
from kb.entries.results import (
    LARGEST_OFFSET,
    EndorsementView,
    EntryFilter,
    EntryPage,
    EntrySummary,
    Facets,
    HistoryItem,
    Lineage,
    Page,
    Pieces,
    ReuseView,
    Totals,
    WholeEntry,
)
from kb.entries.revisions import Revisions
from kb.entries.rows import (
    endorsement_view,
    entry_page,
    entry_summary,
    history_item,
    related_entry,
    reuse_view,
)
from kb.entries.spelling import sought
from kb.entries.tags import tag_key
from kb.entries.whole import whole_entry
from kb.errors import InvalidInput
from kb.messages import _
from kb.views.rows import rows


class Catalogue(Revisions):
    """All queries about entries other than search, for a principal with `labels`.

    Entries that they do not see count as missing. Usable from any thread.
    """

    def get(self, entry_id: str, *, most: int = -1, related: int = -1) -> EntryPage:
        """One entry with all that belongs to it. Raises `NotFound`.

        With the first `most` endorsements and reuses, and the first `related` relations, if given.
        """
        entry_id = fields.known_id("entry", entry_id)
        with self._views.read(self._labels) as db:
            found = rows(db, queries.ENTRY_BY_ID, (entry_id,))
            if not found:
                raise missing(db, entry_id)
            wanted = {"id": entry_id, "limit": related, "offset": 0}
            return entry_page(
                found[0],
                relations=tuple(map(related_entry, rows(db, queries.RELATED, wanted))),
                endorsed=_endorsed(db, entry_id, 0, most) if most else (),
                reuse=_reuses(db, entry_id, 0, most) if most else (),
            )

    def whole(self, entry_id: str, member: str | None, pieces: Pieces) -> WholeEntry:
        """Everything for the page of an entry as `member` sees it, with `pieces` of its lists.

        Raises `NotFound`.
        """
        entry_id = fields.known_id("entry", entry_id)
        with self._views.read(self._labels) as db:
            return whole_entry(db, entry_id, member, pieces)

    def length(self, entry_id: str) -> int:
        """How many bytes the text of an entry has, 0 of one that is not there."""
        with self._views.read(self._labels) as db:
            found = db.execute(queries.LENGTH, (entry_id,)).fetchone()
            return int(found[0]) if found else 0

    def links(self, entry_id: str) -> dict[str, str]:
        """The entries seen to which links of the text lead, as each is written: `written_name`."""
        with self._views.read(self._labels) as db:
            found = db.execute(queries.LINKS, (fields.known_id("entry", entry_id),))
            return dict(found.fetchall())

    def forgotten(self) -> int:
        """The position of the last erasure in the views; anything read before it is outdated."""
        return self._views.forgotten()

    def resolve(self, text: str, *, erased: bool = False) -> str:
        """The id for a full id, its first 6 or more characters if unique, or an external id.

        With `erased` also of an entry that the principal had erased. Raises `NotFound`, or
        `InvalidInput` if several entries match.
        """
        with self._views.read(self._labels) as db:
            return entry_meant(db, text, erased=erased)

    def resolve_reuse(self, text: str) -> str:
        """As `resolve`, of a reuse: by its full id or the first 6 or more characters of it."""
        with self._views.read(self._labels) as db:
            return reuse_meant(db, text)

    def browse(
        self,
        filter: EntryFilter | None = None,
        *,
        sort: str = "recent",
        offset: int = 0,
        limit: int = 20,
    ) -> Page:
        """A page of the entries that match `filter`, by `sort`: recent, title or reused.

        Kinds and groups are each counted without their own part of `filter`: as any of several
        suffices, choosing one more adds its entries.
        """
        if sort not in ORDERS:
            raise InvalidInput(
                _("{sort!r} is no order: sort by recent, title or reused.", sort=sort), "sort"
            )
        if not 0 <= offset <= LARGEST_OFFSET or limit < 0:
            raise InvalidInput(
                _(
                    "A list starts at 0 to {largest_offset} and holds 0 or more entries.",
                    largest_offset=LARGEST_OFFSET,
                ),
                "limit",
            )
        with self._views.read(self._labels) as db:
            chosen = stored(filter or EntryFilter())
            values = values_of(chosen)
            piece = {**values, "limit": limit, "offset": offset}
            found = rows(db, listed(chosen, sort), piece)
            total, numbers = self._counted(db, chosen, values)
            return Page(items=tuple(map(entry_summary, found)), total=total, facets=numbers)

    def _counted(
        self, db: sqlite3.Connection, chosen: EntryFilter, values: Mapping[str, object]
    ) -> tuple[int, Facets]:
        def count(db: sqlite3.Connection) -> tuple[int, Facets]:
            return facets(rows(db, counted(chosen), values))

        # Filters with names are not cached: there is no limit to their number.
        return count(db) if chosen.named else self._views.kept(self._labels, chosen, count)

    def totals(self) -> Totals:
        """Counts of all entries, of archived ones and of their groups."""
        with self._views.read(self._labels) as db:
            return Totals(*db.execute(queries.TOTALS).fetchone())

    def summaries(self, entry_ids: Sequence[str]) -> dict[str, EntrySummary]:
        """Id -> summary for `entry_ids`, without missing ones."""
        with self._views.read(self._labels) as db:
            found = rows(db, queries.CARDS, (msgspec.json.encode(entry_ids).decode(),))
            return {row["id"]: entry_summary(row) for row in found}

    def endorsed(
        self, entry_id: str, *, offset: int = 0, limit: int = -1
    ) -> tuple[EndorsementView, ...]:
        """The endorsements of an entry, oldest first. Raises `NotFound`."""
        with self._entry(entry_id) as (db, known):
            return _endorsed(db, known, offset, limit)

    def reuses(self, entry_id: str, *, offset: int = 0, limit: int = -1) -> tuple[ReuseView, ...]:
        """The reuses of an entry, oldest first. Raises `NotFound`."""
        with self._entry(entry_id) as (db, known):
            return _reuses(db, known, offset, limit)

    def history(
        self, entry_id: str, *, offset: int = 0, limit: int = -1, newest_first: bool = False
    ) -> tuple[HistoryItem, ...]:
        """The entry's own events, its endorsements and reuses, in log order. Raises `NotFound`."""
        sql = queries.NEWEST_HISTORY if newest_first else queries.HISTORY
        with self._entry(entry_id) as (db, known):
            return tuple(map(history_item, rows(db, sql, _piece(known, offset, limit))))

    def happened(self, entry_id: str) -> int:
        """How many items the history of an entry has. Raises `NotFound`."""
        with self._entry(entry_id) as (db, known):
            return int(db.execute(queries.HAPPENED, (known,)).fetchone()[0])

    def changed_since(self, position: int, without: Iterable[str] = ()) -> int:
        """How many entries, `without` some, were changed after `position` of the log."""
        values = position, msgspec.json.encode(list(without)).decode()
        with self._views.read(self._labels) as db:
            return int(db.execute(queries.CHANGED_SINCE, values).fetchone()[0])

    def lineage(self, entry_id: str) -> Lineage:
        """The entries it was made from and those made from it, transitively. Raises `NotFound`."""
        entry_id = fields.known_id("entry", entry_id)
        with self._views.read(self._labels) as db:
            refuse_unknown(db, entry_id)
            return lineage_of(entry_id, rows(db, queries.LINEAGE, {"id": entry_id}))

    def reuse(self, reuse_id: str) -> ReuseView:
        """One recorded reuse. Raises `NotFound`."""
        reuse_id = fields.known_id("reuse", reuse_id)
        with self._views.read(self._labels) as db:
            missing_reuse = _("There is no reuse {id}.", id=reuse_id)
            return reuse_view(only(db, queries.REUSE, reuse_id, missing_reuse))

    def reuses_by(self, entry_id: str, member: str) -> frozenset[str]:
        """The ids of the reuses of an entry that `member` recorded."""
        with self._views.read(self._labels) as db:
            return frozenset(row[0] for row in db.execute(queries.REUSES_BY, (entry_id, member)))

    def groups(self, beginning: str = "", *, limit: int = -1) -> tuple[str, ...]:
        """Groups of entries, the one with the most entries first.

        Only those with a word that has this `beginning`, if one is given.
        """
        return self._names(queries.ALL_GROUPS, sought(beginning), limit)

    def suggested(self, limit: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The first `limit` tags and groups, those on the most entries first."""
        values = {"beginning": "", "limit": limit}
        found = self._views.kept(
            self._labels, limit, lambda db: db.execute(queries.SUGGESTED, values).fetchall()
        )
        tags, groups = (
            tuple(name for facet, name in found if facet == each) for each in ("tag", "group")
        )
        return tags, groups

    def spellings(self, groups: Iterable[str]) -> frozenset[str]:
        """Every spelling of the names of `groups` in entries."""
        values = msgspec.json.encode([*map(sought, groups)]).decode()
        with self._views.read(self._labels) as db:
            return frozenset(row[0] for row in db.execute(queries.SPELLINGS, (values,)))

    def tags(self, beginning: str = "", *, limit: int = -1) -> tuple[str, ...]:
        """Tags of entries, the one on the most entries first; as `groups`."""
        return self._names(queries.ALL_TAGS, tag_key(beginning), limit)

    def all_ids(self) -> Iterator[str]:
        """The id of every entry, including archived ones, oldest first."""
        with self._views.read(self._labels) as db:
            ids = db.execute(queries.ALL_IDS).fetchall()
        return (entry_id for (entry_id,) in ids)

    def imported(self, source: str) -> dict[str, str]:
        """Id -> external id for the entries of `source` that are not archived."""
        with self._views.read(self._labels) as db:
            return dict(db.execute(queries.IMPORTED, (source,)).fetchall())

    def _names(self, sql: str, beginning: str, limit: int) -> tuple[str, ...]:
        values = {"beginning": beginning.replace("-", " ").strip(), "limit": limit}
        with self._views.read(self._labels) as db:
            return tuple(name for _, name in db.execute(sql, values))


def _endorsed(
    db: sqlite3.Connection, entry_id: str, offset: int, limit: int
) -> tuple[EndorsementView, ...]:
    return tuple(map(endorsement_view, rows(db, queries.ENDORSED, _piece(entry_id, offset, limit))))


def _reuses(
    db: sqlite3.Connection, entry_id: str, offset: int, limit: int
) -> tuple[ReuseView, ...]:
    return tuple(map(reuse_view, rows(db, queries.REUSES, _piece(entry_id, offset, limit))))


def _piece(entry_id: str, offset: int, limit: int) -> dict[str, object]:
    return {"id": entry_id, "offset": offset, "limit": limit}
