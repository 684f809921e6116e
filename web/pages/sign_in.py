"""Signing in with a name and a password or with a one-time link, and signing out."""

import logging
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from msgspec import Struct

from kb import KnowledgeBase
from kb.accounts.links import VOID
from kb.accounts.sessions import SessionInfo, Via
from kb.errors import (
    DataDirectoryError,
    KnowledgeBaseError,
    NotFound,
    SignInRefused,
    TooManyAttempts,
)
from kb.messages import _
from web.errors import headers_of, status_of
from web.logs import kind_of
from web.pages.forms import Form, FormBody, small_form, typed
from web.pages.shell import Pages, see_other
from web.pages.tries import admit_sign_in, counted, forget_device, look, remember_device
from web.visit import Limits, Visit, cookie_name, cookie_of, set_cookie

log = logging.getLogger("tributary.web")

LASTS = 30 * 24 * 3600
"""Seconds that a browser keeps the cookie; the session behind it may end earlier."""

WRONG: Final = _("That name and password do not fit; try again, or ask a steward for a link.")


class SignInPage(Struct, frozen=True):
    """The form; `next` is where to go afterwards, `ways` are the enabled ways to sign in."""

    form: Form
    next: str
    ways: tuple[str, ...]


class EnterPage(Struct, frozen=True):
    """A button that uses the link, since mail programs open links by themselves."""

    secret: str


@get("/sign-in", sync_to_thread=True, rule="public")
def sign_in_form(
    base: NamedDependency[KnowledgeBase],
    pages: NamedDependency[Pages],
    next: FromQuery[str] = "/",
    done: FromQuery[str] = "",
) -> Response[str]:
    """Sign in; `next` is where to go afterwards, on this site."""
    require_signing_in(base)
    page = SignInPage(Form({"name": ""}), safe_path(next), base.settings.ways)
    return pages.render("sign_in.html", page, done=done)


@post("/sign-in", rule="public")
async def sign_in(
    request: Request[Any, Any, Any],
    base: NamedDependency[KnowledgeBase],
    limits: NamedDependency[Limits],
    pages: NamedDependency[Pages],
    data: FormBody,
) -> Response[str] | Redirect:
    """Sign in with a name and a password; an error does not say which of them was wrong."""
    require_signing_in(base, "password")
    form, back = small_form(data, "name"), safe_path(typed(data, "next"))
    name, password = form.values["name"], typed(data, "password")
    try:
        what = await sync_to_thread(counted, request, limits, name)
        async with limits.line.turn(what.place, slow=look(limits, what)):
            was_right = admit_sign_in(limits, what)
            member = await sync_to_thread(known_member, base, name, password)
    except (SignInRefused, TooManyAttempts) as error:
        page = SignInPage(form.with_error(error), back, base.settings.ways)
        return await sync_to_thread(_refused, pages, page, error)
    was_right()
    return await sync_to_thread(signed_in, request, base, member, "password", back)


def _refused(pages: Pages, page: SignInPage, error: KnowledgeBaseError) -> Response[str]:
    answer = pages.render("sign_in.html", page, status=status_of(error))
    answer.headers.update(headers_of(error))
    return answer


@post("/sign-out", sync_to_thread=True, rule="public")
def sign_out(base: NamedDependency[KnowledgeBase], visit: NamedDependency[Visit]) -> Redirect:
    """End this session, in this browser at least."""
    answer = Redirect("/", status_code=303)
    try:
        base.accounts.sessions.end(visit.cookie)
    except DataDirectoryError as error:
        log.warning("a session could not be ended", extra={"error": kind_of(error)})
        answer = see_other("/", "signed-out-here")
    forget_session(answer, base)
    return answer


@get("/enter/{secret:str}", sync_to_thread=True, rule="public")
def enter_form(
    base: NamedDependency[KnowledgeBase], pages: NamedDependency[Pages], secret: FromPath[str]
) -> Response[str]:
    """The page of a one-time sign-in link, with a button that uses it."""
    require_signing_in(base)
    if base.accounts.links.look(secret, "sign-in") is None:
        raise NotFound(VOID)
    return pages.render("enter.html", EnterPage(secret))


@post("/enter/{secret:str}", sync_to_thread=True, rule="public")
def enter(
    request: Request[Any, Any, Any],
    base: NamedDependency[KnowledgeBase],
    secret: FromPath[str],
) -> Redirect:
    """Use a one-time sign-in link."""
    require_signing_in(base)
    before = cookie_of(request, base) or None
    member = base.accounts.links.look(secret, "sign-in")
    if member is None or not has_joined(base, member):
        raise NotFound(VOID)
    entered = base.accounts.enter(secret, replacing=before)
    if entered is None:
        raise NotFound(VOID)
    answer = see_other("/", "signed-in")
    set_session(answer, request, base, member, entered)
    return answer


def known_member(base: KnowledgeBase, name: str, password: str) -> str:
    """The member with this name and password; `SignInRefused` does not tell what is wrong."""
    accounts = base.accounts
    member = accounts.names.member(name)
    fits = accounts.passwords.check(member, password)
    if not fits or member is None or not has_joined(base, member):
        raise SignInRefused(WRONG)
    return member


def has_joined(base: KnowledgeBase, member: str) -> bool:
    """Whether `member` is a member at present."""
    try:
        base.as_member(member)
    except NotFound:
        return False
    return True


def signed_in(
    request: Request[Any, Any, Any], base: KnowledgeBase, member: str, via: Via, back: str
) -> Redirect:
    """Redirect with a new session; the session that the browser had ends."""
    before = cookie_of(request, base) or None
    answer = see_other(back, "signed-in")
    token = base.accounts.sessions.begin(member, via, replacing=before)
    set_session(answer, request, base, member, token)
    return answer


def set_session(
    answer: Response[Any],
    request: Request[Any, Any, Any],
    base: KnowledgeBase,
    member: str,
    secret: str,
) -> None:
    """Set the session cookie of `member`, which scripts cannot read."""
    set_cookie(answer, base, cookie_name(base), secret, LASTS)
    remember_device(answer, request, base, member)


def forget_session(answer: Response[Any], base: KnowledgeBase, *, for_good: bool = False) -> None:
    """Delete the session cookie, and if `for_good` the mark of a known browser too."""
    set_cookie(answer, base, cookie_name(base), "", 0)
    if for_good:
        forget_device(answer, base)


def require_signing_in(base: KnowledgeBase, way: str = "") -> None:
    """Raise `NotFound` if nobody signs in here, or not this way."""
    ways = base.settings.ways
    if not ways or (way and way not in ways):
        raise NotFound(_("Nobody signs in this way here; the settings of the server say how."))


def own_session(visit: Visit, way: str = "") -> SessionInfo:
    """The session, for pages about oneself, which tokens cannot use. Raises `NotFound`."""
    require_signing_in(visit.base, way)
    if visit.signed_in is None:
        raise NotFound(_("This page is for members who are signed in with a browser."))
    return visit.signed_in


def safe_path(text: str) -> str:
    """`text` if it is a path on this site, else the first page (no open redirects)."""
    # Browsers read a backslash as a slash, and skip control characters.
    away = not text.startswith("/") or text.startswith("//") or "\\" in text
    return "/" if away or any(ord(letter) <= ord(" ") for letter in text) else text
