"""Curation: tags, relations, archive and restore."""

from typing import Annotated

from litestar import delete, post, put
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody

from kb import KnowledgeBase
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
    """Tags to put on."""

    tags: tuple[Tag, ...]
    entry_version: EntryVersion | None = None


class Archiving(Given, frozen=True, forbid_unknown_fields=True):
    """Why an entry is no longer recommended, and perhaps the id of the one that takes its place."""

    reason: Text
    successor: Id | None = None
    entry_version: EntryVersion | None = None


class Showing(GivenVisibility, frozen=True, forbid_unknown_fields=True):
    """Who is to see an entry, and the version of it that this was decided on."""

    entry_version: (
        Annotated[
            int, told(minimum=1, description="Refused (409) where the entry was changed since.")
        ]
        | None
    ) = None


@post("/entries/{entry_id:str}/tags", **operation("curation", *SENDS, rule=CURATE))
def add_tags(
    base: NamedDependency[KnowledgeBase], entry_id: PathId, data: JSONBody[Tags]
) -> Written:
    """Put tags on an entry."""
    receipt = base.entries.tag(entry_id, data.tags, entry_version=data.entry_version)
    return when_searchable(base, receipt)


@delete("/entries/{entry_id:str}/tags", **operation("curation", *CHANGES, rule=CURATE))
def remove_tags(
    base: NamedDependency[KnowledgeBase], entry_id: PathId, tag: FromQuery[tuple[Tag, ...]]
) -> Written:
    """Take tags off an entry."""
    return when_searchable(base, base.entries.untag(entry_id, tag))


@post("/entries/{entry_id:str}/relations", **operation("curation", *SENDS, rule=CURATE))
def add_relation(
    base: NamedDependency[KnowledgeBase], entry_id: PathId, data: JSONBody[GivenRelation]
) -> Written:
    """State a relation to another entry; its type is one of DataCite's."""
    return when_searchable(base, base.entries.relate(entry_id, Relation(data.type, data.target)))


@delete("/entries/{entry_id:str}/relations", **operation("curation", *CHANGES, rule=CURATE))
def remove_relation(
    base: NamedDependency[KnowledgeBase],
    entry_id: PathId,
    relation_type: QueryRelationType,
    target: QueryId,
) -> Written:
    """Withdraw a relation."""
    receipt = base.entries.unrelate(entry_id, Relation(relation_type, target))
    return when_searchable(base, receipt)


@post("/entries/{entry_id:str}/archive", **operation("curation", *SENDS, rule=CURATE))
def archive_entry(
    base: NamedDependency[KnowledgeBase], entry_id: PathId, data: JSONBody[Archiving]
) -> Written:
    """Stop recommending an entry; it stays readable."""
    receipt = base.entries.archive(
        entry_id, data.reason, data.successor, entry_version=data.entry_version
    )
    return when_searchable(base, receipt)


@post("/entries/{entry_id:str}/restore", **operation("curation", *CHANGES, rule=CURATE))
def restore_entry(base: NamedDependency[KnowledgeBase], entry_id: PathId) -> Written:
    """Recommend an archived entry again."""
    return when_searchable(base, base.entries.restore(entry_id))


@put("/entries/{entry_id:str}/visibility", **operation("curation", *SENDS, rule=SHOW))
def show_entry(
    base: NamedDependency[KnowledgeBase], entry_id: PathId, data: JSONBody[Showing]
) -> Written:
    """Choose who sees an entry."""
    receipt = base.entries.show(entry_id, data.meant(base), entry_version=data.entry_version)
    return when_searchable(base, receipt)
