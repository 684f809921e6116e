"""Which documents say what a question does, by their texts.

Only documents that have all its words are read, the best by words first, and no more passages of
them than one question may cost.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from indexer.document import Filter
from indexer.ranking.bm25 import Statistics
from indexer.resident.memory import Memory
from indexer.resident.vectors import Vectors
from indexer.stored.rows import Known, Line, StoredDocument
from indexer.text.sayings import Saying

DOCUMENTS, PASSAGES = 1_000, 4_000
"""How many that have all words are looked at, and how many of their passages."""

KEPT = 100
"""How many documents that say it are told, at most."""


class Told(NamedTuple):
    """How much a document says, and the number of the passage that does; None for its title.

    `signed` tells that it has signs as they are typed.
    """

    level: int
    passage: int | None
    signed: bool = False


class Texts(Protocol):
    """What is stored of passages; see `indexer.stored.passage_store`."""

    def lines(self, numbers: Sequence[int], holds: str) -> Sequence[Line]:
        """Those of the passages with `holds` in text, heading or title, A to Z in any case."""
        ...


def said(
    sayings: Sequence[Saying],
    known: Statistics,
    weights: Mapping[str, float],
    question: Vectors,
    filter: Filter,
    memory: Memory,
    stored: Texts,
) -> dict[str, Told]:
    """The documents that say any of the `sayings`, each with the most that it does.

    Of several passages that say it the nearest to the question is told. `known` has the terms of
    the sayings.
    """

    def read(saying: Saying) -> tuple[Sequence[StoredDocument], Sequence[Line]]:
        """The documents that may say it, and their passages."""
        needs = [each for each in saying.needs if all(map(known.frequencies.get, each))]
        documents = memory.holding(needs, weights, filter, DOCUMENTS) if needs else []
        passages = [
            each.number
            for one in documents
            for each in (one.passages if saying.is_read else (*one.passages, *one.unread))
        ]
        return documents, stored.lines(passages[:PASSAGES], saying.holds) if passages else ()

    found: dict[str, Told] = {}
    levels = [(saying.at(known.frequencies), saying) for saying in sayings]
    texts: dict[object, tuple[Sequence[StoredDocument], Sequence[Line]]] = {}
    for level, saying in sorted(levels, key=lambda each: -each[0]):
        may = saying.needs, saying.holds, saying.is_read
        documents, lines = texts[may] = texts.get(may) or read(saying)
        told = _told(saying, (line for line in lines if line.document_id not in found))
        names = [one.id for one in documents if one.id in told][:KEPT]
        nearest = memory.nearest(question, names) if names else ()
        found |= {
            name: Told(level, _first(each, told[name]), saying.signed)
            for name, each in zip(names, nearest, strict=True)
        }
    return found


def _told(saying: Saying, lines: Iterable[Line]) -> dict[str, set[int]]:
    """The passages of each document that say it, none for one whose title alone does."""
    found: dict[str, set[int]] = {}
    titles: dict[str, bool] = {}
    for line in lines:
        if _says(saying, line) or any(saying.places(line.heading)):
            found.setdefault(line.document_id, set()).add(line.number)
        elif line.document_id not in titles:
            titles[line.document_id] = any(saying.places(line.title))
    return {name: set() for name, whether in titles.items() if whether} | found


def _says(saying: Saying, line: Line) -> bool:
    """Whether it stands in the text, or begins there and ends behind it."""
    over = saying.places(line.text + line.after) if line.after else ()
    return any(saying.places(line.text)) or any(start < len(line.text) for start, _ in over)


def _first(passages: Sequence[Known], among: set[int]) -> int | None:
    return next((each.number for each in passages if each.number in among), None)
