"""Names of places on a page."""

from kb.entries.headings import part_slug, slug


def anchor(heading: str) -> str:
    """A heading as the id of an element."""
    return f"s-{slug(heading)}"


def part_anchor(part: str) -> str:
    """What stands behind the # of a link as the id of an element; nothing means the page."""
    return f"s-{part_slug(part)}" if part.strip("#") else ""


def place_anchor(place: int | str) -> str:
    """A section by its number, or a heading in its text as `indexer.document.Part` has its place.

    The properties of an entry are a section as well, of that name.
    """
    return f"at-{place}"
