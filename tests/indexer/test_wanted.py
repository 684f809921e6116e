"""What a question asks for: terms that score, and what a document must have to be first."""

import pytest

from indexer.text.analysis import MAX_TERMS
from indexer.text.wanted import wanted


def scored(question: str) -> list[str]:
    return list(wanted(question).scored)


def test_a_question_counts_its_repeated_words_in_order_of_appearance() -> None:
    counts = wanted("Which map maps the maps of a map of teams?").scored
    assert list(counts.items()) == [("map", 4), ("team", 1)]


def test_a_question_of_very_many_words_keeps_the_first() -> None:
    counts = wanted(" ".join(f"word{n}" for n in range(10_000)) + " word1").scored
    assert len(counts) == MAX_TERMS
    assert counts["word1"] == 2
    assert "word1024" not in counts


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("us", ["=us", "^us"]),
        ("who are we", ["=who", "=are", "=we"]),
        ("call IT now", ["call", "now", "^it"]),
        ("CALL IT", ["call"]),
        ("the printer", ["printer"]),
        ("盘点库存", ["%盘点", "%点库", "%库存"]),
        ("茶", ["茶"]),
        ("茶 or 水", ["茶", "水"]),
        ("第3章 begins", ["第", "3", "章", "begin"]),
        (
            "why does member_badge_no break",
            ["member", "badg", "break", "&member_badge", "&badge_no"],
        ),
    ],
)
def test_stop_words_count_alone_or_in_capitals_and_signs_in_pairs(
    question: str, terms: list[str]
) -> None:
    assert scored(question) == terms


def test_of_a_few_words_each_is_wanted_as_it_is_written() -> None:
    assert wanted("keys sorted").exact == {
        "!keys": ("~keys", "key"),
        "!sorted": ("~sorted", "sort"),
    }
    version = wanted("v4.7.12")
    assert set(version.exact) == {"!v4", "!7", "!12", "&v4.7", "&7.12"}
    assert version.phrases == {"v4 7 12": (0, 7)}


def test_a_stop_word_alone_is_wanted_in_capitals_or_else_in_any_letters() -> None:
    assert wanted("us").exact == wanted("US").exact == {"^us": ["=us"]}
    assert wanted("who are we").exact == {"=who": (), "=are": (), "=we": ()}


def test_other_spellings_will_do_where_nothing_has_a_word_as_it_is_written() -> None:
    (others,) = wanted("hülle").exact.values()
    assert others == ("~hülle", "!hulle", "!huelle", "~hulle", "~huelle", "hull")


def test_a_sentence_is_left_to_the_ranking_and_its_identifiers_score() -> None:
    sentence = wanted("how do I repair the column member_badge_no of the great table")
    assert sentence.exact == {}
    assert "&member_badge" in sentence.scored
    assert wanted("why is member_badge_no empty").exact == {"&member_badge": (), "&badge_no": ()}


def test_of_what_the_model_does_not_read_all_is_wanted_however_long() -> None:
    text = "служебный ключ лежит на полке у двери"
    assert wanted(text).exact == {}
    assert len(wanted(text, read=False).exact) == 7


def test_a_quotation_mark_that_closes_one_phrase_opens_no_other() -> None:
    assert list(wanted("»so ist es« und »nie mehr«").phrases) == ["so ist es", "nie mehr"]
    assert list(wanted("‘don’t stop’ ’til").phrases) == ["dont stop"]


@pytest.mark.parametrize(
    "quotes", ['""', "“”", "„“", "«»", "»«", "‹›", "›‹", "‘’", "‚‘", "＂＂", "「」"]
)
def test_what_is_quoted_must_stand_as_it_is_unless_a_sentence_sets_it_off(quotes: str) -> None:
    phrase = f"{quotes[0]}to be or not{quotes[1]}"
    assert wanted(f"{phrase} play").phrases == {"to be or not": (0, 14)}
    assert "=or" in wanted(f"{phrase} play").exact
    assert wanted(f"who said {phrase} in a long play about a prince").phrases == {}
