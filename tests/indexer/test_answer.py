"""What is offered is judged by the answer as a whole, not hit by hit."""

from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.typing import NDArray

from indexer.document import Document, Filter, Hit, Part, Passage, Section
from indexer.embedding.calibration import MINILM
from indexer.embedding.embedder import Embedded
from indexer.embedding.testing import HashEmbedder
from indexer.index import HybridIndex
from indexer.ranking.answer import JUDGED, answer
from indexer.ranking.evidence import ALIKE_TOGETHER, EXACT, NOTHING, RARE
from indexer.ranking.ranking import Question, Ranked, Ranking
from indexer.ranking.tagged import ANSWERS
from indexer.resident.postings import keys
from indexer.stored.rows import Fetched
from indexer.text import analysis, snippets
from indexer.text.names import likeness
from indexer.text.wanted import wanted

NEAR, NEARLY, RELATED, MET = MINILM.near, MINILM.nearly, MINILM.related, MINILM.met
TEXT = "How do we share what we learned?"
PASSAGE = "People share a lunch."


def answered(
    *cosines: float,
    text: str = TEXT,
    exact: bool = False,
    met: float = 0.0,
    limit: int = 100,
    level: int = NOTHING,
    lexical: float = 1.0,
) -> list[Hit]:
    """The answer to `text` when documents with these cosines are found, the first at `level`."""
    question = Question(text, wanted(text), HashEmbedder().encode([text])[0], MINILM)
    ranked = [
        Ranked(
            f"d{place}",
            place,
            lexical,
            cosine,
            met,
            1.0,
            exact and place == 0,
            level if place == 0 else NOTHING,
        )
        for place, cosine in enumerate(cosines)
    ]
    stored = {
        place: Fetched(
            f"Title {place}",
            Passage(
                id=f"p{place}",
                document_id=f"d{place}",
                heading="",
                text=PASSAGE,
                parts=(Part(0, len(PASSAGE), "", "1"),),
            ),
            b"",
            np.unique(keys(analysis.all_terms(PASSAGE))),
        )
        for place in range(len(cosines))
    }
    return answer(question, ranking(question, ranked), stored, {}, limit)


def ranking(question: Question, documents: list[Ranked]) -> Ranking:
    """With words that all weigh the same."""
    return Ranking(documents, np.ones(len(question.read.terms)))


def offered(hits: list[Hit]) -> list[str]:
    return [hit.document_id for hit in hits if hit.close]


def test_when_one_is_near_those_related_are_offered_in_their_order() -> None:
    assert offered(answered(RELATED, NEAR, RELATED - 0.01)) == ["d0", "d1"]


def test_what_the_ranking_put_before_an_answer_is_one_as_well() -> None:
    assert offered(answered(NEAR, RELATED - 0.01, 0.3)) == ["d0", "d1", "d2"]


def test_beside_one_with_a_rare_word_what_has_none_of_the_words_is_no_answer() -> None:
    text = "zorbic umbrella"
    assert offered(answered(0.1, NEAR, text=text, level=RARE, lexical=0.0)) == []
    assert offered(answered(0.1, NEAR, text=text, lexical=0.0)) == ["d0", "d1"]
    assert offered(answered(0.1, NEAR, text=text, level=RARE)) == ["d0", "d1"]


def test_when_none_is_near_nothing_is_an_answer_and_all_are_shown() -> None:
    hits = answered(NEAR - 0.01, NEAR - 0.02)
    assert (len(hits), offered(hits)) == (2, [])


def test_five_are_answers_at_most() -> None:
    hits = answered(*[NEAR] * (ANSWERS + 2))
    assert (len(hits), len(offered(hits))) == (ANSWERS + 2, ANSWERS)


def test_one_that_is_near_further_down_shows_that_there_is_an_answer() -> None:
    assert offered(answered(*[0.3] * 8, NEAR)) == [f"d{place}" for place in range(ANSWERS)]
    assert offered(answered(*[0.3] * JUDGED, NEAR)) == []


@pytest.mark.parametrize(("text", "exact"), [("shared lunches", False), ("title 0", True)])
def test_an_exact_name_or_all_words_are_near_whatever_the_cosine(text: str, exact: bool) -> None:
    assert "d0" in offered(answered(0.0, text=text, exact=exact))


@pytest.mark.parametrize("text", ["zorbic", "ZORBIC frame", '"the zorbic frame" at night'])
def test_beside_what_has_exactly_the_words_asked_what_is_only_related_is_less_close(
    text: str,
) -> None:
    assert offered(answered(0.1, RELATED, 0.3, text=text, level=EXACT)) == ["d0"]
    assert offered(answered(0.1, NEAR, 0.3, text=text, level=EXACT)) == ["d0", "d1"]


def test_beside_what_has_the_words_asked_what_has_none_of_them_is_less_close_however_near() -> None:
    near = answered(0.1, NEAR, NEAR, text="zorbic-frame", level=EXACT, lexical=0.0)
    assert offered(near) == ["d0"]
    sentence = answered(0.1, NEAR, text="when does IT come by", level=EXACT, lexical=0.0)
    assert offered(sentence) == ["d0", "d1"]


