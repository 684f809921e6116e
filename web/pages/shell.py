"""The layout around every page, and rendering: whole pages, in the handler's own thread."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from litestar import MediaType, Request, Response
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.response import Redirect
from msgspec import Struct, structs

from kb.access import Principal, Role, Scope, may
from kb.areas import ACTIONS
from kb.entries.results import PARAMETERS
from kb.errors import KnowledgeBaseError, NotRecorded, NotYetSearchable, StillErasing
from kb.messages import ENGLISH, _
from kb.people.actions import AUDIT, SEE_PEOPLE
from kb.writer import Receipt
from web.bodies import Typed, is_empty_form
from web.errors import (
    RESULTS,
    SEARCH,
    SENTENCES,
    SIGN_IN,
    ProblemDetails,
    has_recorded,
    sign_in_url,
)
from web.laid_out import Layouts
from web.language import language_of
from web.pages.engine import IDLE_HOURS, Engines
from web.security import is_ours
from web.visit import UNNAMED, Visit, Visits

NOTICES: Mapping[str, str] = {
    "contributed": _("Thank you. Your entry is here, and searches find it."),
    "revised": _("Your revision is saved, and searches find it."),
    "draft-saved": _("Draft saved. Nobody but you sees it."),
    "draft-discarded": _("Draft discarded."),
    "tagged": _("Tags added."),
    "untagged": _("Tag taken off."),
    "archived": _("Archived. It stays readable here; searches leave it out."),
    "restored": _("Restored. Searches find it again."),
    "text-restored": _("That text stands again, and searches find it."),
    "endorsed": _("Thank you for vouching for this entry."),
    "withdrawn": _("Your endorsement is withdrawn."),
    "reused": _("Thank you. The reuse is recorded."),
    "reuse-withdrawn": _("The reuse is withdrawn and counts no more."),
    "updated": _("Thank you. The outcome is updated."),
    "shown": _("Changed. From now on these see it."),
    "unseen": _("Changed. You do not see that entry any longer."),
    "joined": _("Welcome. You are a member now."),
    "signed-in": _("You are signed in."),
    "signed-out-here": _(
        "You are signed out in this browser. The server could not write that down, so the session "
        "is still there: it ends by itself after {hours} hours without use.",
        hours=IDLE_HOURS,
    ),
    "unsent": _("You are signed out, so nothing was saved. Sign in, and send it again."),
    "profile": _("Your profile is saved."),
    "secret": _("Saved. Sign in with it from now on."),
    "ended": _("That session has ended."),
    "ended-all": _("You are signed out everywhere else."),
    "revoked": _("The token is void."),
    "roles": _("The roles are changed."),
    "grouped": _("The groups are changed."),
    "formed": _("The group is there."),
    "closed": _("Nobody joins that group any longer."),
    "world": _("Changed, for everybody from now on."),
    "removed": _("They are no longer a member."),
    "member-erased": _("They are erased: nothing tells any longer who they were."),
    "entry-erased": _("The entry is erased, with its history."),
    "not-shown": _("Saved, and it will be shown shortly: pages do not show it yet."),
    "invited-unseen": _(
        "The invitation is saved, but pages do not show it yet. It has no link so far: make one on "
        "its page as soon as it is shown here."
    ),
    "erasing": _(
        "The erasure is recorded, and nobody can undo it. It is not finished yet: something keeps "
        "the server from it, which goes on with it by itself."
    ),
    "passkey": _("The passkey is added."),
    "unpasskey": _("The passkey is removed."),
    "unlinked": _("That account does not sign you in any longer."),
    "linked": _("You can sign in with your other account from now on."),
}
NOT_YET = _("Saved, and it will be found shortly: searches do not show it yet.")
"""Shown instead if the index did not catch up in time, or cannot at present."""


class Shell(Struct, frozen=True, kw_only=True):
    """The layout's data: community, acting member, part of the navigation, notice.

    `trouble` tells stewards and the operator that something recorded cannot be read.
    `signing_in`: members sign in here, at the address `sign_in`, which leads back to the page;
    `form_token` is the CSRF token of each form.
    """

    community: str
    member: str
    known: bool
    signing_in: bool
    sign_in: str
    roles: frozenset[Role]
    scopes: frozenset[Scope] | None
    form_token: str
    at: str
    notice: str
    trouble: str

    def may(self, action: str) -> bool:
        """Whether the viewer may perform `action` on another member's work."""
        return may(Principal(None, self.roles, frozenset(), self.scopes), ACTIONS[action])


