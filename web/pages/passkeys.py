"""Passkeys: options for the browser's dialogue, and its response."""

from typing import Any

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.response import Redirect
from msgspec import Struct

from kb import KnowledgeBase
from kb.accounts.passkeys import Ceremony, Passkeys, Site
from kb.errors import InvalidInput, KnowledgeBaseError, SignInRefused, TooManyAttempts
from kb.messages import _
from web.errors import headers_of, status_of
from web.pages.forms import FormBody, typed
from web.pages.shell import see_other
from web.pages.sign_in import (
    has_joined,
    own_session,
    require_signing_in,
    safe_path,
    set_session,
)
from web.visit import Visit, cookie_of

REFUSALS = (SignInRefused, InvalidInput, TooManyAttempts)
UNKNOWN = _("This passkey was not accepted: try again, or sign in another way.")


class Answered(Struct, frozen=True):
    """The response of the browser's dialogue, with its ticket; a `label` for a new passkey."""

    ticket: str
    credential: dict[str, Any]
    label: str = ""
    next: str = "/"


class Onward(Struct, frozen=True):
    """The address to go to next."""

    next: str


class Problem(Struct, frozen=True):
    """An error, as a sentence that the page shows."""

    problem: str


def passkeys_of(base: KnowledgeBase) -> Passkeys:
    """The passkeys for the address of the settings."""
    settings = base.settings
    origin = settings.base_url or f"http://localhost:{settings.port}"
    return base.accounts.passkeys(
        Site(settings.host_name or "localhost", settings.community, origin)
    )


@post("/sign-in/passkey/begin", sync_to_thread=True, rule="public", status_code=200)
def begin_sign_in(base: NamedDependency[KnowledgeBase]) -> Response[Ceremony]:
    """Options for the browser's sign-in dialogue, as JSON for static/passkey.js.

    They name nobody, and nothing is stored.
    """
    require_signing_in(base, "passkey")
    return Response(passkeys_of(base).sign_in_options())


@post("/sign-in/passkey", sync_to_thread=True, rule="public", status_code=200)
def sign_in(
    request: Request[Any, Any, Any],
    base: NamedDependency[KnowledgeBase],
    data: JSONBody[Answered],
) -> Response[Onward | Problem]:
    """Begin a session for the member whose passkey it is."""
    require_signing_in(base, "passkey")
    try:
        member = passkeys_of(base).sign_in(data.ticket, data.credential)
        if not has_joined(base, member):
            raise SignInRefused(UNKNOWN)
    except SignInRefused as error:
        return _refused(error)
    before = cookie_of(request, base) or None
    answer: Response[Onward | Problem] = Response(Onward(safe_path(data.next)))
    token = base.accounts.sessions.begin(member, "passkey", replacing=before)
    set_session(answer, request, base, member, token)
    return answer


@post("/account/passkeys/begin", sync_to_thread=True, rule="self", status_code=200)
def begin_adding(visit: NamedDependency[Visit]) -> Response[Ceremony]:
    """Options for the browser's dialogue that adds a passkey."""
    member = own_session(visit, "passkey").member
    name = visit.session.directory.names([member]).get(member, visit.base.settings.community)
    return Response(passkeys_of(visit.base).registration_options(member, name))


@post("/account/passkeys", sync_to_thread=True, rule="self", status_code=200)
def add(visit: NamedDependency[Visit], data: JSONBody[Answered]) -> Response[Onward | Problem]:
    """Store the new passkey."""
    own_session(visit, "passkey")
    try:
        visit.session.credentials.add_passkey(
            passkeys_of(visit.base), data.ticket, data.credential, data.label
        )
    except REFUSALS as error:
        return _refused(error)
    return Response(Onward("/account?done=passkey"))


@post("/account/passkeys/remove", sync_to_thread=True, rule="self")
def remove(visit: NamedDependency[Visit], data: FormBody) -> Redirect:
    """Remove a passkey."""
    own_session(visit, "passkey")
    visit.session.credentials.remove_passkey(passkeys_of(visit.base), typed(data, "passkey"))
    return see_other("/account", "unpasskey")


def _refused(error: KnowledgeBaseError) -> Response[Any]:
    return Response(Problem(str(error)), status_code=status_of(error), headers=headers_of(error))
