"""A question is answered from all that is in the log, filtered, with the reason in plain words."""

import sqlite3
import unicodedata
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import pytest
from msgspec import structs

from indexer.embedding.testing import HashEmbedder
from indexer.errors import IndexOutdated, IndexUnavailable, ModelUnavailable
from indexer.index import HybridIndex
from kb import access
from kb.access import Visibility
from kb.entries.bring import ImportedEntry
from kb.entries.content import Content, Draft, Section, Source
from kb.entries.results import EntryFilter
from kb.errors import InvalidInput, NotYetSearchable, SearchUnavailable
from kb.ids import entry_id_for
from kb.knowledge_base import KnowledgeBase
from kb.search.search import NEAREST
from tests.kb.conftest import OpenBase
from tests.worlds.log import some_content, some_draft


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_title_and_a_tag_in_another_form_of_unicode_are_told_as_such(
    base: KnowledgeBase, form: Literal["NFC", "NFD"]
) -> None:
    draft = some_draft(tags=(unicodedata.normalize(form, "회의록"),))
    title = unicodedata.normalize(form, "야간 근무표")
    base.session.entries.contribute(structs.replace(draft, content=some_content(title)))
    for asked in ("야간 근무표", unicodedata.normalize("NFD", "야간 근무표")):
        assert base.session.search(asked).results[0].why.startswith("exact title")
    for asked in ("회의록", unicodedata.normalize("NFD", "회의록")):
        assert "tag" in base.session.search(asked).results[0].why


def test_what_was_written_is_found_by_the_next_question(base: KnowledgeBase) -> None:
    receipt = base.session.entries.contribute(some_draft(tags=("night",)))

    answer = base.session.search("how do we hand over at the bed")

    (result,) = answer.results
    assert (result.id, result.title, result.kind) == (receipt.id, "Bedside handover", "practice")
    assert (result.group, result.tags, result.archived) == ("Ward 3", ("night",), False)
    assert "We hand over at the bed." in result.passage
    assert {result.passage[start:end].lower() for start, end in result.marks} >= {"bed"}
    assert result.why.startswith("words: ")
    assert "meaning 0." in result.why
    assert (answer.behind, answer.nothing_close) == (0, False)
    assert answer.milliseconds > 0
    assert answer.question == "how do we hand over at the bed"


def test_an_exact_title_is_said_to_be_one(base: KnowledgeBase) -> None:
    base.session.entries.contribute(some_draft())
    (result,) = base.session.search("bedside HANDOVER").results
    assert result.why.startswith("exact title; ")
    assert result.score.exact


def test_an_exact_name_at_the_source_is_said_to_be_one(base: KnowledgeBase) -> None:
    source = Source("book", "chapter-7.md")
    base.session.entries.bring(
        ImportedEntry(
            id=entry_id_for("book", "chapter-7.md"),
            draft=some_draft(),
            source=source,
            archived=None,
        )
    )
    (result,) = base.session.search("chapter-7.md").results
    assert result.why.startswith("exact name; ")


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (".NET", "tag: .NET; meaning"),
        ("GRÖSSE", "tag: Größe; meaning"),
        ("IT", "tag: it; meaning"),
        ("bed by night shift", "words: bed, shift; tag: night shift; meaning"),
        (".net grösse", "tags: Größe, .NET; meaning"),
        ("the bed", "words: the bed; meaning"),
    ],
)
def test_what_only_a_tag_has_is_said_to_be_found_by_it(
    base: KnowledgeBase, question: str, told: str
) -> None:
    base.session.entries.contribute(
        some_draft(tags=(".NET", "Größe", "it", "night shift", "the bed"))
    )
    assert base.session.search(question).results[0].why.startswith(told)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("customer_order_id", "customer_order_id: kx-4711"),
        ("kx-4711", "customer_order_id: kx-4711"),
        ("1987", "since: 1987"),
        ("1.25", "share: 1.25"),
        ("Zymurgy", "host: Zymurgy guild"),
    ],
)
def test_a_property_is_found_by_its_name_and_its_value(
    base: KnowledgeBase, question: str, text: str
) -> None:
    for number in range(5):
        base.session.entries.contribute(some_draft(some_content(f"Handover {number}")))
    properties = {
        "customer_order_id": "kx-4711",
        "since": 1987,
        "share": 1.25,
        "host": "Zymurgy guild",
        "open": True,
    }
    content = structs.replace(some_content(), properties=properties)
    kept = base.session.entries.contribute(some_draft(content)).id

    result = base.session.search(question).results[0]

    assert (result.id, result.heading, result.place) == (kept, "Properties", "properties")
    assert result.close
    assert text in result.passage.splitlines()


