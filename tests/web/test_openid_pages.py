"""Signing in at an OpenID provider, with a provider in memory."""

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from threading import Event
from typing import Any, cast

import httpx
import httpx2
import pytest
from msgspec import structs

from events.clock import utc_now
from kb.accounts.oidc import OpenIdProvider, OpenIdSettings
from tests.kb.accounts_provider import CLIENT, ISSUER, SECRET, FakeProvider
from tests.worlds.web import Browsers, Client, Community, app_of, community_at, generous, send
from web.line import Line

HERE = "https://kb.circle.example"
BACK = "/sign-in/openid/back"


@pytest.fixture
def there() -> FakeProvider:
    return FakeProvider(utc_now)


@pytest.fixture
def community(tmp_path: Path, there: FakeProvider) -> Iterator[Community]:
    settings = {
        "sign_in": "password, openid",
        "base_url": HERE,
        "openid_issuer": ISSUER,
        "openid_client_id": CLIENT,
        "openid_client_secret": SECRET,
    }
    with community_at(tmp_path / "circle", **settings) as made:
        pending = made.base.accounts.pending
        client = OpenIdSettings(issuer=ISSUER, client_id=CLIENT, client_secret=SECRET)
        provider = OpenIdProvider(client, pending, clock=utc_now, transport=there.transport())
        made.app = app_of(made.base, limits=generous(), openid=provider)
        yield made


def link(community: Community, name: str) -> None:
    assert community.base.accounts.identities.link(community.ids[name], ISSUER, "subject-4711")


def leave(client: Client, there: FakeProvider, path: str = "/sign-in/openid") -> dict[str, str]:
    """What the provider sends back with the browser."""
    sent = client.get(path)
    assert sent.status_code == 303
    return there.sign_in(sent.headers["location"])


def set_out(client: Client, there: FakeProvider) -> dict[str, str]:
    """The same, to tie the account there to the one here."""
    html = unescape(send(client, "/account/openid", {}, 200).text)
    found = re.search(rf'href="({ISSUER}[^"]*)"', html)
    assert found
    return there.sign_in(found[1])


def test_a_member_signs_in_at_the_provider(
    browser: Browsers, community: Community, there: FakeProvider
) -> None:
    link(community, "Mara")
    client = browser()
    query = leave(client, there, "/sign-in/openid?next=/people")
    back = client.get(BACK, params=query)
    assert (back.status_code, back.headers["location"]) == (303, "/people?done=signed-in")
    (over,) = (each for each in back.headers.get_list("set-cookie") if "-openid=" in each)
    assert ("max-age=0" in over.lower(), "secure" in over.lower()) == (True, True)
    assert ">Mara</a>" in client.get("/people").text


def test_the_state_is_kept_in_a_cookie_that_comes_along_on_the_way_back(
    browser: Browsers,
) -> None:
    header = browser().get("/sign-in/openid").headers["set-cookie"].lower()
    assert header.startswith("__host-tributary-openid=")
    for flag in ("httponly", "secure", "samesite=lax", "max-age=600"):
        assert flag in header


@pytest.mark.parametrize("next", ["https://evil.example", "//evil.example"])
def test_coming_back_leads_nowhere_else(
    browser: Browsers, community: Community, there: FakeProvider, next: str
) -> None:
    link(community, "Mara")
    client = browser()
    query = leave(client, there, f"/sign-in/openid?next={next}")
    assert client.get(BACK, params=query).headers["location"] == "/?done=signed-in"


def test_an_account_that_is_nobodys_is_refused(browser: Browsers, there: FakeProvider) -> None:
    client = browser()
    back = client.get(BACK, params=leave(client, there))
    assert back.status_code == 401
    assert "No member signs in with that account" in back.text


def test_what_another_browser_began_is_refused(
    browser: Browsers, community: Community, there: FakeProvider
) -> None:
    link(community, "Mara")
    query, other = leave(browser(), there), browser()
    for _ in range(2):
        assert other.get(BACK, params=query).status_code == 401
        other.get("/sign-in/openid")


