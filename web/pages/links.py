"""URLs of our own pages."""

from urllib.parse import quote

from web.anchors import place_anchor


def entry_url(entry_id: str) -> str:
    """The page of an entry."""
    return f"/entries/{quote(entry_id, safe='')}"


def section_url(entry_id: str, heading: str, place: str) -> str:
    """The URL of a heading on an entry's page; `place` is that of `indexer.document.Part`."""
    if not heading:
        return entry_url(entry_id)
    return f"{entry_url(entry_id)}#{quote(place_anchor(place))}"
