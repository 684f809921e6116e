"""Authentication by session cookie, token or local socket; `web.settled` says when it happens."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from ipaddress import ip_address, ip_network
from secrets import token_bytes
from threading import Event
from typing import TYPE_CHECKING, Any

from litestar import Request, Response
from litestar.datastructures import Headers
from litestar.exceptions import ClientException
from litestar.types import Scope
from msgspec import Struct, field, structs

from kb import KnowledgeBase, Session, access
from kb.access import Principal
from kb.access import Scope as TokenScope
from kb.accounts.attempts import Attempts, Delays, Few
from kb.accounts.sessions import SessionInfo, form_value
from kb.clock import utc_now
from kb.errors import NotFound
from kb.messages import _
from kb.storage.local_socket import MEMBER_HEADER
from web.errors import is_api
from web.line import OF_ONE, Line
from web.protocol import LOCAL
from web.requests import SAFE_METHODS

if TYPE_CHECKING:
    from kb.accounts.oidc import OpenIdProvider

UNNAMED = _("a member")
"""Name of a member for viewers who may not know more."""

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="tributary"'}

SEARCHES, SEARCH_SECONDS = 60, 0.5
"""Burst of searches for a person or a token, and the seconds after which one more is allowed."""

OPENING_SECONDS = 30.0
"""How long a request waits for a base that is being reopened."""


class BadToken(ClientException):
    """The Authorization header has no valid token."""

    status_code = 401
    code = "bad-token"

    def __init__(self) -> None:
        super().__init__(
            _(
                "This token is not known, was revoked or has expired: "
                "make another one on your page."
            ),
            headers=CHALLENGE,
        )


class Limits(Struct, frozen=True):
    """Rate limits for signing in, for one name, and for searches, and the queues.

    `few` counts the tries that a name has left at an address that has none. `line` is the queue
    for password checks, `provider` the one for requests to the OpenID provider; `searches` and
    `reads` are the queues for heavy work, one request of each person at a time.
    """

    address: Attempts
    name: Delays
    search: Attempts
    few: Few
    line: Line = field(default_factory=Line)
    provider: Line = field(default_factory=Line)
    searches: Line = field(
        default_factory=lambda: _costly(_("Too many searches wait at this moment"))
    )
    reads: Line = field(
        default_factory=lambda: _costly(_("Too many pages are being made at this moment"))
    )


def _costly(refusal: str) -> Line:
    return Line(of_one=OF_ONE, refusal=refusal)


def usual_limits() -> Limits:
    """The default limits; docs/members/signing-in.md documents them."""

    def attempts(burst: int, every: float) -> Attempts:
        return Attempts(burst, timedelta(seconds=every), clock=utc_now, random=token_bytes)

    name = Delays(
        8, timedelta(seconds=30), timedelta(minutes=15), clock=utc_now, random=token_bytes
    )
    few = Few(3, timedelta(hours=1), clock=utc_now)
    return Limits(attempts(600, 0.5), name, attempts(SEARCHES, SEARCH_SECONDS), few)


class Visit(Struct, frozen=True):
    """One authenticated request: the base, the principal's session, and the credentials.

    `cookie` is the secret of `signed_in`; `token` is the id of a token, `scopes` are its scopes,
    None without one. `address` is the client's, if known; see `one_place`.
    """

    base: KnowledgeBase
    session: Session
    signed_in: SessionInfo | None = None
    cookie: str = ""
    scopes: frozenset[TokenScope] | None = None
    address: str = ""
    token: str = ""

    @property
    def principal(self) -> Principal:
        """Who asks."""
        return self.session.principal

    @property
    def known(self) -> bool:
        """Whether the principal is authenticated, or need not be."""
        settled = self.signed_in is not None or self.scopes is not None
        return settled or not self.address or not self.base.settings.ways

    @property
    def form_token(self) -> str:
        """The CSRF token for forms of this session; empty without one."""
        return form_value(self.cookie) if self.signed_in else ""


class Visits:
    """Authenticates requests. If nobody signs in here, everybody acts as `base.session`."""

    def __init__(
        self, base: KnowledgeBase, limits: Limits, openid: "OpenIdProvider | None" = None
    ) -> None:
        self._opened = Event()
        self._opened.set()
        self.serve(base, limits, openid)

    def serve(
        self, base: KnowledgeBase, limits: Limits, openid: "OpenIdProvider | None" = None
    ) -> None:
        """Serve `base` from the next request on; its settings must be like the previous base's.

        `openid` replaces the provider of the settings.
        """
        self.base = base
        self.limits = limits
        self.openid = openid

    def reopen(self) -> None:
        """Reopen the base while requests wait. Raises `DataDirectoryError`."""
        self._opened.clear()
        try:
            self.serve(self.base.reopened(), self.limits, self.openid)
        finally:
            self._opened.set()

    @property
    def nobody(self) -> Visit:
        """An anonymous visitor who sees nothing."""
        return self._as(self.base.session, access.anonymous(world=False))

    def of(
        self, scope: Scope, kept: Callable[[Session], Session] = lambda session: session
    ) -> Visit:
        """Authenticate `scope`; `kept` gives the session's snapshot. Raises `BadToken`."""
        self._opened.wait(OPENING_SECONDS)
        now = kept(self.base.session)
        headers = Headers.from_scope(scope)
        if scope.get(LOCAL):
            return self._beside(now, headers.get(MEMBER_HEADER))
        client = scope.get("client")
        address = one_place(client[0]) if client else ""
        if not self.base.settings.ways:
            return self._as(now, _served(now), address=address)
        if (authorization := headers.get("authorization")) is not None:
            return self._by_token(now, authorization, address)
        # A cookie, which browsers send by themselves, allows no changes over the JSON interface.
        if is_api(scope["path"]) and scope["method"] not in SAFE_METHODS:  # type: ignore[typeddict-item]
            return self._nobody(now, address)
        return self._by_cookie(now, scope, address)

    def _beside(self, now: Session, member: str | None) -> Visit:
        """A visit through the local socket, whose user names the member to act as."""
        if member is None:
            return self._as(now, _served(now))
        if member == access.OPERATOR:
            return self._as(now, access.operator())
        return self._as(now, now.directory.principal(member))

    def _by_token(self, now: Session, authorization: str, address: str) -> Visit:
        scheme, _, secret = authorization.partition(" ")
        token = self.base.accounts.tokens.check(secret.strip())
        if scheme.lower() != "bearer" or token is None:
            raise BadToken
        try:
            member = now.directory.principal(token.member)
        except NotFound:
            raise BadToken from None
        principal = structs.replace(member, scopes=frozenset(token.scopes))
        return self._as(now, principal, scopes=token.scopes, address=address, token=token.id)

    def _by_cookie(self, now: Session, scope: Scope, address: str) -> Visit:
        cookie = cookie_of(Request(scope), self.base)
        signed_in = self.base.accounts.sessions.member_of(cookie) if cookie else None
        if signed_in is None:
            return self._nobody(now, address)
        try:
            principal = now.directory.principal(signed_in.member)
        except NotFound:
            return self._nobody(now, address)
        return self._as(now, principal, signed_in=signed_in, cookie=cookie, address=address)

    def _nobody(self, now: Session, address: str) -> Visit:
        return self._as(now, now.directory.anonymous(), address=address)

    def _as(self, now: Session, principal: Principal, **known: Any) -> Visit:
        return Visit(self.base, now.as_(principal), **known)


