"""Keeps other sites out, and tells browsers what our own pages may do."""

from collections.abc import Awaitable, Callable, Container
from typing import Final

from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.exceptions import ClientException, NotFoundException
from litestar.types import ASGIApp, Receive, Scope, Send

from kb.settings import is_loopback
from web.errors import CrossSiteRequest
from web.protocol import LOCAL

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

OTHER_NAME = "This server does not answer to that name: use the address that it was set up with."

BY_PROXY: Final = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
"""Headers by which a proxy tells for whom it asks."""

PASSED_ON = (
    "This request came through another server, but nobody signs in here, so this machine alone is "
    "answered: set sign_in and base_url first."
)

Refuse = Callable[[Exception, Scope, Receive, Send], Awaitable[None]]


class Doors:
    """Refuses names that are not this server's (DNS rebinding), and changes asked for elsewhere.

    It stands around the whole application: what Litestar answers without a handler comes through
    here as well. `names` are the names of the server beside those of this machine, which `loopback`
    lets in; `proxied` lets in what another server passes on; `refuse` makes the answer of an error.
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
            return
        headers = Headers.from_scope(scope)
        host = headers.get("host", "")
        if not (scope.get(LOCAL) or self._is_ours(hostname(host).strip("[]").lower())):
            await self._refuse(ClientException(OTHER_NAME), scope, receive, send)
        elif not (self._proxied or scope.get(LOCAL)) and any(name in headers for name in BY_PROXY):
            await self._refuse(ClientException(PASSED_ON), scope, receive, send)
        elif scope["method"] not in SAFE_METHODS and from_elsewhere(headers, host):
            await self._refuse(CrossSiteRequest(), scope, receive, send)
        elif "\0" in scope["path"]:
            # No address of ours has one, and no file system takes one.
            await self._refuse(NotFoundException(), scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _is_ours(self, name: str) -> bool:
        return name in self._names or (self._loopback and is_loopback(name))


def hostname(host: str) -> str:
    """The name in a Host header, without its port."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def from_elsewhere(headers: Headers, host: str) -> bool:
    """Whether a browser says that the request comes from a page that is not ours.

    Programs send neither header and are let through: no page can make a browser leave both out.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and origin not in (f"http://{host}", f"https://{host}")
