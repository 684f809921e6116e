"""Marks stand on whole words, and the part shown is the part that answers."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import all_terms, spans
from indexer.snippets import SNIPPET_WIDTH, marks, snippet_range, spellings, written
from indexer.wanted import wanted

passages = st.lists(
    st.sampled_from(
        ["red", "reds", "Größe", "zebra", "the", "検索", "x" * 300, "a\u0308b", "😀", "."]
    )
).map(" ".join)
questions = st.lists(st.sampled_from(["red", "große", "zebras", "検", "the", "absent"])).map(
    " ".join
)


def ranges_of(text: str, question: str) -> tuple[tuple[int, int], ...]:
    return marks(spans(text, wanted(question).scored), (0, len(text)))


def marked(text: str, question: str) -> list[str]:
    return [text[start:end] for start, end in ranges_of(text, question)]


@pytest.mark.parametrize(
    ("text", "question", "expected"),
    [
        ("Größe und Maße: ein zebra", "zebra", ["zebra"]),
        ("😀😀 Größe … zebra", "größe zebra", ["Größe", "zebra"]),
        ("Gro\u0308ße", "grösse", ["Gro\u0308ße"]),
        ("Retrospectives: one retrospective", "retrospective", ["Retrospectives", "retrospective"]),
        ("the cat in a category", "the cat", ["cat"]),
        ("A user's cat", "users", ["user's"]),
        ("検索エンジン", "検索", ["検索"]),
        ("", "word", []),
        ("word", "", []),
    ],
)
def test_the_words_of_the_question_are_marked(
    text: str, question: str, expected: list[str]
) -> None:
    assert marked(text, question) == expected


@given(passages, questions)
def test_marks_are_in_order_apart_and_hold_only_words_of_the_question(
    text: str, question: str
) -> None:
    asked = wanted(question).scored
    ranges = ranges_of(text, question)
    assert all(start < end for start, end in ranges)
    assert all(before[1] < after[0] for before, after in pairwise(ranges))
    inside = [term for start, end in ranges for term in all_terms(text[start:end])]
    assert sorted(term for term in inside if term in asked) == sorted(
        term for term in all_terms(text) if term in asked
    )


def test_a_short_text_is_shown_whole() -> None:
    assert snippet_range("a short text", ((2, 7),)) == (0, 12)


def test_without_marks_the_beginning_is_shown_up_to_the_end_of_a_word() -> None:
    text = "word " * 100
    start, end = snippet_range(text, ())
    assert start == 0
    assert text[:end].endswith("word")
    assert SNIPPET_WIDTH - 5 <= end <= SNIPPET_WIDTH


def test_the_part_with_the_most_different_words_is_shown() -> None:
    text = "red " * 20 + "filler " * 60 + "a red zebra " + "filler " * 60
    start, end = snippet_range(text, ranges_of(text, "red zebra"))
    assert "red zebra" in text[start:end]
    assert text[start:end].startswith("filler")
    assert text[start:end].endswith("filler")


def test_a_text_of_one_endless_word_is_cut() -> None:
    assert snippet_range("x" * 1000, ()) == (0, SNIPPET_WIDTH)
    assert snippet_range("x" * 1000, ((0, 1000),)) == (0, SNIPPET_WIDTH)


@given(passages, questions, st.integers(10, 300))
def test_the_part_shown_fits_and_cuts_no_word_that_fits(
    text: str, question: str, width: int
) -> None:
    ranges = ranges_of(text, question)
    start, end = snippet_range(text, ranges, width)
    assert 0 <= start <= end <= len(text)
    assert end - start <= width
    shown = text[start:end].split()
    whole = text.split()
    # Chinese words are of one sign each, whatever stands around them.
    assert all(word in whole for word in shown if not set(word) & set("x検索"))
    if any(last - first <= width for first, last in ranges):
        assert any(start <= first and last <= end for first, last in ranges)


def test_spellings_are_those_of_the_question_in_its_order() -> None:
    question = "How do Teams size the Größe of a team, and zebras?"
    found = spellings(question, wanted(question).scored)
    assert list(found) == ["team", "size", "gross", "zebra"]
    assert written(question, found.values()) == ("Teams", "size", "Größe", "zebras")
    assert spellings(question, ()) == {}
