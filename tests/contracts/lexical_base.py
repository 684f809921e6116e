"""What the tests of every full-text engine share: an engine by name, documents and questions."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.document import Filter
from indexer.lexical import LexicalDocument, LexicalIndex, open_lexical
from indexer.text.analysis import all_terms
from indexer.text.wanted import wanted

ALL = frozenset({"all"})
EVERYONE = Filter(audience=ALL)


def some_document(
    document_id: str,
    body: str = "",
    *,
    title: str = "",
    audience: frozenset[str] = ALL,
    keywords: tuple[str, ...] = (),
    names: tuple[str, ...] = (),
    **facets: str,
) -> LexicalDocument:
    """A document for everyone; facets as `kind="practice"`."""
    return LexicalDocument(
        id=document_id,
        terms=Counter(all_terms(" ".join((title, body, *keywords)))),
        audience=audience,
        names=names,
        facets={name: frozenset(value.split()) for name, value in facets.items()},
    )


def found(index: LexicalIndex, question: str, passing: Filter = EVERYONE) -> list[str]:
    """The ids that a question finds, sorted; all its terms weigh alike."""
    return sorted(index.propose(alike(question), passing, 1000))


def alike(question: str) -> dict[str, float]:
    """The terms of a question, each with the same weight."""
    return {term: float(count) for term, count in wanted(question).scored.items()}


class EngineContract:
    """Subclass with `engine` set, and `held` as the engine's own reader tells it."""

    engine: str

    def held(self, directory: Path) -> set[str]:
        """All words in the files in `directory`, also of what is marked as removed."""
        raise NotImplementedError

    @pytest.fixture
    def index(self, tmp_path: Path) -> Iterator[LexicalIndex]:
        index = self.open(tmp_path / "index")
        yield index
        index.close()

    def open(self, directory: Path, *, writable: bool = True) -> LexicalIndex:
        return open_lexical(self.engine, directory, writable=writable)
