"""Lists and hits mark an entry of which not all can be read, as its own page does."""

import pytest

from kb import KnowledgeBase
from kb.access import Visibility
from kb.entries.content import Content, Section
from kb.views.withheld import INCOMPLETE
from tests.events.altered import change
from tests.web.visits import Client, Contribute, page
from tests.worlds.shell import CommandLine
from tests.worlds.web import Browsers, Community

FLAG = "Not all of it can be read"


@pytest.fixture
def spoilt(base: KnowledgeBase, contribute: Contribute) -> str:
    """An entry whose newest text is damaged, beside one that is whole."""
    contribute(title="Walking round")
    entry = contribute(title="Bedside handover")
    known = base.session.catalogue.get(entry)
    sections = (Section("The problem", "Newer words."), *known.sections[1:])
    content = Content(title="Handover by the window", sections=sections)
    receipt = base.session.entries.revise(entry, content, version=known.revision_version)
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


@pytest.fixture
def withheld(community: Community) -> str:
    """Mara's entry, shown to all members after a change of who sees it that cannot be read."""
    entry = community.contribute("Mara")
    entries = community.acting("Mara").entries
    position = entries.show(entry, Visibility("author")).position
    entries.show(entry, Visibility("members"))
    log = community.base.settings.data / "log.sqlite"
    change(log, f"UPDATE events SET data = x'7b7d' WHERE position = {position}")
    community.base.rebuild("all")
    return entry


@pytest.mark.usefixtures("withheld")
def test_each_page_of_a_steward_says_that_something_cannot_be_read(browser: Browsers) -> None:
    for path in ("/", "/entries", "/people", "/about"):
        assert page(browser("Stella"), path).count(INCOMPLETE) == 1, path
        for other in ("Mara", "Cleo", ""):
            assert INCOMPLETE not in browser(other).get(path).text, (path, other)


def test_an_entry_that_is_withheld_says_so_to_its_author_and_to_nobody_else(
    browser: Browsers, withheld: str
) -> None:
    told = page(browser("Mara"), f"/entries/{withheld}", 404)
    assert "cannot be shown. Something that happened to it cannot be read." in told
    for other in ("Cleo", "Stella", ""):
        told = browser(other).get(f"/entries/{withheld}").text
        assert "cannot be" not in told.replace(INCOMPLETE, ""), other
        assert withheld not in browser(other).get("/entries").text


def test_the_operator_reads_on_pages_and_in_the_api_who_sees_what_is_withheld(
    base: KnowledgeBase, client: Client, contribute: Contribute
) -> None:
    entry = contribute()
    position = base.session.entries.show(entry, Visibility("author")).position
    base.session.entries.show(entry, Visibility("members"))
    log = base.settings.data / "log.sqlite"
    change(log, f"UPDATE events SET data = x'7b7d' WHERE position = {position}")
    base.rebuild("all")
    told = page(client, f"/entries/{entry}")
    assert "Withheld: seen by the operator alone" in told
    assert "all members" not in told.partition('class="meta seen-by"')[2].partition("</p>")[0]
    assert '<span class="flag">Withheld</span>' in page(client, "/entries")
    assert client.get(f"/api/entries/{entry}").json()["withheld"] == "operator"
