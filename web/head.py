"""HEAD answers wherever GET does (RFC 9110), without handlers of its own."""

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, Message, Receive, Scope, Send


def taking_head(app: ASGIApp) -> ASGIApp:
    """`app` with HEAD handled as GET; the server omits the body."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["method"] == "HEAD":
            handled = scope.copy()
            handled["method"] = "GET"
            await app(handled, receive, send)
            scope["path_template"] = handled.get("path_template", "")
        else:
            await app(scope, receive, send)

    return handle


async def allow_all(message: Message, scope: Scope) -> None:
    """Add HEAD to an Allow header that has GET, and for OPTIONS the methods of every handler."""
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        if "allow" in headers:
            allowed = {*headers["allow"].split(", "), *_asked_for(scope)}
            if "GET" in allowed:
                allowed.add("HEAD")
            headers["allow"] = ", ".join(sorted(allowed))


def _asked_for(scope: Scope) -> set[str]:
    """All methods of the address, for OPTIONS; Litestar's own answer has one handler's only."""
    if scope["type"] != ScopeType.HTTP or scope["method"] != "OPTIONS":
        return set()
    return {
        method
        for route in scope["litestar_app"].routes
        if isinstance(route, HTTPRoute) and route.path_format == scope["path_template"]
        for method in route.methods
    }
