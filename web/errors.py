"""The one place that turns errors into responses: problem+json under /api, pages elsewhere."""

import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from litestar import Request, Response
from litestar.exceptions import ClientException, HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.response import Redirect
from litestar.types import ExceptionHandlersMap
from msgspec import Struct, structs

from kb.access import is_operator
from kb.error_codes import of_error
from kb.errors import (
    KnowledgeBaseError,
    NotYetSearchable,
    ReuseConflict,
    RevisionConflict,
    ShownToMore,
    TooManyAttempts,
    not_recorded,
)
from kb.messages import Message, _
from web.bodies import Crowded, Typed, typed_at, written_at
from web.logs import kind_of
from web.places import unplaced
from web.requests import SAFE_METHODS, FieldProblem, misfits

SEARCH, RESULTS = "/search", "/search/results"
"""The search page, and the address whose responses, errors too, are inserted into that page."""

SIGN_IN = "/sign-in"

PROBLEM_JSON = "application/problem+json"

CODES_OF_STATUS: Mapping[int, str] = {
    401: "sign-in-needed",
    403: "cross-site-request",
    404: "no-such-address",
    405: "method-not-allowed",
    413: "too-large",
    415: "not-json",
    431: "head-too-large",
    500: "fault",
    503: "stopping",
}
"""The codes of errors of HTTP itself; any other status is an `invalid-request`."""

SENTENCES: Mapping[int, Message] = {
    403: _(
        "This request came from another site, or from a page of before you signed in, and was "
        "refused; open the page here and try again."
    ),
    404: _("There is nothing at this address; check it or start from the first page."),
    405: _("This address does not take that method; see /api/docs for those it takes."),
    415: _("The body is not taken as it is: send JSON, and say Content-Type: application/json."),
    500: _(
        "Something went wrong on our side and was written to the server's log; try again later."
    ),
}

log = logging.getLogger("tributary.web")


