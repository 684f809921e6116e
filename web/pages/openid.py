"""Sign-in with an OpenID provider, and linking an account there to a member."""

from collections.abc import Callable
from typing import Any, Final, TypeVar
from urllib.parse import quote, unquote

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect
from msgspec import Struct

from kb import KnowledgeBase
from kb.accounts.oidc import OpenIdProvider, OpenIdSettings
from kb.clock import utc_now
from kb.errors import SignInRefused
from kb.messages import _
from web.errors import status_of
from web.pages.forms import Form
from web.pages.shell import Pages, see_other
from web.pages.sign_in import (
    SignInPage,
    has_joined,
    own_session,
    require_signing_in,
    safe_path,
    signed_in,
)
from web.pages.tries import place_of
from web.requests import given_once
from web.visit import Limits, Visit, Visits, cookie_name, set_cookie

BACK = "/sign-in/openid/back"
MINUTES = 10
UNKNOWN: Final = _(
    "No member signs in with that account: sign in another way, then add the account on your page."
)

Provider = Callable[[], OpenIdProvider]
T = TypeVar("T")


class LeavingPage(Struct, frozen=True):
    """A page with a link to the provider, as our forms may not lead to other sites."""

    url: str


def provider_of(base: KnowledgeBase) -> OpenIdProvider:
    """The provider that the settings name."""
    settings = base.settings
    chosen = OpenIdSettings(
        issuer=settings.openid_issuer,
        client_id=settings.openid_client_id,
        client_secret=settings.openid_client_secret,
    )
    return OpenIdProvider(chosen, base.accounts.pending, clock=utc_now)


@get("/sign-in/openid", rule="public")
async def begin_sign_in(
    request: Request[Any, Any, Any],
    base: NamedDependency[KnowledgeBase],
    limits: NamedDependency[Limits],
    openid: NamedDependency[Provider],
    next: FromQuery[str] = "/",
) -> Redirect:
    """Go to the OpenID provider; `next` is where to go afterwards."""
    require_signing_in(base, "openid")
    back = base.settings.base_url + BACK
    url, state = await _in_turn(request, limits, lambda: openid().begin(back))
    answer = Redirect(url, status_code=303)
    _keep(answer, base, f"{state}.sign-in.{quote(safe_path(next), safe='')}")
    return answer


@post("/account/openid", rule="self", status_code=200)
async def begin_linking(
    request: Request[Any, Any, Any],
    visit: NamedDependency[Visit],
    limits: NamedDependency[Limits],
    pages: NamedDependency[Pages],
    openid: NamedDependency[Provider],
) -> Response[str]:
    """Go to the OpenID provider to link an account there."""
    signed_in = own_session(visit, "openid")
    back = visit.base.settings.base_url + BACK
    url, state = await _in_turn(request, limits, lambda: openid().begin(back))
    answer = await sync_to_thread(pages.render, "leaving.html", LeavingPage(url), at="account")
    _keep(answer, visit.base, f"{state}.{signed_in.id}.")
    return answer


@post("/account/openid/unlink", sync_to_thread=True, rule="self")
def unlink(visit: NamedDependency[Visit]) -> Redirect:
    """Unlink the account at the OpenID provider."""
    own_session(visit, "openid")
    visit.session.credentials.untie_identities()
    return see_other("/account", "unlinked")


@get(BACK, rule="public")
async def come_back(
    request: Request[Any, Any, Any],
    visit: NamedDependency[Visit],
    limits: NamedDependency[Limits],
    pages: NamedDependency[Pages],
    openid: NamedDependency[Provider],
) -> Response[Any]:
    """Come back from the OpenID provider."""
    require_signing_in(visit.base, "openid")
    visit.session.renew()  # the provider may take long to answer
    return await _in_turn(request, limits, lambda: _came_back(request, visit.base, pages, openid))


def _came_back(
    request: Request[Any, Any, Any], base: KnowledgeBase, pages: Pages, openid: Provider
) -> Response[Any]:
    state, _dot, rest = request.cookies.get(_cookie(base), "").partition(".")
    what, _dot, back = rest.partition(".")
    try:
        claims = openid().finish(given_once(request), state)
        if what == "sign-in":
            member = base.accounts.identities.member(claims.issuer, claims.subject)
            if member is None or not has_joined(base, member):
                raise SignInRefused(UNKNOWN)
            answer = signed_in(request, base, member, "openid", safe_path(unquote(back)))
        else:
            visits: Visits = request.app.state["visits"]
            now = visits.of(request.scope)  # again, as the provider may have taken long
            answer = _link(now, what, claims.issuer, claims.subject)
    except SignInRefused as error:
        form = Form({"name": ""}).with_error(error)
        page = SignInPage(form, "/", base.settings.ways)
        refused = pages.render("sign_in.html", page, status=status_of(error))
        _keep(refused, base, "", seconds=0)
        return refused
    _keep(answer, base, "", seconds=0)
    return answer


async def _in_turn(request: Request[Any, Any, Any], limits: Limits, ask: Callable[[], T]) -> T:
    """Run `ask` in turn, as it may take long if the provider is slow or down."""
    place = await sync_to_thread(place_of, request, limits)
    async with limits.provider.turn(place):
        return await sync_to_thread(ask)


def _link(visit: Visit, session_id: str, issuer: str, subject: str) -> Redirect:
    """Link the account, if the session is the one that began this. Raises `SignInRefused`."""
    if visit.signed_in is None or visit.signed_in.id != session_id:
        raise SignInRefused(_("This was begun in another session: start again from your page."))
    if not visit.session.credentials.tie_identity(issuer, subject):
        raise SignInRefused(_("That account cannot be used here."))
    return see_other("/account", "linked")


def _cookie(base: KnowledgeBase) -> str:
    return f"{cookie_name(base)}-openid"


def _keep(
    answer: Response[Any], base: KnowledgeBase, value: str, seconds: int = MINUTES * 60
) -> None:
    """Set the cookie of a pending sign-in; with 0 `seconds`, delete it."""
    set_cookie(answer, base, _cookie(base), value, seconds)
