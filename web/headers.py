"""What every answer carries, so that a browser stays at home and runs nothing of others."""

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
"""Sent with every answer. Without any referrer the Origin of our own forms would be hidden too."""

OVER_HTTPS: dict[str, str] = {"strict-transport-security": "max-age=31536000"}
"""Sent as well where members come over https: browsers ask no other way for a year."""


OF_PROGRAMS: dict[str, str] = {
    "cache-control": "private, no-store",
    "vary": "Cookie, Authorization",
}
"""Sent with what the JSON interface answers, since each principal is told something else."""


class AddHeaders:
    """Tells the browser to load nothing from elsewhere and to run nothing inline."""

    def __init__(self, *, secure: bool) -> None:
        self._headers = HEADERS | (OVER_HTTPS if secure else {})

    async def __call__(self, message: Message, scope: Scope) -> None:
        """Add to an answer what it does not say itself."""
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            sent = self._headers | (OF_PROGRAMS if is_api(scope["path"]) else {})
            for name, value in sent.items():
                headers.setdefault(name, value)