class ProblemDetails(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error as RFC 9457 has it; `errors` names the fields at fault where there are any.

    `code` says which error it is, for programs: docs/reference/errors.md lists them. `expected` and
    `actual` are the versions of a conflict.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: tuple[FieldProblem, ...] = ()
    expected: int | None = None
    actual: int | None = None


class TurnedAway(ClientException):
    """The request is refused; `typed` are the fields of a form that is worth keeping."""

    def __init__(
        self, detail: str = "", headers: dict[str, str] | None = None, *, typed: Typed | None = None
    ) -> None:
        super().__init__(detail, headers=headers)
        self.typed: Typed = typed or ()


class CrossSiteRequest(TurnedAway):
    """A request that would change something came from another site."""

    status_code = HTTPStatus.FORBIDDEN


class UnknownField(TurnedAway):
    """A form has a field that its page does not have; it might say who is to see the entry."""

    code = "invalid-request"

    def __init__(self, name: str, typed: Typed) -> None:
        super().__init__(
            _(
                "There is no field {name!r} in this form: send it again without that.",
                name=name[:80],
            ),
            typed=typed,
        )


class SignInNeeded(TurnedAway):
    """Nobody is signed in, and only a signed-in member may do this."""

    status_code = HTTPStatus.UNAUTHORIZED

    def __init__(self, headers: dict[str, str], *, typed: Typed | None = None) -> None:
        super().__init__(_("Sign in first, or send a token."), headers, typed=typed)


Show = Callable[[Request[Any, Any, Any], ProblemDetails, Typed], Response[str]]


def exception_handlers(show: Show) -> ExceptionHandlersMap:
    """One handler for every exception; `show` makes the error page."""

    def handle(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        return answer_of(request, error, show)

    return {Exception: handle}


def answer_of(request: Request[Any, Any, Any], error: Exception, show: Show) -> Response[Any]:
    """The response to `request` after `error`; `show` makes the error page."""
    path = request.scope["path"]
    for_programs = is_api(path)
    typed = error.typed if isinstance(error, TurnedAway) else ()
    if isinstance(error, NotYetSearchable) and not (_only_reads(request) or has_recorded(request)):
        error = not_recorded(error)
    if isinstance(error, SignInNeeded) and not (for_programs or typed or path == RESULTS):
        get = request.method == "GET"
        return Redirect(sign_in_url(request) if get else _unsent_url(request), status_code=303)
    # None if no handler was found, and on pages, which show no names of fields.
    handler = request.scope.get("route_handler") if for_programs else None
    problem = problem_of(error, path, handler)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log(error)
        problem = structs.replace(problem, detail=_told(problem.detail, request))
        typed = typed_at(request.scope)
    elif isinstance(error, KnowledgeBaseError):
        # A text written for an entry that is hidden by now is still worth keeping.
        typed = written_at(request.scope)
    headers = headers_of(error)
    if for_programs:
        return Response(
            problem, status_code=problem.status, media_type=PROBLEM_JSON, headers=headers
        )
    page = show(request, problem, typed)
    page.headers.update(headers)
    return page


def _only_reads(request: Request[Any, Any, Any]) -> bool:
    return request.method in SAFE_METHODS


def has_recorded(request: Request[Any, Any, Any]) -> bool:
    """Whether a command of this request has recorded anything."""
    visit = request.scope.get("auth")
    return visit is not None and visit.session.recorded


def _told(detail: str, request: Request[Any, Any, Any]) -> str:
    """`detail`, without folders of this machine unless the operator asks."""
    visit = request.scope.get("auth")
    if visit is not None and is_operator(visit.principal):
        return detail
    in_app = "litestar_app" in request.scope
    return unplaced(detail, request.app.state["visits"].base.settings.data if in_app else None)


def headers_of(error: Exception) -> dict[str, str]:
    """Headers of the response to `error`, e.g. Retry-After."""
    if isinstance(error, TooManyAttempts):
        return {"Retry-After": str(error.seconds)}
    if isinstance(error, Crowded):
        return {"Retry-After": "60"}
    return dict(error.headers or {}) if isinstance(error, HTTPException) else {}


def sign_in_url(request: Request[Any, Any, Any]) -> str:
    """The sign-in page, with the requested page as the one to return to.

    Public pages, such as those of one-time links, are not returned to.
    """
    found = "route_handler" in request.scope
    public = found and request.scope["route_handler"].opt.get("rule") == "public"
    if request.method != "GET" or public:
        return SIGN_IN
    query = request.url.query
    path = "/search" if request.url.path == RESULTS else request.url.path
    return f"{SIGN_IN}?{urlencode({'next': path + ('?' + query if query else '')})}"


def _unsent_url(request: Request[Any, Any, Any]) -> str:
    """The sign-in page, with a notice that a form was not saved, and the way back to its page."""
    return f"{SIGN_IN}?{urlencode({'next': _page_of_form(request), 'done': 'unsent'})}"


def _page_of_form(request: Request[Any, Any, Any]) -> str:
    """The page with the form, by the Referer header; the first page if that is not ours."""
    try:
        page = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/"
    # A form with mistakes is shown again at an address that only accepts POST.
    if page.netloc != request.headers.get("host") or page.path == request.url.path:
        return "/"
    return page.path + ("?" + page.query if page.query else "")


def _log(error: Exception) -> None:
    """Log a foreseen error in one line, and a fault with its traceback.

    The access log line of the request names its route, so nothing of the request is logged here.
    """
    if _foreseen(error):
        log.warning("cannot answer now", extra={"error": kind_of(error)})
    else:
        log.error("a fault of ours", exc_info=error)


def is_api(path: str) -> bool:
    """Whether `path` belongs to programs rather than people."""
    return path == "/api" or path.startswith("/api/")


def problem_of(error: Exception, path: str, handler: BaseRouteHandler | None) -> ProblemDetails:
    """Problem details for `error` at `path`; they do not quote an unforeseen error."""
    status = HTTPStatus(status_of(error))
    conflict = error if isinstance(error, RevisionConflict | ReuseConflict | ShownToMore) else None
    fields = tuple(misfits(error, handler))
    return ProblemDetails(
        type="about:blank",
        title=status.phrase,
        status=status,
        detail=_detail(error, status, fields),
        instance=path,
        code=code_of(error),
        errors=fields,
        expected=conflict.expected if conflict else None,
        actual=conflict.actual if conflict else None,
    )


def status_of(error: Exception) -> int:
    """The HTTP status of any exception."""
    if isinstance(error, HTTPException):
        return error.status_code
    return _foreseen(error) or HTTPStatus.INTERNAL_SERVER_ERROR


def code_of(error: Exception) -> str:
    """The code of any exception, a key of `kb.error_codes.CODES`."""
    if isinstance(error, KnowledgeBaseError):
        return error.code if _foreseen(error) else "fault"
    own: str = getattr(error, "code", "")
    return own or CODES_OF_STATUS.get(status_of(error), "invalid-request")


def _foreseen(error: Exception) -> HTTPStatus | None:
    """The status of an expected error; None for a fault."""
    if not isinstance(error, KnowledgeBaseError):
        return None
    status = HTTPStatus(of_error(error).status)
    return None if status == HTTPStatus.INTERNAL_SERVER_ERROR else status


def _detail(error: Exception, status: HTTPStatus, fields: Sequence[FieldProblem]) -> str:
    if isinstance(error, KnowledgeBaseError) and _foreseen(error):
        return error.said
    if fields:
        return fields[0].message
    if status in SENTENCES:
        return SENTENCES[status]
    detail = error.detail if isinstance(error, HTTPException) else status.phrase
    return detail if detail.endswith(".") else f"{detail}."
