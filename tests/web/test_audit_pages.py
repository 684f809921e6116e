"""The pages tell what was changed of how someone signs in: to stewards, and to themselves."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from events.clock import utc_now
from kb.accounts.oidc import OpenIdProvider, OpenIdSettings
from tests.kb.accounts_authenticator import Authenticator
from tests.kb.accounts_provider import CLIENT, ISSUER, SECRET, FakeProvider
from tests.worlds.base import END, PASSWORD
from tests.worlds.web import (
    Browsers,
    Client,
    Community,
    app_of,
    community_at,
    form_token,
    generous,
    send,
    sign_in,
)

HERE = "https://kb.circle.example"
NEW = "eleven small harbours"


@pytest.fixture
def there() -> FakeProvider:
    return FakeProvider(utc_now)


@pytest.fixture
def community(tmp_path: Path, there: FakeProvider) -> Iterator[Community]:
    """One where members sign in in every way."""
    settings = {
        "sign_in": "password, passkey, openid",
        "base_url": HERE,
        "openid_issuer": ISSUER,
        "openid_client_id": CLIENT,
        "openid_client_secret": SECRET,
    }
    with community_at(tmp_path / "circle", **settings) as made:
        client = OpenIdSettings(issuer=ISSUER, client_id=CLIENT, client_secret=SECRET)
        provider = OpenIdProvider(
            client, made.base.accounts.pending, clock=utc_now, transport=there.transport()
        )
        made.app = app_of(made.base, limits=generous(), openid=provider)
        yield made


def told(client: Client, path: str) -> list[tuple[str, str]]:
    """What a page tells and who did it, the oldest first, but for how everybody came in."""
    found = re.findall(
        r"<li><p>(.*?)(?: <.*?)?</p>\s*<p class=\"meta\">by (.+?), <time", client.get(path).text
    )
    assert found
    return [each for each in found[::-1] if not each[0].startswith(("Joined.", "Invited as "))]


def link_on(html: str) -> str:
    found = re.search(rf"<code[^>]*>{HERE}(/\w+/[\w-]+)</code>", html)
    assert found
    return found[1]


def add_passkey(client: Client) -> None:
    headers = {"Tributary-Form": form_token(client)}
    begun = client.post("/account/passkeys/begin", json={}, headers=headers).json()
    phone = Authenticator("kb.circle.example", HERE)
    body = {
        "ticket": begun["ticket"],
        "credential": phone.create(begun["options"]),
        "label": "Nokia brick",
    }
    assert client.post("/account/passkeys", json=body, headers=headers).status_code == 200


def tie_account(client: Client, there: FakeProvider) -> None:
    html = unescape(send(client, "/account/openid", {}, 200).text)
    found = re.search(rf'href="({ISSUER}[^"]*)"', html)
    assert found
    back = client.get("/sign-in/openid/back", params=there.sign_in(found[1]))
    assert back.headers["location"] == "/account?done=linked"


def field(client: Client, name: str) -> dict[str, str]:
    """The hidden field of the account page that says which one is meant."""
    found = re.search(rf'name="{name}" value="([^"]+)"', client.get("/account").text)
    assert found
    return {name: found[1]}


def test_stewards_and_members_themselves_read_what_was_changed_of_their_sign_in(
    browser: Browsers, community: Community, there: FakeProvider
) -> None:
    mara, stella = browser("Mara"), browser("Stella")
    form = {"current": PASSWORD, "password": NEW, "sign_in_name": "lind@example.org"}
    send(mara, "/account/password", form)
    token = {"token_name": "Screen in the hall", "days": "30", "scope-search": "1"}
    made = re.search(r"trib_[\w-]{43}", send(mara, "/account/tokens", token, 200).text)
    assert made
    (info,) = community.base.accounts.tokens.of(community.ids["Mara"])
    assert f"{info.id}; search" in mara.get("/account").text
    send(mara, "/account/tokens/revoke", field(mara, "token"))
    add_passkey(mara)
    send(mara, "/account/passkeys/remove", field(mara, "passkey"))
    tie_account(mara, there)
    send(mara, "/account/openid/unlink")
    send(stella, f"/people/{community.ids['Mara']}/link", {}, 200)

    expected = [
        ("Sign-in name set.", "Mara"),
        ("Password set.", "Mara"),
        (f"Token {info.id} made for search, until {info.expires_at:%Y-%m-%d}.", "Mara"),
        (f"Token {info.id} revoked.", "Mara"),
        ("Passkey added.", "Mara"),
        ("Passkey removed.", "Mara"),
        ("Account at the OpenID provider tied.", "Mara"),
        ("Account at the OpenID provider untied.", "Mara"),
        ("A link that signs in once was made.", "Stella"),
    ]
    assert told(mara, "/account") == expected
    assert [each for each in told(stella, "/audit") if each in expected] == expected
    assert all(what in mara.get("/account/data.md").text for what, _ in expected)
    html = stella.get("/audit").text
    for hidden in (made[0], "Screen in the hall", "Nokia brick", "lind@example.org", ISSUER):
        assert hidden not in html
    cleo = browser("Cleo")
    assert told(cleo, "/account") == []
    assert cleo.get("/audit").status_code == 403
    assert info.id not in cleo.get(f"/people/{community.ids['Mara']}").text


def test_authors_read_on_their_page_who_changed_who_sees_an_entry_and_who_erased_one(
    browser: Browsers, community: Community
) -> None:
    kept, gone = community.contribute("Mara"), community.contribute("Mara", "Two bins")
    send(browser("Cleo"), f"/entries/{kept}/show", {"sight": "author", "unseen": "1"})
    community.acting("Stella").erasure.entry(gone)
    mara = browser("Mara")
    assert told(mara, "/account") == [
        ("Showed an entry to its author.", "Cleo"),
        ("An entry of yours was erased.", "Stella"),
    ]
    assert f'href="/entries/{kept}"' in mara.get("/account").text
    assert (
        f"Showed an entry to its author. It was about {kept}." in mara.get("/account/data.md").text
    )
    for other in ("Cleo", "Stella"):
        assert told(browser(other), "/account") == []
    assert [what for what, _ in told(browser("Stella"), "/audit")] == ["An entry was erased."]


def test_a_link_from_the_shell_is_told_of_as_the_operators(
    browser: Browsers, community: Community
) -> None:
    community.base.session.credentials.make_link("sign-in", community.ids["Mara"], END)
    expected = [("A link that signs in once was made.", "the operator of this machine")]
    assert told(browser("Mara"), "/account") == expected
    assert told(browser("Stella"), "/audit") == expected


def test_signing_in_is_told_of_nowhere(browser: Browsers, community: Community) -> None:
    head = community.base.head()
    client = browser("Mara")
    send(client, "/account/sessions/end-all")
    send(client, "/sign-out")
    assert sign_in(browser(), "Mara", "another password").status_code == 401
    assert community.base.head() == head


def test_one_who_lost_a_password_sets_another_one_as_themselves(
    browser: Browsers, community: Community
) -> None:
    path = link_on(send(browser("Stella"), f"/people/{community.ids['Mara']}/link", {}, 200).text)
    client = browser()
    assert client.post(path).status_code == 303
    send(client, "/account/password", {"password": NEW})
    expected = [("A link that signs in once was made.", "Stella"), ("Password set.", "Mara")]
    assert told(client, "/account") == expected


def test_joining_tells_how_someone_came_in(browser: Browsers, community: Community) -> None:
    path = link_on(send(browser("Stella"), "/people/invite", {"role-member": "1"}, 200).text)
    form = {"name": "Nora", "sign_in_name": "nora@example.org", "password": NEW}
    client = browser()
    assert client.post(path, data=form | {"password": "short"}).status_code == 400
    assert client.post(path, data=form).status_code == 303
    assert told(client, "/account") == [
        ("A link to the invitation was made.", "Stella"),
        ("Sign-in name set.", "Nora"),
        ("Password set.", "Nora"),
    ]


def test_one_who_is_removed_leaves_a_sign_in_name_that_others_can_take(
    browser: Browsers, community: Community
) -> None:
    stella = browser("Stella")
    send(stella, f"/people/{community.ids['Mara']}/remove")
    path = link_on(send(stella, "/people/invite", {"role-member": "1"}, 200).text)
    form = {"name": "Mara", "sign_in_name": "Mara@example.org", "password": NEW}
    assert browser().post(path, data=form).status_code == 303


def test_what_is_long_past_is_on_pages_of_its_own(browser: Browsers, community: Community) -> None:
    for number in range(60):
        community.base.session.people.open_to_world(number % 2 == 0)
        community.base.session.people.form_group(f"Group {number}")
    stella = browser("Stella")
    first, last = stella.get("/audit").text, stella.get("/audit?page=2").text
    assert ("Group 59" in first, "Group 0”" in first) == (True, False)
    assert ("Group 59" in last, "Group 0”" in last) == (False, True)
    assert 'href="/audit?page=2"' in first
    assert stella.get("/audit?page=0").status_code == 400
