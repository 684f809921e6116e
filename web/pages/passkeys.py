"""Passkeys: what the browser's own dialogue needs, and what becomes of its answer."""

from kb import KnowledgeBase
from kb.accounts.passkeys import Passkeys, Site


def passkeys_of(base: KnowledgeBase) -> Passkeys:
    """The passkeys for the address of the settings."""
    settings = base.settings
    origin = settings.base_url or f"http://localhost:{settings.port}"
    return base.accounts.passkeys(
        Site(settings.host_name or "localhost", settings.community, origin)
    )
