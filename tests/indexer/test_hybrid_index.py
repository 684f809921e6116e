"""HybridIndex finds what was put into it, for those who may find it, until it is removed."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from indexer.document import Document, Filter, Hit, Section
from indexer.embedding.testing import HashEmbedder
from indexer.errors import IndexOutdated, IndexUnavailable, QuestionError
from indexer.index import HybridIndex
from indexer.stored.description import describe
from tests.examples import costly

ALL = frozenset({"all"})
EVERYONE = Filter(audience=ALL)


def document(
    name: str,
    title: str,
    text: str = "",
    *,
    audience: frozenset[str] = ALL,
    identifiers: tuple[str, ...] = (),
    keywords: tuple[str, ...] = (),
    kind: str = "practice",
) -> Document:
    return Document(
        id=name,
        title=title,
        sections=(Section("What", text),),
        audience=audience,
        identifiers=identifiers,
        keywords=keywords,
        facets={"kind": frozenset({kind})},
    )


DOCUMENTS = [
    document(
        "pair", "Pair programming", "Two people share one keyboard and talk while they write."
    ),
    document("retro", "Retrospective", "The team looks back and agrees what to change next."),
    document("ward", "Ward round", "Nurses hand over patients at the bedside.", kind="note"),
    document("pay", "Salary bands", "What managers earn.", audience=frozenset({"curators"})),
    document("empty", "An entry about beekeeping", "", keywords=("honey",)),
]


def ids(hits: Sequence[Hit]) -> list[str]:
    return [hit.document_id for hit in hits]


def fill(index: HybridIndex) -> None:
    index.put(DOCUMENTS)
    index.commit(5)


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder()


@pytest.fixture(params=["tantivy", "whoosh"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def index(tmp_path: Path, embedder: HashEmbedder, engine: str) -> Iterator[HybridIndex]:
    with HybridIndex.build(tmp_path / "index", embedder, fill, engine=engine) as built:
        yield built


def test_a_question_finds_the_passage_that_answers(index: HybridIndex) -> None:
    best = index.search("nurses and patients", EVERYONE)[0]
    assert best.document_id == "ward"
    assert best.title == "Ward round"
    assert best.passage.text == "Nurses hand over patients at the bedside."
    assert [best.passage.text[start:end] for start, end in best.marks] == ["Nurses", "patients"]
    assert best.score.words == ("nurses", "patients")
    assert best.score.lexical > 0
    assert best.close
    assert not best.score.exact


def test_the_limit_holds_and_the_order_is_by_score(index: HybridIndex) -> None:
    hits = index.search("team", EVERYONE, limit=2)
    assert len(hits) == 2
    assert hits[0].score.fused >= hits[1].score.fused


@pytest.mark.parametrize("question", ["ward  ROUND", "Ward-round!", "wárd round"])
def test_an_exact_title_comes_first(index: HybridIndex, question: str) -> None:
    index.put([document("other", "Rounds", "ward round " * 30)])
    index.commit(6)
    hits = index.search(question, EVERYONE)
    assert ids(hits)[0] == "ward"
    assert [hit.score.exact for hit in hits[:2]] == [True, False]


def test_an_identifier_comes_first(index: HybridIndex) -> None:
    index.put([document("x", "Something else", "far away", identifiers=("KB-0042",))])
    index.commit(6)
    assert ids(index.search("kb-0042", EVERYONE))[0] == "x"


def test_what_a_person_may_not_find_is_not_found_even_by_its_title(index: HybridIndex) -> None:
    assert "pay" not in ids(index.search("Salary bands", EVERYONE))
    curator = Filter(audience=frozenset({"all", "curators"}))
    assert ids(index.search("Salary bands", curator))[0] == "pay"
    assert index.search("Salary bands", Filter(audience=frozenset())) == []


def test_of_two_as_near_the_one_whose_words_meet_the_question_comes_first(
    index: HybridIndex, embedder: HashEmbedder
) -> None:
    question = "apples grown without ladders"
    index.put([document("a", "Trees", "Pears."), document("b", "Fruits", "Apples.")])
    index.commit(6)

    def ranked(meeting: float) -> dict[str, float]:
        embedder.calibration = replace(embedder.calibration, meeting=meeting)
        return {hit.document_id: hit.score.fused for hit in index.search(question, EVERYONE)}

    without, with_words = ranked(0.0), ranked(16.0)
    assert with_words["b"] - without["b"] > with_words["a"] - without["a"]


def test_a_model_of_sentences_alone_finds_all_but_that_no_words_meet(
    tmp_path: Path, engine: str
) -> None:
    embedder = HashEmbedder(words=False)
    with HybridIndex.build(tmp_path / "index", embedder, fill, engine=engine) as built:
        best = built.search("nurses and patients", EVERYONE)[0]
        assert (best.document_id, best.place, best.close) == ("ward", "1", True)
        assert best.score.words == ("nurses", "patients")
        assert ids(built.search("Ward round", EVERYONE))[0] == "ward"
        assert "pay" not in ids(built.search("Salary bands", EVERYONE))
        assert {hit.score.met for hit in built.search("nurses", EVERYONE)} == {0.0}
        computed = embedder.embedded
        built.put(DOCUMENTS)
        built.commit(6)
        assert embedder.embedded == computed
    with HybridIndex.open(tmp_path / "index", embedder, engine=engine) as again:
        assert ids(again.search("Two people share one keyboard", EVERYONE))[0] == "pair"
    with pytest.raises(IndexOutdated, match="fingerprint"):
        HybridIndex.open(tmp_path / "index", HashEmbedder(), engine=engine)


def test_facets_are_part_of_the_question(index: HybridIndex) -> None:
    notes = Filter(audience=ALL, facets={"kind": frozenset({"note", "unknown"})})
    assert ids(index.search("pair programming", notes)) == ["ward"]


def test_a_document_without_text_is_found_by_title_and_keyword(index: HybridIndex) -> None:
    assert ids(index.search("beekeeping", EVERYONE))[0] == "empty"
    assert [hit.document_id for hit in index.search("honey", EVERYONE) if hit.score.lexical] == [
        "empty"
    ]


def test_what_is_put_is_found_after_commit_only(index: HybridIndex) -> None:
    index.put([document("new", "Walking meetings", "Walk and talk outside.")])
    assert "new" not in ids(index.search("walking meetings", EVERYONE))
    index.commit(6)
    assert ids(index.search("walking meetings", EVERYONE))[0] == "new"
    assert index.position == 6


def test_a_document_put_again_is_replaced(index: HybridIndex, tmp_path: Path) -> None:
    twice = document("pair", "Mob programming", "Old"), document("pair", "Mob programming", "All.")
    index.put(twice)
    index.commit(6)
    hits = index.search("two people share one keyboard", EVERYONE)
    assert [hit.title for hit in hits if hit.document_id == "pair"] == ["Mob programming"]
    assert describe(tmp_path / "index").documents == len(DOCUMENTS)
    assert index.search("Pair programming", EVERYONE)[0].score.exact is False


def test_what_is_removed_is_not_found(index: HybridIndex, tmp_path: Path) -> None:
    index.remove(["pair", "unknown"])
    index.commit(6)
    assert "pair" not in ids(index.search("Pair programming", EVERYONE))
    assert describe(tmp_path / "index").documents == len(DOCUMENTS) - 1


@pytest.mark.parametrize("question", ["", " \n\t", "?!… --", "\0"])
def test_a_question_without_words_is_refused_in_one_sentence(
    index: HybridIndex, question: str
) -> None:
    with pytest.raises(QuestionError, match=r"ask with at least one word\.$"):
        index.search(question, EVERYONE)


def test_a_question_too_long_to_be_read_is_refused_and_not_cut(index: HybridIndex) -> None:
    index.search("pair " * 440, EVERYONE)
    with pytest.raises(QuestionError, match="has 2,205 characters; ask in at most 2,200"):
        index.search("pair " * 441, EVERYONE)


@pytest.mark.parametrize(
    "question",
    [
        "pair " * 440,
        " ".join(f"word{n}" for n in range(220)),
        'title:"pair" AND (NOT x OR *) ^2 ~',
        "pa\0ir programming",
        "שלום עולם",
        "the of and",
        "学习",
        "\ud7ff\u202epair",
    ],
)
def test_strange_questions_get_an_answer(index: HybridIndex, question: str) -> None:
    assert len(index.search(question, EVERYONE)) == 4


@given(question=st.text(min_size=1, max_size=40))
@costly(2, fixtures=True)
def test_any_question_is_answered_or_refused(index: HybridIndex, question: str) -> None:
    try:
        hits = index.search(question, EVERYONE)
    except QuestionError:
        return
    for hit in hits:
        assert all(0 <= start < end <= len(hit.passage.text) for start, end in hit.marks)


def test_nothing_is_looked_for_where_nothing_may_be_seen(
    index: HybridIndex, embedder: HashEmbedder
) -> None:
    before = embedder.embedded
    for audience in (frozenset[str](), frozenset({"group of nobody"})):
        assert index.search("pair programming", Filter(audience=audience)) == []
        with pytest.raises(QuestionError):
            index.search("?", Filter(audience=audience))
    assert embedder.embedded == before
    assert index.search("pair programming", EVERYONE)
    assert embedder.embedded > before


def test_equal_scores_stand_in_the_order_of_ids(index: HybridIndex) -> None:
    index.put([document(name, "Twin", "the very same") for name in ("t3", "t1", "t2")])
    index.commit(6)
    assert ids(index.search("Twin", EVERYONE, 3)) == ["t1", "t2", "t3"]


def test_an_empty_index_finds_nothing(tmp_path: Path, embedder: HashEmbedder, engine: str) -> None:
    with HybridIndex.build(tmp_path, embedder, lambda _: None, engine=engine) as index:
        assert index.search("anything", EVERYONE) == []
        assert index.position == 0


def test_a_text_is_embedded_once_ever(index: HybridIndex, embedder: HashEmbedder) -> None:
    computed = embedder.embedded
    index.put([*DOCUMENTS, document("copy", "Pair programming", DOCUMENTS[0].sections[0].text)])
    index.remove(["retro"])
    index.commit(6)
    index.put(DOCUMENTS)
    index.commit(7)
    assert embedder.embedded == computed


def test_a_reader_takes_in_what_was_committed(
    index: HybridIndex, embedder: HashEmbedder, engine: str, tmp_path: Path
) -> None:
    with HybridIndex.open(tmp_path / "index", embedder, engine=engine) as reader:
        index.put([document("new", "Walking meetings", "Walk and talk outside.")])
        index.remove(["retro"])
        index.commit(6)
        assert reader.position == 5
        reader.refresh()
        reader.refresh()
        assert reader.position == 6
        assert ids(reader.search("walking meetings", EVERYONE))[0] == "new"
        assert "retro" not in ids(reader.search("retrospective", EVERYONE))


def test_a_reader_cannot_write(
    index: HybridIndex, embedder: HashEmbedder, engine: str, tmp_path: Path
) -> None:
    with (
        HybridIndex.open(tmp_path / "index", embedder, engine=engine) as reader,
        pytest.raises(IndexUnavailable),
    ):
        reader.put(DOCUMENTS)


def test_what_was_not_committed_is_gone(
    index: HybridIndex, embedder: HashEmbedder, engine: str, tmp_path: Path
) -> None:
    index.put([document("new", "Walking meetings")])
    index.close()
    with HybridIndex.open(tmp_path / "index", embedder, engine=engine, writable=True) as again:
        assert again.position == 5
        assert describe(tmp_path / "index").documents == len(DOCUMENTS)
        again.put([document("new", "Walking meetings")])
        again.commit(6)
        assert ids(again.search("walking meetings", EVERYONE))[0] == "new"


def test_replay_from_the_oldest_stamp_changes_nothing(index: HybridIndex, tmp_path: Path) -> None:
    before = index.search("team", EVERYONE)
    fill(index)
    fill(index)
    assert ids(index.search("team", EVERYONE)) == ids(before)
    assert describe(tmp_path / "index").passages == len(DOCUMENTS)


def test_searches_go_on_while_another_thread_commits(index: HybridIndex, tmp_path: Path) -> None:
    def write() -> None:
        for position in range(6, 16):
            index.put([document(f"n{position}", "Walking meetings", f"Round {position}")])
            index.remove([f"n{position - 3}"])
            index.commit(position)

    writer = Thread(target=write)
    writer.start()
    while writer.is_alive():
        assert "pair" in ids(index.search("pair programming", EVERYONE))
    writer.join()
    assert index.position == 15
    assert describe(tmp_path / "index").documents == len(DOCUMENTS) + 3


def test_a_reader_that_meets_a_replaced_document_looks_again(
    index: HybridIndex, embedder: HashEmbedder, engine: str, tmp_path: Path
) -> None:
    with HybridIndex.open(tmp_path / "index", embedder, engine=engine) as reader:
        index.put([document("pair", "Mob programming", "All at one keyboard.")])
        index.commit(6)
        assert [hit.title for hit in reader.search("keyboard", EVERYONE, 1)] == ["Mob programming"]
        assert reader.position == 6
