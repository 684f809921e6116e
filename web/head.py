"""HEAD answers wherever GET does (RFC 9110), without handlers of its own."""

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send


def taking_head(app: ASGIApp) -> ASGIApp:
    """`app`, but HEAD is handled as GET; the server, which knows better, leaves the body out."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["method"] == "HEAD":
            scope = scope.copy()
            scope["method"] = "GET"
        await app(scope, receive, send)

    return handle


async def allow_head(message: Message, _: Scope) -> None:
    """Name HEAD in Allow where GET is."""
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        allowed = headers.get("allow", "").split(", ")
        if "GET" in allowed:
            headers["allow"] = ", ".join(sorted({*allowed, "HEAD"}))
