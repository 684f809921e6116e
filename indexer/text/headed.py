"""Which passage of a document stands under the heading that a question names.

Others have its words as well, often more of them: the heading itself is one line of a passage.
"""

from collections.abc import Container, Mapping, Sequence
from typing import Protocol

from indexer.stored.rows import Fetched, Line
from indexer.text.analysis import name_key
from indexer.text.names import likeness
from indexer.text.said import PASSAGES
from indexer.text.sayings import certain

LONGEST = 200
"""Characters of a question that may be a heading."""


class Stored(Protocol):
    """What is stored of passages; see `indexer.stored.passage_store`."""

    def fetch(self, numbers: Sequence[int]) -> Mapping[int, Fetched]:
        """The passages with these numbers that are there."""
        ...

    def lines(self, numbers: Sequence[int], holds: str) -> Sequence[Line]:
        """Those of the passages with `holds` in text, heading or title, A to Z in any case."""
        ...


def headed(
    question: str,
    documents: Mapping[int, Sequence[int]],
    signed: Container[int],
    stored: Stored,
) -> dict[int, int]:
    """The passage of each document that has a heading which is the question, where one has.

    `documents` are the numbers of their passages; the first of those that are so alike is taken.
    Of those that are `signed` another passage has the signs of the question as they are typed, so
    that a heading without these is no more than alike.
    """
    numbers = [number for each in documents.values() for number in each][:PASSAGES]
    if not numbers or len(question) > LONGEST:
        return {}
    key, numbered = name_key(question), any(map(str.isdigit, question))  # as a version is
    may = [
        line.number
        for line in stored.lines(numbers, certain(question))
        # Further headings are lines of the text; what else is such a line has no part of its own.
        if any(
            name_key(each) == key or (numbered and likeness(question, each))
            for each in (line.heading, *line.text.split("\n"))
        )
    ]
    alike = {
        number: max(likeness(question, part.heading) for part in one.passage.parts)
        for number, one in stored.fetch(may).items()
    }
    best = {
        name: max(each, key=lambda number: alike.get(number, 0))
        for name, each in documents.items()
        if each
    }
    return {
        name: number for name, number in best.items() if alike.get(number, 0) > (name in signed)
    }