def _served(now: Session) -> Principal:
    """The principal as whom everybody acts where nobody signs in, with current roles."""
    principal = now.principal
    if principal.member is None or access.is_operator(principal):
        return principal
    try:
        return now.directory.principal(principal.member)
    except NotFound:
        return now.directory.anonymous()


def one_place(address: str) -> str:
    """The address that limits count by: of IPv6 the /64 network, which one customer has."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    return str(found.ipv4_mapped or ip_network((found, 64), strict=False))


def cookie_name(base: KnowledgeBase) -> str:
    """The name of the session cookie; with https, its prefix ties it to the host."""
    return "__Host-tributary" if base.settings.secure else "tributary"


def cookie_of(request: Request[Any, Any, Any], base: KnowledgeBase) -> str:
    """The secret in the session cookie; empty without one."""
    cookies: Mapping[str, str] = request.cookies
    return cookies.get(cookie_name(base), "")


def set_cookie(
    answer: Response[Any], base: KnowledgeBase, name: str, value: str, seconds: int
) -> None:
    """Set a cookie that scripts cannot read; 0 `seconds` delete it.

    Deleting needs the same attributes, or browsers refuse to touch a secure cookie. It is lax, as
    browsers would not send a strict one on the way back from an OpenID provider.
    """
    answer.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        httponly=True,
        secure=base.settings.secure,
        samesite="lax",
    )


def visit_of(request: Request[Any, Any, Any]) -> Visit:
    """The visit that authentication put into `request`."""
    visit: Visit = request.auth
    return visit
