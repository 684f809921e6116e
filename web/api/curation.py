"""Curation: tags, relations, archive and restore."""

from typing import Annotated

from litestar import delete, post, put
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody

from kb import Session
from kb.entries.actions import CURATE, SHOW
from kb.entries.content import Relation
from web.api.given import (
    EntryVersion,
    Given,
    GivenRelation,
    GivenVisibility,
    Id,
    PathId,
    QueryId,
    QueryRelationType,
    Tag,
    Text,
    told,
)
from web.openapi import CHANGES, SENDS, operation
from web.written import Written, when_searchable


class Tags(Given, frozen=True, forbid_unknown_fields=True):
    """Tags to add."""

    tags: tuple[Tag, ...]
    entry_version: EntryVersion | None = None


class Archiving(Given, frozen=True, forbid_unknown_fields=True):
    """Why an entry is no longer recommended, and perhaps the id of the one that takes its place."""

    reason: Text
    successor: Id | None = None
    entry_version: EntryVersion | None = None


class Showing(GivenVisibility, frozen=True, forbid_unknown_fields=True):
    """Who is to see an entry, and the version of it on which this was decided."""

    entry_version: (
        Annotated[
            int, told(minimum=1, description="Refused (409) where the entry was changed since.")
        ]
        | None
    ) = None


@post("/entries/{entry_id:str}/tags", **operation("curation", *SENDS, rule=CURATE))
def add_tags(session: NamedDependency[Session], entry_id: PathId, data: JSONBody[Tags]) -> Written:
    """Add tags to an entry."""
    receipt = session.entries.tag(entry_id, data.tags, entry_version=data.entry_version)
    return when_searchable(session, receipt)


@delete("/entries/{entry_id:str}/tags", **operation("curation", *CHANGES, rule=CURATE))
def remove_tags(
    session: NamedDependency[Session], entry_id: PathId, tag: FromQuery[tuple[Tag, ...]]
) -> Written:
    """Remove tags from an entry."""
    return when_searchable(session, session.entries.untag(entry_id, tag))


@post("/entries/{entry_id:str}/relations", **operation("curation", *SENDS, rule=CURATE))
def add_relation(
    session: NamedDependency[Session], entry_id: PathId, data: JSONBody[GivenRelation]
) -> Written:
    """State a relation to another entry; its `type` is one of DataCite's."""
    return when_searchable(
        session, session.entries.relate(entry_id, Relation(data.type, data.target))
    )


@delete("/entries/{entry_id:str}/relations", **operation("curation", *CHANGES, rule=CURATE))
def remove_relation(
    session: NamedDependency[Session],
    entry_id: PathId,
    relation_type: QueryRelationType,
    target: QueryId,
) -> Written:
    """Withdraw a relation."""
    receipt = session.entries.unrelate(entry_id, Relation(relation_type, target))
    return when_searchable(session, receipt)


@post("/entries/{entry_id:str}/archive", **operation("curation", *SENDS, rule=CURATE))
def archive_entry(
    session: NamedDependency[Session], entry_id: PathId, data: JSONBody[Archiving]
) -> Written:
    """Stop recommending an entry; it stays readable.

    With a `reason` and, perhaps, a `successor`.
    """
    receipt = session.entries.archive(
        entry_id, data.reason, data.successor, entry_version=data.entry_version
    )
    return when_searchable(session, receipt)


@post("/entries/{entry_id:str}/restore", **operation("curation", *CHANGES, rule=CURATE))
def restore_entry(session: NamedDependency[Session], entry_id: PathId) -> Written:
    """Recommend an archived entry again."""
    return when_searchable(session, session.entries.restore(entry_id))


@put("/entries/{entry_id:str}/visibility", **operation("curation", *SENDS, rule=SHOW))
def show_entry(
    session: NamedDependency[Session], entry_id: PathId, data: JSONBody[Showing]
) -> Written:
    """Choose who sees an entry.

    `sight` is one of `world`, `members`, `groups`, `author` and `draft`; for `groups`, their names
    or ids, up to 100, are in `groups`. With `entry_version`, only if the entry is still at that
    version.
    """
    receipt = session.entries.show(entry_id, data.meant(session), entry_version=data.entry_version)
    return when_searchable(session, receipt)
