"""Names of places on a page."""

import re


def anchor(heading: str) -> str:
    """A heading as the id of an element."""
    return "s-" + "-".join(re.findall(r"\w+", heading.casefold()))
