"""The words of a question meet those of a passage one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from indexer.embedding.embedder import Words
from indexer.ranking.maxsim import nearness

DIMENSION = 4


def words(least: int = 0) -> st.SearchStrategy[Words]:
    shapes = st.tuples(st.integers(least, 6), st.just(DIMENSION))
    return shapes.flatmap(lambda shape: arrays(np.int8, shape, elements=st.integers(-127, 127)))


weights = arrays(np.float64, 3, elements=st.floats(0, 10))
questions = arrays(np.int8, (3, DIMENSION), elements=st.integers(-127, 127))


@given(questions, weights, st.lists(words(), max_size=5))
def test_it_lies_between_nothing_and_one_for_each_passage_by_itself(
    question: Words, weights: NDArray[np.float64], passages: list[Words]
) -> None:
    found = nearness(question, weights, passages)
    assert found.shape == (len(passages),)
    assert ((found >= 0) & (found <= 1)).all()
    alone = [nearness(question, weights, [passage])[0] for passage in passages]
    assert found == pytest.approx(alone, abs=1e-5)


@given(questions, weights, words(1), words(1))
def test_more_words_in_a_passage_never_take_it_further_away(
    question: Words, weights: NDArray[np.float64], passage: Words, more: Words
) -> None:
    less, both = nearness(question, weights, [passage, np.concatenate([passage, more])])
    assert both >= less - 1e-6


@given(questions, weights, words(1), st.integers(2, 9))
def test_only_the_proportions_of_weights_count(
    question: Words, weights: NDArray[np.float64], passage: Words, times: int
) -> None:
    (once,) = nearness(question, weights, [passage])
    (often,) = nearness(question, weights * times, [passage])
    assert often == pytest.approx(once, abs=1e-6)


def test_every_word_of_the_question_counts_by_its_weight_with_its_nearest_word() -> None:
    question = np.array([[100, 0], [0, 50]], dtype=np.int8)
    passage = np.array([[30, 40], [-1, 0]], dtype=np.int8)
    (found,) = nearness(question, np.array([3.0, 1.0]), [passage])
    assert found == pytest.approx(0.75 * 0.6 + 0.25 * 0.8)


def test_a_passage_that_has_the_very_words_is_as_near_as_can_be() -> None:
    question = np.array([[1, 2, 3, 4], [9, 0, 0, 1]], dtype=np.int8)
    (found,) = nearness(question, np.ones(2), [question[::-1]])
    assert found == pytest.approx(1.0)


def test_without_words_or_weights_nothing_is_near() -> None:
    question = np.ones((2, DIMENSION), dtype=np.int8)
    nothing = np.empty((0, DIMENSION), dtype=np.int8)
    assert nearness(question, np.ones(2), [nothing, question])[0] == 0
    assert nearness(question, np.zeros(2), [question])[0] == 0
    assert nearness(nothing, np.zeros(0), [question])[0] == 0
    assert len(nearness(question, np.ones(2), [])) == 0
