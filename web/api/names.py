"""Suggestions for fields that take a tag or a group."""

from typing import Annotated, Literal

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from kb import Session
from kb.access import may
from kb.entries.actions import READ
from kb.people.actions import SEE_PEOPLE
from web.api.search import Limit
from web.openapi import operation

Of = Literal["tag", "group", "member-group"]
Beginning = Annotated[str, QueryParameter(schema_extra={"maxLength": 100})]


@get("/names", **operation("entries", rule=READ, queue="reads"))
def list_names(
    session: NamedDependency[Session],
    of: FromQuery[Of],
    beginning: Beginning = "",
    limit: Limit = 20,
) -> tuple[str, ...]:
    """Tags or groups of entries that you see, the most frequent first; or the groups of members.

    Those of members (`member-group`) are by name. Only names with a word that starts with
    `beginning`.
    """
    if of == "member-group":
        if not may(session.principal, SEE_PEOPLE):
            return ()
        found = session.directory.groups_listed(beginning[:100], limit=limit)
        return tuple(group.name for group in found.items)
    names = session.catalogue.tags if of == "tag" else session.catalogue.groups
    return names(beginning[:100], limit=limit)
