"""One's own page: profile, password, sessions and tokens."""

import re

import pytest

from kb.access import anonymous
from kb.errors import InvalidInput
from kb.one_time_links import one_time_link
from tests.worlds.base import PASSWORD
from tests.worlds.web import Browsers, Community, app_of, form_token, generous, send, sign_in
from web.pages.forms import Form


def test_a_profile_is_changed_by_its_member(browser: Browsers) -> None:
    client = browser("Mara")
    form = {"name": "Mara Lind", "time_zone": "Europe/Oslo", "help": "Wound <care>"}
    send(client, "/account/profile", form)
    assert ">Mara Lind</a>" in client.get("/").text
    assert "Wound &lt;care&gt;" in browser("Cleo").get("/people").text
    again = send(client, "/account/profile", form | {"time_zone": "x"}, 400)
    assert "is no time zone" in again.text
    assert 'value="Mara Lind"' in again.text


def test_a_session_elsewhere_is_ended(browser: Browsers) -> None:
    here, there = browser("Mara"), browser("Mara")
    found = re.search(r'name="session" value="([^"]+)"', here.get("/account").text)
    assert found
    send(here, "/account/sessions/end", {"session": found[1]})
    assert there.get("/account").status_code == 303
    assert here.get("/account").status_code == 200


def test_nobody_ends_the_session_of_someone_else(browser: Browsers, community: Community) -> None:
    mara, cleo = browser("Mara"), browser("Cleo")
    [session] = community.base.accounts.sessions.of(community.ids["Cleo"])
    send(mara, "/account/sessions/end", {"session": session.id})
    assert cleo.get("/account").status_code == 200


def test_signing_out_everywhere_leaves_this_session_alone(browser: Browsers) -> None:
    here, others = browser("Mara"), [browser("Mara") for _ in range(2)]
    send(here, "/account/sessions/end-all")
    assert [each.get("/account").status_code for each in others] == [303, 303]
    assert here.get("/account").status_code == 200


def test_a_new_password_ends_every_other_session_and_link(
    browser: Browsers, community: Community
) -> None:
    link = one_time_link(
        community.base.session, community.base.settings, "sign-in", community.ids["Mara"]
    ).link
    here, there = browser("Mara"), browser("Mara")
    form = {"current": PASSWORD, "password": "eleven small harbours"}
    cookie = here.cookies["__Host-tributary"]
    send(here, "/account/password", form)
    assert here.cookies["__Host-tributary"] != cookie
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303
    assert sign_in(browser(), "Mara").status_code == 401
    assert sign_in(browser(), "Mara", form["password"]).status_code == 303
    assert browser().get(link.removeprefix("https://kb.example.org")).status_code == 404


@pytest.mark.parametrize(
    ("form", "status", "sentence"),
    [
        ({"current": "x", "password": "eleven small harbours"}, 400, "present password"),
        ({"current": PASSWORD, "password": "short"}, 400, "12 to 1024"),
        (
            {"current": PASSWORD, "password": "eleven small harbours",
             "sign_in_name": "cleo@example.org"},
            400,
            "cannot be used here",
        ),
    ],
)  # fmt: skip
def test_a_password_is_not_changed_for_nothing(
    browser: Browsers, form: dict[str, str], status: int, sentence: str
) -> None:
    assert sentence in send(browser("Mara"), "/account/password", form, status).text
    assert sign_in(browser(), "Mara").status_code == 303


def test_names_of_others_are_tried_so_often_and_then_no_more(
    browser: Browsers, community: Community
) -> None:
    """Choosing one tells that it is taken, so it is counted for each member."""
    client = browser("Mara", app_of(community.base, limits=generous(name=3)))
    form = {"current": PASSWORD, "password": "eleven small harbours"}
    for name in ("cleo", "stella", "rita"):
        form["sign_in_name"] = f"{name}@example.org"
        assert "cannot be used here" in send(client, "/account/password", form, 400).text
    for name in ("cleo", "nobody"):
        form["sign_in_name"] = f"{name}@example.org"
        answer = send(client, "/account/password", form, 429)
        assert "cannot be used here" not in answer.text
        assert answer.headers["retry-after"] == "60"
    assert sign_in(browser(), "nobody", form["password"]).status_code == 401


