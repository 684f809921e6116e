"""Members in a real browser: signing in, a session ended elsewhere, taking data along, erasure."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Page, expect

from tests.web.browsing import OpenPage, listening, served
from tests.worlds.base import PASSWORD
from tests.worlds.web import Community, community_at

AUTHENTICATOR = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}

pytestmark = pytest.mark.browser


@pytest.fixture
def here(tmp_path: Path) -> Iterator[tuple[Community, str]]:
    """A community at an address of this machine, where passkeys are good as well."""
    listener = listening()
    address = f"http://localhost:{listener.getsockname()[1]}"
    settings = {"sign_in": "password, passkey", "base_url": address}
    with community_at(tmp_path / "here", **settings) as made, served(made.app, listener):
        yield made, address


@pytest.fixture
def url(here: tuple[Community, str]) -> str:
    return here[1]


def sign_in(page: Page, name: str = "Mara") -> None:
    page.get_by_label("Your sign-in name").fill(f"{name}@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("link", name=name)).to_be_visible()


def add_authenticator(page: Page) -> Callable[[bool], None]:
    """A device in this page that knows its owner; what is returned makes it (not) know them."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable", {"enableUI": False})
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    def know(owner: bool) -> None:
        session.send(
            "WebAuthn.setUserVerified",
            {"authenticatorId": made["authenticatorId"], "isUserVerified": owner},
        )

    return know


def test_a_password_signs_in_and_out(open_page: OpenPage) -> None:
    page = open_page("/entries/new?kind=practice")
    sign_in(page)
    expect(page).to_have_url(re.compile(r"/entries/new\?kind=practice"))
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()


def test_a_passkey_is_added_and_signs_in(open_page: OpenPage) -> None:
    page = open_page("/sign-in?next=/account")
    know = add_authenticator(page)
    sign_in(page)
    page.get_by_label("What do you call this device?").fill("Laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("The passkey is added.")).to_be_visible()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.goto("/sign-in?next=/account")
    know(False)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("No passkey was used; try again.")).to_be_visible()
    know(True)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Mara")).to_be_visible()
    expect(page.get_by_text("with a passkey")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()


def test_a_session_that_is_ended_elsewhere_is_over(open_page: OpenPage) -> None:
    here, there = open_page("/sign-in?next=/account"), open_page("/sign-in?next=/account")
    sign_in(here)
    sign_in(there)
    here.reload()
    here.get_by_role("button", name="Sign out there").click()
    expect(here.get_by_text("That session has ended.")).to_be_visible()
    there.reload()
    expect(there.get_by_role("heading", name="Sign in")).to_be_visible()


def downloaded(page: Page, link: str) -> bytes:
    """What is behind a link that the browser puts into a file."""
    with page.expect_download() as download:
        page.get_by_role("link", name=link).click()
    return Path(download.value.path()).read_bytes()


def test_a_member_takes_their_data_along_and_is_forgotten(
    open_page: OpenPage, here: tuple[Community, str]
) -> None:
    community = here[0]
    entry, mara = community.contribute("Mara", "Handover"), community.ids["Mara"]
    page = open_page("/sign-in?next=/account")
    sign_in(page)
    taken = msgspec.json.decode(downloaded(page, "JSON, for programs"))
    assert taken["member"]["profile"]["name"] == "Mara"
    assert [each["id"] for each in taken["entries"]] == [entry]
    assert b"- name: Mara\n" in downloaded(page, "Markdown, for reading")

    page.get_by_role("link", name="What goes, what stays, and how").click()
    page.get_by_label("What becomes of your entries?").select_option(
        "They stay, as those of a former member"
    )
    page.get_by_label("Yes, forget me for good").check()
    page.get_by_role("button", name="Forget me").click()
    expect(page.get_by_role("heading", name="It is done")).to_be_visible()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    assert page.context.cookies() == []

    other = open_page("/sign-in")
    sign_in(other, "Stella")
    paths = ("/", "/people", f"/people/{mara}", f"/entries/{entry}", "/search?q=handover", "/audit")
    for path in paths:
        other.goto(path)
        expect(other.locator("main")).to_be_visible()
        assert "Mara" not in other.content()
    other.goto(f"/entries/{entry}")
    expect(other.get_by_text("Contributed by a former member")).to_be_visible()


def test_the_secret_of_a_token_is_copied_with_a_button(open_page: OpenPage) -> None:
    page = open_page("/sign-in?next=/account")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page)
    page.goto(page.url)
    page.get_by_label("What is it for?").fill("Reports")
    page.get_by_label("search", exact=False).first.check()
    page.get_by_role("button", name="Make a token").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    shown = page.locator("code[data-copy]").text_content()
    assert page.evaluate("navigator.clipboard.readText()") == shown
