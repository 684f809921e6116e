"""What every page has around it, and how it is made: whole, in the handler's own thread."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Request, Response
from litestar.response import Redirect
from msgspec import Struct

from kb import KnowledgeBase
from kb.entries.relation import reads
from kb.reuse.reuse import Outcome
from web.errors import ProblemDetails

RESULTS = "/search/results"
"""The address whose answers are put into a page that is open already, errors too."""

TEMPLATES = Path(__file__).parent.parent / "templates"

OUTCOMES: Mapping[Outcome, str] = {
    "adopted": "Adopted",
    "adapted": "Adapted",
    "tried-and-stopped": "Tried and stopped",
}

NOTICES: Mapping[str, str] = {
    "contributed": "Thank you. Your entry is here, and searches find it.",
    "revised": "Your revision is saved, and searches find it.",
    "tagged": "Tags added.",
    "untagged": "Tag taken off.",
    "archived": "Archived. It stays readable here; searches leave it out.",
    "restored": "Restored. Searches find it again.",
    "endorsed": "Thank you for vouching for this entry.",
    "withdrawn": "Your endorsement is withdrawn.",
    "reused": "Thank you. The reuse is recorded.",
    "updated": "Thank you. The outcome is updated.",
}
NOT_YET = "Saved. Searches do not show it yet; they will once the search index has caught up."
"""Shown instead when the index did not follow in time, or cannot now."""


class Shell(Struct, frozen=True):
    """What surrounds a page: whose it is, who acts, which part is open, what just happened."""

    community: str
    member: str
    at: str
    notice: str


class ErrorPage(Struct, frozen=True):
    """Says what went wrong in one sentence."""

    problem: ProblemDetails


class Pages:
    """Makes pages from typed data."""

    def __init__(self, base: KnowledgeBase) -> None:
        self._settings = base.settings
        self._templates = environment(base)

    def render(
        self, template: str, page: Struct, *, at: str = "", done: str = "", status: int = 200
    ) -> Response[str]:
        """`template` with `page`; `at` is the part of the navigation, `done` names a notice."""
        shell = Shell(self._settings.community, self._settings.member, at, _notice(done))
        html = self._templates.get_template(template).render(page=page, shell=shell)
        return Response(
            html,
            media_type=MediaType.HTML,
            status_code=status,
            headers={"cache-control": "no-cache"},
        )

    def error(self, request: Request[Any, Any, Any], problem: ProblemDetails) -> Response[str]:
        """The page for an error, or its sentence alone where a piece of a page was asked for."""
        template = "partials/problem.html" if problem.instance == RESULTS else "error.html"
        return self.render(template, ErrorPage(problem), status=problem.status)


def see_other(path: str, done: str, *, searchable: bool = True) -> Redirect:
    """Send the browser on after a form, so a reload posts nothing; `done` names the notice."""
    path, hash_sign, anchor = path.partition("#")
    name = done if searchable else "not-yet"
    return Redirect(f"{path}?done={name}{hash_sign}{anchor}", status_code=303)


def environment(base: KnowledgeBase) -> Environment:
    """The template engine: everything is escaped, and a name that is not there is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"day": _day, "minute": _minute, "iso": _iso, "counted": _counted}
    made.globals |= {
        "kinds": base.kinds,
        "outcomes": OUTCOMES,
        "kind_name": lambda key: base.kinds[key].name if key in base.kinds else key,
        "relation_reads": lambda relation: reads(
            relation.type, incoming=relation.direction == "in"
        ),
    }
    return made


def _notice(done: str) -> str:
    return NOT_YET if done == "not-yet" else NOTICES.get(done, "")


def _utc(time: datetime) -> datetime:
    return time.astimezone(UTC)


def _iso(time: datetime) -> str:
    return _utc(time).strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(time: datetime) -> str:
    return f"{_utc(time).day} {_utc(time):%B %Y}"


def _minute(time: datetime) -> str:
    return f"{_day(time)}, {_utc(time):%H:%M} UTC"


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
