"""Lists and hits mark an entry of which not all can be read, as its own page does."""

import pytest

from kb import KnowledgeBase
from kb.entries.content import Content, Section
from tests.events.altered import change
from tests.kb.cli_world import CommandLine
from tests.web.visits import Client, Contribute, page

FLAG = "Not all of it can be read"


@pytest.fixture
def spoilt(base: KnowledgeBase, contribute: Contribute) -> str:
    """An entry whose newest text is damaged, beside one that is whole."""
    contribute(title="Walking round")
    entry = contribute(title="Bedside handover")
    known = base.catalogue.get(entry)
    sections = (Section("The problem", "Newer words."), *known.sections[1:])
    content = Content(title="Handover by the window", sections=sections)
    receipt = base.entries.revise(entry, content, version=known.revision_version)
    log = base.settings.data / "log.sqlite"
    change(log, f"UPDATE events SET data = x'7b7d' WHERE position = {receipt.position}")
    base.rebuild("all")
    return entry


def test_lists_and_hits_on_pages_mark_it(client: Client, spoilt: str) -> None:
    for path in ("/entries", "/search?q=bedside+handover", "/search/results?q=bedside+handover"):
        html = page(client, path)
        assert html.count(FLAG) == 1, path
        assert FLAG in html.partition(f"/entries/{spoilt}")[0].rpartition("<article")[2], path
    assert "Something that happened to it cannot be read." in page(client, f"/entries/{spoilt}")


def test_the_api_marks_it(client: Client, spoilt: str) -> None:
    listed = client.get("/api/entries").json()["items"]
    found = client.get("/api/search?q=handover").json()["results"]
    for items in (listed, found):
        assert spoilt in [each["id"] for each in items]
        assert {each["id"] for each in items if each["incomplete"]} == {spoilt}


def test_the_terminal_marks_it(base: KnowledgeBase, spoilt: str) -> None:
    line = CommandLine(base.settings.data.parent)
    for command in (("list",), ("search", "bedside", "handover")):
        said = line.ok(*command).out
        assert said.count(FLAG.lower()) == 1, command
