"""The language of pages: the one that a browser asks for, of those that there are."""

from typing import Any

from litestar import Request

from kb.messages import chosen


def language_of(request: Request[Any, Any, Any]) -> str:
    """The language of the pages that `request` gets."""
    return chosen(request.headers.get("accept-language", ""))
