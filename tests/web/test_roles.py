"""Every route has a rule, and each role meets what the rules say."""

from typing import Any

import pytest
from litestar import get
from litestar.routes import HTTPRoute
from msgspec import structs

from kb import KnowledgeBase
from kb.access import Sight, Visibility
from kb.areas import ACTIONS
from kb.status import ParkedEvent
from tests.web.visits import NOWHERE
from tests.worlds.base import END
from tests.worlds.web import ROLES, Browsers, Community
from web.app import create_app
from web.rules import UnruledRoute, refuse_unruled

PUBLIC = {"/about", "/data", "/sign-in", "/api", "/api/docs", "/api/openapi.json", "/api/kinds"}
READ = {"/", "/search", "/search/results", "/entries", "/api/entries"}
MEMBERS = {"/entries/new", "/drafts", "/api/drafts", "/people", "/groups"}
REPORTS = {"/reuse", "/api/reports/reuse"}
OWN = {"/account", "/account/data.json", "/account/data.md", "/account/erase", "/account/leave"}
STEWARDS = {"/audit", "/api/status"}
NEEDING_MORE = {"/api/search", "/api/names", "/sign-in/openid", "/sign-in/openid/back"}
"""Pages that need a question, or what is asked for, or a provider; they have tests of their own."""

ALLOWED = {
    "": PUBLIC | READ,
    "Mara": PUBLIC | READ | MEMBERS | REPORTS | OWN,
    "Cleo": PUBLIC | READ | MEMBERS | REPORTS | OWN,
    "Stella": PUBLIC | READ | MEMBERS | REPORTS | STEWARDS | OWN,
    "Rita": PUBLIC | READ | REPORTS | OWN,
}


def test_every_route_has_a_rule(community: Community) -> None:
    routes = [route for route in community.app.routes if isinstance(route, HTTPRoute)]
    assert len(routes) > 50
    for route in routes:
        for handler in route.route_handlers:
            if handler.handler_name != "options_handler":
                rule = handler.opt["rule"]
                assert rule in ("public", "self") or rule in ACTIONS.values(), route.path_format


def test_an_application_with_a_route_without_a_rule_does_not_start(community: Community) -> None:
    @get("/forgotten", sync_to_thread=False)
    def forgotten() -> str:
        return "All of it."

    app = create_app(community.base)
    app.register(forgotten)
    with pytest.raises(UnruledRoute, match="/forgotten"):
        refuse_unruled(app)


@pytest.mark.parametrize("name", ALLOWED)
def test_every_page_in_every_role(browser: Browsers, community: Community, name: str) -> None:
    client = browser(name)
    paths = {
        route.path
        for route in community.app.routes
        if isinstance(route, HTTPRoute) and "GET" in route.methods and "{" not in route.path
    } - NEEDING_MORE
    known = set().union(*ALLOWED.values())
    assert paths == known
    for path in sorted(paths):
        status = client.get(path).status_code
        refused = 403 if name else (401 if path.startswith("/api") else 303)
        assert status == (200 if path in ALLOWED[name] else refused), path


@pytest.mark.parametrize("name", ROLES)
def test_what_is_hidden_is_answered_as_what_is_missing(
    browser: Browsers, community: Community, name: str
) -> None:
    author = "Cleo" if name == "Mara" else "Mara"
    hidden = community.contribute(author, "Of nobody's business", visibility=Visibility("author"))
    client, token = browser(name), community.token(name, "search", "curate", "contribute")
    ways = [("GET", f"/entries/{{}}{end}") for end in ("", "/revise", "/erase")]
    ways += [("GET", f"/api/entries/{{}}{end}") for end in ("", "/history", "/lineage")]
    ways += [("POST", "/api/entries/{}/restore"), ("DELETE", "/api/entries/{}/endorsement")]
    for method, path in ways:
        asked = (path.format(entry) for entry in (hidden, NOWHERE))
        headers = token if path.startswith("/api") else {}
        found, missing = (client.request(method, each, headers=headers) for each in asked)
        assert found.status_code == missing.status_code, path
        assert found.status_code in (404, 403), path
        assert found.text.replace(hidden, NOWHERE) == missing.text, path
        assert found.headers.items() - missing.headers.items() == set(), path


