"""Security headers for every response: no foreign content, no inline scripts."""

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

from web.errors import is_api

HEADERS: dict[str, str] = {
    "content-security-policy": "default-src 'self'; base-uri 'none'; object-src 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
"""For every response. With `no-referrer`, browsers would hide the Origin of our own forms too."""

OVER_HTTPS: dict[str, str] = {"strict-transport-security": "max-age=31536000"}
"""Added where members use https: browsers then use nothing else for a year."""

OF_PROGRAMS: dict[str, str] = {
    "cache-control": "private, no-store",
    "vary": "Cookie, Authorization",
}
"""Added to responses of the JSON interface, which differ by principal."""


class AddHeaders:
    """Hook that adds the headers which a response does not set itself."""

    def __init__(self, *, secure: bool) -> None:
        self._headers = HEADERS | (OVER_HTTPS if secure else {})

    async def __call__(self, message: Message, scope: Scope) -> None:
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            sent = self._headers | (OF_PROGRAMS if is_api(scope["path"]) else {})
            for name, value in sent.items():
                headers.setdefault(name, value)
