"""Finds the documents whose text says what a question says, sign by sign or word for word.

Only documents with all its words are read, the best by BM25 first, up to a fixed number of
passages.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from indexer.document import Filter
from indexer.ranking.bm25 import Statistics
from indexer.resident.memory import Memory
from indexer.resident.vectors import Vectors
from indexer.stored.rows import Known, Line, StoredDocument
from indexer.text.sayings import Saying

DOCUMENTS, PASSAGES = 1_000, 4_000
"""The most documents with all words, and the most of their passages, that are read."""

KEPT = 100
"""The most documents returned for one saying."""


class Told(NamedTuple):
    """The level of a document, and the number of the passage that says it; None for its title.

    `signed`: the signs of the question stand there as typed.
    """

    level: int
    passage: int | None
    signed: bool = False


class Texts(Protocol):
    """Reads texts of stored passages; see `indexer.stored.passage_store`."""

    def lines(self, numbers: Sequence[int], holds: str) -> Sequence[Line]:
        """The passages with `holds` in text, heading or title; the case of A to Z is ignored."""
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
    """The documents that say any of the `sayings`, by id, each at its highest level.

    Of several passages that say it, the one nearest to the question. `known` covers the terms of
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
    """The numbers of the passages that say it, by document; none if only the title does."""
    found: dict[str, set[int]] = {}
    titles: dict[str, bool] = {}
    may_say = saying.finder()  # most texts have none of it, and each of `places` costs far more
    for line in lines:
        if _says(saying, line, may_say) or (
            may_say(line.heading) and any(saying.places(line.heading))
        ):
            found.setdefault(line.document_id, set()).add(line.number)
        elif line.document_id not in titles:
            title = line.title
            titles[line.document_id] = bool(may_say(title)) and any(saying.places(title))
    return {name: set() for name, whether in titles.items() if whether} | found


def _says(saying: Saying, line: Line, may_say: Callable[[str], object]) -> bool:
    """Whether the text says it, or its beginning and `after` the rest."""
    if may_say(line.text) and any(saying.places(line.text)):
        return True
    whole = line.text + line.after if line.after else ""
    return bool(may_say(whole)) and any(start < len(line.text) for start, _ in saying.places(whole))


def _first(passages: Sequence[Known], among: set[int]) -> int | None:
    return next((each.number for each in passages if each.number in among), None)
