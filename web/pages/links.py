"""Addresses within our own pages, in one place."""

from urllib.parse import quote

from web.anchors import anchor


def entry_url(entry_id: str) -> str:
    """The page of an entry."""
    return f"/entries/{quote(entry_id, safe='')}"


def section_url(entry_id: str, heading: str) -> str:
    """A section on the page of an entry."""
    return f"{entry_url(entry_id)}#{quote(anchor(heading))}" if heading else entry_url(entry_id)