NARROWS = frozenset(PARAMETERS.values())
"""The parameters of a search beside its question."""


class ErrorPage(Struct, frozen=True):
    """An error in one sentence, with the form to ask `question` again, filters kept."""

    problem: ProblemDetails
    question: str = ""
    narrowed: Typed = ()


class KeptPage(Struct, frozen=True):
    """A refused form, to be sent again to `action`; `typed` are its fields.

    `why` says what was wrong, unless the session was; `certain`: nothing of it was saved.
    """

    action: str
    typed: Typed
    why: str = ""
    certain: bool = True

    @property
    def named(self) -> Mapping[str, str]:
        """The fields by name; of repeated ones the last."""
        return dict(self.typed)


class Pages:
    """Renders pages from typed data, for one visit and in one language."""

    def __init__(
        self,
        visits: Visits,
        visit: Visit | None = None,
        sign_in: str = SIGN_IN,
        language: str = ENGLISH,
        *,
        like: "Pages | None" = None,
    ) -> None:
        self._visits = visits
        self._visit = visit or visits.nobody
        self._sign_in = sign_in
        self.layouts: Layouts = like.layouts if like else Layouts()
        self._language = language
        self.engines: Engines = like.engines if like else Engines(visits.nobody.session.kinds)
        self._names: dict[str, str] = {}

    def for_visit(self, visit: Visit, sign_in: str = SIGN_IN, language: str = "") -> "Pages":
        """The same for another visit, whose sign-in link is `sign_in`; no `language`: the same."""
        return Pages(self._visits, visit, sign_in, language or self._language, like=self)

    @contextmanager
    def in_snapshot(
        self, visit: Visit, sign_in: str = SIGN_IN, language: str = ""
    ) -> Iterator["Pages"]:
        """As `for_visit`, with a session that reads one snapshot of the views."""
        with visit.session.snapshot() as session:
            yield self.for_visit(structs.replace(visit, session=session), sign_in, language)

    def render(
        self,
        template: str,
        page: Struct,
        *,
        at: str = "",
        done: str = "",
        status: int = 200,
        members: Iterable[str] = (),
    ) -> Response[str]:
        """Render `template`; `at` is the part of the navigation, `done` names a notice.

        The names of `members`, who appear on the page, are read in one query.
        """
        if known := {*members}:
            self._know(known | ({self._visit.principal.member or ""} - {""}))
        engine = self.engines.of(self._language)
        html = engine.get_template(template).render(
            page=page,
            shell=self._shell(at, done),
            name_of=self.name_of,
            principal=self._visit.principal,
        )
        kept = "private, no-store" if self._visit.signed_in else "private, no-cache"
        headers = {"cache-control": kept, "vary": "Accept-Language"}
        return Response(html, media_type=MediaType.HTML, status_code=status, headers=headers)

    def error(
        self, request: Request[Any, Any, Any], problem: ProblemDetails, typed: Typed
    ) -> Response[str]:
        """The page for an error, or only its sentence if a fragment was requested.

        A form with `typed` fields is shown again, so that nobody has to type it twice.
        """
        template = "partials/problem.html" if problem.instance == RESULTS else "error.html"
        visit = self._visit_of(request)
        language = language_of(request, visit)
        with self.in_snapshot(visit, sign_in_url(request), language) as made:
            return made.told(request, template, problem, typed)

    def told(
        self, request: Request[Any, Any, Any], template: str, problem: ProblemDetails, typed: Typed
    ) -> Response[str]:
        """See `error`."""
        if typed or (problem.code == NotRecorded.code and is_empty_form(request.scope)):
            of_session = problem.status == HTTPStatus.UNAUTHORIZED or (
                problem.detail == SENTENCES[HTTPStatus.FORBIDDEN]
            )
            unknown = problem.code in (NotYetSearchable.code, StillErasing.code)
            certain = not (unknown or has_recorded(request))
            why = "" if of_session else problem.detail
            kept = KeptPage(request.url.path, typed, why, certain=certain)
            answer = self.render("kept.html", kept, status=problem.status)
            answer.headers["cache-control"] = "private, no-store"  # it may be a shared machine
            return answer
        question, narrowed = _asked(request) if problem.instance == SEARCH else ("", ())
        page = ErrorPage(problem, question, narrowed)
        return self.render(template, page, status=problem.status)

    def name_of(self, member: str) -> str:
        """The name of a member, as far as the viewer may know it."""
        if member not in self._names:
            self._know([member])
        return self._names[member]

    def _know(self, members: Iterable[str]) -> None:
        session = self._visit.session
        names = session.directory.names([*members])
        tells = may(session.principal, SEE_PEOPLE)
        self._names |= {one: names.get(one, one if tells else UNNAMED) for one in members}

    def _shell(self, at: str, done: str) -> Shell:
        principal, settings = self._visit.principal, self._visits.base.settings
        return Shell(
            community=settings.community,
            member=self._own_name(),
            known=principal.member is not None,
            signing_in=bool(settings.ways),
            sign_in=self._sign_in,
            roles=principal.roles,
            scopes=principal.scopes,
            form_token=self._visit.form_token,
            at=at,
            notice=_notice(done),
            trouble=self._trouble(),
        )

    def _trouble(self) -> str:
        if self._visit.known and (why := self._visit.base.unwritable):
            return _("Nothing can be written at present because {why}; reading goes on.", why=why)
        if not may(self._visit.principal, AUDIT):
            return ""
        try:
            return self._visit.session.incomplete()
        except KnowledgeBaseError:
            return ""  # the page itself shows the error

    def _own_name(self) -> str:
        member = self._visit.principal.member
        if member is None:
            return ""
        try:
            return self.name_of(member)
        except KnowledgeBaseError:
            return member  # the page itself shows the error

    def _visit_of(self, request: Request[Any, Any, Any]) -> Visit:
        """The visit of `request`, authenticated here if it failed before that."""
        visit: Visit | None = request.scope.get("auth")
        if visit is not None:
            return visit
        if is_ours(request.url.path):
            return self._visits.nobody
        try:
            return self._visits.of(request.scope)
        except (ClientException, KnowledgeBaseError):
            return self._visits.nobody


