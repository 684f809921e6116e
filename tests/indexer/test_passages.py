"""Passages fit the model, lose no word, keep their order and their names."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.document import Document, Section
from indexer.embedding.calibration import MINILM
from indexer.embedding.embedder import Embedder
from indexer.embedding.model import ModelEmbedder
from indexer.embedding.testing import HashEmbedder
from indexer.text.passages import EmbeddedPassage, split
from tests.examples import costly

WORDS = st.text("abcdefghijklmnop", min_size=1, max_size=12)
SENTENCES = st.lists(WORDS, min_size=1, max_size=90).map(lambda words: " ".join(words) + ".")
PARAGRAPHS = st.lists(SENTENCES, min_size=1, max_size=8).map(" ".join)
HEADINGS = st.lists(WORDS, max_size=45).map(" ".join)
SECTIONS = st.builds(
    Section,
    heading=HEADINGS,
    text=st.lists(PARAGRAPHS | HEADINGS.map(lambda h: f"## {h}"), max_size=5).map("\n\n".join),
)
ANY_TEXT = st.text(max_size=3000) | st.text("学习ab .\u0e01\u20ac-", min_size=200, max_size=3000)


def document(title: str = "", *sections: Section) -> Document:
    return Document(id="d", title=title, sections=sections, audience=frozenset({"all"}))


def passages(title: str, *sections: Section) -> list[EmbeddedPassage]:
    return split([document(title, *sections)], HashEmbedder())[0]


def tokens(embedder: Embedder, text: str) -> int:
    return len(embedder.token_offsets([text])[0]) + MINILM.lengths.special


@given(title=HEADINGS, sections=st.lists(SECTIONS, max_size=4))
@example(title="", sections=[Section("", "a.\n\n## a\n\na."), Section("", "## a\n\na.")])
@costly(2)
def test_no_passage_is_too_long_and_no_word_is_lost_or_moved(
    title: str, sections: list[Section]
) -> None:
    found = passages(title, *sections)
    embedder = HashEmbedder()
    assert all(tokens(embedder, part.embedded_text) <= MINILM.lengths.passage for part in found)
    wanted = [word for section in sections for word in re.findall(r"\w+", section.text)]
    kept = iter(
        word
        for part in found
        for word in re.findall(r"\w+", f"{part.passage.heading}\n{part.passage.text}")
    )
    assert all(word in kept for word in wanted)
    assert len({part.passage.id for part in found}) == len(found) > 0


@given(title=st.text(max_size=400), text=ANY_TEXT)
@costly(2)
def test_no_passage_is_too_long_for_the_model_whatever_the_text(title: str, text: str) -> None:
    embedder = ModelEmbedder()
    for part in split([document(title, Section(text[:300], text))], embedder)[0]:
        assert tokens(embedder, part.embedded_text) <= MINILM.lengths.passage


def test_a_short_document_is_one_passage_with_its_title_for_context() -> None:
    (only,) = passages("Pairing", Section("What", "Two *people*, one keyboard."))
    assert only.embedded_text == "Pairing\nWhat\nTwo people, one keyboard."
    assert only.passage.heading == "What"
    assert only.passage.text == "Two people, one keyboard."


def test_a_row_of_a_table_parts_its_cells_for_people_and_not_for_the_model() -> None:
    (only,) = passages("T", Section("S", "| Who | What |\n|---|---|\n| Ada | Bread |"))
    assert only.passage.text == "Who \u00b7 What\nAda \u00b7 Bread"
    assert only.embedded_text == "T\nS\nWho What\nAda Bread"


def test_small_sections_share_a_passage_under_their_headings() -> None:
    (only,) = passages(
        "T", Section("A", "one"), Section("B", "two\n\n# C\n\nthree"), Section("E", "")
    )
    assert only.passage.heading == "A"
    assert only.passage.text == "one\nB\ntwo\nC\nthree"


def test_a_heading_with_nothing_below_it_is_kept() -> None:
    (only,) = passages("T", Section("", "# A\n\n# B\n\nunder b\n\n# C"))
    assert only.passage.text == "A\nB\nunder b\nC"
    assert parts_of(only) == [("A", "1.1", ""), ("B", "1.2", "under b"), ("C", "1.3", "")]
    (only,) = passages("T", Section("A", "## B\n\nunder b\n\n## C"))
    assert parts_of(only) == [("A", "1", ""), ("B", "1.1", "under b"), ("C", "1.2", "")]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "- ",
            "* \n* ",
            "1. ",
            "- - ",
            "> ",
            ">> \n>",
            "***",
            "---\n\n***",
            "&nbsp;",
            "<br>",
            "\\",
        ),
        *(
            "<br>",
            "```\n```",
            "~~~\n \n~~~",
            "|  |  |\n|--|--|\n|  |  |",
            "[a]: https://x.example/",
        ),
        *("- > ```\n  > ```", "\u200b", "****", "-\n\n  ***"),
    ],
)
def test_a_heading_over_what_yields_no_words_is_kept(text: str) -> None:
    used = Section("Used", "See [this][a].")
    for section in (Section("Agenda", text), Section("Day", f"## Agenda\n\n{text}")):
        found = [each.passage for each in passages("T", section, used)]
        assert "Agenda" in {part.heading for part in found[0].parts}
        assert "Agenda" in f"{found[0].heading}\n{found[0].text}"
        (alone,) = (each.passage for each in passages("T", section) if each.embedded_text)
        assert "Agenda" in {part.heading for part in alone.parts}


def test_a_section_without_any_text_is_no_passage() -> None:
    (only,) = passages("T", Section("Agenda", " \n"), Section("B", "text"))
    assert parts_of(only) == [("B", "2", "text")]


def parts_of(found: EmbeddedPassage) -> list[tuple[str, str, str]]:
    """Heading, place and text of each part."""
    text = found.passage.text
    return [(part.heading, part.place, text[part.start : part.end]) for part in found.passage.parts]


def test_each_part_of_a_passage_knows_the_heading_that_it_stands_under() -> None:
    (only,) = passages(
        "T",
        Section("A", "one\n\nmore\n\n## Inside\n\ntwo"),
        Section("A", "three\n\n##\n\nfour\n\n## Inside\n\nfive"),
        Section("", "six"),
    )
    assert parts_of(only) == [
        ("A", "1", "one\nmore"),
        ("Inside", "1.1", "two"),
        ("A", "2", "three\nfour"),
        ("Inside", "2.2", "five"),
        ("", "3", "six"),
    ]


def test_addresses_are_passages_of_their_own_that_the_model_does_not_read() -> None:
    text, addresses = passages(
        "T", Section("A", "see [one](x.md)\n\n## Inside\n\n[two](y.md)"), Section("B", "![](z.png)")
    )
    assert parts_of(text) == [("A", "1", "see one"), ("Inside", "1.1", "two"), ("B", "2", "")]
    assert parts_of(addresses) == [
        ("A", "1", "one: x.md"),
        ("Inside", "1.1", "two: y.md"),
        ("B", "2", "z.png"),
    ]
    assert (text.embedded_text, addresses.embedded_text) == ("T\nA\nsee one\nInside\ntwo\nB", "")


def test_what_a_footnote_says_is_found_under_the_heading_that_refers_to_it() -> None:
    text = "### Dough\n\nKnead[^why].\n\n### Oven\n\nBake.\n\n[^why]: Gluten.\n[^lost]: Ash."
    found, names = passages("Bread", Section("How", text))
    assert parts_of(found) == [
        ("How", "1", ""),
        ("Dough", "1.1", "Knead.\nGluten."),
        ("Oven", "1.2", "Bake.\nAsh."),
    ]
    assert parts_of(names) == [("Dough", "1.1", "why"), ("Oven", "1.2", "lost")]


def test_a_definition_of_a_link_is_found_where_any_section_uses_it() -> None:
    defined = '[jars]: jars.md "Shelves"\n[lids]: lids.md\n[tins]: t.md "Tins: all"'
    _, addresses = passages(
        "T",
        Section("A", f"See [them][jars].\n\n{defined.splitlines()[0]}"),
        Section("B", "See [[lids]]."),
        Section("C", f"None.\n\n{defined}"),
    )
    assert parts_of(addresses) == [
        ("A", "1", "them: Shelves: jars.md"),
        ("B", "2", "lids: lids.md"),
        ("C", "3", "tins: Tins: all: t.md"),
    ]


def test_a_passage_that_begins_within_a_section_goes_on_under_its_heading() -> None:
    long = " ".join(["word"] * 230)
    first, second = passages("T", Section("A", f"{long}\n\n{long}"), Section("B", "end"))
    assert parts_of(first) == [("A", "1", long)]
    assert parts_of(second) == [("A", "1", long), ("B", "2", "end")]


@given(title=HEADINGS, sections=st.lists(SECTIONS, max_size=4))
@costly(2)
def test_the_parts_of_a_passage_are_its_text_without_its_headings(
    title: str, sections: list[Section]
) -> None:
    for found in passages(title, *sections):
        text, end = found.passage.text, 0
        for part in found.passage.parts:
            assert end <= part.start <= part.end <= len(text)
            between = text[end : part.start].split("\n")
            headings = {each.heading.strip() for each in found.passage.parts}
            assert all(line.strip() in headings | {""} for line in between)
            end = part.end
        assert found.passage.parts[0].heading == found.passage.heading


def test_long_sections_break_between_paragraphs_then_sentences() -> None:
    long = " ".join(["word"] * 150)
    first, second = passages("T", Section("A", f"{long}\n\n{long}"))
    assert first.passage.text == second.passage.text == long
    assert first.passage.id != second.passage.id
    sentences = " ".join(f"This is sentence {n} of many." for n in range(100))
    assert all(
        part.passage.text.startswith("This") and part.passage.text.endswith("many.")
        for part in passages("T", Section("", sentences))
    )


@pytest.mark.parametrize(
    "end", ["\u0964 ", "\u06d4 ", "\u061f ", "\u3002", "\uff01\u300d", "\u104b ", "!) "]
)
def test_sentences_of_any_script_end_where_it_ends_them(end: str) -> None:
    sentences = "".join(
        f"{'x ' * (n % 7)}\u0915\u092e 3\uff0e5 4.5 of many{end}" for n in range(200)
    )
    found = passages("T", Section("", sentences))
    assert len(found) > 1
    assert all(part.passage.text.endswith(f"of many{end}".strip()) for part in found)


def test_a_sentence_that_is_too_long_breaks_between_words() -> None:
    found = passages("T", Section("", " ".join(f"word{n}" for n in range(800))))
    assert len(found) > 1
    words = [word for part in found for word in part.passage.text.split()]
    assert words == [f"word{n}" for n in range(800)]


def test_a_run_without_spaces_is_cut_and_kept_whole() -> None:
    run = "x" * 5000
    found = passages("T", Section("", run))
    assert "".join(part.passage.text for part in found) == run


def test_a_document_without_text_is_found_by_its_title() -> None:
    (only,) = passages("Only a title", Section("Empty", " "))
    assert (only.passage.text, only.embedded_text) == ("Only a title", "Only a title")
    (nothing,) = passages("")
    assert (nothing.passage.text, nothing.embedded_text) == ("", "")


def test_a_title_that_is_too_long_gives_its_beginning_as_context() -> None:
    title = " ".join(f"t{n}" for n in range(300))
    (only,) = passages(title, Section("", "text"))
    assert only.embedded_text.startswith("t0 t1 ")
    assert only.embedded_text.endswith(" t63\ntext")


@pytest.mark.parametrize("place", [0, 1])
def test_names_of_passages_stay_when_another_changes(place: int) -> None:
    long = [Section(str(n), " ".join([f"word{n}"] * 200)) for n in range(3)]
    before = passages("T", *long)
    long[place] = Section("new", " ".join(["other"] * 200))
    after = passages("T", *long)
    same = {part.passage.id for part in before} & {part.passage.id for part in after}
    assert len(same) == 2
