"""Ask a question."""

from typing import Annotated, Literal

from litestar import get
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery, QueryParameter
from msgspec import structs

from kb import Session
from kb.entries.actions import READ
from kb.entries.results import EntryFilter
from kb.search.search import Answer
from web.api.weight import light
from web.openapi import operation

Archived = Literal["false", "true", "all"]
ARCHIVED: dict[str, bool | None] = {"false": False, "true": True, "all": None}
"""`EntryFilter.archived` by the value of the parameter."""

Question = Annotated[str, QueryParameter(schema_extra={"minLength": 1})]
Limit = Annotated[int, QueryParameter(ge=1, le=100)]


def filter_of(
    kind: FromQuery[tuple[str, ...]] = (),
    tag: FromQuery[tuple[str, ...]] = (),
    group: FromQuery[tuple[str, ...]] = (),
    archived: FromQuery[Archived] = "false",
) -> EntryFilter:
    """The filter that the query parameters give."""
    return EntryFilter(kinds=kind, tags=tag, groups=group, archived=ARCHIVED[archived])


FILTER = {"filter": Provide(filter_of, sync_to_thread=False)}


@get(
    "/search", dependencies=FILTER, **operation("search", rule=READ, counted=True, queue="searches")
)
def search(
    session: NamedDependency[Session],
    q: Question,
    filter: NamedDependency[EntryFilter],
    limit: Limit = 10,
) -> Answer:
    """The entries that answer the question `q`, best first, each with the passage that does.

    Each result says with `close` whether it counts as an answer; at most five do, and they come
    first. With `nothing_close` the results are the five nearest. `archived` leaves archived entries
    out (`false`), asks for them alone (`true`) or for both (`all`).
    """
    answer = session.search(q, filter, limit=limit)
    return structs.replace(answer, results=light(answer.results))
