"""Taking one's data along, and being forgotten: by oneself, by a steward, and an entry alone."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import httpx
import pytest

from kb.access import Visibility
from kb.entries.content import Relation
from tests.web.visits import soon
from tests.worlds.web import SITE, Browsers, Client, Community, form_token, send, sign_in

COOKIE = "__Host-tributary"
KEPT = {"entries": "kept", "sure": "1"}
GONE = {"entries": "erased", "sure": "1"}
MARA = "Mara"


def own(client: Client) -> Any:
    return client.get("/account/data.json").json()


def test_members_take_along_what_is_theirs(browser: Browsers, community: Community) -> None:
    entry = community.contribute("Mara", "Handover")
    community.contribute("Cleo", "Of others")
    client = browser("Mara")
    html = client.get("/account").text
    assert 'href="/account/data.json"' in html
    assert 'href="/account/data.md"' in html
    assert own(client)["member"]["profile"]["name"] == MARA
    assert [each["id"] for each in own(client)["entries"]] == [entry]
    markdown = client.get("/account/data.md").text
    assert "### Handover" in markdown
    assert "Of others" not in markdown


@pytest.mark.parametrize(
    ("name", "kind"),
    [("data.json", "application/json"), ("data.md", "text/markdown; charset=utf-8")],
)
def test_what_is_taken_along_is_a_file_that_nobody_else_keeps(
    browser: Browsers, name: str, kind: str
) -> None:
    response = browser("Mara").get(f"/account/{name}")
    assert response.headers["content-type"] == kind
    assert response.headers["content-disposition"] == f'attachment; filename="my-{name}"'
    assert response.headers["cache-control"] == "private, no-store"
    assert browser().get(f"/account/{name}").status_code == 303


def test_reporters_take_along_what_is_theirs(browser: Browsers, community: Community) -> None:
    """Also what they wrote as members, without the titles that others tied to it."""
    mine, hidden = community.contribute("Mara", "Mine"), community.contribute("Cleo", "Secret")
    cleo = community.acting("Cleo")
    cleo.entries.show(hidden, Visibility("author"))
    cleo.entries.relate(mine, Relation("Cites", hidden))
    community.base.session.people.change_roles(community.ids["Mara"], ["reporter"])
    client = browser("Mara")
    assert [each["id"] for each in own(client)["entries"]] == [mine]
    assert "Secret" not in client.get("/account/data.json").text
    assert own(browser("Rita"))["member"]["profile"]["name"] == "Rita"


def test_one_who_is_erased_is_out_and_called_nothing(
    browser: Browsers, community: Community
) -> None:
    entry = community.contribute("Mara", "Handover")
    client, elsewhere, cleo = browser("Mara"), browser("Mara"), browser("Cleo")
    headers = community.token("Mara", "search")
    assert "What stays" in client.get("/account/erase").text
    answer = send(client, "/account/erase", KEPT, 200)
    assert "You are forgotten here" in answer.text
    assert "Your entries stay" in answer.text
    assert MARA not in answer.text
    assert "Sign out" not in answer.text
    assert COOKIE not in client.cookies
    assert {each.get("/account").status_code for each in (client, elsewhere)} == {303}
    assert browser().get("/api/entries", headers=headers).status_code == 401
    assert sign_in(browser(), "Mara").status_code == 401
    assert "Contributed by a former member" in cleo.get(f"/entries/{entry}").text
    for path in ("/people", f"/people/{community.ids['Mara']}", f"/entries/{entry}", "/"):
        assert MARA not in cleo.get(path).text
    assert MARA not in browser("Stella").get("/audit").text


def test_a_cookie_is_taken_back_as_it_was_given(browser: Browsers) -> None:
    """Browsers leave a cookie of this name alone unless told with Secure and the path."""
    told = send(browser("Mara"), "/account/erase", KEPT, 200).headers["set-cookie"]
    assert told.startswith(f"{COOKIE}=")
    for part in ("Max-Age=0", "Path=/", "Secure", "HttpOnly"):
        assert part in told


def test_entries_go_too_if_so_chosen(browser: Browsers, community: Community) -> None:
    entry = community.contribute("Mara", "Handover")
    answer = send(browser("Mara"), "/account/erase", GONE, 200)
    assert "Your entries are erased too" in answer.text
    assert browser("Cleo").get(f"/entries/{entry}").status_code == 404


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({}, "Choose whether the entries stay"),
        ({"entries": "sold", "sure": "1"}, "Choose whether the entries stay"),
        ({"entries": "erased"}, "tick the box"),
    ],
)
def test_nobody_is_erased_by_half_a_form(
    browser: Browsers, community: Community, form: dict[str, str], sentence: str
) -> None:
    client, mara = browser("Mara"), community.ids["Mara"]
    assert sentence in send(client, "/account/erase", form, 400).text
    assert sentence in send(browser("Stella"), f"/people/{mara}/erase", form, 400).text
    assert client.get("/account").status_code == 200


def test_the_last_steward_is_not_erased(browser: Browsers) -> None:
    client = browser("Stella")
    assert "The last steward cannot go" in send(client, "/account/erase", KEPT, 409).text
    assert client.get("/audit").status_code == 200


def test_nobody_is_erased_by_another_site(browser: Browsers) -> None:
    client = browser("Mara")
    assert client.post("/account/erase", data=KEPT).status_code == 403
    assert client.get("/account").status_code == 200


def test_a_token_does_not_erase_by_the_page(browser: Browsers, community: Community) -> None:
    headers = community.token("Mara", "admin", "search")
    assert browser().post("/account/erase", data=KEPT, headers=headers).status_code == 404
    assert community.base.session.directory.member(community.ids["Mara"]).name == MARA


def test_a_reporter_is_forgotten_too(browser: Browsers) -> None:
    client = browser("Rita")
    assert 'href="/account/erase"' in client.get("/account").text
    send(client, "/account/erase", KEPT, 200)
    assert sign_in(browser(), "Rita").status_code == 401


def test_a_steward_erases_a_member(browser: Browsers, community: Community) -> None:
    client, mara = browser("Mara"), community.ids["Mara"]
    stella, path = browser("Stella"), f"/people/{mara}/erase"
    assert path in stella.get(f"/people/{mara}").text
    assert path not in browser("Cleo").get(f"/people/{mara}").text
    answer = send(stella, path, KEPT)
    assert MARA not in stella.get(answer.headers["location"]).text
    assert path not in stella.get(f"/people/{mara}").text
    assert client.get("/account").status_code == 303


def test_members_do_not_erase_each_other(browser: Browsers, community: Community) -> None:
    """Nor do they learn so who is invited."""
    cleo = browser("Cleo")
    invited = community.base.session.people.invite().id
    for member in (community.ids["Mara"], invited, invited[::-1]):
        send(cleo, f"/people/{member}/erase", KEPT, 403)


def test_a_steward_does_not_erase_the_last_one(browser: Browsers, community: Community) -> None:
    stella = community.ids["Stella"]
    html = send(browser("Stella"), f"/people/{stella}/erase", KEPT, 409).text
    assert "The last steward cannot go" in html
    assert f"/people/{stella}/erase" not in html


@pytest.mark.parametrize("name", ["Mara", "Stella"])
def test_an_entry_is_erased_by_its_author_or_a_steward(
    browser: Browsers, community: Community, name: str
) -> None:
    path = f"/entries/{community.contribute('Mara', 'Handover')}"
    client = browser(name)
    assert f'href="{path}/erase"' in client.get(path).text
    assert "Erase “Handover”?" in client.get(f"{path}/erase").text
    assert "tick the box" in send(client, f"{path}/erase", {}, 400).text
    assert client.get(path).status_code == 200
    answer = send(client, f"{path}/erase", {"sure": "1"})
    assert "The entry is erased" in client.get(answer.headers["location"]).text
    assert client.get(path).status_code == 404


def test_nobody_else_erases_an_entry(browser: Browsers, community: Community) -> None:
    path = f"/entries/{community.contribute('Mara', 'Handover')}"
    cleo = browser("Cleo")
    assert f"{path}/erase" not in cleo.get(path).text
    assert cleo.get(f"{path}/erase").status_code == 403
    send(cleo, f"{path}/erase", {"sure": "1"}, 403)
    community.acting("Mara").entries.show(path.rpartition("/")[2], Visibility("author"))
    for client in (cleo, browser("Stella")):
        assert client.get(f"{path}/erase").status_code == 404
        send(client, f"{path}/erase", {"sure": "1"}, 404)
    assert browser("Mara").get(path).status_code == 200


def test_erasures_that_take_long_leave_pages_their_threads(
    browser: Browsers, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index is made anew for them, which takes minutes where there is much."""
    entries = [community.contribute("Mara", f"Number {number}") for number in range(6)]
    mara, stella = browser("Mara"), browser("Stella")
    rest, begun = [True], []

    def forgetting(position: int) -> Callable[[], bool]:
        begun.append(position)
        return lambda: bool(rest)

    monkeypatch.setattr(community.base.parts.worker, "forgetting", forgetting)
    person = community.base.session.people.invite().id
    asked = [
        (stella, f"/people/{person}/erase", KEPT),
        *((mara, f"/entries/{entry}/erase", {"sure": "1"}) for entry in entries),
        (mara, "/account/erase", KEPT),
    ]
    forms = [(who, path, {"form_token": form_token(who), **form}) for who, path, form in asked]

    async def attacked() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(4))
        transport = httpx.ASGITransport(app=cast("Any", community.app))
        async with httpx.AsyncClient(transport=transport, base_url=SITE) as client:
            visits = []
            for who, path, form in forms:
                cookie = {"cookie": f"{COOKIE}={who.cookies[COOKIE]}"}
                visits.append(asyncio.create_task(client.post(path, data=form, headers=cookie)))
                await soon(lambda: len(begun) == len(visits))
            assert (await client.get("/about")).status_code == 200
            rest.clear()
            answers = await asyncio.gather(*visits)
            assert [answer.status_code for answer in answers] == [303] * 7 + [200]

    asyncio.run(attacked())
