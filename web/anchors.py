"""Names of places on a page."""

import re


def anchor(heading: str) -> str:
    """A heading as the id of an element."""
    return "s-" + "-".join(re.findall(r"\w+", heading.casefold()))


def place_anchor(section: int | str, heading: str = "") -> str:
    """A section by its number, or a heading within its text, as the id of an element.

    The properties of an entry are a section as well, of that name.
    """
    return f"at-{section}{anchor(heading)[1:] if heading else ''}"
