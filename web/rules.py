"""Which rule each route has, and the guard that holds to it; the rules themselves are kb.access."""

from typing import Any, Literal

from litestar import Litestar, Request
from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException
from litestar.handlers import BaseRouteHandler
from msgspec import structs

from kb.access import Action, Scope, may, require
from kb.accounts.sessions import form_value_fits
from kb.errors import Forbidden
from kb.messages import _
from web.bodies import FORM_TOKEN, Typed, written_at
from web.errors import CrossSiteRequest, SignInNeeded, UnknownField, is_api
from web.fields import unknown
from web.requests import refuse_repeated_parameters
from web.security import SAFE_METHODS
from web.turns import LONG, Queue, have_turn
from web.visit import CHALLENGE, Visit, Visits, visit_of

Rule = Action | Literal["public", "self"]
"""What a route needs: an action that is allowed, a known member (`self`), or nothing (`public`)."""


FORM_HEADER = "Tributary-Form"

Connection = ASGIConnection[Any, Any, Any, Any]


class UnruledRoute(Exception):
    """A handler says not who may use it."""


class Guard:
    """Lets a request through to a handler if its rule allows it."""

    def __init__(self, visits: Visits) -> None:
        self._visits = visits

    async def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        """Raise `SignInNeeded`, `Forbidden` or `TooManyAttempts` where it does not."""
        if handler.handler_name == "options_handler":
            return  # Litestar's own: names the methods of an address
        await hold_to_rule(connection, handler)
        visit: Visit = connection.scope["auth"]
        if handler.opt.get("counted") and self._visits.base.settings.ways:
            limit = self._visits.limits.search
            limit.admit(
                limit.keyed(*_counted_for(visit)), _("You searched very often in a short time")
            )
        if isinstance(connection, Request):
            await stand_in_line(connection)


async def stand_in_line(request: Request[Any, Any, Any]) -> None:
    """Wait for a turn in the line of the route, if it has one. Raises as `have_turn`."""
    queue: Queue = request.route_handler.opt.get("queue", "")
    visit, visits = visit_of(request), request.app.state["visits"]
    if queue == "long":
        length = visit.session.catalogue.length
        is_long = await sync_to_thread(length, request.path_params["entry_id"]) > LONG
        queue = "reads" if is_long else ""
    if queue:
        await have_turn(request, getattr(visits.limits, queue), _place(visit))


async def hold_to_rule(connection: Connection, handler: BaseRouteHandler) -> None:
    """Raise `SignInNeeded` or `Forbidden` where the rule of `handler` does not allow the visit."""
    rule: Rule = handler.opt["rule"]
    visit: Visit = connection.scope["auth"]
    try:
        _hold_to(rule, visit, handler.opt.get("wish", ""))
        _hold_to_scopes(rule, visit, is_page=not is_api(connection.scope["path"]))
    except SignInNeeded as error:
        raise SignInNeeded(CHALLENGE, typed=await _kept(connection)) from error
    except Forbidden:
        await _kept(connection)  # read, so that it can be given back
        raise


def _counted_for(visit: Visit) -> tuple[str, str]:
    """For whom a search counts: a token, that no program keeps its member waiting, or a person."""
    if visit.token:
        return "token", visit.token
    return ("member", visit.principal.member) if visit.principal.member else ("at", visit.address)


def _place(visit: Visit) -> bytes:
    """Whose turn it is: a person's with all their browsers and tokens, or an address's."""
    kind, name = ("member", member) if (member := visit.principal.member) else ("at", visit.address)
    return f"{kind} {name}".encode()


def _hold_to(rule: Rule, visit: Visit, wish: str) -> None:
    """Raise `SignInNeeded` or `Forbidden` where the roles of a visitor do not do."""
    match rule:
        case "public":
            return
        case "self":
            allowed = visit.principal.member is not None
        case action:
            principal = structs.replace(visit.principal, scopes=None)
            # Whether the principal began an entry is known once it is read: commands ask again.
            perhaps = "author" in action.allowed and "member" in principal.roles
            allowed = perhaps or may(principal, action)
            if not allowed and principal.member is not None:
                require(principal, action, wish=wish)
    if not allowed:
        raise SignInNeeded(CHALLENGE)


def _hold_to_scopes(rule: Rule, visit: Visit, *, is_page: bool) -> None:
    """Raise `Forbidden` where a token lacks a scope; a page shows entries, whatever it is for."""
    if visit.scopes is None or rule == "public":
        return
    needed: set[Scope] = {"admin" if rule == "self" else rule.scope}
    if is_page:
        needed.add("search")
    if missing := sorted(needed - visit.scopes):
        raise Forbidden(
            _(
                "A token needs the scope {missing} for this; make one that has it.",
                missing=" and ".join(missing),
            )
        )


def refuse_unruled(app: Litestar) -> None:
    """Raise `UnruledRoute` for a handler that says not who may use it."""
    for route in app.routes:
        handlers = getattr(route, "route_handlers", None) or [route.route_handler]  # type: ignore[union-attr]
        for handler in handlers:
            if handler.handler_name == "options_handler":
                continue
            rule = handler.opt.get("rule")
            if not isinstance(rule, Action) and rule not in ("public", "self"):
                raise UnruledRoute(f"{route.path_format} ({handler.handler_name}) has no rule.")


async def check_form(request: Request[Any, Any, Any]) -> None:
    """Raise `CrossSiteRequest` for a form that is not of the session that it comes with.

    Raises `Misfit` where the form or the address says twice what counts once, `UnknownField` where
    the form has a field that would be dropped.
    """
    refuse_repeated_parameters(request)
    if request.method in SAFE_METHODS:
        return
    # Read here in any case: Litestar would parse it itself where nobody has.
    form = await request.form() if _takes_form(request) else {}
    await refuse_foreign_form(request)
    if strangers := unknown(form, request.scope["path_template"]):
        kept = [(name, text) for name, text in await _kept(request) if name not in strangers]
        raise UnknownField(strangers[0], kept)


async def refuse_foreign_form(request: Request[Any, Any, Any]) -> None:
    """Raise `CrossSiteRequest` for a form that is not of the session that it comes with."""
    visit: Visit = request.auth
    if request.method in SAFE_METHODS or visit.signed_in is None:
        return
    form = await request.form() if _takes_form(request) else {}
    given = request.headers.get(FORM_HEADER) or form.get(FORM_TOKEN, "")
    if not isinstance(given, str) or not form_value_fits(visit.cookie, given):
        raise CrossSiteRequest(typed=await _kept(request))


def _takes_form(request: Request[Any, Any, Any]) -> bool:
    reads = "data" in request.route_handler.parsed_fn_signature.parameters
    return reads or FORM_HEADER not in request.headers


async def _kept(connection: Connection) -> Typed:
    """The fields of a form that a person may have written long at, for them to send it again."""
    if not isinstance(connection, Request):
        return ()
    if connection.content_type[0] != RequestEncodingType.URL_ENCODED:
        return ()
    try:
        await connection.form()
    except ClientException:
        # Too large, or too much of it: of what nobody typed no page is made.
        return ()
    return written_at(connection.scope)
