"""A reranker orders the first of a ranking and moves them past nothing else."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.document import Document, Filter, Section
from indexer.embedding.reranker import Reranker
from indexer.embedding.testing import HashEmbedder
from indexer.index import HybridIndex
from indexer.ranking.reranking import RERANKED
from indexer.text.analysis import distinct
from tests.contracts.reranker import RerankerContract

EVERYONE = Filter(audience=frozenset({"all"}))


class SharedWords:
    """Counts the words of the question that a passage has; remembers what it read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float64]:
        self.read += passages
        asked = {*distinct(question)}
        return np.array([len(asked & {*distinct(each)}) for each in passages], np.float64)


class Backwards(SharedWords):
    """Likes best what has least."""

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float64]:
        return -super().scores(question, passages)


class TestSharedWords(RerankerContract):
    @pytest.fixture
    def reranker(self) -> Reranker:
        return SharedWords()


def documents(count: int) -> list[Document]:
    """The later one, the more of the words that questions here ask for."""
    words = ["amber", "birch", "cedar", "dogwood", "elder"]
    return [
        Document(
            id=f"d{number:02}",
            title=f"Note {number}",
            sections=(Section("", f"{' '.join(words[: 1 + number % 4])} stood by the river."),),
            audience=EVERYONE.audience,
        )
        for number in range(count)
    ]


def found(place: Path, question: str, reranker: Reranker | None, count: int = 8) -> list[str]:
    def fill(index: HybridIndex) -> None:
        index.put(documents(count))
        index.commit(1)

    with HybridIndex.build(place, HashEmbedder(), fill, reranker=reranker) as index:
        return [hit.document_id for hit in index.search(question, EVERYONE, limit=count)]


QUESTION = "amber birch cedar dogwood somewhere"


def test_the_first_stand_in_the_order_of_the_reranker(tmp_path: Path) -> None:
    forwards = found(tmp_path / "f", QUESTION, SharedWords())
    backwards = found(tmp_path / "b", QUESTION, Backwards())
    assert {*forwards[:2]} == {*backwards[-2:]} == {"d03", "d07"}
    assert {*forwards[-2:]} == {*backwards[:2]} == {"d00", "d04"}


def test_an_exact_name_and_what_is_exactly_asked_for_stay_first(tmp_path: Path) -> None:
    assert found(tmp_path / "n", "Note 3", Backwards())[0] == "d03"
    quoted = found(tmp_path / "q", '"amber birch cedar dogwood"', Backwards())
    assert {*quoted[:2]} == {"d03", "d07"}


def test_what_is_not_among_the_first_is_neither_read_nor_moved(tmp_path: Path) -> None:
    count, reranker = RERANKED + 12, Backwards()
    before = found(tmp_path / "one", QUESTION, None, count)
    after = found(tmp_path / "other", QUESTION, reranker, count)
    assert len(reranker.read) == RERANKED
    assert {*after[:RERANKED]} == {*before[:RERANKED]}
    assert after[RERANKED:] == before[RERANKED:]
    assert after != before


def test_nothing_found_is_not_read(tmp_path: Path) -> None:
    reranker = SharedWords()
    assert found(tmp_path, QUESTION, reranker, 0) == []
    assert reranker.read == []
