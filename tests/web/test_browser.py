"""What a person does, in a real Chromium: with and without JavaScript, and by keyboard alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from kb import KnowledgeBase, Session
from kb.entries.bring import ImportedEntry
from kb.entries.content import Content, Draft, Section, Source
from kb.errors import SearchUnavailable
from kb.ids import entry_id_for
from tests.web.browsing import OpenPage, served
from tests.web.session_log import SessionLog
from tests.web.visits import Contribute
from web.app import create_app

pytestmark = pytest.mark.browser


@pytest.fixture
def meaningful(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KnowledgeBase]:
    """A knowledge base with the real model and a few entries about other things."""
    KnowledgeBase.create(tmp_path / "real")
    with KnowledgeBase.open(tmp_path / "real") as base:
        yield base


def contribute_in(page: Page, title: str, problem: str, does: str) -> None:
    page.get_by_role("link", name="Contribute", exact=True).click()
    page.get_by_role("link", name="Practice", exact=True).click()
    page.get_by_label("Title").fill(title)
    page.get_by_label("The problem").fill(problem)
    page.get_by_label("What we do").fill(does)
    page.get_by_role("button", name="Contribute").click()


def ask(page: Page, question: str) -> None:
    page.get_by_role("link", name="Ask", exact=True).click()
    page.get_by_label("What are you trying to solve?").fill(question)
    page.get_by_role("button", name="Ask").click()


@pytest.mark.model
def test_contribute_find_by_a_paraphrase_open_archive_and_find_no_more(
    chromium: Browser, meaningful: KnowledgeBase, session_log: SessionLog
) -> None:
    with served(create_app(meaningful)) as url:
        page = chromium.new_page(base_url=url, java_script_enabled=False)
        session_log.listen(page.context)
        page.goto("/")
        contribute_in(
            page,
            "Bedside handover in two minutes",
            "Nurses swapped notes in the office and a changed insulin dose was missed.",
            "The outgoing and the incoming nurse walk together from bed to bed.",
        )
        expect(page.get_by_role("status")).to_contain_text("searches find it")
        paraphrase = "staff forget to pass on medication changes when the next team starts work"
        ask(page, paraphrase)
        expect(page.locator("mark").first).to_be_visible()
        page.get_by_role("link", name="Bedside handover in two minutes").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Bedside handover in two minutes")
        page.locator("summary", has_text="Archive").click()
        page.get_by_label("Why should it no longer be recommended?").fill("We stopped doing this.")
        page.get_by_role("button", name="Archive").click()
        expect(page.get_by_role("note")).to_contain_text("We stopped doing this.")
        ask(page, paraphrase)
        expect(page.get_by_role("heading", name="Nothing close to that yet")).to_be_visible()
        ask(page, "Bedside handover in two minutes")
        expect(page.get_by_role("link", name="Bedside handover in two minutes")).to_have_count(0)
        page.context.close()


def test_the_whole_way_works_without_javascript(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    contribute_in(page, "Two bins", "Shelves ran empty.", "A second bin stands behind the first.")
    expect(page.get_by_role("status")).to_contain_text("searches find it")
    page.locator("summary", has_text="Vouch for this").click()
    page.get_by_label("Why do you vouch for it?").fill("It holds on our line.")
    page.get_by_role("button", name="Endorse").click()
    expect(page.get_by_text("1 person vouches for this")).to_be_visible()
    page.locator("summary", has_text="Record a reuse").click()
    page.get_by_label("Which group?").fill("Line 4")
    page.get_by_label("In what situation?").fill("Night shift")
    page.get_by_label("How did it go?").select_option("Adapted")
    page.get_by_role("button", name="Record").click()
    page.get_by_role("link", name="What became of it?").click()
    page.get_by_label("How did it go?").select_option("Adopted")
    page.get_by_label("What became of it?").fill("Everybody does it.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Everybody does it.", exact=True)).to_be_visible()
    page.get_by_role("link", name="Reuse", exact=True).click()
    expect(page.get_by_role("row", name="Practice 1 1 0 0 1")).to_be_visible()


def test_answers_come_while_typing_and_the_address_follows(
    open_page: OpenPage, contribute: Contribute
) -> None:
    contribute("Two bins")
    page = open_page()
    page.get_by_label("What are you trying to solve?").press_sequentially("Two bins")
    expect(page.get_by_role("link", name="Two bins")).to_be_visible()
    expect(page.locator("[data-search-status]")).to_contain_text("1 answer")
    expect(page.get_by_role("heading", name="Lately")).to_be_hidden()
    page.wait_for_url("**/search?q=Two+bins")
    page.reload()
    expect(page.get_by_role("link", name="Two bins")).to_be_visible()


def test_a_question_counts_once_its_box_is_left(
    open_page: OpenPage, contribute: Contribute
) -> None:
    contribute("Two bins")
    page = open_page()
    box = page.get_by_label("What are you trying to solve?")
    box.press_sequentially("Two bins")
    expect(page.get_by_role("link", name="Two bins")).to_be_visible()
    with page.expect_response("**/search/results?q=Two+bins&settled=yes") as told:
        box.press("Tab")
    assert told.value.ok


def test_what_goes_wrong_while_typing_is_one_sentence(
    open_page: OpenPage, base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(*_: object, **__: object) -> None:
        raise SearchUnavailable("The model is missing; install it.")

    monkeypatch.setattr(Session, "search", unavailable)
    page = open_page()
    box = page.get_by_label("What are you trying to solve?")
    box.fill("Two bins")
    results = page.locator("[data-search-results]")
    expect(results).to_have_text("The model is missing; install it.")
    expect(page.get_by_role("banner")).to_have_count(1)
    page.route("**/search/results?*", lambda route: route.abort())
    box.fill("Two bins more")
    expect(results).to_have_text("The server does not answer. Press Enter to ask again.")


def test_clearing_the_question_brings_the_first_page_back(
    open_page: OpenPage, contribute: Contribute
) -> None:
    contribute("Two bins")
    page = open_page()
    box = page.get_by_label("What are you trying to solve?")
    box.fill("Two bins")
    expect(page.get_by_role("heading", name="Lately")).to_be_hidden()
    box.fill("")
    expect(page.get_by_role("heading", name="Lately")).to_be_visible()
    expect(page.locator("[data-search-results]")).to_be_empty()


def test_a_filter_asks_again_by_itself(open_page: OpenPage, contribute: Contribute) -> None:
    contribute("Two bins", group="Line 4")
    contribute("Other", group="Line 5")
    page = open_page("/search?q=Two+bins")
    page.locator("summary", has_text="Narrow it down").click()
    group = page.get_by_label("Group")
    group.fill("Line 5")
    group.press("Tab")
    expect(page.get_by_role("link", name="ask again without filters")).to_be_visible()
    group.fill("Line")
    expect(page.locator("#filter-group-names option")).to_have_count(2)
    group.fill("Line 4")
    group.press("Tab")
    expect(page.get_by_role("link", name="Two bins")).to_be_visible()


def test_a_question_is_asked_and_opened_by_keyboard_alone(
    open_page: OpenPage, contribute: Contribute
) -> None:
    contribute("Two bins")
    page = open_page("/about")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.goto("/")
    expect(page.get_by_label("What are you trying to solve?")).to_be_focused()
    page.keyboard.type("Two bins")
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name="Two bins")
    expect(link).to_be_visible()
    for _ in range(30):
        page.keyboard.press("Tab")
        if link.evaluate("element => element === document.activeElement"):
            break
    expect(link).to_be_focused()
    assert link.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Two bins")


def test_two_people_revising_at_once_lose_nothing(
    open_page: OpenPage, contribute: Contribute
) -> None:
    entry_id = contribute("Two bins")
    first, second = (open_page(f"/entries/{entry_id}/revise") for _ in range(2))
    first.get_by_label("The problem").fill("Their words.")
    first.get_by_role("button", name="Save the revision").click()
    second.get_by_label("The problem").fill("My words.")
    second.get_by_label("What we do").fill("Only mine.")
    second.get_by_role("button", name="Save the revision").click()
    expect(second.get_by_role("alert")).to_contain_text("Nothing is lost")
    expect(second.locator(".theirs", has_text="Their words.")).to_be_visible()
    expect(second.get_by_label("The problem")).to_have_value("My words.")
    second.get_by_label("The problem").fill("Their words. My words.")
    second.get_by_role("button", name="Save this text").click()
    expect(second.get_by_text("Their words. My words.")).to_be_visible()
    expect(second.get_by_text("Only mine.")).to_be_visible()


def test_an_imported_entry_without_the_sections_of_its_kind_can_be_revised(
    open_page: OpenPage, base: KnowledgeBase
) -> None:
    entry_id = entry_id_for("notes", "wip.md")
    content = Content(title="Limit work in progress", sections=(Section("Why", "Too much."),))
    draft = Draft(kind="practice", content=content)
    base.session.entries.bring(
        ImportedEntry(id=entry_id, draft=draft, source=Source("notes", "wip.md"))
    )
    base.wait(base.head())
    page = open_page(f"/entries/{entry_id}/revise")
    page.locator("[name=text-0]").fill("Nothing was ever finished.")
    page.get_by_role("button", name="Save the revision").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Limit work in progress")
    expect(page.get_by_text("Nothing was ever finished.")).to_be_visible()