def _asked(request: Request[Any, Any, Any]) -> tuple[str, Typed]:
    """The question in the query parameters, and its filters."""
    given = tuple(request.query_params.items())
    question = next((text for name, text in given if name == "q"), "")
    return question, tuple((name, text) for name, text in given if name in NARROWS and text)


def pages_of(pages: Pages) -> Callable[[Request[Any, Any, Any], Visit], Pages]:
    """The dependency `pages`, for the principal of the request."""

    def of(request: Request[Any, Any, Any], visit: NamedDependency[Visit]) -> Pages:
        return pages.for_visit(visit, sign_in_url(request), language_of(request, visit))

    return of


def see_other(path: str, done: str, *, searchable: bool = True) -> Redirect:
    """Redirect after a form, so that a reload posts nothing; `done` names the notice."""
    path, hash_sign, anchor = path.partition("#")
    name = done if searchable else "not-yet"
    joint = "&" if "?" in path else "?"
    return Redirect(f"{path}{joint}done={name}{hash_sign}{anchor}", status_code=303)


def see_changed(path: str, done: str, receipt: Receipt) -> Redirect:
    """The same for a change that no search finds; said to be shown shortly if it is not yet."""
    return see_other(path, "not-shown" if receipt.behind else done)


def _notice(done: str) -> str:
    return NOT_YET if done == "not-yet" else NOTICES.get(done, "")