def test_a_password_without_a_name_to_go_with_it_is_not_called_saved(
    browser: Browsers, community: Community
) -> None:
    """A name is asked for where there is none, and then both open what was promised."""
    mara = community.ids["Mara"]
    client = browser("Mara")
    assert "Nothing signs you in" not in client.get("/account").text
    community.base.accounts.names.release(mara)
    assert "Nothing signs you in when this session ends." in client.get("/account").text

    form = {"current": PASSWORD, "password": "eleven small harbours"}
    for nothing in ({}, {"sign_in_name": ""}, {"sign_in_name": " "}):
        refused = send(client, "/account/password", form | nothing, 400).text
        assert "a password alone signs nobody in" in refused
        assert re.search(r'<input type="text" id="sign-in-name"[^>]* required', refused)
    assert community.base.accounts.passwords.check(mara, PASSWORD)

    named = form | {"sign_in_name": "mara@new.example"}
    assert send(client, "/account/password", named).headers["location"] == "/account?done=secret"
    again = {"name": "mara@new.example", "password": form["password"]}
    assert browser().post("/sign-in", data=again).status_code == 303


def test_a_link_lets_a_password_that_was_lost_be_set(
    browser: Browsers, community: Community
) -> None:
    html = send(browser("Stella"), f"/people/{community.ids['Mara']}/link", {}, 200).text
    found = re.search(r"<code[^>]*>https://kb\.example\.org(/enter/[\w-]+)</code>", html)
    assert found
    client = browser()
    assert client.post(found[1]).status_code == 303
    send(client, "/account/password", {"password": "eleven small harbours"})
    assert sign_in(browser(), "Mara", "eleven small harbours").status_code == 303


def test_a_token_is_shown_once(browser: Browsers) -> None:
    client = browser("Mara")
    form = {"token_name": "My script", "days": "30", "scope-search": "1"}
    found = re.search(r"trib_[\w-]{43}", send(client, "/account/tokens", form, 200).text)
    assert found
    html = client.get("/account").text
    assert "My script" in html
    assert found[0] not in html
    headers = {"Authorization": f"Bearer {found[0]}"}
    assert browser().get("/api/entries", headers=headers).status_code == 200
    token = re.search(r'name="token" value="([^"]+)"', html)
    assert token
    send(browser("Cleo"), "/account/tokens/revoke", {"token": token[1]})
    assert browser().get("/api/entries", headers=headers).status_code == 200
    send(client, "/account/tokens/revoke", {"token": token[1]})
    assert browser().get("/api/entries", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"token_name": "x", "days": "30"}, "A token needs one or more of these scopes"),
        ({"token_name": "", "days": "30", "scope-search": "1"}, 'id="token-name-error"'),
        (
            {"token_name": "x", "days": "100000", "scope-search": "1"},
            "A token has to end in the future",
        ),
    ],
)
def test_a_token_that_does_not_fit_is_explained(
    browser: Browsers, form: dict[str, str], told: str
) -> None:
    html = send(browser("Mara"), "/account/tokens", form, 400).text
    assert "trib_" not in html
    assert told in html


def test_what_is_wrong_with_a_field_that_nobody_sees_is_said_above_the_form() -> None:
    for field in ("command_id", "entry_version", "name_before"):
        refused = Form({field: "x"}).with_error(InvalidInput("It does not fit.", field))
        assert (refused.problem, refused.errors) == ("It does not fit.", {})


def test_the_page_of_a_reporter_has_their_profile_and_no_other_people(browser: Browsers) -> None:
    client = browser("Rita")
    html = client.get("/account").text
    assert "Where you are signed in" in html
    assert 'href="/people"' not in html
    assert 'value="Rita"' in html
    send(client, "/account/profile", {"name": "Rita Moos", "time_zone": "UTC"})
    assert 'value="Rita Moos"' in client.get("/account").text


def test_a_token_has_no_page_of_its_own(browser: Browsers, community: Community) -> None:
    headers = community.token("Mara", "admin", "search")
    assert browser().get("/account", headers=headers).status_code == 404
    headers = community.token("Mara", "search")
    assert browser().get("/account", headers=headers).status_code == 403
    assert form_token(browser()) == ""


def test_a_reporter_is_told_their_own_name_and_nobody_elses(
    browser: Browsers, community: Community
) -> None:
    html = browser("Rita").get("/account").text
    assert "<h1>Rita</h1>" in html
    assert re.search(r'href="/account"[^>]*>Rita</a>', html)
    ids = list(community.ids.values())
    assert community.acting("Rita").directory.names(ids) == {community.ids["Rita"]: "Rita"}
    assert community.base.as_(anonymous(world=True)).directory.names(ids) == {}
