"""What is asked for sign by sign, or with its words joined in another way, is found first."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from indexer.document import Document, Filter, Hit, Section
from indexer.embedding.testing import HashEmbedder
from indexer.index import HybridIndex
from indexer.stored.passage_store import PassageStore
from indexer.stored.rows import Line
from indexer.text import said
from indexer.text.sayings import ELSE, MOST, RESPELLED, SAID, TYPED
from indexer.text.wanted import wanted

ALL = frozenset({"all"})
EVERYONE = Filter(audience=ALL)
WORDS = "Stamp the crate, main deck, path and force; a stamp a crate. The ward stays at the front."
TEXTS = {
    **{f"words{n}": f"{WORDS} " * (n + 1) for n in range(5)},
    "call": f"{WORDS} Then `stamp()` is called, and stamp again.",
    "element": f"{WORDS} Wrap it in `<main>`.",
    "path": f"{WORDS} Give `:path` and `/main`.",
    "braces": f'{WORDS} Write `"{{{{ crate }}}}"` there.',
    "stars": f"{WORDS} It takes `*force` last.",
    "comma": "Bread, boats and the river.",
    "no comma": "Bread boats go on the river. Bread boats are small; bread boats float.",
    "of": f"{WORDS} This is the ward\u2019s own.",
    "short": f"{WORDS} Y'all knew it at six o'clock, and he'd OK'd it.",
    "comma number": "There are 47,000 badges.",
    "dot number": "It costs 58.500 in all.",
    "thin number": "About 69\u202f000 crates and 1\u202f234\u202f567 nails.",
    "plain number": "It holds 71000 litres.",
    "long number": "That makes 47,000,001 in all, and 58.5001.",
    "list": "Try 3,5,7 and then others.",
    "no list": "Take 3. 5 are left; 3, 5, 3, 5.",
    "apart": "The back yard gate is shut.",
    "hyphen": "A side-door of oak.",
    "joined": "The woodshed is dry.",
    "snake": "Set cart_wheel first.",
    "yard": f"{WORDS} A yard. Come back. A shed. The wood.",
    "kana": "Oak コンポーネントを使う。",
    "kana joined": "Elmコンポーネントを使う。",
    "kana apart": "Oak と Elm の部品。コンポーネントは別。",
    "scattered": "A night of rest, a shift of crates.",
    "shift": "The night-shift begins at ten.",
}


def document(name: str, text: str, audience: frozenset[str] = ALL) -> Document:
    return Document(id=name, title=name, sections=(Section("", text),), audience=audience)


@pytest.fixture(scope="module", params=["tantivy", "whoosh"])
def index(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[HybridIndex]:
    def fill(index: HybridIndex) -> None:
        hidden = document("hidden", "Only here: `seal()` a seal.", frozenset({"few"}))
        index.put([*(document(*each) for each in TEXTS.items()), hidden])
        index.commit(1)

    place = tmp_path_factory.mktemp("index")
    with HybridIndex.build(place, HashEmbedder(), fill, engine=request.param) as index:
        yield index


def first(index: HybridIndex, question: str) -> Hit:
    return index.search(question, EVERYONE)[0]


def marked(hit: Hit) -> list[str]:
    return [hit.text[start:end] for start, end in hit.marks]


@pytest.mark.parametrize(
    ("question", "name", "shown"),
    [
        ("stamp()", "call", "stamp()"),
        ('"stamp()"', "call", "stamp()"),
        ("how to call stamp()?", "call", "stamp()"),
        ("<main>", "element", "<main>"),
        ("<MAIN>", "element", "<main>"),
        ("/main", "path", "/main"),
        (":path", "path", ":path"),
        ('"{{ crate }}"', "braces", '"{{ crate }}"'),
        ("{{ crate }}", "braces", "{{ crate }}"),
        ("*force", "stars", "*force"),
        ("3,5", "list", "3,5"),
        ("5,7", "list", "5,7"),
        ('"bread, boats"', "comma", "Bread, boats"),
        ("ward's", "of", "ward\u2019s"),
        ("ward\u2019s", "of", "ward\u2019s"),
        ("y'all", "short", "Y'all"),
        ("o\u2019clock", "short", "o'clock"),
        ("OK'd", "short", "OK'd"),
    ],
)
def test_signs_beside_a_word_count_as_they_are_typed(
    index: HybridIndex, question: str, name: str, shown: str
) -> None:
    hit = first(index, question)
    assert (hit.document_id, hit.close) == (name, True)
    assert shown in marked(hit)


def test_a_phrase_is_found_without_the_comma_that_was_typed_as_well(index: HybridIndex) -> None:
    found = index.search('"bread, boats"', EVERYONE)
    assert [hit.document_id for hit in found if hit.close] == ["comma", "no comma"]
    assert first(index, '"bread boats"').document_id == "no comma"


@pytest.mark.parametrize(
    ("questions", "name"),
    [
        (("47000", "47.000", "47'000", "47 000", "47\u202f000", "47\u00a0000"), "comma number"),
        (("58500", "58,500", "58 500"), "dot number"),
        (("69000", "69,000", "69 000", "69\u202f000"), "thin number"),
        (("1234567", "1,234,567", "1 234 567"), "thin number"),
        (("71,000", "71.000", "71\u2019000", "71 000", "71\u202f000"), "plain number"),
        (("backyard", "back-yard", "back yard"), "apart"),
        (("sidedoor", "side-door", "side door"), "hyphen"),
        (("woodshed", "wood-shed", "wood shed"), "joined"),
        (("cartwheel", "cartWheel", "cart wheel", "cart-wheel", "CartWheel"), "snake"),
        (("Oakコンポーネント", "Oak コンポーネント"), "kana"),
        (("Elmコンポーネント", "Elm コンポーネント"), "kana joined"),
    ],
)
def test_what_is_joined_or_parted_in_another_way_is_the_same(
    index: HybridIndex, questions: Sequence[str], name: str
) -> None:
    for question in questions:
        hit = first(index, question)
        assert (question, hit.document_id, hit.close) == (question, name, True)
        assert hit.marks
        assert hit.score.words


def test_what_has_the_spelling_in_its_source_alone_is_before_other_spellings(
    tmp_path: Path,
) -> None:
    """As the lines that a block of code sets off, which no page shows."""
    other = {"d1": "Since 3.4 it is so: 3.4 of them.", "d2": "3, 4"}

    def fill(index: HybridIndex) -> None:
        source = document("d0", "```html{3,4}\nboats\n```")
        index.put([source, *(document(*each) for each in other.items())])
        index.commit(1)

    with HybridIndex.build(tmp_path, HashEmbedder(), fill) as index:
        assert first(index, "3,4").document_id == "d0"
        assert [hit.document_id for hit in index.search("3-4", EVERYONE) if hit.close] == [
            "d2",
            "d1",
        ]


def test_digits_within_a_longer_number_are_not_that_number(index: HybridIndex) -> None:
    for question, level in (("47000", ELSE), ("47,000", SAID), ("58500", ELSE)):
        found = {hit.document_id: hit.score.level for hit in index.search(question, EVERYONE)}
        assert found.get("long number", 0) < level


def test_the_spelling_that_was_asked_for_is_before_others(tmp_path: Path) -> None:
    texts = ["A back yard, a back yard. ", "The backyard is far away today.", "A back-yard gate."]

    def fill(index: HybridIndex) -> None:
        index.put([document(f"d{n}", text) for n, text in enumerate(texts)])
        index.commit(1)

    with HybridIndex.build(tmp_path, HashEmbedder(), fill) as index:
        for question, name in (("backyard", "d1"), ("back-yard", "d2"), ("back yard", "d0")):
            found = index.search(question, EVERYONE)
            assert found[0].document_id == name
            assert all(hit.close for hit in found)


def test_beside_what_has_the_words_what_has_none_of_them_is_less_close(index: HybridIndex) -> None:
    found = index.search("night-shift", EVERYONE)
    assert found[0].document_id == "shift"
    assert {hit.document_id for hit in found if hit.close} <= {"shift", "scattered"}


def test_what_only_a_hidden_document_says_is_nowhere(index: HybridIndex) -> None:
    assert all(hit.score.level == 0 for hit in index.search("seal()", EVERYONE))
    few = Filter(audience=frozenset({"few"}))
    assert first(index, "stamp()").document_id == "call"
    assert [hit.document_id for hit in index.search("seal()", few)] == ["hidden"]


def test_no_more_is_read_than_one_question_may_cost(
    index: HybridIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    lines = PassageStore.lines

    def counted(store: PassageStore, numbers: Sequence[int], holds: str) -> list[Line]:
        asked.append(len(numbers))
        return lines(store, numbers, holds)

    monkeypatch.setattr(PassageStore, "lines", counted)
    monkeypatch.setattr(said, "PASSAGES", 4)
    index.search("stamp()", EVERYONE)
    assert asked == [4]
    asked.clear()
    index.search("stamp", EVERYONE)
    index.search("stamp quarrel()", EVERYONE)
    assert asked == []


@pytest.mark.parametrize(
    ("question", "levels"),
    [
        ("stamp", []),
        ("stamp?", []),
        ("stamp()", [TYPED]),
        ('"stamp()"', [TYPED, SAID]),
        ('"stamp it"', [TYPED, SAID]),
        ("the crate", [TYPED, SAID, RESPELLED]),
        ("what stands on the main deck?", [TYPED, SAID]),
        ("what stands on the main deck today?", [SAID]),
        ("what is *force on the deck", [TYPED, SAID, SAID]),
        ("what is *force on the main deck", [TYPED, SAID]),
        ("12,000", [TYPED, SAID, RESPELLED]),
        ("12000", [ELSE]),
        ("2024", [ELSE]),
        ("crates", [ELSE]),
    ],
)
def test_a_question_says_what_it_does_sign_by_sign_and_word_by_word(
    question: str, levels: list[int]
) -> None:
    assert [each.level for each in wanted(question).sayings] == levels


def test_a_word_is_parted_where_both_parts_may_be_words() -> None:
    patterns = [each.pattern for each in wanted("login").sayings]
    assert patterns == [r"log[\s_\-\u2010\u2011]in"]


@pytest.mark.parametrize("sign", "-.")
def test_more_words_than_anybody_says_are_not_looked_for_one_after_the_other(sign: str) -> None:
    """The pattern of a thousand words takes longer to make than a whole search."""
    for count, levels in ((2 * MOST, {TYPED, SAID}), (2 * MOST + 1, {TYPED})):
        assert {each.level for each in wanted(sign.join("a" * count)).sayings} == levels
