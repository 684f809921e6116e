"""What is written in any script is found in whichever form of Unicode it is asked or stored."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from indexer.document import Filter
from indexer.embedding.testing import HashEmbedder
from indexer.index import HybridIndex
from indexer.text.analysis import all_terms, name_key
from indexer.text.letters import composed
from indexer.text.markdown_text import blocks
from tests.indexer.test_exact_words import ALL, EVERYONE, FILLER, Unreading, document

WORDS = {
    "korean": "회의록",
    "vietnamese": "Nghiễn",
    "greek": "πρᾶγμα",
    "cyrillic": "йогурт",
    "arabic": "مدرسٕة",
    "hebrew": "שָׁלוֹם",
    "devanagari": "क़लम",
    "bengali": "ড়োঙা",
    "tamil": "கொடுப்பது",
    "thai": "ทำน้ำตก",
    "lao": "ນ້ຳໃຈ",
    "tibetan": "གྷོང",
    "khmer": "កំពង់",
    "kana": "ばぱガギ",
    "han": "薔薇園",
}
Form = Literal["NFC", "NFD", "NFKC", "NFKD"]
FORMS: tuple[Form, ...] = get_args(Form)
LETTERS = st.characters(
    categories=("Lu", "Ll", "Lo", "Mn", "Mc"), exclude_characters="\u0e4d\u0ecd"
)


@pytest.fixture(scope="module", params=["tantivy", "whoosh"])
def index(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[HybridIndex]:
    """Of each word an entry in each form, each with the tag of its own, and others."""

    def fill(index: HybridIndex) -> None:
        for form in FORMS:
            for name, word in WORDS.items():
                said = unicodedata.normalize(form, word)
                found = document(
                    f"{name} {form}", f"{FILLER}\n\n{said} {FILLER}", title=f"Of {said}"
                )
                tag = {"tag": frozenset({f"{said} {form}"})}
                index.put([structs.replace(found, facets=tag)])
        index.put(
            [
                document("dotted", f"{FILLER} The W.Z.Q. meets here."),
                document("bare", f"{FILLER} The KXVB meets here."),
                document("long", f"{FILLER} مـــطبعـــة"),
                document("ruby", "この<ruby>鷲<rt>わし</rt>巣<rt>す</rt></ruby>湖に行く。"),
                document("wrapped", f"{FILLER}\n\n- その議事\n  録を。\r\n  **測**\r\n  *量*士に"),
            ]
        )
        index.commit(1)

    place = tmp_path_factory.mktemp("index")
    with HybridIndex.build(place, Unreading(), fill, engine=request.param) as index:
        yield index


def answers(index: HybridIndex, question: str, filter: Filter = EVERYONE) -> set[str]:
    return {hit.document_id for hit in index.search(question, filter, 20) if hit.close}


SPELLINGS = {
    (name, unicodedata.normalize(form, word)): form
    for name, word in WORDS.items()
    for form in FORMS
}
"""A form of each way to spell a word: many words have two forms alike."""


@pytest.mark.exhaustive
@pytest.mark.parametrize(("name", "form"), [(name, form) for (name, _), form in SPELLINGS.items()])
def test_a_word_is_found_in_each_form_by_each(index: HybridIndex, name: str, form: Form) -> None:
    asked = unicodedata.normalize(form, WORDS[name])
    assert answers(index, asked) == {f"{name} {each}" for each in FORMS}
    assert index.search(f"Of {asked}", EVERYONE)[0].score.exact
    for each in FORMS:
        tag = frozenset({unicodedata.normalize(form, f"{WORDS[name]} {each}")})
        canonical = unicodedata.normalize("NFC", unicodedata.normalize(each, WORDS[name]))
        if canonical == unicodedata.normalize("NFC", asked):
            found = index.search(asked, Filter(audience=ALL, facets={"tag": tag}))
            assert [hit.document_id for hit in found] == [f"{name} {each}"]
            start, end = found[0].marks[0]
            assert composed(found[0].text[start:end]) == composed(asked)


@given(st.text())
def test_canonical_forms_of_any_text_have_the_same_terms(text: str) -> None:
    one, other = (composed(unicodedata.normalize(form, text)) for form in FORMS[:2])
    assert one == other
    assert all_terms(one) == all_terms(other)
    assert composed(one) == one


@given(st.text(LETTERS, min_size=1, max_size=8))
def test_what_is_left_to_compare_of_letters_is_the_same_in_all_forms(text: str) -> None:
    forms = {composed(unicodedata.normalize(form, text)) for form in FORMS}
    assert len({name_key(each).replace(" ", "") for each in forms}) == 1


def test_endless_marks_are_left_as_they_are() -> None:
    text = "e" + "\u0301\u0323" * 50_000
    assert composed(text) == text
    assert composed("e\u0301 " + text) == "é " + text


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("WZQ", "dotted"),
        ("wzq", "dotted"),
        ("W.Z.Q.", "dotted"),
        ("K.X.V.B.", "bare"),
        ("K.X.V.B", "bare"),
        ("K.X.V.B. meets", "bare"),
        ("鷲巣湖", "ruby"),
        ("わしす", "ruby"),
        ("議事録", "wrapped"),
        ("測量士", "wrapped"),
        ('"測量士に"', "wrapped"),
    ],
)
def test_signs_of_writing_alone_keep_nothing_apart(
    index: HybridIndex, question: str, name: str
) -> None:
    hit = index.search(question, EVERYONE)[0]
    assert (hit.document_id, hit.close) == (name, True)
    assert hit.marks


@pytest.mark.parametrize("question", ["مطبعة", "مــطبعة", "المـطبعـة"])
def test_an_arabic_word_is_the_same_however_long_it_is_drawn(
    index: HybridIndex, question: str
) -> None:
    assert "long" in answers(index, question)
    assert name_key("مــدرسة ـ") == name_key("مدرسة")


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("測\n试，\n文「\n**字**", "測试，文「字"),
        ("測  \n试", "測\n试"),
        ("測<br>试", "測\n试"),
        ("測\n\n试", "測|试"),
        ("ไท\nย ab\ncd 한국\n어 測\nab", "ไทย ab\ncd 한국\n어 測\nab"),
        ("> 測\n> 试", "測试"),
        ("葛\U000e0100\n飾", "葛\U000e0100飾"),
    ],
)
def test_the_end_of_a_line_within_a_script_without_spaces_is_nothing(
    markdown: str, text: str
) -> None:
    assert "|".join(block.text for block in blocks(markdown)) == text


@pytest.mark.parametrize(
    ("markdown", "text", "readings"),
    [
        ("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>字", "漢字", ("漢: かん",)),
        ("<ruby><rb>漢<rt>かん</ruby>", "漢", ("漢: かん",)),
        ("<ruby lang=ja>漢<rt>か</rt></ruby><ruby>字<rt>じ</ruby>", "漢字", ("漢: か", "字: じ")),
        ("set <rt> and <ruby> to 5", "set <rt> and <ruby> to 5", ()),
    ],
)
def test_readings_stand_beside_the_text_and_what_is_no_ruby_is_text(
    markdown: str, text: str, readings: tuple[str, ...]
) -> None:
    [block] = blocks(markdown)
    assert (block.text, block.addresses) == (text, readings)


def test_embedders_of_all_kinds_read_the_form_that_is_compared(tmp_path: Path) -> None:
    read: list[str] = []

    class Listening(HashEmbedder):
        def share(self, text: str) -> float:
            read.append(text)
            return super().share(text)

    def fill(index: HybridIndex) -> None:
        index.put([document("one", unicodedata.normalize("NFD", "회의록"))])
        index.commit(1)

    with HybridIndex.build(tmp_path, Listening(), fill) as index:
        index.search(unicodedata.normalize("NFD", "회의록"), EVERYONE)
    assert read
    assert all(unicodedata.is_normalized("NFC", text) for text in read)