def test_coming_back_a_second_time_is_refused(
    browser: Browsers, community: Community, there: FakeProvider
) -> None:
    link(community, "Mara")
    client = browser()
    query = leave(client, there)
    cookie = client.cookies["__Host-tributary-openid"]
    assert client.get(BACK, params=query).status_code == 303
    client.cookies.set("__Host-tributary-openid", cookie, domain="kb.circle.example")
    assert client.get(BACK, params=query).status_code == 401


def test_an_answer_of_the_provider_that_says_something_twice_is_refused(
    browser: Browsers, community: Community, there: FakeProvider
) -> None:
    link(community, "Mara")
    client = browser()
    query = leave(client, there)
    back = client.get(BACK, params={**query, "code": [query["code"], "another"]})
    assert back.status_code == 400
    assert "&#39;code&#39; is there several times" in back.text


def test_a_member_ties_an_account_to_their_own(browser: Browsers, there: FakeProvider) -> None:
    client = browser("Mara")
    back = client.get(BACK, params=set_out(client, there))
    assert back.headers["location"] == "/account?done=linked"
    assert "You can sign in with your other account." in client.get("/account").text
    other = browser()
    assert other.get(BACK, params=leave(other, there)).status_code == 303
    send(client, "/account/openid/unlink")
    again = browser()
    assert again.get(BACK, params=leave(again, there)).status_code == 401


def test_an_account_of_one_member_is_not_tied_to_another(
    browser: Browsers, community: Community, there: FakeProvider
) -> None:
    link(community, "Cleo")
    client = browser("Mara")
    assert client.get(BACK, params=set_out(client, there)).status_code == 401
    identities = community.base.accounts.identities
    assert identities.member(ISSUER, "subject-4711") == community.ids["Cleo"]


def test_an_account_is_tied_by_the_session_that_set_out_alone(
    browser: Browsers, community: Community, there: FakeProvider
) -> None:
    client = browser("Mara")
    query = set_out(client, there)
    send(client, "/sign-out")
    assert client.get(BACK, params=query).status_code == 401
    assert community.base.accounts.identities.member(ISSUER, "subject-4711") is None


def test_a_provider_that_does_not_answer_leaves_pages_their_threads(
    community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who sets out and who comes back wait for it in turn, two at a time."""
    held, app = Event(), community.app

    def silent(*_: object) -> None:
        held.wait()
        raise httpx2.ConnectTimeout("late")

    monkeypatch.setattr(httpx2.Client, "get", silent)
    begin = community.base.accounts.pending.begin
    states = [begin(f"{HERE}{BACK}")[0] for _ in range(20)]

    async def attacked() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(4))
        transport = httpx.ASGITransport(app=cast("Any", app))
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
            asked = [client.get("/sign-in/openid") for _ in range(20)]
            for state in states:
                cookie = {"cookie": f"__Host-tributary-openid={state}.sign-in.%2F"}
                asked.append(client.get(BACK, params={"state": state, "code": "x"}, headers=cookie))
            visits = [asyncio.create_task(each) for each in asked]
            while app.state["visits"].limits.provider.waiting() < 38:
                assert (await client.get("/about")).status_code == 200
            held.set()
            assert {answer.status_code for answer in await asyncio.gather(*visits)} == {401}

    asyncio.run(attacked())


def test_where_too_many_come_back_at_once_one_is_told_to_come_again(
    browser: Browsers, community: Community, there: FakeProvider
) -> None:
    """Before the provider is asked, and without their sign-in being used up."""
    link(community, "Mara")
    client, visits = browser(), community.app.state["visits"]
    query = leave(client, there)
    cookies = dict(client.cookies)
    visits.limits = structs.replace(visits.limits, provider=Line(most=0))
    back = client.get(BACK, params=query)
    assert (back.status_code, back.headers["retry-after"]) == (429, "1")
    visits.limits = structs.replace(visits.limits, provider=Line())
    client.cookies.update(cookies)
    assert client.get(BACK, params=query).status_code == 303