def test_a_property_is_found_by_those_alone_who_see_its_entry(base: KnowledgeBase) -> None:
    content = structs.replace(some_content(), properties={"host": "Zymurgy"})
    draft = structs.replace(some_draft(content), visibility=Visibility("author"))
    base.session.entries.contribute(draft)
    base.session.entries.contribute(some_draft())

    found = base.as_(access.of_member("ben", (), ())).search("zymurgy").results

    assert found == ()
    assert base.session.search("zymurgy").results[0].place == "properties"


def test_a_model_without_vectors_of_words_answers_as_well(data: Path) -> None:
    with KnowledgeBase.open(data, embedder=HashEmbedder(words=False)) as base:
        base.session.entries.contribute(some_draft())
        (result,) = base.session.search("how do we hand over at the bed").results
    assert (result.title, result.close, result.score.met) == ("Bedside handover", True, 0.0)


def test_without_any_entry_there_is_nothing_to_show(base: KnowledgeBase) -> None:
    assert base.session.search("anything at all").results == ()


def test_what_shares_neither_a_word_nor_a_meaning_is_not_shown(
    base: KnowledgeBase, embedder: HashEmbedder
) -> None:
    base.session.entries.contribute(some_draft())
    assert base.session.search("zebra paint handover").results
    embedder.calibration = structs.replace(embedder.calibration, faint=2.0)
    assert base.session.search("zebra paint handover").results
    assert base.session.search("zebra paint").results == ()


def test_what_an_address_alone_has_is_shown_beside_any_word_that_nothing_has(
    base: KnowledgeBase,
) -> None:
    for number in range(5):
        base.session.entries.contribute(some_draft(some_content(f"Handover {number}")))
    content = some_content("Boats", doing="See [there](https://boats.example/RonNail).")
    linked = base.session.entries.contribute(some_draft(content)).id
    for word in ("umbrella", "volcano", "saxophone", "mustard", "penguin", "chimney", "violin"):
        for question in (f"ronnail {word}", f"{word} ronnail"):
            assert base.session.search(question).results[0].id == linked


def test_what_is_not_close_is_shown_as_the_nearest_there_is(base: KnowledgeBase) -> None:
    for number in range(7):
        base.session.entries.contribute(some_draft(some_content(f"Handover {number}")))
    answer = base.session.search("zebra crossing handover of paint", limit=20)
    assert answer.nothing_close
    assert [result.close for result in answer.results] == [False] * NEAREST
    assert len(base.session.search("zebra crossing handover of paint", limit=2).results) == 2


def test_five_are_answers_and_the_rest_is_less_close(base: KnowledgeBase) -> None:
    for number in range(7):
        base.session.entries.contribute(some_draft(some_content(f"Handover {number}")))
    answer = base.session.search("handover", limit=20)
    assert not answer.nothing_close
    assert [result.close for result in answer.results] == [True] * 5 + [False] * 2


def test_filters_are_part_of_the_question(base: KnowledgeBase) -> None:
    entry_id = base.session.entries.contribute(some_draft(tags=("night", "night shift"))).id

    def found(**named: Any) -> bool:
        return bool(base.session.search("bedside handover", EntryFilter(**named)).results)

    assert found(kinds=("practice",), tags=("night",), groups=("Ward 3",))
    assert found(tags=("NIGHT", "#Night Shift"), groups=("ward-3", "unheard-of"))
    assert found(kinds=("Practice ", "Case Clinic"))
    assert not found(tags=("night", "other"))
    other = ("unheard-of",)
    without: dict[str, Any] = {"kinds": other, "tags": other, "groups": other, "archived": True}
    assert without.keys() == {*EntryFilter.__struct_fields__}
    assert [name for name, value in without.items() if found(**{name: value})] == []
    base.session.entries.archive(entry_id, "Old")
    assert not found()
    assert found(archived=True)
    assert found(archived=None)


@pytest.mark.parametrize("question", ["", "   ", "?!… —", "\x00", "\u200f"])
def test_a_question_without_words_is_refused_in_a_sentence(
    base: KnowledgeBase, question: str
) -> None:
    base.session.entries.contribute(some_draft())
    with pytest.raises(InvalidInput, match=r"\.$") as caught:
        base.session.search(question)
    assert caught.value.field == "question"


@pytest.mark.parametrize(
    "question",
    [
        "bedside handover " * 117,
        'title:"bedside handover" AND (NOT x OR [a TO z]) ^2 ~ * handover',
        "bedside\x00handover at the bed",
        "\u202ebedside handover مناوبة السرير",
        "bedside handover '; DROP TABLE entry; --",
        "bedside <script>alert(1)</script> handover",
        "bedside handover \U0001f6cf\ufe0f\u0301" + "\u0301" * 500,
        "\ud800 bedside handover",
    ],
)
def test_any_other_question_gets_an_answer(base: KnowledgeBase, question: str) -> None:
    base.session.entries.contribute(some_draft())
    answer = base.session.search(question)
    assert len(answer.results) <= 1
    assert answer.question == question


