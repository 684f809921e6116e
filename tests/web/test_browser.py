"""What a person does, in a real Chromium: with and without JavaScript, by keyboard, in the dark, on a phone."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
import uvicorn
from indexer.testing import HashEmbedder
from kb import KnowledgeBase
from litestar import Litestar
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from web.app import create_app

pytestmark = pytest.mark.browser

Contribute = Callable[..., str]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
             "--no-first-run", "--disable-component-update"]  # fmt: skip


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; without one these tests are left out, except in CI."""
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs Chromium on the path.")
        pytest.skip("Chromium is not installed.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


class _Server(uvicorn.Server):
    """Tells the address once it takes connections, and leaves signals alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextmanager
def served(app: Litestar) -> Iterator[str]:
    """The address of `app`, served in a thread."""
    # Listening before the server runs: a connection made too early waits and is not refused.
    with socket.create_server(("127.0.0.1", 0)) as sock:
        config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
        server = _Server(config)
        thread = Thread(target=server.run, args=([sock],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def url(base: KnowledgeBase) -> Iterator[str]:
    with served(create_app(base)) as address:
        yield address


@pytest.fixture
def open_page(chromium: Browser, url: str) -> Iterator[Callable[..., Page]]:
    """Opens a path in a fresh context; a request to elsewhere or an error in the console fails the test."""
    wrong: list[str] = []
    contexts = []

    def guarded(route: Route) -> None:
        if urlsplit(route.request.url).hostname != "127.0.0.1":
            wrong.append(f"request to {route.request.url}")
        route.continue_()

    def make(path: str = "/", **options: object) -> Page:
        context = chromium.new_context(base_url=url, **options)  # type: ignore[arg-type]
        context.set_default_timeout(20_000)
        context.route("**/*", guarded)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda m: wrong.append(m.text) if "Content Security" in m.text else None)
        page.goto(path)
        return page

    yield make
    for context in contexts:
        context.close()
    assert wrong == []


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
    chromium: Browser, meaningful: KnowledgeBase
) -> None:
    with served(create_app(meaningful)) as url:
        page = chromium.new_page(base_url=url, java_script_enabled=False)
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


def test_the_whole_way_works_without_javascript(open_page: Callable[..., Page]) -> None:
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
    open_page: Callable[..., Page], contribute: Contribute
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


def test_clearing_the_question_brings_the_first_page_back(
    open_page: Callable[..., Page], contribute: Contribute
) -> None:
    contribute("Two bins")
    page = open_page()
    box = page.get_by_label("What are you trying to solve?")
    box.fill("Two bins")
    expect(page.get_by_role("heading", name="Lately")).to_be_hidden()
    box.fill("")
    expect(page.get_by_role("heading", name="Lately")).to_be_visible()
    expect(page.locator("[data-search-results]")).to_be_empty()


def test_a_filter_asks_again_by_itself(
    open_page: Callable[..., Page], contribute: Contribute
) -> None:
    contribute("Two bins", group="Line 4")
    contribute("Other", group="Line 5")
    page = open_page("/search?q=Two+bins")
    page.locator("summary", has_text="Narrow it down").click()
    page.get_by_label("Group").select_option("Line 5")
    expect(page.get_by_role("link", name="ask again without filters")).to_be_visible()
    page.get_by_label("Group").select_option("Line 4")
    expect(page.get_by_role("link", name="Two bins")).to_be_visible()


def test_a_question_is_asked_and_opened_by_keyboard_alone(
    open_page: Callable[..., Page], contribute: Contribute
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
    open_page: Callable[..., Page], contribute: Contribute
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


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (390, "dark"), (1280, "light")])
def test_no_page_is_wider_than_the_window(
    open_page: Callable[..., Page], contribute: Contribute, scheme: str, width: int
) -> None:
    entry_id = contribute("A" * 190, problem="x" * 300 + "\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    page = open_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    for path in (
        "/", "/search?q=" + "A" * 190, "/entries", f"/entries/{entry_id}", "/entries/new",
        f"/entries/{entry_id}/revise", "/entries/new?kind=practice", "/reuse", "/about", "/api/docs",
    ):  # fmt: skip
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, path


def test_times_are_shown_in_the_time_zone_of_the_reader(
    open_page: Callable[..., Page], contribute: Contribute
) -> None:
    entry_id = contribute()
    page = open_page(f"/entries/{entry_id}", timezone_id="Pacific/Kiritimati")
    page.locator("summary", has_text="History").click()
    shown = page.locator("time[data-local=minute]").first
    expect(shown).not_to_contain_text("UTC")


# What reads text must reach 4.5 to 1 against what is behind it (WCAG 2.2, 1.4.3).
CONTRAST = """
() => {
  const number = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const part = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const colour = number(getComputedStyle(element).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility()) continue;
    const [a, b] = [number(getComputedStyle(element).color), behind(element)].map(light);
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) low.push(`${element.tagName}.${element.className} ${ratio.toFixed(2)}`);
  }
  return low;
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_from_what_is_behind_it(
    open_page: Callable[..., Page], base: KnowledgeBase, contribute: Contribute, scheme: str
) -> None:
    entry_id, old = contribute("Two bins"), contribute("Old bins")
    base.endorsements.endorse(entry_id, "It holds.")
    base.reuses.record(entry_id, group="Line 4", context="Nights", outcome="tried-and-stopped")
    base.entries.archive(old, "We stopped.", entry_id)
    page = open_page(color_scheme=scheme)
    for path in ("/", "/search?q=Two+bins", "/search?q=zzz", "/entries?archived=all", f"/entries/{old}",
                 f"/entries/{entry_id}?done=revised", "/entries/new?kind=practice", "/reuse",
                 "/reuse?since=x", "/api/docs"):  # fmt: skip
        page.goto(path)
        assert page.evaluate(CONTRAST) == [], path


def test_every_control_has_a_name_and_every_page_one_heading(
    open_page: Callable[..., Page], contribute: Contribute
) -> None:
    entry_id = contribute()
    page = open_page()
    nameless = """() => [...document.querySelectorAll("input:not([type=hidden]), textarea, select")]
        .filter((control) => !control.labels.length).map((control) => control.name)"""
    for path in ("/", "/search?q=x", "/entries", f"/entries/{entry_id}", "/entries/new?kind=practice",
                 f"/entries/{entry_id}/revise", "/reuse", "/about", "/api/docs", "/nothing"):  # fmt: skip
        page.goto(path)
        assert page.evaluate(nameless) == [], path
        assert page.locator("h1").count() == 1, path
        ids = page.evaluate("() => [...document.querySelectorAll('[id]')].map((e) => e.id)")
        assert len(ids) == len(set(ids)), path
