"""The language of pages: the member's own, else the one that a browser asks for."""

from typing import Any

from litestar import Request

from kb.messages import chosen
from web.visit import Visit


def language_of(request: Request[Any, Any, Any], visit: Visit) -> str:
    """The language for the pages of `request`, whose visit is `visit`."""
    asked = request.headers.get("accept-language", "")
    return visit.principal.language or chosen(asked, visit.base.settings.lang)
