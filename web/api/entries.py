"""Entries: list, read, contribute, revise."""

from typing import Annotated
from uuid import UUID

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromQuery, HeaderParameter, JSONBody, QueryParameter
from msgspec import UNSET, UnsetType, convert, structs

from kb import Session
from kb.access import may
from kb.entries.actions import CONTRIBUTE, READ, REVISE
from kb.entries.content import Content, Draft
from kb.entries.results import (
    LARGEST_OFFSET,
    EndorsementView,
    EntryFilter,
    EntryPage,
    HistoryItem,
    Lineage,
    Page,
    ReuseView,
    Sort,
)
from kb.people.actions import SEE_PEOPLE
from web.api.given import Given, GivenContent, GivenDraft, Line, NamedGroup, PathId, told
from web.api.search import FILTER, Limit
from web.api.weight import MOST_BYTES, light, weight
from web.bodies import TEXT
from web.openapi import SENDS, operation
from web.visit import UNNAMED
from web.written import Written, when_searchable

MOST = 100
"""Items of a list in an answer that has other lists too, and the default of `limit`."""

Offset = Annotated[int, QueryParameter(ge=0, le=LARGEST_OFFSET)]
IdempotencyKey = Annotated[
    UUID | None,
    HeaderParameter(
        name="Idempotency-Key", description="A UUIDv7; sent again, it doubles nothing."
    ),
]


class Revising(Given, frozen=True, forbid_unknown_fields=True):
    """A new text, written on top of `version`. A group left out stays, null takes it off."""

    content: GivenContent
    version: Annotated[int, told(minimum=1)]
    group: NamedGroup | UnsetType | None = UNSET
    note: Line | None = None


@get("/entries", dependencies=FILTER, **operation("entries", rule=READ, queue="reads"))
def list_entries(
    session: NamedDependency[Session],
    filter: NamedDependency[EntryFilter],
    sort: FromQuery[Sort] = "recent",
    offset: Offset = 0,
    limit: Limit = 20,
) -> Page:
    """Entries with any of the given kinds and groups and all given tags, and counts for filters.

    Each filter has the counts of its 100 most frequent values.
    """
    found = session.catalogue.browse(filter, sort=sort, offset=offset, limit=limit)
    items = light(found.items, MOST_BYTES - weight(found.facets))
    return structs.replace(found, items=items)


@post("/entries", **operation("entries", *SENDS, status=201, rule=CONTRIBUTE, largest=TEXT))
def contribute_entry(
    session: NamedDependency[Session],
    data: JSONBody[GivenDraft],
    idempotency_key: IdempotencyKey = None,
) -> Written:
    """Contribute an entry; answers when a search finds it.

    All members see it, unless `visibility` says otherwise.
    """
    draft = convert(data, Draft, from_attributes=True)
    draft = structs.replace(draft, visibility=data.visibility.meant(session))
    return when_searchable(session, session.entries.contribute(draft, command_id=idempotency_key))


@get("/entries/{entry_id:str}", **operation("entries", 404, rule=READ, queue="long"))
def get_entry(session: NamedDependency[Session], entry_id: PathId) -> EntryPage:
    """One entry with all that belongs to it.

    Of `relations`, `endorsed` and `reuse` the first 100, or as many as weigh 49 kB; `endorsements`
    and `reuses` count all.
    """
    entry = session.catalogue.get(entry_id, most=MOST, related=MOST)
    author = known(session, entry.contributed_by)
    return structs.replace(
        entry,
        contributed_by=author,
        endorsed=light(_by_known(session, entry.endorsed), MOST_BYTES // 3),
        reuse=light(entry.reuse, MOST_BYTES // 3),
        relations=light(entry.relations, MOST_BYTES // 3),
    )


@get("/entries/{entry_id:str}/endorsements", **operation("entries", 404, rule=READ))
def get_endorsements(
    session: NamedDependency[Session], entry_id: PathId, offset: Offset = 0, limit: Limit = MOST
) -> tuple[EndorsementView, ...]:
    """Who vouches for an entry, and why, the first first."""
    return light(
        _by_known(session, session.catalogue.endorsed(entry_id, offset=offset, limit=limit))
    )


@get("/entries/{entry_id:str}/reuses", **operation("entries", 404, rule=READ))
def get_reuses(
    session: NamedDependency[Session], entry_id: PathId, offset: Offset = 0, limit: Limit = MOST
) -> tuple[ReuseView, ...]:
    """The reuses of an entry, the first first."""
    return light(session.catalogue.reuses(entry_id, offset=offset, limit=limit))


@put("/entries/{entry_id:str}", **operation("entries", *SENDS, rule=REVISE, largest=TEXT))
def revise_entry(
    session: NamedDependency[Session], entry_id: PathId, data: JSONBody[Revising]
) -> Written:
    """Replace an entry's text; 409 with both versions when another member was faster.

    `version` is the entry's as it was read when the text was written.
    """
    content = convert(data.content, Content, from_attributes=True)
    receipt = session.entries.revise(
        entry_id, content, version=data.version, group=data.group, note=data.note
    )
    return when_searchable(session, receipt)


@get("/entries/{entry_id:str}/history", **operation("entries", 404, rule=READ))
def get_history(
    session: NamedDependency[Session], entry_id: PathId, offset: Offset = 0, limit: Limit = MOST
) -> tuple[HistoryItem, ...]:
    """The events about an entry, with who and when, the oldest first."""
    history = session.catalogue.history(entry_id, offset=offset, limit=limit)
    return light(tuple(structs.replace(each, actor=known(session, each.actor)) for each in history))


@get("/entries/{entry_id:str}/lineage", **operation("entries", 404, rule=READ))
def get_lineage(session: NamedDependency[Session], entry_id: PathId) -> Lineage:
    """What an entry was made from and what was made from it, however far.

    The nearest 100 of each.
    """
    found = session.catalogue.lineage(entry_id)
    origins, derived = (
        light(each[:MOST], MOST_BYTES // 2) for each in (found.origins, found.derived)
    )
    return structs.replace(found, origins=origins, derived=derived)


def _by_known(
    session: Session, endorsed: tuple[EndorsementView, ...]
) -> tuple[EndorsementView, ...]:
    return tuple(structs.replace(each, member=known(session, each.member)) for each in endorsed)


def known(session: Session, member: str) -> str:
    """The id of `member`, or `UNNAMED` if the principal may not know it; all know their own."""
    known = member == session.principal.member or may(session.principal, SEE_PEOPLE)
    return member if known else UNNAMED
