"""What passages have of that which a question wants, and how little of them is read for it."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from indexer.document import Passage
from indexer.ranking.evidence import TOGETHER, Evidence, Sought, weigh
from indexer.resident.postings import keys
from indexer.stored.rows import Fetched
from indexer.text.analysis import all_terms

TEXTS = ["Boats and bread.", "A crate.", "The crate was opened and painted.", "It was opened."]
GAINS = {"crate": 1.0, "open": 0.5}


class Stored:
    """Passages in memory; `read` are the numbers of those whose texts were asked for."""

    def __init__(self) -> None:
        self.read: list[int] = []

    def terms(self, numbers: Sequence[int]) -> Mapping[int, bytes]:
        return {n: np.unique(keys(all_terms(TEXTS[n]))).tobytes() for n in numbers}

    def fetch(self, numbers: Sequence[int]) -> Mapping[int, Fetched]:
        self.read += numbers
        return {
            n: Fetched(
                "Title",
                Passage(id=f"{n}", document_id="d", heading="", text=TEXTS[n], parts=()),
                b"",
                keys(all_terms(TEXTS[n])),
            )
            for n in numbers
        }


@pytest.mark.parametrize(
    ("phrases", "read"),
    [
        ({}, []),
        ({"opened and painted": ()}, [3, 2, 1]),
        ({"opened and painted": ("open", "paint")}, [3, 2]),
        ({"opened and painted": ("open", "paint", "titl")}, [3, 2]),
        ({"opened and painted": ("open", "paint"), "crate": ("crate",)}, [3, 2, 1]),
    ],
)
def test_no_text_is_read_that_has_nothing_asked_for_but_the_first_for_its_title(
    phrases: dict[str, tuple[str, ...]], read: list[int]
) -> None:
    stored, terms = Stored(), (*GAINS,)
    what = Sought(exact=terms, loose=terms, phrases=phrases, gains=GAINS)
    assert weigh(what, [np.array([True, True])], [[3, 2, 1, 0]], stored) == [Evidence(TOGETHER, 2)]
    assert stored.read == read


def test_a_phrase_of_the_title_is_said_by_each_passage() -> None:
    what = Sought(("crate",), ("crate",), {"title": ("titl",)}, {"crate": 1.0})
    found = weigh(what, [np.array([True])], [[0, 1]], Stored())
    assert found == [Evidence(TOGETHER, 1)]


def test_of_a_document_whose_passages_have_nothing_the_nearest_is_taken() -> None:
    what = Sought(exact=("titl",), loose=("titl",), gains={"titl": 1.0})
    found = weigh(what, [np.array([True])] * 2, [[0, 1], []], Stored())
    assert found == [Evidence(TOGETHER, 0), None]
