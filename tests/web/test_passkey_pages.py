"""What the page's script sends about passkeys, where it is not what a browser would send."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.web import Browsers, Community, app_of, community_at, form_token, generous, send

HALF = {"ticket": "x", "credential": {"id": "x"}}


@pytest.fixture
def community(tmp_path: Path) -> Iterator[Community]:
    with community_at(tmp_path / "keys", sign_in="password, passkey") as made:
        yield made


def test_beginning_to_sign_in_names_nobody(browser: Browsers, community: Community) -> None:
    begun = browser().post("/sign-in/passkey/begin", json={}).json()
    assert set(begun) == {"ticket", "options"}
    assert 'allowCredentials":[]' in begun["options"].replace(" ", "")
    assert not [member for member in community.ids.values() if member in begun["options"]]


@pytest.mark.parametrize("credential", [{}, {"id": "x"}, {"id": 1, "response": "no"}])
def test_what_is_no_passkey_is_refused_in_a_sentence(
    browser: Browsers, credential: dict[str, object]
) -> None:
    client = browser()
    ticket = client.post("/sign-in/passkey/begin", json={}).json()["ticket"]
    for sent in ("x", ticket, ticket):
        body = {"ticket": sent, "credential": credential}
        response = client.post("/sign-in/passkey", json=body)
        assert response.status_code == 401
        assert response.json()["problem"].endswith(".")
        assert "set-cookie" not in response.headers


def test_nobody_uses_up_the_beginnings_of_others(browser: Browsers, community: Community) -> None:
    client = browser(app=app_of(community.base, limits=generous(address=1)))
    begun = [client.post("/sign-in/passkey/begin", json={}) for _ in range(5)]
    assert {answer.status_code for answer in begun} == {200}
    assert len({answer.json()["ticket"] for answer in begun}) == 5
    assert community.base.accounts.store.run("SELECT count(*) FROM challenge") == [(0,)]


def test_a_passkey_is_added_from_a_page_of_the_session_alone(browser: Browsers) -> None:
    client = browser("Mara")
    assert client.post("/account/passkeys/begin", json={}).status_code == 403
    headers = {"Tributary-Form": form_token(client)}
    assert client.post("/account/passkeys/begin", json={}, headers=headers).status_code == 200
    refused = client.post("/account/passkeys", json=HALF | {"label": "Laptop"}, headers=headers)
    assert refused.status_code == 401
    unnamed = client.post("/account/passkeys", json=HALF, headers=headers)
    assert unnamed.status_code == 400
    send(client, "/account/passkeys/remove", {"passkey": "x"})


def test_a_token_adds_no_passkey(browser: Browsers, community: Community) -> None:
    headers = community.token("Mara", "admin", "search")
    response = browser().post("/account/passkeys/begin", json={}, headers=headers)
    assert response.status_code == 404


def test_ways_that_are_switched_off_are_not_there(tmp_path: Path) -> None:
    with community_at(tmp_path / "other") as made:
        client = Browsers(made)()
        assert client.post("/sign-in/passkey/begin", json={}).status_code == 404
        assert client.get("/sign-in/openid").status_code == 404
        assert "passkey" not in client.get("/sign-in").text
