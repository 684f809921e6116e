"""Entries: list, read, contribute, revise."""

from typing import Annotated
from uuid import UUID

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromQuery, HeaderParameter, JSONBody, QueryParameter
from msgspec import UNSET, Struct, UnsetType, convert, structs

from kb import KnowledgeBase
from kb.access import may
from kb.entries.content import Content, Draft
from kb.entries.results import (
    LARGEST_OFFSET,
    BrowseFilter,
    EntryPage,
    HistoryItem,
    Lineage,
    Page,
    Sort,
)
from web.api.given import GivenContent, GivenDraft, Group, PathId, told
from web.api.search import ARCHIVED, Archived, Limit
from web.bodies import TEXT
from web.openapi import SENDS, operation
from web.visit import SOMEBODY
from web.written import Written, when_searchable

Offset = Annotated[int, QueryParameter(ge=0, le=LARGEST_OFFSET)]
IdempotencyKey = Annotated[
    UUID | None,
    HeaderParameter(
        name="Idempotency-Key", description="A UUIDv7; sent again, it doubles nothing."
    ),
]


class Revision(Struct, frozen=True, forbid_unknown_fields=True):
    """A new text, written on top of `version`. A group left out stays, null takes it off."""

    content: GivenContent
    version: Annotated[int, told(minimum=1)]
    group: Group | UnsetType | None = UNSET
    note: str | None = None


@get("/entries", **operation("entries", rule="read"))
def list_entries(
    base: NamedDependency[KnowledgeBase],
    kind: FromQuery[tuple[str, ...]] = (),
    tag: FromQuery[tuple[str, ...]] = (),
    group: FromQuery[tuple[str, ...]] = (),
    archived: FromQuery[Archived] = "false",
    sort: FromQuery[Sort] = "recent",
    offset: Offset = 0,
    limit: Limit = 20,
) -> Page:
    """Entries of any kind and group and all tags that are named, and counts to filter further."""
    chosen = BrowseFilter(kinds=kind, tags=tag, groups=group, archived=ARCHIVED[archived])
    return base.catalogue.browse(chosen, sort=sort, offset=offset, limit=limit)


@post("/entries", **operation("entries", *SENDS, status=201, rule="contribute", largest=TEXT))
def contribute_entry(
    base: NamedDependency[KnowledgeBase],
    data: JSONBody[GivenDraft],
    idempotency_key: IdempotencyKey = None,
) -> Written:
    """Contribute an entry; answers when a search finds it."""
    draft = convert(data, Draft, from_attributes=True)
    draft = structs.replace(draft, visibility=data.visibility.meant(base))
    return when_searchable(base, base.entries.contribute(draft, command_id=idempotency_key))


@get("/entries/{entry_id:str}", **operation("entries", 404, rule="read"))
def get_entry(base: NamedDependency[KnowledgeBase], entry_id: PathId) -> EntryPage:
    """One entry with all that belongs to it."""
    entry = base.catalogue.get(entry_id)
    endorsed = tuple(structs.replace(e, member=_told(base, e.member)) for e in entry.endorsed)
    author = _told(base, entry.contributed_by)
    return structs.replace(entry, contributed_by=author, endorsed=endorsed)


@put("/entries/{entry_id:str}", **operation("entries", *SENDS, rule="revise", largest=TEXT))
def revise_entry(
    base: NamedDependency[KnowledgeBase], entry_id: PathId, data: JSONBody[Revision]
) -> Written:
    """Replace an entry's text; 409 with both versions when somebody else was faster."""
    content = convert(data.content, Content, from_attributes=True)
    receipt = base.entries.revise(
        entry_id, content, version=data.version, group=data.group, note=data.note
    )
    return when_searchable(base, receipt)


@get("/entries/{entry_id:str}/history", **operation("entries", 404, rule="read"))
def get_history(base: NamedDependency[KnowledgeBase], entry_id: PathId) -> tuple[HistoryItem, ...]:
    """Every event about an entry, with who and when, oldest first."""
    history = base.catalogue.history(entry_id)
    return tuple(structs.replace(each, actor=_told(base, each.actor)) for each in history)


@get("/entries/{entry_id:str}/lineage", **operation("entries", 404, rule="read"))
def get_lineage(base: NamedDependency[KnowledgeBase], entry_id: PathId) -> Lineage:
    """What an entry was made from and what was made from it, however far."""
    return base.catalogue.lineage(entry_id)


def _told(base: KnowledgeBase, member: str) -> str:
    """The id of `member`, as far as the one who asks may know it; everybody knows their own."""
    known = member == base.asker.member or may(base.asker, "see-people")
    return member if known else SOMEBODY
