"""What of a file that is taken does not stand in its entry, for the row of the report."""

from collections import Counter
from enum import StrEnum
from itertools import starmap

from kb.importers.signs import without_signs


class Why(StrEnum):
    """Why something is left out, or not as it was written."""

    EMPTY = "Fields without a value"
    SITE = "What steers a website"
    MARKS = "Marks of other tools"
    CODE = "Code of a page"
    COMMENTS = "Comments"
    UNSEEN = "Hidden from readers"
    PICTURES = "Pictures"
    PERSONS = "Names of persons"
    REDIRECTS = "Redirects"
    TWICE = "Said twice"
    SEEN = "Who sees it"
    CHANGED = "Taken otherwise"


class Remarks:
    """Collects them while a file is read; what is told again stands once, with how often."""

    def __init__(self) -> None:
        self.comments: list[str] = []
        """Those of the text, as they are written, and heads that only programs read."""
        self.said: dict[Why, Counter[str]] = {}
        """What is told for each reason, and how often."""

    def add(self, why: Why, what: str) -> None:
        """Tell that `what` is left out."""
        told = " ".join(without_signs(what).split())
        if told:
            self.said.setdefault(why, Counter())[told] += 1

    def take(self, other: "Remarks") -> None:
        """Tell what `other` tells as well."""
        for why, told in other.said.items():
            self.said.setdefault(why, Counter()).update(told)

    def has(self, why: Why) -> bool:
        """Whether something is left out for that reason."""
        return why in self.said

    def all(self) -> tuple[str, ...]:
        """A line for each reason, with all that it holds for."""
        return tuple(
            f"{why}: {'; '.join(starmap(_counted, self.said[why].items()))}"
            for why in Why
            if why in self.said
        )


def _counted(told: str, times: int) -> str:
    return told if times == 1 else f"{told} ({times} times)"
