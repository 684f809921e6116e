"""Links that work once, whole, opened in a browser."""

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
"""The page that each purpose leads to, and for how many days a link can be used."""


class OneTimeLink(Struct, frozen=True):
    """For whom a link is, the link, and until when it can be used."""

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
    """A new link for `member`; those made before for the same purpose work no longer.

    `served` is where the pages are, unless the settings name an address.
    """
    from events.clock import utc_now

    page, days = PAGES[purpose]
    expires_at = utc_now() + timedelta(days=days)
    secret = session.credentials.make_link(purpose, member, expires_at)
    here = served or f"http://{settings.host}:{settings.port}"
    return OneTimeLink(member, f"{settings.base_url or here}/{page}/{secret}", expires_at)
