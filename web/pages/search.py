"""Ask a question: the page, and the part of it that is replaced while one types."""

from typing import Literal
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery
from markupsafe import Markup
from msgspec import Struct, structs

from kb import KnowledgeBase
from kb.entries.actions import READ
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
    """A question with its filters; `archived` takes archived entries in as well."""

    question: str = ""
    kinds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    archived: bool = False

    @property
    def filtered(self) -> bool:
        """Whether anything but the question was chosen."""
        return bool(self.kinds or self.tags or self.groups or self.archived)

    @property
    def unfiltered_url(self) -> str:
        """The same question without filters."""
        return "/search?" + urlencode({"q": self.question})


class Found(Struct, frozen=True):
    """A result with its passage made ready to show."""

    result: Result
    excerpt: Markup
    url: str


class Options(Struct, frozen=True):
    """The most frequent of what a question can be narrowed down to, beside a kind."""

    tags: tuple[str, ...]
    groups: tuple[str, ...]


class SearchPage(Struct, frozen=True):
    """A question and what was found; without `answer` nothing was asked, or `problem` says why.

    The results alone need no `options`.
    """

    asked: Asked
    options: Options | None = None
    answer: Answer | None = None
    found: tuple[Found, ...] = ()
    problem: str = ""

    @property
    def close(self) -> tuple[Found, ...]:
        """What counts as an answer."""
        return tuple(each for each in self.found if each.result.close)

    @property
    def less_close(self) -> tuple[Found, ...]:
        """The others, folded away where there are answers."""
        return tuple(each for each in self.found if not each.result.close)


def asked_of(
    q: FromQuery[str] = "",
    kind: FromQuery[tuple[str, ...]] = (),
    tag: FromQuery[tuple[str, ...]] = (),
    group: FromQuery[tuple[str, ...]] = (),
    archived: FromQuery[Literal["", "all"]] = "",
) -> Asked:
    """What the address asks."""
    kinds, tags, groups = map(narrowing, (kind, tag, group))
    return Asked(q, kinds, tags, groups, bool(archived))


ASKED = {"asked": Provide(asked_of, sync_to_thread=False)}


@get("/search", dependencies=ASKED, sync_to_thread=True, rule=READ, counted=True)
def search(
    base: NamedDependency[KnowledgeBase],
    pages: NamedDependency[Pages],
    asked: NamedDependency[Asked],
) -> Response[str]:
    """The whole page."""
    options = Options(base.catalogue.tags(limit=SUGGESTED), base.catalogue.groups(limit=SUGGESTED))
    return _answered(base, pages, SearchPage(asked, options), "search.html")


@get(RESULTS, dependencies=ASKED, sync_to_thread=True, rule=READ, counted=True)
def results(
    base: NamedDependency[KnowledgeBase],
    pages: NamedDependency[Pages],
    asked: NamedDependency[Asked],
    settled: FromQuery[Literal["", "yes"]] = "",
) -> Response[str]:
    """Only the results, for static/search.js, which says when one no longer types."""
    page = SearchPage(asked)
    return _answered(base, pages, page, "partials/results.html", settled=bool(settled))


def _answered(
    base: KnowledgeBase, pages: Pages, page: SearchPage, template: str, *, settled: bool = True
) -> Response[str]:
    asked = page.asked
    if not asked.question.strip():
        return pages.render(template, page, at="ask")
    try:
        answer = base.search(
            asked.question,
            kinds=asked.kinds,
            tags=asked.tags,
            groups=asked.groups,
            archived=None if asked.archived else False,
            limit=LIMIT,
            settled=settled,
        )
    except InvalidInput as error:
        refused = structs.replace(page, problem=str(error))
        return pages.render(template, refused, at="ask", status=400)
    found = tuple(map(_found, answer.results))
    return pages.render(template, structs.replace(page, answer=answer, found=found), at="ask")


def _found(result: Result) -> Found:
    whole = (0, len(result.passage))
    part = whole if len(result.passage) <= WHOLE else result.snippet_range
    excerpt = marked(result.passage, result.marks, part)
    return Found(result, excerpt, section_url(result.id, result.heading, result.place))
