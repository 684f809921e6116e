"""What is asked for exactly is found first, in whichever passage it stands, and shown there."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from indexer.document import Document, Filter, Hit, Section
from indexer.embedding.testing import HashEmbedder
from indexer.index import HybridIndex
from tests.examples import costly

pytestmark = pytest.mark.exhaustive

ALL = frozenset({"all"})
EVERYONE = Filter(audience=ALL)
FILLER = "People meet by the river and speak of boats, bread and weather. "
ADDRESS = "https://pages.example/zymurgy_notes?id=1290181#top"
LONG = [FILLER * 20, FILLER * 20 + "The crate kvx77 was opened and renamed.", FILLER * 20]


class Unreading(HashEmbedder):
    """Reads plain Latin letters alone, as the model does."""

    def share(self, text: str) -> float:
        words = text.split()
        return sum(word.isascii() for word in words) / max(1, len(words))


def document(name: str, *texts: str, title: str = "", audience: frozenset[str] = ALL) -> Document:
    return Document(
        id=name,
        title=title or f"Title {name}",
        sections=tuple(Section(f"Part {n}", text) for n, text in enumerate(texts)),
        audience=audience,
    )


OTHERS = [document(f"other{n}", FILLER * (1 + n % 3)) for n in range(8)]


@pytest.fixture(scope="module", params=["tantivy", "whoosh"])
def index(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[HybridIndex]:
    def fill(index: HybridIndex) -> None:
        index.put(
            [
                *OTHERS,
                document("long", *LONG),
                document("apart", "A member counts badges. Each badge has a no."),
                document("column", "Look at member_badge_no in the table."),
                document("version", FILLER * 3 + "Since 1.10.2 it is quick."),
                document("versions", "Of 1.1 there were 10, and then 2 more."),
                document("desk", "Call IT when in doubt; the WHO knows."),
                document("stem", "They rename crates. Renaming is work. Rename often. " * 3),
                document("phrase", "A boat goes to and fro or not at all."),
                document("words", "To be or not to be, that is it."),
                document("reset", "重启服务器以后再看。"),
                document(
                    "linked", FILLER, f"{FILLER}See [the guide]({ADDRESS}).\n\n## More", FILLER
                ),
                document("restart", "服务很好。武器重启。务必小心器具。"),
                document("katakana", "新しいガラスとヴァイオリン。"),
                document("hiragana", "ばっくあっぷをとる。"),
                document("arabic", "ضع السبورة في القاعة ثم اغسل يديك."),
                document("arabic bare", "باب للمطبخ ومفتاح واحد"),
                document("thai", "กุญแจอยู่ในตู้"),
                document("thai long", "ล้างจานก่อนกลับบ้านทุกครั้งที่ครัวปิด"),
                document("accents", "Il est passé par la Hülle."),
                document("no accents", "They passed by and pass on. " * 3),
                document("hyphen", "Draw a wire-frame first."),
                document("joined", "Then a blueprint would be drawn."),
                document("parted", "A blue line, then a print."),
                structs.replace(
                    document("above", FILLER),
                    sections=(Section("Quixotic", f"### Rows\n\n{FILLER}"),),
                ),
                document("tagged", "先看一眼再说。\n\n#回顾"),
                document("untagged", "回顾很重要。回顾以后再回顾。"),
                document("blank", "Fill a gap list."),
                document("gaps", "Mind the gap. A list, a gap, a list: gap after gap."),
                document("hidden", "The crate kvx77 is secret.", audience=frozenset({"few"})),
            ]
        )
        index.commit(1)

    place = tmp_path_factory.mktemp("index")
    with HybridIndex.build(place, Unreading(), fill, engine=request.param) as index:
        yield index


def first(index: HybridIndex, question: str) -> Hit:
    return index.search(question, EVERYONE)[0]


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("kvx77", "long"),
        ("renamed", "long"),
        ("rename", "stem"),
        ("member_badge_no", "column"),
        ("1.10.2", "version"),
        ("IT", "desk"),
        ("who", "desk"),
        ("WOULD", "joined"),
        ("when does IT come", "desk"),
        ('"or not to"', "words"),
        ("服务器", "reset"),
        ("武器", "restart"),
        ("سبورة", "arabic"),
        ("والسبورة", "arabic"),
        ("المطبخ", "arabic bare"),
        ("がらす", "katakana"),
        ("ゔぁいおりん", "katakana"),
        ("バックアップ", "hiragana"),
        ("ﾊﾞｯｸｱｯﾌﾟ", "hiragana"),
        ("zymurgy_notes", "linked"),
        ("pages.example", "linked"),
        ("1290181", "linked"),
        ("passe", "accents"),
        ("Huelle", "accents"),
        ("wireframe", "hyphen"),
        ("wire frame", "hyphen"),
        ("blue-print", "joined"),
        ("gap-list", "blank"),
        ("gap list", "blank"),
        ("quixotic", "above"),
        ("#回顾", "tagged"),
        (ADDRESS, "linked"),
        ("กุญแจ", "thai"),
    ],
)
def test_the_document_that_has_it_is_first_and_shows_where(
    index: HybridIndex, question: str, name: str
) -> None:
    hit = first(index, question)
    assert hit.document_id == name
    assert hit.marks or hit.heading == "Quixotic"
    assert hit.score.words
    if len(question.split()) == 1:
        assert hit.close


@pytest.mark.parametrize("question", ["1290181", "zymurgy_notes", ADDRESS])
def test_a_link_is_shown_whose_address_has_what_was_asked_for(
    index: HybridIndex, question: str
) -> None:
    hit = first(index, question)
    assert (hit.heading, hit.place, hit.text) == ("Part 1", "2", f"the guide: {ADDRESS}")
    start, end = hit.marks[0]
    assert hit.text[start:end] == question
    assert hit.score.words == (question,)


def test_the_passage_that_has_the_word_is_shown_whatever_is_nearer(index: HybridIndex) -> None:
    hit = first(index, "kvx77 boats river")
    assert "kvx77" in hit.passage.text
    start, end = hit.snippet_range
    assert "kvx77" in hit.passage.text[start:end]


def test_what_is_found_by_pairs_of_signs_is_told_as_it_was_asked(index: HybridIndex) -> None:
    assert first(index, "服务器").score.words == ("服务器",)


def test_signs_that_the_model_does_not_read_have_no_meaning(index: HybridIndex) -> None:
    found = {hit.document_id: hit.score for hit in index.search("กุญแจ", EVERYONE, 50)}
    assert {score.cosine for score in found.values()} == {0.0}
    assert {score.met for score in found.values()} == {0.0}


SENTENCE = "no room is left for boats"


def test_a_document_that_says_a_sentence_word_for_word_is_first_and_shows_where() -> None:
    near = "Boats have room. For what is left there is no room, and boats leave for no room. "
    texts = [near * 4, f"{near * 12}\n\n{FILLER * 12}Then: *{SENTENCE}*!", near, FILLER]
    with lone(texts) as index:
        hit, other = index.search(f"{SENTENCE}?", EVERYONE)[:2]
        assert (hit.document_id, hit.close, hit.score.words) == ("d1", True, (SENTENCE,))
        start, end = hit.marks[-1]
        assert hit.text[start:end] == SENTENCE
        assert hit.snippet_range[0] <= start < end <= hit.snippet_range[1]
        assert other.close
        assert index.search(f"{SENTENCE} here", EVERYONE)[0].document_id != "d1"


def test_a_word_that_only_a_hidden_document_has_is_nowhere(index: HybridIndex) -> None:
    few = Filter(audience=frozenset({"few"}))
    assert first(index, "kvx77").document_id == "long"
    assert [hit.document_id for hit in index.search("kvx77", few)] == ["hidden"]


def test_a_word_that_too_many_have_alike_to_be_proposed_is_still_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.ranking.ranking.PROPOSED", 3)
    monkeypatch.setattr("indexer.ranking.ranking.CANDIDATES", 3)
    texts = [document(f"{n}", FILLER) for n in range(9)]

    def fill(index: HybridIndex) -> None:
        index.put([*texts, *(document(f"ü{n}", "Ключ лежит тут.") for n in range(6))])
        index.commit(1)

    with HybridIndex.build(tmp_path, Unreading(), fill) as index:
        found = [hit.document_id for hit in index.search("ключ", EVERYONE, 3)]
    assert found == ["ü0", "ü1", "ü2"]


@contextmanager
def lone(texts: list[str]) -> Iterator[HybridIndex]:
    """An index of a document for each text."""

    def fill(index: HybridIndex) -> None:
        index.put([document(f"d{n}", text) for n, text in enumerate(texts)])
        index.commit(1)

    with (
        tempfile.TemporaryDirectory() as place,
        HybridIndex.build(Path(place), Unreading(), fill) as index,
    ):
        yield index


WORDS = st.text(st.sampled_from("abcджз盘点รากか"), min_size=2, max_size=6)


@costly(10)
@given(
    st.lists(st.lists(WORDS, min_size=1, max_size=8), min_size=2, max_size=6),
    st.lists(st.sampled_from([" ", "_", ".", "-"]), min_size=1, max_size=2),
    st.data(),
)
def test_the_document_that_alone_has_a_word_is_first(
    bodies: list[list[str]], joins: list[str], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(bodies) - 1))
    joined = "".join(joins[n % len(joins)] + word for n, word in enumerate(["qx", "vw"]))[1:]
    texts = [" ".join(words) for words in bodies]
    texts[place] += f" {joined}"
    with lone(texts) as index:
        hit = index.search(joined, EVERYONE)[0]
        assert hit.document_id == f"d{place}"
        assert np.isfinite(hit.score.fused)


def test_words_of_a_property_find_it_word_for_word_unquoted(tmp_path: Path) -> None:
    kept = structs.replace(
        document("kept", FILLER), properties=("also: Bread weather and symbolic boats",)
    )

    def fill(index: HybridIndex) -> None:
        near = "Symbolic bread and weather boats meet. Boats and weather are symbolic bread. "
        index.put([*OTHERS, kept, document("near", near * 5)])
        index.commit(1)

    with HybridIndex.build(tmp_path, HashEmbedder(), fill) as index:
        for asked in ("bread weather and symbolic boats", "weather and symbolic"):
            hit = first(index, asked)
            assert (hit.document_id, hit.place, hit.close) == ("kept", "properties", True)


@pytest.mark.parametrize("question", ["vue macros", '"Vue Macros"', "»vue macros«"])
def test_of_passages_and_entries_the_one_with_the_very_spelling_is_first(question: str) -> None:
    joined = "Set vue/macros or `vue_macros` here. " * 9
    texts = [joined, f"{joined}\n\n{FILLER * 20}\n\nThen vue macros are told of.", joined]
    with lone(texts) as index:
        hit, *others = index.search(question, EVERYONE)
        start, end = hit.marks[0]
        assert (hit.document_id, hit.text[start:end], hit.close) == ("d1", "vue macros", True)
        assert {other.document_id for other in others} == {"d0", "d2"}


def test_two_words_side_by_side_count_also_if_one_is_a_stop_word() -> None:
    near = "A prompt is a prompt. Prompts! You must prompt, as must prompts. " * 5
    with lone(
        [near, f"{FILLER * 20} The prompt must be dry.", near, "So prompt.must is set."]
    ) as index:
        assert index.search("prompt must", EVERYONE)[0].document_id == "d1"


@pytest.mark.parametrize(
    "question", ["OReilly", "oreilly", "dont", "aujourdhui", "lhomme", "H2O", "mc2", "C6H12O6"]
)
def test_signs_inside_a_word_may_be_left_out(question: str) -> None:
    text = "Ask O'Reilly why they don\u2019t. Aujourd'hui l'homme boit H~2~O, C~6~H~12~O~6~, mc^2^."
    with lone([FILLER, "Homme, reilly, aujourd, don.", f"{FILLER} {text}"]) as index:
        hit = index.search(question, EVERYONE)[0]
        assert (hit.document_id, hit.close) == ("d2", True)
        assert hit.marks


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("C", ["c", "hash", "alias"]),
        ("c++", ["plus", "plus text", "c"]),
        ("C#", ["hash", "c"]),
        ("@quern", ["at", "quern"]),
        ("Quern", ["quern"]),
    ],
)
def test_of_names_that_differ_in_signs_the_one_asked_for_is_first(
    tmp_path: Path, question: str, names: list[str]
) -> None:
    documents = [
        document("hash", "c c c " * 9, title="C#"),
        document("plus", "c c c " * 9, title="C++"),
        document("plus text", "Of c++ much is told."),
        document("c", FILLER, title="C"),
        structs.replace(document("alias", "A letter: c."), identifiers=("C",)),
        document("quern", "Quern, quern, quern.", title="Quern"),
        document("at", "Then write to @quern about it."),
    ]

    def fill(index: HybridIndex) -> None:
        index.put([*OTHERS, *documents])
        index.commit(1)

    with HybridIndex.build(tmp_path, HashEmbedder(), fill) as index:
        found = [hit.document_id for hit in index.search(question, EVERYONE)]
    assert found[0] == names[0]
    assert [name for name in found if name in names] == names


PROPERTIES = ("customer_order_id: kx-4711", "opened: 1987-03-02", "host: zymurgy, quern")


@pytest.mark.parametrize("question", ["kx-4711", "1987-03-02", "quern", "customer_order_id"])
def test_a_property_is_found_by_its_words_and_shown(tmp_path: Path, question: str) -> None:
    kept = structs.replace(document("kept", FILLER), properties=PROPERTIES)

    def fill(index: HybridIndex) -> None:
        index.put([*OTHERS, kept])
        index.commit(1)

    with HybridIndex.build(tmp_path, HashEmbedder(), fill) as index:
        hit = first(index, question)
        assert (hit.document_id, hit.heading, hit.place, hit.close) == ("kept", "", "properties", 1)
        assert hit.marks
        assert question in hit.text


def test_properties_have_no_part_in_how_sentences_are_answered(tmp_path: Path) -> None:
    """All that the ranking goes by is as it would be without them, to the last bit."""
    asked = "Who speaks of boats, bread and the weather by the river?"
    found = []
    for place, properties in enumerate([(), PROPERTIES, (asked,) * 200]):

        def fill(index: HybridIndex, properties: tuple[str, ...] = properties) -> None:
            index.put([structs.replace(OTHERS[0], properties=properties), *OTHERS[1:]])
            index.commit(1)

        with HybridIndex.build(tmp_path / f"{place}", HashEmbedder(), fill) as index:
            hits = index.search(asked, EVERYONE, 20)
            found.append([(hit.document_id, hit.score) for hit in hits])
            assert {hit.place for hit in hits} == {"1"}
    assert found[0] == found[1] == found[2]
