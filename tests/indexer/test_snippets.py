"""Marks stand on whole words, and the part shown is the part that answers."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.text import analysis
from indexer.text.analysis import all_terms, name_key
from indexer.text.snippets import (
    SNIPPET_WIDTH,
    Span,
    marks,
    snippet_range,
    spans,
    spellings,
    within,
)
from indexer.text.wanted import wanted

passages = st.lists(
    st.sampled_from(
        ["red", "reds", "Größe", "zebra", "the", "検索", "x" * 300, "a\u0308b", "😀", "."]
    )
).map(" ".join)
questions = st.lists(st.sampled_from(["red", "große", "zebras", "検", "the", "absent"])).map(
    " ".join
)


def spans_of(text: str, question: str) -> list[Span]:
    asked = wanted(question)
    return spans(text, {*asked.scored, *asked.exact}, asked.phrases)


def ranges_of(text: str, question: str) -> tuple[tuple[int, int], ...]:
    return marks(analysis.spans(text, wanted(question).scored))


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
    assert snippet_range("a short text", [(2, 7, "short")]) == (0, 12)


def test_without_marks_the_beginning_is_shown_up_to_the_end_of_a_word() -> None:
    text = "word " * 100
    start, end = snippet_range(text, ())
    assert start == 0
    assert text[:end].endswith("word")
    assert SNIPPET_WIDTH - 5 <= end <= SNIPPET_WIDTH


def test_the_part_with_the_most_different_words_is_shown() -> None:
    text = "red " * 20 + "filler " * 60 + "a red zebra " + "filler " * 60
    start, end = snippet_range(text, spans_of(text, "red zebra"))
    assert "red zebra" in text[start:end]
    assert text[start:end].startswith("filler")
    assert text[start:end].endswith("filler")


@pytest.mark.parametrize(
    ("asked", "like_it"),
    [
        ("off-hours", "A 40-hour (32-hour) week"),
        ("team/executive", "The team and an executive"),
        ("Model-View-ViewModel", "A model, a view, another ViewModel"),
        ("Time-based", "Based on time"),
        ("styled", "Style is a matter of styles"),
        ("卸载时调", "卸载 时调 卸载"),
    ],
)
def test_the_word_as_it_was_asked_for_is_shown_before_its_pieces_and_other_forms(
    asked: str, like_it: str
) -> None:
    text = f"{like_it}. {'filler ' * 60}here {asked} stands. {'filler ' * 60}{like_it}."
    start, end = snippet_range(text, spans_of(text, asked))
    assert f"here {asked} stands" in text[start:end]


def test_a_phrase_is_shown_where_its_words_stand_one_after_the_other() -> None:
    text = f"Hands that wash. {'filler ' * 60}Please, wash  your HANDS now. {'filler ' * 60}"
    found = spans(text, wanted('"wash your hands"').scored, ["wash your hands"])
    start, end = snippet_range(text, found)
    assert "wash  your HANDS now" in text[start:end]
    assert [text[a:b] for a, b, term in found if " " in term] == ["wash  your HANDS"]


@given(st.lists(st.sampled_from(["a", "b", "été", "it's", "検", "\u0301", "-"])).map(" ".join))
def test_a_phrase_is_found_in_itself(text: str) -> None:
    key = name_key(text)
    assert bool(spans(text, (), [key])) == bool(key.strip())


def test_spans_of_a_part_are_counted_from_its_start() -> None:
    assert within([(0, 3, "red"), (5, 8, "zebra"), (9, 12, "cat")], (4, 11)) == [(1, 4, "zebra")]


def test_a_text_of_one_endless_word_is_cut() -> None:
    assert snippet_range("x" * 1000, ()) == (0, SNIPPET_WIDTH)
    assert snippet_range("x" * 1000, [(0, 1000, "x")]) == (0, SNIPPET_WIDTH)


@given(passages, questions, st.integers(10, 300))
def test_the_part_shown_fits_and_cuts_no_word_that_fits(
    text: str, question: str, width: int
) -> None:
    found = spans_of(text, question)
    start, end = snippet_range(text, found, width)
    assert 0 <= start <= end <= len(text)
    assert end - start <= width
    shown = text[start:end].split()
    whole = text.split()
    # Chinese words are of one sign each, whatever stands around them.
    assert all(word in whole for word in shown if not set(word) & set("x検索"))
    if any(last - first <= width for first, last, _ in found):
        assert any(start <= first and last <= end for first, last, _ in found)


def test_spellings_are_those_of_the_question_in_its_order() -> None:
    question = "How do Teams size the Größe of a team, and zebras?"
    found = spellings(question, wanted(question).scored)
    assert list(found) == ["team", "size", "gross", "zebra"]
    assert [question[slice(*each)] for each in found.values()] == [
        "Teams",
        "size",
        "Größe",
        "zebras",
    ]
    assert spellings(question, ()) == {}


def test_of_a_word_that_is_wider_than_what_is_shown_the_beginning_is_shown() -> None:
    address = f"https://pages.example/#{'x' * 300}"
    text = f"{'quiet words ' * 30}{address}"
    start, end = snippet_range(text, [(360, len(text), "address")])
    assert text[start:end].strip().startswith("https://pages.example/#x")


def test_a_word_asked_for_is_shown_before_a_piece_of_an_identifier() -> None:
    text = f"A container. {'filler ' * 60}It starts lazily. {'filler ' * 60}"
    asked = wanted("lazily zebra_container")
    places = spellings("lazily zebra_container", asked.exact)
    found = spans(text, asked.spelled)
    start, end = snippet_range(text, found, whole=asked.whole(places))
    assert "starts lazily" in text[start:end]