def test_what_is_related_is_an_answer_beside_other_forms_of_the_words_or_to_a_sentence() -> None:
    forms = answered(NEAR, RELATED, text="zorbic", level=ALIKE_TOGETHER)
    sentence = answered(0.1, RELATED, text="when does IT come by", level=EXACT)
    assert offered(forms) == offered(sentence) == ["d0", "d1"]


def test_a_phrase_that_nothing_has_is_answered_by_nothing_however_near() -> None:
    assert offered(answered(NEAR, NEAR, text='"lunch shared"')) == []
    assert offered(answered(NEAR, NEAR, text="lunch shared")) == ["d0", "d1"]
    assert offered(answered(NEAR, text='"title 0"', exact=True)) == ["d0"]


def test_beside_what_has_a_phrase_its_words_apart_are_no_answer() -> None:
    assert offered(answered(0.1, 0.1, text='"lunch shared"', level=EXACT)) == ["d0"]


def test_a_phrase_that_is_found_is_told_and_marked_as_one() -> None:
    (hit,) = answered(0.0, text='"share a lunch" people')
    assert hit.score.words == ("share a lunch", "people")
    assert [PASSAGE[start:end] for start, end in hit.marks] == ["People", "share a lunch"]
    (hit,) = answered(0.0, text='"title 0"')
    assert hit.score.words == ("Title 0",)


def test_words_that_meet_make_up_for_a_little_distance() -> None:
    assert offered(answered(NEARLY, met=MET)) == ["d0"]
    assert offered(answered(NEARLY, met=MET - 0.01)) == []
    assert offered(answered(NEARLY - 0.01, met=1.0)) == []


def test_one_that_nobody_sees_can_still_show_that_there_is_an_answer() -> None:
    assert offered(answered(0.3, NEAR, limit=1)) == ["d0"]
    assert offered(answered(0.3, 0.3, limit=1)) == []
    assert offered(answered(0.3, 0.0, text="shared lunches", limit=1)) == ["d0"]


def test_words_are_told_as_they_stand_in_passage_or_title() -> None:
    (hit,) = answered(0.0, text="Lunches with a title, shared by nobody")
    assert hit.score.words == ("lunch", "title", "share")
    assert [PASSAGE[start:end] for start, end in hit.marks] == ["share", "lunch"]


def test_a_passage_is_analysed_once_and_shortened_only_if_someone_sees_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    analysed: list[str] = []
    shortened: list[str] = []
    spans, shorten = analysis.spans, snippets.snippet_range

    def counted_spans(text: str, wanted: Container[str]) -> Iterator[tuple[int, int, str]]:
        analysed.append(text)
        return spans(text, wanted)

    def counted_terms(text: str) -> list[str]:
        analysed.append(text)
        return analysis.all_terms(text)

    def counted_range(
        text: str, marked: Sequence[snippets.Span], *, whole: Mapping[str, str]
    ) -> snippets.Range:
        shortened.append(text)
        return shorten(text, marked, whole=whole)

    monkeypatch.setattr(analysis, "spans", counted_spans)
    monkeypatch.setattr("indexer.ranking.answer.all_terms", counted_terms)
    monkeypatch.setattr(snippets, "snippet_range", counted_range)
    assert len(answered(NEAR, NEAR, 0.3, limit=2)) == 2
    assert analysed.count(PASSAGE) == 2
    assert len(shortened) == 2


TEXT_OF_PARTS = "Bring lunch.\nAfter work\nShare what was learned.\nNo words"
PARTS = (
    Part(0, 12, "Before", "1"),
    Part(24, 47, "After work", "2.1"),
    Part(48, 48, "No words", "2.2"),
)


class Knowing(HashEmbedder):
    """Takes an aeroplane for what is learned, so that these meet without being the same word."""

    def encode(self, texts: Sequence[str]) -> list[Embedded]:
        return [
            replace(one, terms=analysis.distinct(text))
            for text, one in zip(
                texts,
                super().encode([text.replace("aeroplane", "learned") for text in texts]),
                strict=True,
            )
        ]


def shown(question: str, embedder: HashEmbedder, words: NDArray[np.int8] | None = None) -> Hit:
    """The hit for a passage of three parts; `words` are known of it instead of the right ones."""
    passage = Passage(id="p", document_id="d", heading="Before", text=TEXT_OF_PARTS, parts=PARTS)
    found = np.unique(keys(analysis.all_terms(TEXT_OF_PARTS)))
    stored = Fetched("Title", passage, b"hash", found)
    (embedded,) = embedder.encode([f"Title\nBefore\n{TEXT_OF_PARTS}"])
    asked = Question(question, wanted(question), embedder.encode([question])[0], MINILM)
    ranked = [Ranked("d", 0, 1.0, 0.5, 0.0, 1.0, False)]
    texts = {b"hash": embedded.words if words is None else words}
    (hit,) = answer(asked, ranking(asked, ranked), {0: stored}, texts, 1)
    return hit


