"""A word that few have is not lost beside another that none or only others have."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from msgspec.structs import replace

from indexer.document import Filter
from indexer.embedding.embedder import Embedded
from indexer.index import HybridIndex
from indexer.ranking.apart import FEW, SHOWN
from tests.indexer.test_exact_words import ALL, EVERYONE, FILLER, Unreading, document

FURTHER = "Elsewhere other people mend sails, nets and ropes at noon. "
SECRET = frozenset({"few"})


class Contrary(Unreading):
    """To which what has no rare word is nearer to any question, and all words are as near."""

    def encode(self, texts: Sequence[str]) -> list[Embedded]:
        return [self._turned(*each) for each in zip(texts, super().encode(texts), strict=True)]

    def _turned(self, text: str, read: Embedded) -> Embedded:
        near = 1.0 if "Title" not in text else -0.25 if "sails" in text else 0.25
        vector = np.zeros(self.dimension, np.float32)
        vector[:2] = near, np.sqrt(1 - near * near)
        return replace(read, vector=vector, words=np.ones_like(read.words))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HybridIndex]:
    """A score of pages, of which one says `zymurgy`, another `quixotic`, six `common`, some more
    by themselves or where few see it."""

    def fill(index: HybridIndex) -> None:
        index.put(
            [
                *(
                    document(f"common{n}", f"{FILLER * (1 + n)} All common.")
                    for n in range(SHOWN + 1)
                ),
                *(document(f"other{n}", FURTHER * (1 + n % 4)) for n in range(12)),
                document("one", FURTHER * 20, f"{FURTHER * 20} It is zymurgy.", FURTHER * 20),
                document("two", FURTHER * 20, f"{FURTHER * 20} How quixotic.", FURTHER * 20),
                document("three", f"{FURTHER * 4} A front-end. See v4.7.1 there."),
                document("four", f"{FURTHER * 4} 用扳手修理。"),
                document("stems", f"{FURTHER * 4} A gathering. " * 3),
                document("gathers", f"{FURTHER * 4} She gathers."),
                *(document(f"hidden{n}", "Zymurgy!", audience=SECRET) for n in range(FEW + 1)),
            ]
        )
        index.commit(1)

    with HybridIndex.build(tmp_path_factory.mktemp("index"), Contrary(), fill) as index:
        yield index


@pytest.mark.parametrize(
    ("question", "name", "text"),
    [
        ("zymurgy umbrella", "one", "zymurgy"),
        ("umbrella zymurgy", "one", "zymurgy"),
        ("umbrella zymurgy volcano", "one", "zymurgy"),
        ("the zymurgy umbrella", "one", "zymurgy"),
        ("frontend umbrella", "three", "front-end"),
        ("v4.7.1 umbrella", "three", "v4.7.1"),
        ("gathers umbrella", "gathers", "gathers"),
        ("扳手 雨伞", "four", "扳手"),
    ],
)
def test_the_page_that_has_one_of_the_words_is_first_and_shows_it(
    index: HybridIndex, question: str, name: str, text: str
) -> None:
    hit = index.search(question, EVERYONE)[0]
    assert (hit.document_id, hit.close) == (name, False)
    assert text in hit.text
    assert hit.score.words


@pytest.mark.parametrize("question", ["zymurgy quixotic", "quixotic umbrella zymurgy"])
def test_of_two_words_on_two_pages_both_pages_are_first_each_with_its_word(
    index: HybridIndex, question: str
) -> None:
    found = {hit.document_id: hit for hit in index.search(question, EVERYONE)[:2]}
    assert found.keys() == {"one", "two"}
    assert "zymurgy" in found["one"].text
    assert "quixotic" in found["two"].text


def test_what_has_another_of_the_words_may_come_before_it_but_leaves_it_a_place(
    index: HybridIndex,
) -> None:
    found = index.search("common zymurgy", EVERYONE)[:SHOWN]
    assert all(hit.document_id.startswith("common") for hit in found[:-1])
    assert found[-1].document_id == "one"
    assert "zymurgy" in found[-1].text


def test_a_word_that_more_pages_have_leaves_the_order_to_the_ranking(
    index: HybridIndex,
) -> None:
    levels = {hit.score.level for hit in index.search("common umbrella", EVERYONE)}
    assert levels == {0}


def test_who_sees_more_pages_with_a_word_changes_nothing_for_others(index: HybridIndex) -> None:
    everything = Filter(audience=ALL | SECRET)
    assert index.search("zymurgy umbrella", EVERYONE)[0].document_id == "one"
    assert "one" not in [
        hit.document_id for hit in index.search("zymurgy umbrella", everything)[:SHOWN]
    ]
