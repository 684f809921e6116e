"""The guard that enforces the rule of each route; the rules themselves are in `kb.access`."""

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
from web.requests import SAFE_METHODS, refuse_repeated_parameters
from web.turns import LONG, Queue, have_turn
from web.visit import CHALLENGE, Visit, Visits, visit_of

Rule = Action | Literal["public", "self"]
"""What a route needs: an action that is allowed, a known member (`self`), or nothing (`public`)."""

FORM_HEADER = "Tributary-Form"

Connection = ASGIConnection[Any, Any, Any, Any]


class UnruledRoute(Exception):
    """A handler has no rule."""


class Guard:
    """Guard that lets a request through if the handler's rule allows it."""

    def __init__(self, visits: Visits) -> None:
        self._visits = visits

    async def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        """Raise `SignInNeeded`, `Forbidden` or `TooManyAttempts` where it does not."""
        if handler.handler_name == "options_handler":
            return  # Litestar's own, which lists the methods of an address
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
        await _kept(connection)  # reads the form, so that the error page can show it
        raise


def _counted_for(visit: Visit) -> tuple[str, str]:
    """The key that a search counts for: a token of its own, so it never delays its member."""
    if visit.token:
        return "token", visit.token
    return ("member", visit.principal.member) if visit.principal.member else ("at", visit.address)


def _place(visit: Visit) -> bytes:
    """The place in a queue: a person, with all their browsers and tokens, or an address."""
    kind, name = ("member", member) if (member := visit.principal.member) else ("at", visit.address)
    return f"{kind} {name}".encode()


def _hold_to(rule: Rule, visit: Visit, wish: str) -> None:
    """Raise `SignInNeeded` or `Forbidden` if the visitor's roles are not enough."""
    match rule:
        case "public":
            return
        case "self":
            allowed = visit.principal.member is not None
        case action:
            principal = structs.replace(visit.principal, scopes=None)
            # The entry's author is only known once it is read, so commands check again.
            perhaps = "author" in action.allowed and "member" in principal.roles
            allowed = perhaps or may(principal, action)
            if not allowed and principal.member is not None:
                require(principal, action, wish=wish)
    if not allowed:
        raise SignInNeeded(CHALLENGE)


def _hold_to_scopes(rule: Rule, visit: Visit, *, is_page: bool) -> None:
    """Raise `Forbidden` if a token lacks a scope; pages show entries, so need `search` too."""
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
    """Raise `UnruledRoute` for a handler without a rule."""
    for route in app.routes:
        handlers = getattr(route, "route_handlers", None) or [route.route_handler]  # type: ignore[union-attr]
        for handler in handlers:
            if handler.handler_name == "options_handler":
                continue
            rule = handler.opt.get("rule")
            if not isinstance(rule, Action) and rule not in ("public", "self"):
                raise UnruledRoute(f"{route.path_format} ({handler.handler_name}) has no rule.")


async def check_form(request: Request[Any, Any, Any]) -> None:
    """Check a form before its handler runs.

    Raises `CrossSiteRequest` for a form of another session, `Misfit` for a repeated field or
    parameter, `UnknownField` for a field that the form does not have.
    """
    refuse_repeated_parameters(request)
    if request.method in SAFE_METHODS:
        return
    # Always parsed here; otherwise Litestar would parse it itself.
    form = await request.form() if _takes_form(request) else {}
    await refuse_foreign_form(request)
    if strangers := unknown(form, request.scope["path_template"]):
        kept = [(name, text) for name, text in await _kept(request) if name not in strangers]
        raise UnknownField(strangers[0], kept)


async def refuse_foreign_form(request: Request[Any, Any, Any]) -> None:
    """Raise `CrossSiteRequest` for a form without the token of its session."""
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
    """The fields of a form that took a while to write, to be sent again."""
    if not isinstance(connection, Request):
        return ()
    if connection.content_type[0] != RequestEncodingType.URL_ENCODED:
        return ()
    try:
        await connection.form()
    except ClientException:
        # Too large or too many fields: nobody typed that.
        return ()
    return written_at(connection.scope)
