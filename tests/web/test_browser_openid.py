"""Signing in at a real OpenID provider, whose pages a real browser fills in."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from msgspec import Struct
from playwright.sync_api import Page, expect

from tests.web.browsing import OpenPage, listening, served
from tests.web.provider import Provider, provided
from tests.worlds.base import PASSWORD
from tests.worlds.web import Community, community_at
from web.pages.openid import BACK

ACCOUNT = "mara-at-the-provider"

pytestmark = pytest.mark.browser


class Here(Struct, frozen=True):
    """Our server and the provider, and where they are."""

    community: Community
    provider: Provider
    address: str
    issuer: str


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Here]:
    """They have different names, so what goes between them is from another site."""
    listener = listening()
    address = f"http://localhost:{listener.getsockname()[1]}"
    with provided(address + BACK) as (provider, issuer):
        settings = {"sign_in": "password, openid", "base_url": address, **provider.settings(issuer)}
        with community_at(tmp_path / "here", **settings) as made, served(made.app, listener):
            yield Here(made, provider, address, issuer)


@pytest.fixture
def url(here: Here) -> str:
    return here.address


def page_at(open_page: OpenPage, path: str) -> Page:
    page = open_page(path)
    # The provider's pages are adorned by someone else, who is not asked.
    page.route(re.compile("https:"), lambda route: route.abort())
    return page


def set_out(page: Page) -> None:
    """Go to the provider from the page of signing in."""
    page.get_by_role("link", name="Sign in with your other account").click()
    expect(page.get_by_role("heading", name="Authorize Client")).to_be_visible()


def authorize(page: Page, account: str) -> None:
    page.get_by_placeholder("sub").fill(account)
    page.get_by_role("button", name="Authorize").click()


def tie(page: Page) -> None:
    """Sign in with the password and tie the account there to the one here."""
    page.get_by_label("Your sign-in name").fill("Mara@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Sign in with your other account from now on").click()
    page.get_by_role("link", name="Go there").click()
    authorize(page, ACCOUNT)
    expect(page.get_by_text("You can sign in with your other account.")).to_be_visible()


def test_an_account_there_is_tied_to_the_one_here_and_signs_in(
    open_page: OpenPage, here: Here
) -> None:
    page = page_at(open_page, "/sign-in?next=/account")
    tie(page)
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.goto("/sign-in?next=/groups")
    set_out(page)
    authorize(page, ACCOUNT)
    expect(page.get_by_role("link", name="Mara")).to_be_visible()
    assert page.url == f"{here.address}/groups?done=signed-in"
    [session] = here.community.base.accounts.sessions.of(here.community.ids["Mara"])
    assert session.via == "openid"
    tied, signed_in = here.provider.asked
    for name in ("state", "nonce", "code_challenge"):
        assert len(tied[name]) >= 43
        assert tied[name] != signed_in[name]


def sessions_kept(page: Page, here: Here) -> list[str]:
    """What the browser keeps beside that someone signed in there before."""
    kept = [each["name"] for each in page.context.cookies(here.address)]
    return [name for name in kept if not name.endswith("-device")]


def test_an_account_there_that_is_nobodys_here_is_refused_in_one_sentence(
    open_page: OpenPage, here: Here
) -> None:
    page = page_at(open_page, "/sign-in")
    set_out(page)
    authorize(page, "someone-else")
    expect(page.get_by_role("alert")).to_have_text(
        "No member signs in with that account: sign in another way, "
        "then add the account on your page."
    )
    assert page.context.cookies(here.address) == []


def test_one_who_says_no_there_is_not_signed_in(open_page: OpenPage, here: Here) -> None:
    page = page_at(open_page, "/sign-in?next=/account")
    tie(page)
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.goto("/sign-in")
    set_out(page)
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("alert")).to_contain_text("did not confirm who you are")
    assert sessions_kept(page, here) == []


def test_a_sign_in_with_another_state_nonce_or_challenge_is_refused(
    open_page: OpenPage, here: Here
) -> None:
    page = page_at(open_page, "/sign-in?next=/account")
    tie(page)
    page.get_by_role("button", name="Sign out", exact=True).click()
    for name in ("state", "nonce", "code_challenge"):
        page.goto("/sign-in")
        set_out(page)
        asked = {key: values[0] for key, values in parse_qs(urlsplit(page.url).query).items()}
        assert name in asked
        page.goto(f"{page.url.partition('?')[0]}?{urlencode({**asked, name: 'A' * 43})}")
        authorize(page, ACCOUNT)
        expect(page.get_by_role("alert")).to_contain_text("did not confirm who you are")
        assert sessions_kept(page, here) == [], name
