"""A title that passes for another by letters of another alphabet is marked wherever it stands."""

import pytest

from kb import KnowledgeBase
from tests.web.visits import Client, Contribute, page
from tests.worlds.shell import CommandLine

FLAG = "Letters of two alphabets"
TWIN = "\N{CYRILLIC CAPITAL LETTER ER}ump"


@pytest.fixture
def twin(contribute: Contribute) -> str:
    """The entry beside one whose title looks the same, and one that is all in Russian."""
    contribute(title="Pump")
    contribute(title="\u041d\u0430\u0441\u043e\u0441")
    return contribute(title=TWIN)


def test_lists_hits_and_its_page_mark_it(client: Client, twin: str) -> None:
    for path in ("/entries", "/search/results?q=pump"):
        html = page(client, path)
        assert html.count(FLAG) == 1, path
        assert FLAG in html.partition(f"/entries/{twin}")[0].rpartition("<article")[2], path
    assert page(client, f"/entries/{twin}").count(FLAG) == 1


def test_a_search_finds_both_the_one_that_was_typed_first(client: Client, twin: str) -> None:
    found = client.get("/api/search?q=pump").json()["results"]
    assert [each["title"] for each in found][:2] == ["Pump", TWIN]
    assert [each["mixed"] for each in found][:2] == [False, True]
    listed = client.get("/api/entries").json()["items"]
    assert [each["id"] for each in listed if each["mixed"]] == [twin]


def test_the_terminal_marks_it(base: KnowledgeBase, twin: str) -> None:
    line = CommandLine(base.settings.data.parent)
    for command in (("list",), ("search", "pump"), ("show", twin)):
        assert line.ok(*command).out.count(FLAG.lower()) == 1, command
