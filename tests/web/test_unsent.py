"""A form that is sent when its session has ended: what was typed is kept, and there is a way on."""

import html
import re

import pytest

from kb.access import Visibility
from kb.entries.content import Section
from tests.web.visits import FORM, REVISED, page
from tests.worlds.web import SITE, Browsers, Client, Community, form_token, send, sign_in

LONG = '<b>Forty</b> minutes.\r\n\r\n  Nobody "listened" & said so.'


def ended(client: Client) -> dict[str, str]:
    """The value of the session, which ends in another tab."""
    token = {"form_token": form_token(client)}
    assert client.post("/sign-out", data=token).status_code == 303
    return token


def fields(text: str) -> dict[str, str]:
    """The fields of the form for sending again, as a browser reads them."""
    found = re.search(r'<form class="writing".*?</form>', text, re.DOTALL)
    assert found
    inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[0])
    areas = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', found[0], re.S)
    return {name: html.unescape(value) for name, value in [*inputs, *areas]}


def sent_again(client: Client, path: str, form: dict[str, str]) -> str:
    """Where it leads to sign in in another tab and send twice."""
    answer = client.post(path, data=form)
    assert answer.status_code == 401
    assert "You are signed out" in answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    assert sign_in(client, "Mara").status_code == 303
    answer = client.post(path, data=fields(answer.text))
    assert answer.status_code == 403
    answer = client.post(path, data=fields(answer.text))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).partition("?")[0]


def test_what_was_written_to_contribute_outlives_its_session(
    browser: Browsers, community: Community
) -> None:
    client = browser("Mara")
    path = sent_again(client, "/entries/new", {**ended(client), **FORM, "text-0": LONG})
    entry = community.base.session.catalogue.get(path.rpartition("/")[2])
    assert entry.sections[0] == Section("The problem", LONG.replace("\r\n", "\n"))
    assert (entry.title, entry.group) == (FORM["title"], FORM["group"])
    assert entry.tags == ("handover", "Night Shift")


def test_what_was_written_comes_back_in_the_order_in_which_it_was_written(
    browser: Browsers,
) -> None:
    client, names = browser("Mara"), ["title", *(f"text-{n}" for n in range(6))]
    written = ended(client) | dict.fromkeys(names, "words")
    shown = client.post("/entries/new", data=written).text
    assert re.findall(r'<textarea[^>]* name="([^"]+)"', shown) == names


def test_what_was_written_to_revise_outlives_its_session(
    browser: Browsers, community: Community
) -> None:
    entry = community.contribute("Mara")
    client = browser("Mara")
    form = {**ended(client), **REVISED, "text-0": LONG, "version": "1"}
    assert sent_again(client, f"/entries/{entry}/revise", form) == f"/entries/{entry}"
    assert community.base.session.catalogue.get(entry).title == FORM["title"]


def test_a_form_that_is_kept_is_not_taken(browser: Browsers, community: Community) -> None:
    client, before = browser("Mara"), community.base.head()
    assert client.post("/entries/new", data=FORM).status_code == 403
    assert browser().post("/entries/new", data=FORM).status_code == 401
    assert community.base.head() == before


def test_of_a_form_from_another_site_nothing_is_kept(browser: Browsers) -> None:
    for client in (browser(), browser("Mara")):
        answer = client.post("/entries/new", data=FORM, headers={"sec-fetch-site": "cross-site"})
        assert answer.status_code == 403
        assert FORM["title"] not in answer.text


@pytest.mark.parametrize("count", [0, 2000])
def test_what_is_no_form_of_ours_is_not_kept(browser: Browsers, count: int) -> None:
    answer = browser().post("/entries/new", data={f"field-{n}": "1" for n in range(count)})
    assert answer.status_code == 303


def test_other_forms_lead_to_signing_in_with_the_reason_and_back(
    browser: Browsers, community: Community
) -> None:
    client, there = browser("Mara"), f"/entries/{community.contribute('Mara')}"
    form = {**ended(client), "tags": "night"}
    referer = {"referer": f"{SITE}{there}?done=revised"}
    sent = client.post(f"{there}/tags", data=form, headers=referer)
    assert sent.status_code == 303
    text = page(client, sent.headers["location"])
    assert "You are signed out, so nothing was saved." in text
    assert f'name="next" value="{there}?done=revised"' in text


@pytest.mark.parametrize(
    "referer",
    ["", "https://evil.example/entries", "http://[", "javascript:1", f"{SITE}/account/profile"],
)
def test_a_form_without_a_page_of_ours_leads_to_the_first_page(
    browser: Browsers, referer: str
) -> None:
    sent = browser().post("/account/profile", data={"name": "M"}, headers={"referer": referer})
    assert sent.headers["location"] == "/sign-in?next=%2F&done=unsent"


REASON = {"reason": "It helps on nights."}
REUSE = {"group": "North", "context": LONG, "outcome": "adopted"}
TEXT = {**REVISED, "text-0": LONG, "version": "1"}
PROFILE = {"name": "Mara", "time_zone": "UTC", "help": LONG}


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/entries/{}/endorse", REASON),
        ("/entries/{}/archive", REASON),
        ("/entries/{}/reuses", REUSE),
        ("/account/profile", PROFILE),
    ],
)
def test_words_in_any_form_outlive_its_session(
    browser: Browsers, community: Community, path: str, form: dict[str, str]
) -> None:
    author = "Stella" if "endorse" in path else "Mara"
    client, there = browser("Mara"), path.format(community.contribute(author))
    sent_again(client, there, {**ended(client), **form})


@pytest.mark.parametrize(
    ("path", "form"), [("revise", TEXT), ("endorse", REASON), ("reuses", REUSE)]
)
def test_what_was_written_about_an_entry_outlives_its_sight(
    browser: Browsers, community: Community, path: str, form: dict[str, str]
) -> None:
    entry, client = community.contribute("Mara"), browser("Cleo")
    community.acting("Mara").entries.show(entry, Visibility("author"))
    answer = send(client, f"/entries/{entry}/{path}", form, 404)
    assert f"There is no entry {entry}." in answer.text
    kept = fields(answer.text)
    assert {name: text.replace("\r\n", "\n") for name, text in form.items() if text} == {
        name: kept[name].replace("\r\n", "\n") for name, text in form.items() if text
    }


def test_what_was_written_outlives_the_role_of_its_writer(
    browser: Browsers, community: Community
) -> None:
    client = browser("Cleo")
    token = form_token(client)
    community.base.session.people.change_roles(community.ids["Cleo"], ["reporter"])
    answer = client.post("/entries/new", data={"form_token": token, **FORM})
    assert answer.status_code == 403
    assert "Only members may contribute" in html.unescape(answer.text)
    assert fields(answer.text)["title"] == FORM["title"]


def test_a_choice_alone_is_not_kept(browser: Browsers, community: Community) -> None:
    entry, client = community.contribute("Mara"), browser("Cleo")
    community.acting("Mara").entries.show(entry, Visibility("author"))
    answer = send(client, f"/entries/{entry}/untag", {"tag": "night"}, 404)
    assert "Send it again" not in answer.text
