"""Finds the passage under the heading that a question names.

Other passages have its words too, often more of them, as the heading is only one line.
"""

from collections.abc import Container, Mapping, Sequence
from typing import Protocol

from indexer.stored.rows import Fetched, Line
from indexer.text.analysis import name_key
from indexer.text.names import likeness
from indexer.text.said import PASSAGES
from indexer.text.sayings import certain

LONGEST = 200
"""The most characters of a question that may be a heading."""


class Stored(Protocol):
    """Reads stored passages; see `indexer.stored.passage_store`."""

    def fetch(self, numbers: Sequence[int]) -> Mapping[int, Fetched]:
        """The passages with these numbers; missing ones are left out."""
        ...

    def lines(self, numbers: Sequence[int], holds: str) -> Sequence[Line]:
        """The passages with `holds` in text, heading or title; the case of A to Z is ignored."""
        ...


def headed(
    question: str,
    documents: Mapping[int, Sequence[int]],
    signed: Container[int],
    stored: Stored,
) -> dict[int, int]:
    """The number of each document's passage whose heading is the question, where there is one.

    `documents` maps each to the numbers of its passages; of equally good ones the first is taken.
    In the `signed` ones another passage has the signs of the question as typed, so a heading counts
    only if it has these signs too.
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
