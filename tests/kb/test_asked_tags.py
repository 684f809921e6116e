"""A tag asked as it is spelled is an answer, whatever signs it has and whatever texts say."""

from collections.abc import Iterator

import pytest

from kb.entries.results import EntryFilter
from kb.knowledge_base import KnowledgeBase
from tests import made
from tests.worlds.base import opened
from tests.worlds.log import everything, some_content, some_draft

TAGS = (
    "zebra-crossing",
    "Näh-Kurs",
    "e-mail",
    "#inbox-zero",
    "v1.2.0",
    "2031-11-03",
    "how we all hand over",
    "node.js",
    "C++",
)


def fill(base: KnowledgeBase) -> str:
    """The id of one that has the tags, beside others."""
    for number in range(5):
        base.session.entries.contribute(some_draft(some_content(f"Handover {number}"), tags=("c",)))
    return base.session.entries.contribute(some_draft(some_content("Kettles"), tags=TAGS)).id


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[KnowledgeBase, str]]:
    """A base that is asked and not changed, and the entry with the tags."""
    data = made.created(tmp_path_factory.mktemp("tags") / "data")
    with opened(data, principal=everything("ada")) as base:
        yield base, fill(base)


@pytest.mark.parametrize(
    ("question", "tag"),
    [
        *((tag, tag) for tag in TAGS),
        *((f'"{tag}"', tag) for tag in TAGS[:-1]),
        ("„zebra-crossing“", "zebra-crossing"),
        ("Zebra-Crossing?", "zebra-crossing"),
        ("zebra_crossing", "zebra-crossing"),
        ("inbox-zero", "#inbox-zero"),
        ("1.2.0", "v1.2.0"),
    ],
)
def test_a_tag_asked_as_it_is_spelled_is_an_answer(
    filled: tuple[KnowledgeBase, str], question: str, tag: str
) -> None:
    base, tagged = filled
    answer = base.session.search(question)
    assert not answer.nothing_close
    assert (answer.results[0].id, answer.results[0].close) == (tagged, True)
    assert tag in answer.results[0].why


@pytest.mark.parametrize("question", ["zebra-pillar", "v1.2.1", "2031-11-04", '"hand over email"'])
def test_what_is_only_like_a_tag_is_no_answer(
    filled: tuple[KnowledgeBase, str], question: str
) -> None:
    base, _ = filled
    assert base.session.search(question).nothing_close


def test_a_tag_of_an_entry_that_is_not_searched_is_no_answer(base: KnowledgeBase) -> None:
    tagged = fill(base)
    base.session.entries.archive(tagged, "Old.")
    assert tagged not in [each.id for each in base.session.search("zebra-crossing").results]
    assert base.session.search("zebra-crossing", EntryFilter(archived=True)).results[0].close


@pytest.mark.parametrize("question", ["kettles", '"kettles"', "Kettles?"])
@pytest.mark.parametrize("titled", [0, 4, 5])
def test_an_entry_tagged_so_is_an_answer_beside_many_that_say_the_word(
    base: KnowledgeBase, question: str, titled: int
) -> None:
    entries = base.session.entries
    for number in range(7):
        title = "Kettles" if number < titled else f"Round {number}"
        entries.contribute(some_draft(some_content(title, doing=f"We fill kettles {number}.")))
    tagged = entries.contribute(some_draft(some_content("Locks"), tags=("kettles",))).id
    results = base.session.search(question).results
    place = [each.id for each in results].index(tagged)
    assert [each.title == "Kettles" for each in results[:titled]] == [True] * titled
    if titled < 5:
        assert (place, results[place].close) == (4, True)
        assert "kettles" in results[place].why
    else:
        assert place > 4
    assert [each.close for each in results] == [True] * 5 + [False] * (len(results) - 5)
