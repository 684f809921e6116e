"""BM25 over arrays gives what a plain BM25 over dictionaries gives."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.ranking import bm25
from indexer.ranking.bm25 import Statistics
from indexer.resident.postings import Postings, pack

TERMS = ["red", "green", "blue", "größe", "赤"]
documents = st.dictionaries(st.sampled_from(TERMS), st.integers(1, 30), max_size=5)
questions = st.dictionaries(st.sampled_from([*TERMS, "absent"]), st.integers(1, 3), min_size=1)


def plain(question: dict[str, int], document: dict[str, int], seen: list[dict[str, int]]) -> float:
    """Robertson and Zaragoza word by word."""
    mean = max(1.0, sum(sum(one.values()) for one in seen) / len(seen))
    length = sum(document.values())
    total = 0.0
    for term, times in question.items():
        holding = sum(term in one for one in seen)
        idf = math.log(1 + (len(seen) - holding + 0.5) / (holding + 0.5))
        count = document.get(term, 0)
        total += times * idf * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length / mean))
    return total


@given(st.lists(st.lists(documents, max_size=6), max_size=6), questions, st.data())
def test_any_documents_score_what_the_plain_formula_says(
    batches: list[list[dict[str, int]]], question: dict[str, int], data: st.DataObject
) -> None:
    postings, held = Postings(), [document for batch in batches for document in batch]
    for batch in batches:
        postings = postings.extended([pack(document) for document in batch])
    visible = np.array([data.draw(st.booleans()) for _ in held], dtype=np.bool_)
    seen = [document for document, shown in zip(held, visible, strict=True) if shown]
    known = postings.statistics(list(question), visible)
    slots = np.flatnonzero(visible)
    scores = postings.scores(slots, bm25.weights(question, known), known.length)
    assert scores.tolist() == pytest.approx([plain(question, one, seen) for one in seen])
    alone = Postings().extended([pack(document) for document in seen])
    every = np.ones(len(seen), np.bool_)
    assert alone.statistics(list(question), every) == known
    others = alone.scores(np.arange(len(seen)), bm25.weights(question, known), known.length)
    assert others.tolist() == scores.tolist()
    kept = postings.kept(slots)
    assert kept.statistics(list(question), every) == known


@given(st.integers(1, 1000), st.data())
def test_a_rarer_term_weighs_more_and_every_term_something(
    documents: int, data: st.DataObject
) -> None:
    rare, common = sorted(data.draw(st.integers(0, documents)) for _ in range(2))
    known = Statistics(documents, 5.0, {"rare": rare, "common": common})
    assert known.idf("rare") >= known.idf("common") > 0
    assert bm25.weights({"rare": 3}, known) == {"rare": 3 * known.idf("rare")}


def test_a_term_once_in_a_document_of_mean_length_counts_one_and_never_above_all() -> None:
    once, often = bm25.saturated(np.array([1.0, 1e9]), np.array([7.0, 7.0]), 7.0)
    assert once == pytest.approx(1)
    assert often == pytest.approx(bm25.K1 + 1)
