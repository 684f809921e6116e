"""Writing is not lost: in a real browser, whatever comes between beginning and contributing."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.web.browsing import OpenPage, listening, served
from tests.web.test_browser_signing_in import sign_in
from tests.worlds.web import Community, community_at

pytestmark = pytest.mark.browser

NEW = "/entries/new?kind=practice"
PAUSE = 4_000
"""Milliseconds after which what was typed is saved by itself, and a little more."""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Community]:
    """A community at an address of this machine."""
    listener = listening()
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with community_at(tmp_path / "here", base_url=address) as made, served(made.app, listener):
        yield made


@pytest.fixture
def url(here: Community) -> str:
    return here.base.settings.base_url


def writing(open_page: OpenPage, name: str = "Mara", path: str = NEW) -> Page:
    """A page where `name` has signed in and writes; its time passes when the test says so."""
    page = open_page(f"/sign-in?next={path.replace('?', '%3F').replace('=', '%3D')}")
    page.clock.install()
    sign_in(page, name)
    expect(page.get_by_label("Title")).to_be_visible()
    page.wait_for_load_state()  # by when what watches the form is there
    return page


def status(page: Page, words: str) -> None:
    expect(page.locator("[data-draft-status]")).to_contain_text(words)


def typed(page: Page, title: str, saved: bool = True) -> None:
    """A title is typed, and after a while saved."""
    page.get_by_label("Title").fill(title)
    if saved:
        page.clock.fast_forward(PAUSE)
        status(page, "Draft saved")


def titles(here: Community, name: str = "Mara") -> list[str]:
    return sorted(str(each.title) for each in here.acting(name).drafts.list())


def test_what_was_typed_is_there_after_going_elsewhere(
    open_page: OpenPage, here: Community
) -> None:
    page = writing(open_page)
    page.get_by_label("The problem").fill("Zymurgy trolleys squeak.")
    typed(page, "Trolleys")
    page.get_by_role("link", name="Browse").first.click()
    expect(page).to_have_url(re.compile("/entries$"))
    page.go_back()
    expect(page.get_by_label("The problem")).to_have_value("Zymurgy trolleys squeak.")
    page.goto("/")
    page.get_by_role("link", name="Go on writing: 1 draft").click()
    page.get_by_role("link", name="Trolleys").click()
    expect(page.get_by_label("Title")).to_have_value("Trolleys")
    page.get_by_label("What we do").fill("We oil them.")
    page.get_by_role("button", name="Contribute").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Trolleys")
    assert titles(here) == []


def test_what_was_typed_is_offered_on_another_device_after_a_crash(open_page: OpenPage) -> None:
    page = writing(open_page)
    typed(page, "Crashed")
    page.close()  # without a word to the page
    page = writing(open_page)
    expect(page.get_by_role("heading", name="You have begun this before")).to_be_visible()
    page.get_by_role("link", name="Crashed").click()
    expect(page.get_by_label("Title")).to_have_value("Crashed")


def test_what_is_not_saved_yet_is_warned_of_and_saved_on_leaving(
    open_page: OpenPage, here: Community
) -> None:
    page = writing(open_page)
    warned: list[str] = []

    def leave(dialog: Dialog) -> None:
        warned.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    typed(page, "In a hurry", saved=False)
    page.get_by_role("link", name="Browse").first.click()
    expect(page).to_have_url(re.compile("/entries$"))
    assert warned == ["beforeunload"]
    there = "async () => (await (await fetch('/drafts')).text()).includes('In a hurry')"
    page.wait_for_function(there)
    assert titles(here) == ["In a hurry"]


def test_leaving_a_form_that_is_saved_or_untouched_warns_of_nothing(open_page: OpenPage) -> None:
    page = writing(open_page)
    page.on("dialog", lambda dialog: pytest.fail("warned of nothing to lose"))
    page.goto("/entries")
    page.goto(NEW)
    typed(page, "Saved")
    page.goto("/entries")
    expect(page).to_have_url(re.compile("/entries$"))


def test_of_two_tabs_the_older_saves_another_draft_and_says_so(
    open_page: OpenPage, here: Community
) -> None:
    page = writing(open_page)
    typed(page, "Begun")
    other = page.context.new_page()
    other.clock.install()
    other.goto(page.url)
    typed(other, "Newer")
    page.get_by_label("Title").fill("Older")
    page.clock.fast_forward(PAUSE)
    status(page, "A newer text of this draft was saved elsewhere")
    expect(page.get_by_role("link", name="Go on with that one")).to_be_visible()
    assert titles(here) == ["Newer"]
    typed(page, "Older, and more")
    assert titles(here) == ["Newer", "Older, and more"]


def test_a_session_that_ended_loses_nothing(open_page: OpenPage, here: Community) -> None:
    page = writing(open_page)
    typed(page, "Begun")
    here.base.accounts.sessions.end_all(here.ids["Mara"])
    page.get_by_label("Title").fill("After the end")
    page.clock.fast_forward(PAUSE)
    status(page, "You are signed out")
    other = page.context.new_page()
    other.goto("/sign-in")
    sign_in(other)
    other.close()
    page.get_by_label("Title").fill("Signed in again")
    page.clock.fast_forward(PAUSE)
    status(page, "Draft saved")
    assert titles(here) == ["Signed in again"]


def test_who_signs_in_in_the_same_tab_finds_what_they_typed_and_nobody_else_does(
    open_page: OpenPage, here: Community
) -> None:
    page = writing(open_page)
    page.on("dialog", lambda dialog: dialog.accept())
    here.base.accounts.sessions.end_all(here.ids["Mara"])
    page.get_by_label("Title").fill("Only in this tab")
    page.clock.fast_forward(PAUSE)
    status(page, "You are signed out")
    page.goto(f"/sign-in?next={NEW.replace('?', '%3F').replace('=', '%3D')}")
    sign_in(page, "Cleo")
    expect(page.get_by_label("Title")).to_have_value("")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.goto(f"/sign-in?next={NEW.replace('?', '%3F').replace('=', '%3D')}")
    sign_in(page)
    expect(page.get_by_label("Title")).to_have_value("Only in this tab")
    page.clock.fast_forward(PAUSE)
    status(page, "Draft saved")
    assert titles(here) == ["Only in this tab"]
    assert page.evaluate("sessionStorage.length") == 0


def test_what_one_typed_is_never_saved_for_another_who_signs_in(
    open_page: OpenPage, here: Community
) -> None:
    page = writing(open_page)
    other = page.context.new_page()
    other.goto("/account")
    other.get_by_role("button", name="Sign out", exact=True).click()
    other.goto("/sign-in")
    sign_in(other, "Cleo")
    page.get_by_label("Title").fill("Mara's words")
    page.clock.fast_forward(PAUSE)
    status(page, "Someone else has signed in")
    assert titles(here, "Cleo") == titles(here) == []


def test_without_javascript_a_button_saves_and_a_list_goes_on(open_page: OpenPage) -> None:
    page = open_page("/sign-in?next=/entries/new%3Fkind%3Dpractice", java_script_enabled=False)
    sign_in(page)
    page.get_by_label("Title").fill("By hand")
    page.get_by_role("button", name="Save as draft").click()
    expect(page.get_by_role("status")).to_contain_text("Draft saved")
    expect(page.get_by_label("Title")).to_have_value("By hand")
    page.goto("/drafts")
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("status")).to_contain_text("Draft discarded.")
