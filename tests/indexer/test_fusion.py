"""Fusion is arithmetic: its statistics are exact and its order depends on nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from indexer.embedding.calibration import MINILM
from indexer.ranking import fusion
from indexer.ranking.bm25 import Statistics
from indexer.ranking.fusion import Distribution, Floats

SCORES = arrays(np.float64, st.integers(1, 80), elements=st.floats(-5, 5))


def unit_vectors(count: int, seed: int) -> Floats:
    vectors = np.random.default_rng(seed).standard_normal((count, 16))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


@given(
    st.lists(arrays(np.float32, st.integers(1, 5), elements=st.floats(-1, 1, width=32)), min_size=1)
)
def test_the_soft_maximum_lies_between_mean_and_best(documents: list[NDArray[np.float32]]) -> None:
    starts = np.cumsum([0, *(len(one) for one in documents[:-1])])
    found = fusion.soft_maximum(np.concatenate(documents), starts, 8.0)
    for score, cosines in zip(found, documents, strict=True):
        assert cosines.mean() - 1e-6 <= score <= cosines.max() + 1e-6


def test_repeating_a_passage_does_not_raise_a_document() -> None:
    once, twice = np.array([0.1, 0.5]), np.array([0.1, 0.5, 0.1, 0.5])
    start = np.zeros(1, np.int64)
    found = fusion.soft_maximum(twice, start, 8.0)
    assert found == pytest.approx(fusion.soft_maximum(once, start, 8.0))


def test_the_lexical_distribution_is_that_of_independent_terms() -> None:
    known = Statistics(20, 9.0, {"a": 5, "b": 10})
    found = fusion.lexical_distribution({"a": 3.0, "b": 0.5, "absent": 1.0}, known)
    assert found.mean == pytest.approx(3.0 / 4 + 0.5 / 2)
    assert found.deviation**2 == pytest.approx(3.0**2 * 3 / 16 + 0.5**2 / 4)


def test_nothing_found_has_no_distribution() -> None:
    known = Statistics(0, 0.0, {})
    assert fusion.lexical_distribution({"a": 1.0}, known) == Distribution(0.0, 0.0)


@given(SCORES)
def test_standardised_scores_have_mean_zero_and_deviation_one(scores: Floats) -> None:
    spread = float(scores.std())
    found = fusion.standardise(scores, Distribution(float(scores.mean()), spread))
    if spread < 1e-9:
        assert not found.any()
    else:
        assert found.mean() == pytest.approx(0, abs=1e-5)
        assert found.std() == pytest.approx(1, abs=1e-5)


@given(SCORES, st.integers(0, 100))
def test_a_document_better_on_both_sides_is_never_behind(scores: Floats, seed: int) -> None:
    others = np.random.default_rng(seed).standard_normal(len(scores))
    fused = fusion.combine(scores, others, MINILM.lexical_weight)
    better = (scores[:, None] >= scores) & (others[:, None] >= others)
    assert (fused[:, None] >= fused - 1e-9)[better].all()


@given(SCORES, st.integers(0, 100))
def test_smoothing_keeps_the_first_ahead_and_the_rest_as_they_are(
    scores: Floats, seed: int
) -> None:
    ranked: NDArray[np.float64] = np.sort(scores.astype(np.float64))[::-1]
    found = fusion.smooth(ranked, unit_vectors(len(ranked), seed), MINILM)
    head, rest = found[: fusion.HEAD], found[fusion.HEAD :]
    assert np.array_equal(rest, ranked[fusion.HEAD :])
    assert head.max() <= ranked[0] + 1e-9
    assert head.min() >= ranked[: fusion.HEAD].min() - 1e-9


def test_smoothing_lifts_a_document_among_good_neighbours() -> None:
    vectors = np.array([[1, 0, 0, 0], [0.99, 0.141, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0.0]])
    found = fusion.smooth(np.array([3.0, 1.0, 1.0, 1.0]), vectors, MINILM)
    assert found[1] > found[2]


def test_equal_vectors_and_scores_stay_equal() -> None:
    found = fusion.smooth(np.full(5, 2.0), np.tile([1.0, 0.0], (5, 1)), MINILM)
    assert found == pytest.approx(np.full(5, 2.0))
