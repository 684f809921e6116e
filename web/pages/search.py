"""The search page, and the part of it that is replaced while one types."""

from http import HTTPStatus
from typing import Literal
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery
from markupsafe import Markup
from msgspec import Struct, structs

from kb import Session
from kb.entries.actions import READ
from kb.entries.results import EntryFilter
from kb.errors import InvalidInput
from kb.search.search import Answer, Result
from web.errors import RESULTS
from web.markdown import marked
from web.pages.links import section_url
from web.pages.parts import SUGGESTED, narrowing
from web.pages.shell import Pages

LIMIT = 20
WHOLE = 420
"""A passage of up to this many characters is shown whole, a longer one by its best part."""


class Asked(Struct, frozen=True):
    """A question with its filter."""

    question: str
    filter: EntryFilter

    @property
    def filtered(self) -> bool:
        """Whether anything but the question was chosen."""
        return self.filter != EntryFilter()

    @property
    def unfiltered_url(self) -> str:
        """The same question without filters."""
        return "/search?" + urlencode({"q": self.question})


class Options(Struct, frozen=True):
    """The most frequent tags and groups, to filter by."""

    tags: tuple[str, ...]
    groups: tuple[str, ...]


class SearchPage(Struct, frozen=True):
    """A question and its answer; without `answer` nothing was asked, or `problem` says why.

    The fragment with the results has no `options`.
    """

    asked: Asked
    options: Options | None = None
    answer: Answer | None = None
    problem: str = ""

    def excerpt(self, result: Result) -> Markup:
        """The passage of a result, or its best part, with highlights."""
        whole = (0, len(result.passage))
        part = whole if len(result.passage) <= WHOLE else result.snippet_range
        return marked(result.passage, result.marks, part)

    def url(self, result: Result) -> str:
        """The address of the result's heading."""
        return section_url(result.id, result.heading, result.place)


def asked_of(
    q: FromQuery[str] = "",
    kind: FromQuery[tuple[str, ...]] = (),
    tag: FromQuery[tuple[str, ...]] = (),
    group: FromQuery[tuple[str, ...]] = (),
    archived: FromQuery[Literal["", "all"]] = "",
) -> Asked:
    """The question that the query parameters give."""
    kinds, tags, groups = map(narrowing, (kind, tag, group))
    chosen = EntryFilter(
        kinds=kinds, tags=tags, groups=groups, archived=None if archived else False
    )
    return Asked(q, chosen)


ASKED = {"asked": Provide(asked_of, sync_to_thread=False)}


@get("/search", dependencies=ASKED, sync_to_thread=True, rule=READ, counted=True, queue="searches")
def search(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    asked: NamedDependency[Asked],
) -> Response[str]:
    """A question `q` and its answers; `kind`, `tag`, `group`, `archived=all`."""
    page, status = _answered(session, SearchPage(asked))
    # Last, as a search waits for recent writes and then reads from a new snapshot.
    page = structs.replace(page, options=Options(*session.catalogue.suggested(SUGGESTED)))
    return pages.render("search.html", page, at="ask", status=status)


@get(RESULTS, dependencies=ASKED, sync_to_thread=True, rule=READ, counted=True, queue="searches")
def results(
    session: NamedDependency[Session],
    pages: NamedDependency[Pages],
    asked: NamedDependency[Asked],
    settled: FromQuery[Literal["", "yes"]] = "",
) -> Response[str]:
    """The answers alone, for search as you type; an error is one sentence.

    Counted as asked with `settled=yes` only.
    """
    page, status = _answered(session, SearchPage(asked), settled=bool(settled))
    return pages.render("partials/results.html", page, at="ask", status=status)


def _answered(
    session: Session, page: SearchPage, *, settled: bool = True
) -> tuple[SearchPage, int]:
    """The page with its answer, if a question is asked, and its status."""
    asked = page.asked
    if not asked.question.strip():
        return page, HTTPStatus.OK
    try:
        answer = session.search(asked.question, asked.filter, limit=LIMIT, settled=settled)
    except InvalidInput as error:
        return structs.replace(page, problem=error.said), HTTPStatus.BAD_REQUEST
    return structs.replace(page, answer=answer), HTTPStatus.OK
