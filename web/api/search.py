"""Ask a question."""

from typing import Annotated, Literal

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from msgspec import structs

from kb import KnowledgeBase
from kb.entries.actions import READ
from kb.search.search import Answer
from web.api.weight import light
from web.openapi import operation

Archived = Literal["false", "true", "all"]
ARCHIVED: dict[str, bool | None] = {"false": False, "true": True, "all": None}
"""Whether archived entries are left out, the only ones, or among the others."""

Question = Annotated[str, QueryParameter(schema_extra={"minLength": 1})]
Limit = Annotated[int, QueryParameter(ge=1, le=100)]


@get("/search", **operation("search", rule=READ, counted=True))
def search(
    base: NamedDependency[KnowledgeBase],
    q: Question,
    kind: FromQuery[tuple[str, ...]] = (),
    tag: FromQuery[tuple[str, ...]] = (),
    group: FromQuery[tuple[str, ...]] = (),
    archived: FromQuery[Archived] = "false",
    limit: Limit = 10,
) -> Answer:
    """The entries that answer a question, best first, each with the passage that does."""
    answer = base.search(
        q,
        kinds=kind,
        tags=tag,
        groups=group,
        archived=ARCHIVED[archived],
        limit=limit,
    )
    return structs.replace(answer, results=light(answer.results))
