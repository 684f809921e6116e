"""What every answer carries, so that a browser stays at home and runs nothing of others."""

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

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


class AddHeaders:
    """Tells the browser to load nothing from elsewhere and to run nothing inline."""

    def __init__(self, *, secure: bool) -> None:
        self._headers = HEADERS | (OVER_HTTPS if secure else {})

    async def __call__(self, message: Message, scope: Scope) -> None:
        """Add to an answer what it does not say itself."""
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            for name, value in self._headers.items():
                headers.setdefault(name, value)
