"""Slugs: names of headings in links to parts of a page."""

import re
import unicodedata
from urllib.parse import unquote

from indexer.text.letters import composed


def slug(heading: str) -> str:
    """The words of a heading joined by hyphens: "Let's go" is let-s-go."""
    return "-".join(re.findall(r"\w+", composed(heading).casefold()))


class Slugs:
    """The slugs of the headings of a page, taken in order."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def of(self, heading: str) -> tuple[str, ...]:
        """Our slug of the next heading, and that of GitHub if it differs.

        GitHub leaves punctuation out ("Let's go" is lets-go), and numbers duplicates.
        """
        ours = slug(heading)
        number = self._counts.get(ours, 0)
        self._counts[ours] = number + 1
        said = dict.fromkeys((ours, slug(re.sub(r"[^\w\s-]", "", heading))))
        return tuple(f"{each}-{number}" if number else each for each in said if each)


def part_slug(part: str) -> str:
    """The slug in the fragment of a link; of a nested fragment, that of the last part."""
    return slug(unquote(part).rpartition("#")[2].replace("-", " "))


def letters(part: str) -> str:
    """The letters and digits of a heading or fragment, in which the slugs of all tools agree."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", part.casefold())))
