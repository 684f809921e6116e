"""Every text that an entry ever had: listed, read and compared."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from kb import fields
from kb.entries import queries
from kb.entries.content import Content
from kb.entries.differences import differences
from kb.entries.known import refuse_unknown
from kb.entries.results import Comparison, Revision, RevisionText
from kb.entries.rows import revision_fields
from kb.errors import NotFound
from kb.messages import _
from kb.views.rows import rows
from kb.views.snapshot import Reads


class Revisions:
    """The part of a `Catalogue` about earlier texts.

    A text is seen by those who see the entry and saw it while that text stood: what was written
    before stays with those for whom it was written.
    """

    def __init__(self, views: Reads, labels: frozenset[str]) -> None:
        self._views = views
        self._labels = labels

    def revisions(self, entry_id: str, *, offset: int = 0, limit: int = -1) -> tuple[Revision, ...]:
        """The revisions of an entry, the newest first. Raises `NotFound`."""
        with self._entry(entry_id) as (db, known):
            piece = {"id": known, "offset": offset, "limit": limit}
            found = rows(db, queries.REVISIONS, piece)
        return tuple(
            Revision(**revision_fields(row), number=row["total"] - offset - place)
            for place, row in enumerate(found)
        )

    def revision(self, entry_id: str, version: int) -> RevisionText:
        """The revision that was written as `version` of an entry. Raises `NotFound`."""
        with self._entry(entry_id) as (db, known):
            return _revision(db, known, version)

    def compared(
        self, entry_id: str, earlier: int | None = None, later: int | None = None
    ) -> Comparison:
        """What differs between two revisions: by default the last one and the one before it.

        They are compared in the order in which they were written; the only one that is seen, with
        itself. Raises `NotFound`.
        """
        with self._entry(entry_id) as (db, known):
            later = later or _last(db, known) or 0
            earlier = earlier or _last(db, known, later) or later
            old, new = (_revision(db, known, each) for each in sorted((earlier, later)))
        return Comparison(
            earlier=_without_text(old),
            later=_without_text(new),
            differences=differences(old.content, new.content, (old.group, new.group)),
        )

    def text_at(self, entry_id: str, version: int) -> Content:
        """The text of an entry that stood at `version`, as far as seen. Raises `NotFound`."""
        entry_id = fields.known_id("entry", entry_id)
        with self._views.read(self._labels) as db:
            row = db.execute(queries.TEXT_AT, (entry_id, version)).fetchone()
            if row is None:
                raise _no_text(entry_id, version)
            return msgspec.json.decode(row[0], type=Content)

    @contextmanager
    def _entry(self, entry_id: str) -> Iterator[tuple[sqlite3.Connection, str]]:
        """The views and the id in its usual form. Raises `NotFound`."""
        entry_id = fields.known_id("entry", entry_id)
        with self._views.read(self._labels) as db:
            refuse_unknown(db, entry_id)
            yield db, entry_id


def _revision(db: sqlite3.Connection, entry_id: str, version: int) -> RevisionText:
    found = rows(db, queries.REVISION, {"id": entry_id, "version": version})
    if not found:
        raise _no_text(entry_id, version)
    (row,) = found
    return RevisionText(
        **revision_fields(row),
        number=row["number"],
        latest=bool(row["latest"]),
        content=msgspec.json.decode(row["content"], type=Content),
    )


def _last(db: sqlite3.Connection, entry_id: str, before: int | None = None) -> int | None:
    """The version of the last revision, or of the last one `before` another; None without one."""
    values = {"id": entry_id, "before": before}
    found: tuple[int | None] = db.execute(queries.LAST_REVISION, values).fetchone()
    return found[0]


def _no_text(entry_id: str, version: int) -> NotFound:
    return NotFound(
        _(
            "There is no version {version} of an entry {entry_id}.",
            version=version,
            entry_id=entry_id,
        )
    )


def _without_text(text: RevisionText) -> Revision:
    return Revision(**{name: getattr(text, name) for name in Revision.__struct_fields__})
