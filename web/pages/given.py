"""What is made for one and shown this once: a token, or a link that works once."""

from collections.abc import Callable

from litestar import Response
from msgspec import Struct

from kb.errors import KnowledgeBaseError
from kb.one_time_links import OneTimeLink
from kb.people.member import Standing
from web.pages.shell import Pages


class Made(Struct, frozen=True):
    """A new token's name and its secret."""

    name: str
    secret: str


class GivenPage(Struct, frozen=True, kw_only=True):
    """A token or a link for a member of this standing, and the page `onward`."""

    made: Made | None = None
    link: OneTimeLink | None = None
    standing: Standing = "joined"
    onward: str


def shown_once(
    pages: Pages, page: Callable[[], Response[str]], given: GivenPage, at: str
) -> Response[str]:
    """`page`, which shows what is given; that alone where the page cannot be read now.

    It is made already, and nobody could see it later.
    """
    try:
        return page()
    except KnowledgeBaseError:
        return pages.render("given.html", given, at=at)
