"""Searches, lists and commands of a whole knowledge base tell nothing of what is hidden.

For every log L, member m and question q: the answer is the same from L as from L without the
streams that m may not see now, over the same vectors.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from indexer import memory, ranking
from indexer.lexical import ENGINES
from kb import access
from kb.access import Asker, Visibility
from kb.entries.content import Draft
from kb.following.search_index import SearchIndex
from kb.knowledge_base import KnowledgeBase
from kb.search import Answer
from tests.examples import costly
from tests.kb.domain_world import ABSENT, some_content
from tests.kb.hidden_world import MEMBERS, Past, found, listed, numbered, opened, without


@pytest.fixture(scope="module", autouse=True)
def _few_places() -> Iterator[None]:
    """Few candidates and a small sample, so that all that cuts off has something to cut."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranking, "CANDIDATES", 3)
        patch.setattr(ranking, "PROPOSED", 4)
        patch.setattr(memory, "SAMPLE", 3)
        patch.setattr(memory, "COMPACT_AT", 4)
        patch.setattr("indexer.answer.JUDGED", 2)
        patch.setattr("indexer.index.JUDGED", 2)
        patch.setattr("kb.following.forgetting.GATHER_SECONDS", 0.0)
        yield


@pytest.mark.parametrize("engine", sorted(ENGINES))
# A seed does not become simpler by shrinking.
@settings(costly(8), phases=[Phase.generate], print_blob=True)
@given(st.integers(0, 2**32), st.sampled_from([*MEMBERS, "nobody"]))
def test_a_knowledge_base_answers_as_if_what_is_hidden_were_not_in_its_log(
    engine: str, seed: int, name: str
) -> None:
    with TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        draw = Random(seed)
        patch.setattr("kb.knowledge_base.new_id", numbered(draw))
        past = Past(Path(place) / "whole", engine, draw)
        with past.base:
            past.live(30)
            asker = past.asker(name)
            counted = asker.reported
            hidden, ids = past.hidden(asker.member, counted), [*past.entries, ABSENT]
            whole = told(past, asker, ids)
        without(past, hidden, Path(place) / "part")
        past.base = opened(Path(place) / "part", engine)
        with past.base:
            assert past.asker(name) == asker
            part = told(past, asker, ids)
    assert whole == part


def told(past: Past, asker: Asker, ids: list[str]) -> list[object]:
    base = past.base.acting_for(asker)
    return [*_settled(base), *listed(base, ids)]


def _settled(base: KnowledgeBase) -> list[Answer]:
    """The answers of an index that has all in: after an erasure it is made anew meanwhile."""
    answers = found(base)
    while any(answer.behind for answer in answers):
        base.wait(base.head(), index=True)
        answers = found(base)
    return answers


BEN = access.of_member("ben", ["member"], [])


@pytest.fixture
def ben(base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> KnowledgeBase:
    """The base in the hands of a member, with an index that takes in nothing any more."""
    for title in ("Bedside handover", "Handover at the bedside"):
        contribute(base, title, Visibility())
    ben = base.acting_for(BEN)
    assert len(ben.search("bedside handover").results) == 2

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(SearchIndex, "catch_up", full)
    monkeypatch.setattr("kb.search.OWN_SECONDS", 0.0)
    monkeypatch.setattr("kb.search.OTHERS_SECONDS", 0.0)
    return ben


def contribute(base: KnowledgeBase, title: str, shown: Visibility) -> str:
    content = some_content(title)
    return base.entries.contribute(Draft(kind="practice", content=content, visibility=shown)).id


def lack(answer: Answer) -> tuple[int, bool]:
    return answer.behind, answer.trouble is not None


def test_that_the_index_lacks_something_is_told_to_those_who_see_what_it_lacks(
    base: KnowledgeBase, ben: KnowledgeBase
) -> None:
    operator = base.acting_for(access.operator())
    contribute(base, "Hidden", Visibility("author"))
    stuck = base.parts.follower
    with stuck.moved:
        assert stuck.moved.wait_for(lambda: stuck.errors, 30)

    assert lack(ben.search("bedside handover")) == (0, False)
    assert lack(operator.search("bedside handover")) == (1, True)
    contribute(base, "Seen", Visibility("members"))
    assert lack(ben.search("bedside handover")) == (1, True)
    assert lack(operator.search("bedside handover")) == (2, True)


def test_what_was_hidden_since_takes_no_place_from_the_others(
    base: KnowledgeBase, ben: KnowledgeBase
) -> None:
    first, second = (result.id for result in ben.search("bedside handover").results)

    base.entries.show(first, Visibility("author"))

    assert [result.id for result in ben.search("bedside handover", limit=1).results] == [second]
