"""A program may give a base a second look at the first results."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.embedding.reranker import Reranker
from indexer.embedding.testing import HashEmbedder
from kb.knowledge_base import KnowledgeBase
from tests.worlds.base import practice


class Shortest:
    """Prefers short passages."""

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float64]:
        return np.array([-float(len(passage)) for passage in passages])


def titles(data: Path, reranker: Reranker | None) -> list[str]:
    with KnowledgeBase.open(data, embedder=HashEmbedder(), reranker=reranker) as base:
        base.catch_up()
        found = base.session.search("lantern").results
        again = base.reopened()
        try:
            assert again.session.search("lantern").results == found
        finally:
            again.close()
    return [result.title for result in found]


def test_a_reranker_reorders_the_first_results_also_once_reopened(data: Path) -> None:
    with KnowledgeBase.open(data, embedder=HashEmbedder()) as base:
        practice(base.session, "Long", "A lantern, a lantern, a lantern. " * 8)
        practice(base.session, "Short", "Beside the door hangs one lantern.")

    assert sorted(titles(data, None)) == ["Long", "Short"]
    assert titles(data, Shortest()) == ["Short", "Long"]
    assert titles(data, None) == ["Long", "Short"]
