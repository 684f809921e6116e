"""Leaving the community by oneself, in the pages."""

import pytest

from kb.access import SCOPES
from tests.worlds.web import Browsers, Community, send, sign_in

SURE = {"sure": "1"}


def test_one_who_leaves_is_out_and_what_they_wrote_stays(
    browser: Browsers, community: Community
) -> None:
    entry = community.contribute("Mara", "Handover")
    client, elsewhere = browser("Mara"), browser("Mara")
    headers = community.token("Mara", *SCOPES)
    assert 'href="/account/leave"' in client.get("/account").text
    assert "What stays" in client.get("/account/leave").text

    answer = send(client, "/account/leave", SURE, 200)

    assert "You have left" in answer.text
    assert "Sign out" not in answer.text
    told = answer.headers["set-cookie"]
    assert all(part in told for part in ("Max-Age=0", "Path=/", "Secure", "HttpOnly"))
    assert {each.get("/account").status_code for each in (client, elsewhere)} == {303}
    assert sign_in(browser(), "Mara").status_code == 401
    assert browser().get("/api/entries", headers=headers).status_code == 401
    assert "Contributed by Mara" in browser("Cleo").get(f"/entries/{entry}").text
    assert "Left the community." in browser("Stella").get("/audit").text


@pytest.mark.parametrize("form", [{}, {"sure": ""}])
def test_nobody_leaves_without_ticking_the_box(browser: Browsers, form: dict[str, str]) -> None:
    client = browser("Mara")
    assert "tick the box" in send(client, "/account/leave", form, 400).text
    assert client.get("/account").status_code == 200


def test_the_last_steward_does_not_leave(browser: Browsers, community: Community) -> None:
    client = browser("Stella")
    html = send(client, "/account/leave", SURE, 409).text
    assert "The last steward cannot go" in html
    assert "Yes, I leave" in html
    assert client.get("/audit").status_code == 200
    community.base.session.people.change_roles(community.ids["Mara"], ["member", "steward"])
    send(client, "/account/leave", SURE, 200)
    assert client.get("/account").status_code == 303


def test_nobody_leaves_by_another_site_or_by_a_token(
    browser: Browsers, community: Community
) -> None:
    client, headers = browser("Mara"), community.token("Mara", *SCOPES)
    assert client.post("/account/leave", data=SURE).status_code == 403
    assert browser().post("/account/leave", data=SURE, headers=headers).status_code == 404
    assert client.get("/account").status_code == 200


def test_a_reporter_leaves_too(browser: Browsers) -> None:
    client = browser("Rita")
    send(client, "/account/leave", SURE, 200)
    assert sign_in(browser(), "Rita").status_code == 401


def test_a_steward_invites_again_a_member_who_left(browser: Browsers, community: Community) -> None:
    """The sign-in name is free again."""
    send(browser("Mara"), "/account/leave", SURE, 200)
    community.ids["Mara"] = community.join("Mara", ("member",))
    assert browser("Mara").get("/account").status_code == 200
