"""What is offered is judged by the answer as a whole, not hit by hit."""

import numpy as np
import pytest

from indexer.analysis import question_terms
from indexer.answer import JUDGED, NEAR, RELATED, answer
from indexer.document import Hit, Passage
from indexer.ranking import Question, Ranked

TEXT = "How do we share what we learned?"


def answered(*cosines: float, text: str = TEXT, exact: bool = False) -> list[Hit]:
    """The answer to `text` when documents with these cosines are found."""
    question = Question(text, question_terms(text), np.zeros(1, np.float32))
    ranked = [
        Ranked(f"d{place}", place, 1.0, cosine, 1.0, exact and place == 0)
        for place, cosine in enumerate(cosines)
    ]
    stored = {
        place: (
            f"Title {place}",
            Passage(
                id=f"p{place}", document_id=f"d{place}", heading="", text="People share a lunch."
            ),
        )
        for place in range(len(cosines))
    }
    return answer(question, ranked, stored)


def offered(hits: list[Hit]) -> list[str]:
    return [hit.document_id for hit in hits if hit.close]


def test_when_one_is_near_those_related_are_offered_in_their_order() -> None:
    assert offered(answered(RELATED, NEAR, RELATED - 0.01, 0.3)) == ["d0", "d1", "d3"]


def test_when_none_is_near_nothing_is_offered() -> None:
    assert offered(answered(NEAR - 0.01, NEAR - 0.02)) == []


def test_one_far_down_does_not_make_the_others_an_answer() -> None:
    assert offered(answered(*[0.3] * JUDGED, NEAR)) == [f"d{JUDGED}"]


@pytest.mark.parametrize(("text", "exact"), [("shared lunches", False), ("title 0", True)])
def test_an_exact_name_or_all_words_are_near_whatever_the_cosine(text: str, exact: bool) -> None:
    assert "d0" in offered(answered(0.0, text=text, exact=exact))
