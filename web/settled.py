"""Authentication: as a request arrives, and again before its handler if it had to wait.

A body or a turn may take long, and the session, the roles or the groups of the principal may end
meanwhile.
"""

from contextlib import ExitStack
from typing import Any

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from kb import KnowledgeBase, Session
from web.bodies import give_back
from web.requests import SAFE_METHODS
from web.rules import hold_to_rule, refuse_foreign_form
from web.security import is_ours
from web.turns import end_turn, has_waited
from web.visit import Visit, Visits, visit_of

_KEPT = "tributary.kept"


class _Kept:
    """One snapshot of the views, for authentication and for the response."""

    def __init__(self) -> None:
        self._entered = ExitStack()
        self._ended = False

    def begin(self, session: Session) -> Session:
        """`session` in the snapshot; called in a thread that may outlive the request."""
        kept = self._entered.enter_context(session.snapshot())
        if self._ended:
            self._entered.close()
        return kept

    def end(self) -> None:
        """End all reading from this snapshot."""
        self._ended = True
        self._entered.close()


class WhoAsks(ASGIMiddleware):
    """Middleware that authenticates the request and puts the visit into `request.auth`."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, visits: Visits) -> None:
        self._visits = visits

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Pass the request on with its visit. Raises `BadToken`."""

        async def sending(message: Message) -> None:
            _end(scope)  # before sending, so that a slow client keeps nobody waiting
            await send(message)

        try:
            if is_ours(scope["path"]):
                _put(scope, self._visits.nobody)
            else:
                await _settle(scope, self._visits)
            await next_app(scope, receive, sending)
        finally:
            _end(scope)
            give_back(scope)


async def settle_again(request: Request[Any, Any, Any]) -> Visit:
    """Authenticate again, after a request has waited.

    Raises what a new request would: `BadToken`, `SignInNeeded` with what was typed, `Forbidden`
    or `CrossSiteRequest`.
    """
    visits: Visits = request.app.state["visits"]
    _put(request.scope, visits.nobody)  # the principal of an error page, if this fails
    await _settle(request.scope, visits)
    await hold_to_rule(request, request.route_handler)
    await refuse_foreign_form(request)
    return visit_of(request)


async def provide_visit(request: Request[Any, Any, Any]) -> Visit:
    """The dependency `visit`, resolved once the body is read and the turn has come.

    A safe request reads everything from one snapshot, its roles and labels included.
    """
    if request.method in SAFE_METHODS and not has_waited(request.scope):
        return visit_of(request)
    return await settle_again(request)


def provide_base(request: Request[Any, Any, Any]) -> KnowledgeBase:
    """The dependency `base`, for work that is not done on behalf of the principal."""
    return visit_of(request).base


def provide_session(visit: NamedDependency[Visit]) -> Session:
    """The dependency `session` of the principal."""
    return visit.session


async def _settle(scope: Scope, visits: Visits) -> None:
    _let_go(scope)
    if scope["method"] in SAFE_METHODS:  # type: ignore[typeddict-item]  # of HTTP alone
        kept = scope.setdefault("state", {})[_KEPT] = _Kept()
        _put(scope, await sync_to_thread(visits.of, scope, kept.begin))
    else:
        _put(scope, await sync_to_thread(visits.of, scope))


def _put(scope: Scope, visit: Visit) -> None:
    scope["auth"] = visit
    scope["user"] = visit.principal


def _end(scope: Scope) -> None:
    end_turn(scope)
    _let_go(scope)


def _let_go(scope: Scope) -> None:
    if kept := scope.get("state", {}).pop(_KEPT, None):
        kept.end()