def test_its_author_sees_what_others_do_not(browser: Browsers, community: Community) -> None:
    entry = community.contribute("Mara", "Half a thought", visibility=Visibility("draft"))
    assert "Half a thought" in browser("Mara").get(f"/entries/{entry}").text
    for name in ("", "Cleo", "Stella", "Rita"):
        client = browser(name)
        assert client.get(f"/entries/{entry}").status_code == 404
        for path in ("/", "/entries", "/search?q=half+a+thought", "/api/entries"):
            assert "Half a thought" not in client.get(path).text, (name, path)


def test_nothing_is_open_to_the_world_before_a_steward_says_so(
    browser: Browsers, community: Community
) -> None:
    stella = community.acting("Stella").people
    stella.open_to_world(True)
    entry = community.contribute("Mara", visibility=Visibility("world"))
    stella.open_to_world(False)
    other = community.contribute("Mara", "For us")
    client, mara = browser(), browser("Mara")
    assert client.get(f"/entries/{entry}").status_code == 404
    assert "Seen by all members; by everybody once" in mara.get(f"/entries/{entry}").text
    assert (
        "If you allow it, they see at once what is shown to everybody: 1 entry"
        in browser("Stella").get("/people").text
    )
    stella.open_to_world(True)
    assert "Seen by everybody<" in mara.get(f"/entries/{entry}").text
    html = client.get(f"/entries/{entry}").text
    assert "Bedside handover" in html
    assert "a member" in html
    assert "Mara" not in html
    assert "Revise" not in html
    for path in (f"/api/entries/{entry}", f"/api/entries/{entry}/history"):
        answer = client.get(path).text
        assert '"a member"' in answer
        assert community.ids["Mara"] not in answer
    assert client.get(f"/entries/{other}").status_code == 404
    assert client.get("/people").status_code == 303


def test_members_see_names_where_the_log_has_ids(browser: Browsers, community: Community) -> None:
    entry = community.contribute("Mara")
    html = browser("Cleo").get(f"/entries/{entry}").text
    assert "by Mara" in html
    assert community.ids["Mara"] not in html


def test_without_signing_in_everybody_here_is_the_one_who_opened_it(base: KnowledgeBase) -> None:
    assert not base.settings.ways
    refuse_unruled(create_app(base))


def test_a_private_entry_of_another_changes_nothing_in_what_a_steward_is_told_of_the_state(
    browser: Browsers, community: Community
) -> None:
    client, headers = browser(), community.token("Stella", "admin")
    base, answers = community.base, []
    sights: tuple[Sight | None, ...] = (None, "draft", "author")
    for sight in sights:
        if sight:
            community.contribute("Mara", visibility=Visibility(sight))
        base.session.search("handover")  # waits for the index
        answers.append(client.get("/api/status", headers=headers).json())
    named = {name: answers[0].pop(name) for name in ("model", "engine")}
    assert answers[0] == {"parked": False, "trouble": False, "notice": ""}
    answers[0] |= named
    assert answers[1:] == answers[:1] * 2
    assert browser("Stella").get("/api/status").json() == answers[0]


def test_a_steward_is_told_that_something_is_wrong_and_neither_what_nor_how_much(
    browser: Browsers, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = ParkedEvent(
        projection="views",
        position=7,
        type="entry-contributed",
        stream="entry-1",
        error="Of nobody's business.",
        parked_at=END,
    )
    wrong: dict[str, Any] = {"lag": 3, "parked": (failed,), "errors": ("The disk is full.",)}
    status = structs.replace(community.base.status(), **wrong)
    monkeypatch.setattr(KnowledgeBase, "status", lambda _: status)
    told = browser("Stella").get("/api/status").json()
    assert (told["parked"], told["trouble"]) == (True, True)
    assert told["notice"].startswith("Something that was recorded cannot be read")
    assert told.keys() == {"parked", "trouble", "notice", "model", "engine"}


def test_one_who_may_not_ask_for_the_state_is_told_so(
    browser: Browsers, community: Community
) -> None:
    refused = browser("Mara").get("/api/status")
    assert refused.status_code == 403
    assert refused.json()["detail"] == "Only stewards may ask whether all is well here."
    assert "who changed roles" in browser("Mara").get("/audit").text
