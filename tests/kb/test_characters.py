"""Names are what a reader sees: nothing hides in them, turns them, or makes a twin."""

import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.characters import is_blank, one_alphabet, skeleton, visible

HIDDEN = {
    "zero width space": "\u200b",
    "word joiner": "\u2060",
    "soft hyphen": "\u00ad",
    "byte order mark": "\ufeff",
    "left-to-right mark": "\u200e",
    "Arabic letter mark": "\u061c",
    "right-to-left override": "\u202e",
    "left-to-right isolate": "\u2066",
    "end of isolate": "\u2069",
    "grapheme joiner": "\u034f",
    "Hangul filler": "\u3164",
    "half-width filler": "\uffa0",
    "variation selector": "\ufe0f",
    "joiner": "\u200d",
    "non-joiner": "\u200c",
    "tag letter": "\U000e0061",
    "Mongolian vowel separator": "\u180e",
    "annotation": "\ufff9",
}


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
def test_what_hides_in_a_name_is_left_out(hidden: str) -> None:
    for text in (each.replace("|", hidden) for each in ("Bed|side", "|Bedside|", "Bed|||side")):
        assert visible(text) == "Bedside"
        assert skeleton(text) == "bedside"
    assert is_blank(hidden)
    assert is_blank(f" {hidden}\u00a0{hidden}")


OF_USE = [
    *(
        "می\u200cخواهم",
        "نمی\u200cدانم",
        "क\u094d\u200dष",
        "ක\u0dca\u200dය",
        "ന\u0d4d\u200d",
        "שלום",
        "עִבְרִית",
        "مَرْحَبًا",
    ),
    *("\U0001f469\u200d\u2695\ufe0f ward", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "❤\ufe0f"),
    *("1\ufe0f\u20e3", "#\ufe0f\u20e3", "👍🏽", "葛\U000e0100飾区", "ᠠ\u180b", "한국어", "ไทย"),
    *("\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", "TNFα", "µg"),
    *("Ελληνικά", "Русский", "naïve", "ǅ", "Ⅳ", "日本語", "", "plain"),
]


@pytest.mark.parametrize("text", OF_USE)
def test_what_scripts_and_signs_need_stays(text: str) -> None:
    assert visible(text) == text
    assert is_blank(text) == (text == "")


@pytest.mark.parametrize("text", ["", " ", "\u00a0", "\u2800", "\u2003\u200b", "\u0301", "\u3000"])
def test_nothing_to_see_is_blank(text: str) -> None:
    assert is_blank(text)


TWINS = [
    ("pediatrics", "p\u0435diatrics"),
    ("MAPA", "МАРА"),
    ("mapa", "мара"),
    ("Ward", "Ｗａｒｄ"),
    ("Ward", "𝐖𝐚𝐫𝐝"),
    ("Caf\u00e9", "Cafe\u0301"),
    ("Straße", "STRASSE"),
    ("night  shift", " Night\u00a0shift "),
    ("Omicron", "\u039fmicron"),
    ("Anna", "\u202eAnna\u202c"),
    ("می\u200cخواهم", "میخواهم"),
]


@pytest.mark.parametrize(("one", "other"), TWINS)
def test_names_that_look_alike_have_one_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


APART = [
    *[("Ward 1", "Ward l"), ("Room 10", "Room 1O"), ("modem", "modern"), ("Ward 1", "Ward 2")],
    *[("cafe", "café"), ("بخش ا", "بخش ۱"), ("日本", "日木"), ("हिन्दी", "हिन्द"), ("a b", "ab")],
]


@pytest.mark.parametrize(("one", "other"), APART)
def test_names_that_a_reader_tells_apart_stay_apart(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize(
    ("word", "whole"),
    [
        ("p\u0430in", "pain"),
        ("\u0440\u0430\u0456n", "pain"),
        ("паллиaтив", "паллиатив"),
        ("боль", "боль"),
        ("сор", "сор"),
        ("cop", "cop"),
        ("it-шник", "it-шник"),
        ("tnfα", "tnfα"),
        ("µg", "µg"),
        ("fгжz", "fгжz"),
    ],
)
def test_a_word_is_in_one_alphabet_if_it_can_be(word: str, whole: str) -> None:
    assert one_alphabet(word) == whole


@given(st.text(max_size=30))
def test_cleaning_and_comparing_are_done_after_once(text: str) -> None:
    assert visible(visible(text)) == visible(text)
    assert skeleton(visible(text)) == skeleton(text)
    assert skeleton(text.upper()) == skeleton(text.upper().casefold())
    assert one_alphabet(one_alphabet(text)) == one_alphabet(text)


@given(st.text(st.sampled_from([*HIDDEN.values(), *"ab می👩❤1"]), max_size=12))
def test_whatever_is_mixed_nothing_is_left_that_turns_the_text(text: str) -> None:
    seen = visible(text)
    assert visible(seen) == seen
    assert not {"\u202e", "\u2066", "\u200e", "\u200b"} & set(seen)
    plain = [one for one in text if one not in HIDDEN.values()]
    assert [one for one in seen if one not in HIDDEN.values()] == plain


def test_ascii_is_its_own_skeleton_but_for_case_and_spaces() -> None:
    for letter in string.printable.strip():
        assert skeleton(letter) == letter.casefold()
        assert unicodedata.normalize("NFKC", letter) == letter
