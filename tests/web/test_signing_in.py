"""Signing in and out: nobody takes a session, learns who is a member, or tries for ever."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from kb.accounts.passwords import Passwords
from tests.worlds.base import END, PASSWORD
from tests.worlds.web import SITE, Browsers, Community, app_of, form_token, generous, send, sign_in

COOKIE = "__Host-tributary"


def test_a_member_signs_in_and_is_greeted_by_name(browser: Browsers) -> None:
    client = browser("Mara")
    assert ">Mara</a>" in client.get("/").text


def test_the_cookie_is_tied_to_this_host_and_out_of_reach_of_scripts(browser: Browsers) -> None:
    header = sign_in(browser(), "Mara").headers["set-cookie"]
    flags = {part.strip().lower() for part in header.split(";")[1:]}
    assert header.startswith(f"{COOKIE}=")
    assert {"httponly", "secure", "samesite=lax", "path=/"} <= flags
    assert not [flag for flag in flags if flag.startswith("domain")]


def test_a_name_is_the_same_however_it_is_written(browser: Browsers) -> None:
    form = {"name": " MARA@Example.org ", "password": PASSWORD}
    assert browser().post("/sign-in", data=form).status_code == 303


def test_an_unknown_member_and_a_wrong_password_are_answered_alike(browser: Browsers) -> None:
    client = browser()
    unknown = sign_in(client, "Nobody", "some other words")
    wrong = sign_in(client, "Mara", "some other words")
    assert unknown.status_code == wrong.status_code == 401
    assert unknown.text.replace("Nobody", "Mara") == wrong.text
    assert "set-cookie" not in unknown.headers
    assert "set-cookie" not in wrong.headers


def test_an_unknown_member_costs_a_hash_as_well(
    browser: Browsers, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str | None] = []
    check = Passwords.check

    def counted(self: Passwords, member: str | None, password: str) -> bool:
        checked.append(member)
        return check(self, member, password)

    monkeypatch.setattr(Passwords, "check", counted)
    sign_in(browser(), "Nobody")
    assert checked == [None]


def test_one_who_has_left_cannot_sign_in(browser: Browsers, community: Community) -> None:
    client = browser("Mara")
    community.base.session.people.leave(community.ids["Mara"])
    assert ">Mara</a>" not in client.get("/").text
    assert sign_in(browser(), "Mara").status_code == 401


def test_a_session_planted_before_signing_in_is_worth_nothing(browser: Browsers) -> None:
    victim, attacker = browser(), browser()
    planted = "a" * 43
    for client in (victim, attacker):
        client.cookies.set(COOKIE, planted, domain="kb.example.org")
    assert sign_in(victim, "Mara").status_code == 303
    assert f"{COOKIE}={planted}" not in str(victim.cookies.jar)
    assert ">Mara</a>" not in attacker.get("/").text


def test_signing_in_again_ends_the_session_before(browser: Browsers, community: Community) -> None:
    client, old = browser("Mara"), browser()
    old.cookies.set(COOKIE, client.cookies[COOKIE], domain="kb.example.org")
    assert ">Mara</a>" in old.get("/").text
    form = {"name": "mara@example.org", "password": PASSWORD, "form_token": form_token(client)}
    assert client.post("/sign-in", data=form).status_code == 303
    assert ">Mara</a>" not in old.get("/").text
    assert len(community.base.accounts.sessions.of(community.ids["Mara"])) == 1


def test_signing_out_ends_the_session_and_takes_the_cookie(browser: Browsers) -> None:
    client, copy = browser("Mara"), browser()
    copy.cookies.set(COOKIE, client.cookies[COOKIE], domain="kb.example.org")
    assert COOKIE in send(client, "/sign-out").headers["set-cookie"]
    assert ">Mara</a>" not in copy.get("/").text


@pytest.mark.parametrize("token", ["", "x", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"])
def test_a_form_of_another_session_is_refused(browser: Browsers, token: str) -> None:
    client = browser("Stella")
    for path in ("/sign-out", "/groups", "/account/sessions/end-all", "/entries/new"):
        response = client.post(path, data={"form_token": token, "name": "Night"})
        assert response.status_code == 403, path
    assert "Night" not in client.get("/groups").text


def test_the_form_of_one_member_is_no_good_for_another(browser: Browsers) -> None:
    mara, stella = browser("Mara"), browser("Stella")
    form = {"form_token": form_token(mara), "name": "Night"}
    assert stella.post("/groups", data=form).status_code == 403


def test_every_form_that_is_sent_carries_the_value_of_its_session(
    browser: Browsers, community: Community
) -> None:
    client = browser("Stella")
    entry = community.contribute("Stella")
    member = community.ids["Mara"]
    paths = ("/account", "/people", f"/people/{member}", "/groups", f"/entries/{entry}",
             f"/entries/{entry}/revise", "/entries/new?kind=practice", "/sign-in")  # fmt: skip
    for path in paths:
        html = client.get(path).text
        forms = re.findall(r'<form[^>]*method="post".*?</form>', html, re.DOTALL)
        assert forms
        assert all('name="form_token" value="' in form for form in forms), path


@pytest.mark.parametrize(
    "next",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example",
     "/\t/evil.example", "javascript:alert(1)", "evil", "/ /evil.example", "/\n/evil.example"],
)  # fmt: skip
def test_signing_in_leads_nowhere_else(browser: Browsers, next: str) -> None:
    assert sign_in(browser(), "Mara", next=next).headers["location"] == "/?done=signed-in"


def test_one_who_has_to_sign_in_comes_back_to_the_page(browser: Browsers) -> None:
    client = browser()
    sent = client.get("/entries/new?kind=practice")
    assert sent.status_code == 303
    assert sent.headers["location"] == "/sign-in?next=%2Fentries%2Fnew%3Fkind%3Dpractice"
    html = client.get(sent.headers["location"]).text
    found = re.search(r'name="next" value="([^"]*)"', html)
    assert found
    back = sign_in(client, "Mara", next=found[1]).headers["location"]
    assert back.startswith("/entries/new?kind=practice")
    assert client.get(back).status_code == 200


def test_searches_are_counted_for_each_member(browser: Browsers, community: Community) -> None:
    app = app_of(community.base, limits=generous(search=2))
    mara, cleo = browser("Mara", app), browser("Cleo", app)
    assert [mara.get("/search?q=x").status_code for _ in range(3)] == [200, 200, 429]
    response = mara.get("/search/results?q=x")
    assert response.status_code == 429
    assert response.headers["retry-after"] == "60"
    assert cleo.get("/api/search?q=x").status_code == 200


def test_a_token_that_searches_much_keeps_nobody_else_waiting(
    browser: Browsers, community: Community
) -> None:
    app = app_of(community.base, limits=generous(search=1))
    script, other = (community.token("Mara", "search") for _ in range(2))
    nobody = browser(app=app)
    asked = [nobody.get("/api/search?q=x", headers=script).status_code for _ in range(2)]
    assert asked == [200, 429]
    assert nobody.get("/api/search?q=x", headers=other).status_code == 200
    mara = browser("Mara", app)
    assert [mara.get("/search?q=x").status_code for _ in range(2)] == [200, 429]
    assert browser("Mara", app).get("/search/results?q=x").status_code == 429


def test_a_search_that_has_to_wait_keeps_its_question(
    browser: Browsers, community: Community
) -> None:
    mara = browser("Mara", app_of(community.base, limits=generous(search=0)))
    page = mara.get("/search?q=a+%22quoted%22+word&tag=night&tag=ward&kind=practice&x=y")
    assert page.status_code == 429
    assert "You searched very often in a short time: wait 60 s, then try again." in page.text
    form = page.text[page.text.index('action="/search"') :]
    assert 'name="q" value="a &#34;quoted&#34; word"' in form
    sent = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form)
    assert sent == [("tag", "night"), ("tag", "ward"), ("kind", "practice")]
    assert "very often" in mara.get("/search/results?q=x").text


def test_a_link_signs_in_once_and_asks_first(browser: Browsers, community: Community) -> None:
    mara = community.ids["Mara"]
    secret = community.base.accounts.links.make("sign-in", mara, END)
    first, second = browser(), browser()
    assert "Sign in with this link" in first.get(f"/enter/{secret}").text
    assert second.get(f"/enter/{secret}").status_code == 200
    assert first.post(f"/enter/{secret}").status_code == 303
    assert ">Mara</a>" in first.get("/").text
    assert second.post(f"/enter/{secret}").status_code == 404
    assert second.get(f"/enter/{secret}").status_code == 404


def test_a_link_that_has_ended_or_is_for_something_else_is_void(
    browser: Browsers, community: Community
) -> None:
    links, mara = community.base.accounts.links, community.ids["Mara"]
    ended = links.make("sign-in", mara, datetime.now(UTC) - timedelta(seconds=1))
    other = links.make("invitation", mara, END)
    for secret in (ended, other, "x"):
        assert browser().get(f"/enter/{secret}").status_code == 404
        assert browser().post(f"/enter/{secret}").status_code == 404


def test_only_the_name_that_was_set_up_is_answered(browser: Browsers) -> None:
    client = browser()
    for path in ("/", "/nothing", "/api/nothing", "/static/style.css"):
        assert client.get(path, headers={"host": "evil.example"}).status_code == 400, path
        assert client.get(path, headers={"host": "kb.example.org:8443"}).status_code != 400
        assert client.get(path, headers={"host": "127.0.0.1"}).status_code == 400
    assert client.delete("/entries", headers={"host": "evil.example"}).status_code == 400


def test_beyond_this_machine_its_own_names_are_not_answered(
    browser: Browsers, community: Community
) -> None:
    client = browser(app=app_of(community.base, loopback=False))
    assert client.get("/about", headers={"host": "127.0.0.1"}).status_code == 400
    assert client.get("/about").status_code == 200


def test_browsers_are_told_to_come_over_https_alone(browser: Browsers) -> None:
    for path in ("/", "/nothing", "/api/kinds"):
        header = browser().get(path).headers["strict-transport-security"]
        assert header == "max-age=31536000"


def test_no_page_can_be_put_into_a_frame(browser: Browsers) -> None:
    policy = browser().get("/sign-in").headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy


def test_pages_of_a_session_are_not_kept_by_the_browser(browser: Browsers) -> None:
    assert browser("Mara").get("/").headers["cache-control"] == "private, no-store"
    assert SITE.startswith("https:")