@pytest.mark.parametrize("limit", [0, -1, 101])
def test_the_number_of_results_has_bounds(base: KnowledgeBase, limit: int) -> None:
    with pytest.raises(InvalidInput, match="1 to 100"):
        base.session.search("bed", limit=limit)


def test_an_entry_that_the_views_lack_is_not_offered(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    base.session.entries.contribute(some_draft())
    monkeypatch.setattr(base.session.catalogue, "summaries", lambda ids: {})
    assert base.session.search("bedside handover").nothing_close


@pytest.mark.parametrize("error", [ModelUnavailable, IndexUnavailable])
def test_a_search_that_cannot_be_made_says_why(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    base.session.entries.contribute(some_draft())

    def failing(*_: object) -> None:
        raise error("It is not there: put it back.")

    monkeypatch.setattr(HybridIndex, "search", failing)
    with pytest.raises(SearchUnavailable, match="put it back"):
        base.session.search("bed")


def test_an_index_that_vanishes_between_two_questions_is_made_anew(
    data: Path, open_base: OpenBase, notices: list[str]
) -> None:
    writer, reader = open_base(), open_base()
    writer.session.entries.contribute(some_draft())
    assert writer.session.search("bedside handover").results
    writer.close()
    assert reader.session.search("bedside handover").results
    (data / "index" / "CURRENT").unlink()
    notices.clear()
    content = Content(title="Huddle", sections=(*some_content().sections, Section("x", "y")))
    reader.session.entries.contribute(Draft(kind="practice", content=content))
    assert [result.title for result in reader.session.search("huddle").results] == ["Huddle"]
    assert len(notices) == 1


def test_a_damaged_index_counts_again_as_soon_as_another_process_has_made_it_anew(
    data: Path, open_base: OpenBase, notices: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.search.search.OWN_SECONDS", 0.0)
    monkeypatch.setattr("kb.search.search.OTHERS_SECONDS", 0.0)
    leader, reader = open_base(), open_base()
    leader.start_following()
    receipt = leader.session.entries.contribute(some_draft())
    leader.wait(leader.head(), index=True)
    assert reader.session.search("bedside handover").results
    damage_index(data)
    # What the reader still has in memory no longer counts when a position is committed.
    leader.session.reuses.record(receipt.id, group="A", context="B", outcome="adopted")
    leader.wait(leader.head(), index=True)
    with pytest.raises(NotYetSearchable, match="damaged"):
        reader.session.search("bedside handover")

    leader.rebuild("index")
    answer = reader.session.search("bedside handover")
    assert (len(answer.results), answer.behind) == (1, 0)
    leader.close()
    notices.clear()
    reader.wait(reader.session.entries.contribute(some_draft()).position, index=True, timeout=60)
    assert len(reader.session.search("bedside handover").results) == 2
    assert notices == [], "a sound index is not made anew"


def damage_index(data: Path) -> None:
    """Overwrite the first page of the passages."""
    generation = data / "index" / (data / "index" / "CURRENT").read_text()
    with closing(sqlite3.connect(generation / "passages.sqlite")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = db.execute("PRAGMA page_size").fetchone()
        (root,) = db.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'passages'"
        ).fetchone()
    with (generation / "passages.sqlite").open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)


def test_an_index_that_cannot_be_made_is_said_to_be_missing(
    base: KnowledgeBase, embedder: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    base.session.entries.contribute(some_draft())

    def broken(*_: object, **__: object) -> None:
        raise ModelUnavailable("The model is not there: install it.")

    monkeypatch.setattr(HybridIndex, "build", broken)
    for _ in range(2):
        with pytest.raises(SearchUnavailable, match="install it"):
            base.session.search("bed")
    assert any("install it" in error for error in base.status().errors)


@pytest.mark.parametrize("name", ["search", "put"])
def test_an_index_that_turns_out_to_be_damaged_is_made_anew(
    base: KnowledgeBase, notices: list[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    base.session.entries.contribute(some_draft())
    assert base.session.search("bedside handover").results
    sound = getattr(HybridIndex, name)
    damage = [IndexOutdated("The index file passages.sqlite is damaged (page 7).")]

    def failing(*arguments: Any, **named: Any) -> Any:
        if damage:
            raise damage.pop()
        return sound(*arguments, **named)

    monkeypatch.setattr(HybridIndex, name, failing)
    base.session.entries.contribute(some_draft())
    assert len(base.session.search("bedside handover").results) == 2
    assert "page 7" in notices[-1]
