"""Checks of Host, Origin and the shape of requests (DNS rebinding, CSRF, request smuggling)."""

import re
from collections.abc import Awaitable, Callable, Container
from http import HTTPStatus
from typing import Final

from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.exceptions import ClientException, NotFoundException
from litestar.types import ASGIApp, Receive, Scope, Send

from kb.messages import _
from kb.storage.settings import is_loopback
from web.errors import CrossSiteRequest
from web.protocol import LOCAL, LONG_HEAD
from web.requests import SAFE_METHODS

STATIC, ICON = "/static/", "/favicon.ico"

HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/?#@\[\]\\]+)(?::[0-9]{1,5})?")
"""A Host header: a name or an address, and perhaps a port."""

LONGEST_HEAD = 32_768
"""Limit of address and headers together, in bytes."""

PARAMETERS = 200
"""More parameters than any page has: a form that filters a list has three, up to 20 times each."""

OTHER_NAME = _("This server does not answer to that name: use the address that it was set up with.")

BY_PROXY: Final = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
"""Headers with which a proxy names its client."""

PASSED_ON = _(
    "This request came through another server, but nobody signs in here, so this machine alone is "
    "answered: set sign_in and base_url first."
)
TWO_LENGTHS = _(
    "The request gives its length twice, as Content-Length and by Transfer-Encoding: send one."
)
MANY_PARAMETERS = _(
    "An address has at most {parameters} parameters here; leave some out.", parameters=PARAMETERS
)

Refuse = Callable[[Exception, Scope, Receive, Send], Awaitable[None]]


def is_ours(path: str) -> bool:
    """Whether `path` is a static file, or the icon that browsers ask for.

    Anybody gets these, even if accounts or views cannot be read.
    """
    return path.startswith(STATIC) or path == ICON


class LongHead(ClientException):
    """Address and headers are longer than `LONGEST_HEAD`."""

    status_code = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__(LONG_HEAD, headers=headers)


class Doors:
    """Middleware that refuses foreign Host names (DNS rebinding) and cross-site changes (CSRF).

    It wraps the whole application, so that responses which Litestar makes without a handler are
    covered too. `names` are the server's host names; `loopback` also allows those of this
    machine; `proxied` allows requests through a proxy; `refuse` makes error responses.
    """

    def __init__(
        self,
        app: ASGIApp,
        names: Container[str],
        *,
        loopback: bool,
        proxied: bool,
        refuse: Refuse,
    ) -> None:
        self._app = app
        self._names = names
        self._loopback = loopback
        self._proxied = proxied
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer with 400, 403 or 404."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
        elif error := self._wrong(scope):
            await self._refuse(error, _plain(scope), receive, send)
        else:
            await self._app(scope, receive, send)

    def _wrong(self, scope: Scope) -> Exception | None:
        headers = Headers.from_scope(scope)
        return _out_of_shape(scope, headers) or self._from_elsewhere(scope, headers)

    def _from_elsewhere(self, scope: Scope, headers: Headers) -> Exception | None:
        host = headers.get("host", "")
        if not (scope.get(LOCAL) or self._is_ours(hostname(host).strip("[]").lower())):
            return ClientException(OTHER_NAME)
        if not (self._proxied or scope.get(LOCAL)) and any(name in headers for name in BY_PROXY):
            return ClientException(PASSED_ON)
        if scope["method"] not in SAFE_METHODS and from_elsewhere(headers, host):  # type: ignore[typeddict-item]
            return CrossSiteRequest()
        if "\0" in scope["path"] or not scope["path"].startswith("/"):
            # No route looks like that, and file systems refuse a NUL.
            return NotFoundException()
        return None

    def _is_ours(self, name: str) -> bool:
        return name in self._names or (self._loopback and is_loopback(name))


def hostname(host: str) -> str:
    """The name in a Host header, without its port; empty if it is malformed."""
    found = HOST.fullmatch(host)
    return found[1] if found else ""


def _out_of_shape(scope: Scope, headers: Headers) -> Exception | None:
    """The error for a malformed request, no matter who sends it."""
    if _head_of(scope) > LONGEST_HEAD:
        return LongHead(headers={"connection": "close"})
    if "content-length" in headers and "transfer-encoding" in headers:
        # A proxy may follow the other one and see a second request in the body (smuggling).
        return ClientException(TWO_LENGTHS, headers={"connection": "close"})
    if scope["query_string"].count(b"&") >= PARAMETERS:
        return ClientException(MANY_PARAMETERS)
    return None


def _head_of(scope: Scope) -> int:
    """Bytes of the head; h11 only checks heads that arrive in several pieces."""
    fields = sum(len(name) + len(value) + 4 for name, value in scope["headers"])
    path = (scope.get("raw_path") or b"").partition(b"?")[0]
    return fields + len(path) + len(scope["query_string"])


def _plain(scope: Scope) -> Scope:
    """`scope` without unreadable parts, for the error page."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
    path = scope["path"] if scope["path"].startswith("/") else "/"
    return {**scope, "headers": headers, "path": path}  # type: ignore[return-value]


def from_elsewhere(headers: Headers, host: str) -> bool:
    """Whether the browser says that the request comes from another site.

    Programs send neither header and pass: no page can make a browser omit both.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and origin not in (f"http://{host}", f"https://{host}")
