"""An answer that lacks what is newest says so, and why."""

import pytest

from kb import KnowledgeBase, Session
from kb.search.search import Answer
from tests.web.visits import Client, page

TROUBLE = "The disk is full: <make room>."


@pytest.fixture(autouse=True)
def behind(base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer lacks three changes."""

    def search(_: Session, question: str, *__: object, **___: object) -> Answer:
        return Answer(
            question=question,
            results=(),
            nothing_close=True,
            milliseconds=1.0,
            behind=3,
            trouble=TROUBLE,
        )

    monkeypatch.setattr(Session, "search", search)


@pytest.mark.parametrize("path", ["/search?q=x", "/search/results?q=x"])
def test_people_read_what_keeps_the_index_from_going_on(client: Client, path: str) -> None:
    html = page(client, path)
    assert "3 new texts are not in yet and may be missing here." in html
    assert "The disk is full: &lt;make room&gt;." in html


def test_programs_get_what_keeps_the_index_from_going_on(client: Client) -> None:
    answer = client.get("/api/search?q=x").json()
    assert (answer["behind"], answer["trouble"]) == (3, TROUBLE)


def test_what_nobody_can_count_is_told_of_without_a_number(
    client: Client, base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def search(_: Session, question: str, *__: object, **___: object) -> Answer:
        return Answer(
            question=question, results=(), nothing_close=True, milliseconds=1.0, trouble=TROUBLE
        )

    monkeypatch.setattr(Session, "search", search)
    html = page(client, "/search?q=x")
    assert "The disk is full: &lt;make room&gt;." in html
    assert "not in yet" not in html
