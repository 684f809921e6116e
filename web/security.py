"""Keeps other sites out of a server that trusts whoever sits at this machine."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final

from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.exceptions import ClientException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from web.errors import CrossSiteRequest

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS: Mapping[str, str] = {
    "content-security-policy": "default-src 'self'; base-uri 'none'; object-src 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
"""Sent with every answer. Without any referrer the Origin of our own forms would be hidden too."""


class LoopbackOnly(ASGIMiddleware):
    """Refuses other names than this machine's (DNS rebinding) and changes asked for elsewhere."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Pass the request on, or raise what becomes a 400 or 403."""
        headers = Headers.from_scope(scope)
        host = headers.get("host", "")
        if not is_loopback(hostname(host).strip("[]")):
            raise ClientException("This server answers to localhost and loopback addresses only.")
        method = scope["method"]  # type: ignore[typeddict-item]  # `scopes` lets HTTP in alone
        if method not in SAFE_METHODS and from_elsewhere(headers, host):
            raise CrossSiteRequest
        await next_app(scope, receive, send)


def is_loopback(host: str) -> bool:
    """Whether `host`, localhost or an address, can be reached from this machine alone.

    No other name is taken: whoever owns a name can point it at this machine.
    """
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


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


async def add_headers(message: Message, scope: Scope) -> None:
    """Tell the browser to load nothing from elsewhere and to run nothing inline."""
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
