"""What every reranker promises; a test file of one subclasses it."""

import numpy as np
import pytest

from indexer.embedding.reranker import Reranker

QUESTION = "How do nurses hand over patients?"
PASSAGES = ["Nurses hand over patients at the bedside.", "Oil the chain of a bicycle.", "", "学习"]


class RerankerContract:
    """Subclasses give the fixture `reranker`."""

    @pytest.fixture
    def reranker(self) -> Reranker:
        raise NotImplementedError

    def test_each_passage_has_one_score(self, reranker: Reranker) -> None:
        found = reranker.scores(QUESTION, PASSAGES)
        assert found.shape == (len(PASSAGES),)
        assert found.dtype == np.float64
        assert np.isfinite(found).all()
        assert reranker.scores(QUESTION, []).shape == (0,)

    def test_what_answers_scores_more_than_what_does_not(self, reranker: Reranker) -> None:
        answer, other, *_ = reranker.scores(QUESTION, PASSAGES)
        assert answer > other

    def test_a_score_depends_on_no_other_passage(self, reranker: Reranker) -> None:
        alone = [reranker.scores(QUESTION, [passage])[0] for passage in PASSAGES]
        assert reranker.scores(QUESTION, PASSAGES).tolist() == pytest.approx(alone)
        assert reranker.scores(QUESTION, PASSAGES[::-1]).tolist() == pytest.approx(alone[::-1])
