"""Ids of elements that links on a page lead to."""

from kb.entries.headings import part_slug, slug


def anchor(heading: str) -> str:
    """Element id for a heading."""
    return f"s-{slug(heading)}"


def part_anchor(part: str) -> str:
    """Element id for the fragment of a link; empty for the whole page."""
    return f"s-{part_slug(part)}" if part.strip("#") else ""


def place_anchor(place: int | str) -> str:
    """Element id for a section number, or for the `place` of an `indexer.document.Part`.

    The properties of an entry count as a section called "properties".
    """
    return f"at-{place}"
