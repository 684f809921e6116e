"""What has the tag that is asked for has a place among the answers, however many say the word."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from indexer.document import Document, Filter, Section
from indexer.embedding.testing import HashEmbedder
from indexer.index import HybridIndex
from indexer.ranking.ranking import CANDIDATES
from indexer.ranking.tagged import ANSWERS, placed

EVERYONE = frozenset({"all"})
NAMED = {"tag": frozenset({"pumps"})}


def page(name: str, text: str, *tags: str, audience: frozenset[str] = EVERYONE) -> Document:
    return Document(
        id=name,
        title=f"Page {name}",
        sections=(Section("What", text),),
        audience=audience,
        keywords=tags,
        facets={"tag": frozenset(tags)},
    )


@pytest.fixture(scope="module")
def pumps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HybridIndex]:
    """More pages that say the word than are looked at, two tagged so, and one that is hidden."""

    def fill(index: HybridIndex) -> None:
        texts = [page(f"text{n}", f"Pumps, pumps {n}.") for n in range(CANDIDATES + 5)]
        hidden = page("hidden", "Valves.", "pumps", audience=frozenset({"few"}))
        long = "Valves are turned twice before lunch. " * 9
        tagged = [page("near", f"A valve and pumps. {long}", "pumps"), page("far", long, "pumps")]
        index.put([*texts, hidden, *tagged])
        index.commit(1)

    place: Path = tmp_path_factory.mktemp("pumps") / "index"
    with HybridIndex.build(place, HashEmbedder(), fill) as index:
        yield index


@pytest.mark.parametrize("question", ["pumps", '"pumps"'])
def test_the_best_of_those_tagged_is_the_last_answer(pumps: HybridIndex, question: str) -> None:
    hits = pumps.search(question, Filter(audience=EVERYONE), 10, NAMED)
    assert [hit.document_id for hit in hits if hit.close][4:] == ["near"]
    assert hits[4].text[slice(*hits[4].marks[0])] == "pumps"
    assert "hidden" not in [hit.document_id for hit in hits]


def test_a_place_is_taken_by_a_tag_that_is_named_alone(pumps: HybridIndex) -> None:
    hits = pumps.search("pumps", Filter(audience=EVERYONE), 10)
    assert not {"near", "far"}.intersection(hit.document_id for hit in hits)


@pytest.mark.parametrize(
    ("named", "titled", "expected"),
    [
        ([], 0, [0, 1, 2, 3, 4, 5, 6, 7]),
        ([6], 0, [0, 1, 2, 3, 6, 4, 5, 7]),
        ([6, 7], 0, [0, 1, 2, 3, 7, 4, 5, 6]),
        ([4, 7], 0, [0, 1, 2, 3, 4, 5, 6, 7]),
        ([6], ANSWERS - 1, [0, 1, 2, 3, 6, 4, 5, 7]),
        ([6], ANSWERS, [0, 1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_one_that_is_named_takes_the_last_place_unless_a_title_has_it(
    named: Sequence[int], titled: int, expected: Sequence[int]
) -> None:
    there = np.isin(np.arange(8), named)
    assert placed(range(8), there, np.arange(8.0), titled) == expected
