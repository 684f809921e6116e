"""What headings are called in links that lead to them, as parts of a page."""

import re
import unicodedata
from urllib.parse import unquote

from indexer.text.letters import composed


def slug(heading: str) -> str:
    """The words of a heading with hyphens between: "Let's go" is let-s-go."""
    return "-".join(re.findall(r"\w+", composed(heading).casefold()))


class Slugs:
    """What the headings of a page answer to, one after the other."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def of(self, heading: str) -> tuple[str, ...]:
        """Our slug of the next heading, and that of GitHub where it is another.

        GitHub leaves signs out ("Let's go" is lets-go), and numbers what is called the same.
        """
        ours = slug(heading)
        number = self._counts.get(ours, 0)
        self._counts[ours] = number + 1
        said = dict.fromkeys((ours, slug(re.sub(r"[^\w\s-]", "", heading))))
        return tuple(f"{each}-{number}" if number else each for each in said if each)


def part_slug(part: str) -> str:
    """The slug in the part of a link, what stands behind its #; of parts of parts the last one."""
    return slug(unquote(part).rpartition("#")[2].replace("-", " "))


def letters(part: str) -> str:
    """The letters and digits of a heading or part alone: by them slugs of all tools are equal."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", part.casefold())))
