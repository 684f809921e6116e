"""Addresses of links that work once."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from kb.accounts.links import Purpose
    from kb.session import Session
    from kb.storage.settings import Settings

PAGES: "dict[Purpose, tuple[str, int]]" = {
    "first-steward": ("welcome", 14),
    "invitation": ("join", 14),
    "sign-in": ("enter", 1),
}
"""Purpose -> the page that its link opens, and the days for which that is valid."""


class OneTimeLink(Struct, frozen=True):
    """A link, the id of its member, and until when it can be used."""

    id: str
    link: str
    expires_at: datetime


def one_time_link(
    session: "Session",
    settings: "Settings",
    purpose: "Purpose",
    member: str,
    served: str | None = None,
) -> OneTimeLink:
    """Make a link for `member`; earlier ones for the same purpose become void.

    `served` is the address of the pages, unless the settings name one.
    """
    from events.clock import utc_now

    page, days = PAGES[purpose]
    expires_at = utc_now() + timedelta(days=days)
    secret = session.credentials.make_link(purpose, member, expires_at)
    here = served or f"http://{settings.host}:{settings.port}"
    return OneTimeLink(member, f"{settings.base_url or here}/{page}/{secret}", expires_at)