def test_a_hit_shows_the_part_that_has_the_words_under_its_own_heading() -> None:
    def of(question: str) -> tuple[str, str, str, list[str]]:
        hit = shown(question, HashEmbedder())
        return hit.heading, hit.place, hit.text, [hit.text[a:b] for a, b in hit.marks]

    assert of("who shares, who learned") == (
        "After work",
        "2.1",
        "Share what was learned.",
        ["Share", "learned"],
    )
    assert of("lunch") == ("Before", "1", "Bring lunch.", ["lunch"])
    assert of("no words here") == ("No words", "2.2", "", [])


def test_a_word_as_it_is_asked_for_is_shown_before_other_forms_of_more() -> None:
    assert shown("lunch shared learning", Knowing()).place == "1"


def test_a_hit_without_any_of_the_words_shows_the_part_that_comes_nearest() -> None:
    assert shown("aeroplanes", Knowing()).place == "2.1"
    assert shown("lunch for an aeroplane", Knowing()).place == "1"  # which is there word for word


def test_meaning_decides_between_parts_that_have_as_many_of_the_words() -> None:
    assert shown("bring and share an aeroplane", Knowing()).place == "2.1"


def test_the_first_part_is_shown_where_the_words_of_the_passage_are_not_known() -> None:
    fewer = Knowing().encode(["learned"])[0].words
    assert shown("aeroplanes", Knowing(), fewer).place == "1"
    assert shown("aeroplanes", Knowing(), fewer[:0]).place == "1"


_NOTES = ("Bring your notes", "Ask.")


@pytest.mark.parametrize(
    ("question", "sections"),
    [
        ("aeroplanes", [("Before", "Bring lunch."), ("After", "Share what was learned.")]),
        ('"bring your notes"', [("Keep your notes", "Bring one."), ("Bring your notes", "Ask.")]),
        ("Bring your notes", [("Before", "Your notes: who will bring notes?"), _NOTES]),
        ('"Bring your notes"', [("Before", "We bring your notes, if you ask."), _NOTES]),
        ("your notes", [("Before", "The notes that are your own."), _NOTES]),
        ("Lunch", [("Before", "Lunch is a meal."), ("Lunch", "It is at noon.")]),
        ("bring()", [("Before", "What bring() returns, bring takes."), ("bring()", "Ask.")]),
        ("C++", [("C", "Use C++."), ("C++", "Compile it.")]),
        *(
            (asked, [("Pump start", "Open it. " * often), ("First", "Call pump.start() now.")])
            for asked in ("pump.start()", '"pump.start()"', "`Pump.start()`", "call pump.start()")
            for often in (1, 200)
        ),
        *(
            ("pump start", [("First", "Call pump.start() now. " * often), ("Pump start", "Open.")])
            for often in (1, 200)
        ),
        ("--dry-run", [("Dry run", "Nothing is written."), ("First", "Set --dry-run today.")]),
        ("--dry-run", [("First", "Set --dry-run today."), ("--dry-run", "Nothing is written.")]),
        ("data.frames", [("Data frames", "Rows."), ("Others", "Of data.frames we know.")]),
        ("dry run", [("First", "Set --dry-run today."), ("Dry run", "Nothing is written.")]),
        *(
            (
                asked,
                [("2.0 (2031-01-02)", f"As 1.68.2, {'oars. ' * often}1.68.2!"), (name, "Mended.")],
            )
            for asked in ("1.68.2", "v1.68.2", '"1.68.2"')
            for name in ("1.68.2 (2030-10-05)", "[1.68.2] - 2030-10-05", "Release v1.68.2")
            for often in (1, 200)
            if asked.startswith("v") == ("v" in name) or "v" in asked
        ),
        ("Bring your notes", [("Before", "Your notes: bring them. " * 200), _NOTES]),
        ("Lunch", [("Before", "Lunch is a meal. " * 200), ("Lunch", "It is at noon.")]),
        ("Lunch", [("Before", "Bring lunch. " * 200 + "\n\n- Lunch"), ("Lunch", "At noon.")]),
    ],
)
def test_an_index_links_to_the_heading_of_the_part_that_answers(
    tmp_path: Path, question: str, sections: list[tuple[str, str]]
) -> None:
    """What comes nearest, has a phrase in its heading, or the question for one."""
    everyone = frozenset({"all"})
    parts = tuple(Section(*each) for each in sections)
    one = Document(id="d", title="Title", sections=parts, audience=everyone)

    def fill(index: HybridIndex) -> None:
        index.put([one])
        index.commit(1)

    with HybridIndex.build(tmp_path, Knowing(), fill) as index:
        (hit,) = index.search(question, Filter(audience=everyone))
    assert (hit.heading, hit.place, hit.text) == (sections[1][0], "2", sections[1][1])


@pytest.mark.parametrize(
    ("heading", "alike"),
    [
        ("1.68.2 (2030-10-05)", 2),
        ("[v1.68.2] - 2030-10-05", 1),
        ("From 1.68.2 to 2.0", 0),
        ("1.68.2-rc1", 0),
        ("Why we left 1.68.2", 0),
        ("1.68.20", 0),
    ],
)
def test_the_heading_of_a_version_has_no_other_one(heading: str, alike: int) -> None:
    assert likeness("1.68.2", heading) == alike
