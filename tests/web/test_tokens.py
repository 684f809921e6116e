"""Tokens for programs: a bad one is refused everywhere, a good one does what its scopes say."""

import re

import pytest
from litestar.routes import HTTPRoute

from kb.access import SCOPES
from kb.areas import ACTIONS
from kb.ids import group_id
from tests.web.visits import NOWHERE
from tests.worlds.base import END
from tests.worlds.web import Browsers, Client, Community

DRAFT = {
    "kind": "practice",
    "content": {
        "title": "Two bins",
        "sections": [
            {"heading": "The problem", "text": "Shelves ran empty."},
            {"heading": "What we do", "text": "A second bin."},
        ],
    },
}


@pytest.mark.parametrize(
    "sent", ["Bearer trib_nothing", "Bearer", "Bearer ", "Basic bWFyYTp4", "trib_nothing", ""]
)
@pytest.mark.parametrize("path", ["/api/kinds", "/api/openapi.json", "/api/search?q=x"])
def test_a_bad_token_is_refused_where_none_is_needed_as_well(
    browser: Browsers, sent: str, path: str
) -> None:
    response = browser().get(path, headers={"Authorization": sent})
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert response.headers["content-type"] == "application/problem+json"


def test_a_token_that_was_revoked_or_whose_member_left_is_refused(
    browser: Browsers, community: Community
) -> None:
    tokens = community.base.accounts.tokens
    revoked, left = community.token("Mara", "search"), community.token("Cleo", "search")
    client = browser()
    assert client.get("/api/entries", headers=revoked).status_code == 200
    assert tokens.revoke(tokens.of(community.ids["Mara"])[0].id)
    community.base.session.people.leave(community.ids["Cleo"])
    for headers in (revoked, left):
        assert client.get("/api/entries", headers=headers).status_code == 401


def test_a_token_acts_for_its_member(browser: Browsers, community: Community) -> None:
    headers = community.token("Mara", "search", "contribute")
    made = browser().post("/api/entries", json=DRAFT, headers=headers)
    assert made.status_code == 201
    entry = browser().get(f"/api/entries/{made.json()['id']}", headers=headers).json()
    assert entry["contributed_by"] == community.ids["Mara"]


def test_every_action_is_in_one_scope(community: Community) -> None:
    rules = {
        handler.opt.get("rule")
        for route in community.app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
    }
    assert rules - {None, "public", "self"} <= set(ACTIONS.values())
    assert {action.scope for action in ACTIONS.values()} == set(SCOPES)


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/api/search?q=x", "search"),
        ("GET", "/api/entries", "search"),
        ("POST", "/api/entries", "contribute"),
        ("POST", "/api/entries/{}/tags", "curate"),
        ("PUT", "/api/entries/{}/endorsement", "contribute"),
        ("GET", "/api/reports/reuse", "report"),
        ("GET", "/api/status", "admin"),
        ("PUT", "/api/entries/{}/visibility", "contribute"),
    ],
)
def test_a_scope_that_is_not_there_is_forbidden(
    browser: Browsers, community: Community, method: str, path: str, scope: str
) -> None:
    entry = community.contribute("Stella")
    others = sorted({"search", "contribute", "curate", "report", "admin"} - {scope})
    headers = community.token("Stella", *others)  # type: ignore[arg-type]  # all but one of them
    response = browser().request(method, path.format(entry), headers=headers, json=DRAFT)
    assert response.status_code == 403
    assert f"scope {scope}" in response.text
    headers = community.token("Stella", scope)  # type: ignore[arg-type]  # one of them
    response = browser().request(method, path.format(entry), headers=headers, json=DRAFT)
    assert response.status_code in (200, 201, 400)


def test_no_scope_gives_more_than_its_member_may(browser: Browsers, community: Community) -> None:
    headers = community.token("Mara", "search", "contribute", "curate", "report", "admin")
    entry = community.contribute("Cleo")
    client = browser()
    tags = client.post(f"/api/entries/{entry}/tags", json={"tags": ["x"]}, headers=headers)
    assert tags.status_code == 403
    assert tags.json()["detail"].startswith("Only its author or curators may")
    assert client.get("/api/status", headers=headers).status_code == 403


def test_without_a_token_a_program_is_told_to_send_one(browser: Browsers) -> None:
    response = browser().post("/api/entries", json=DRAFT)
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")


def test_a_cookie_changes_nothing_over_the_json_interface(browser: Browsers) -> None:
    client = browser("Mara")
    assert client.get("/api/reports/reuse").status_code == 200
    assert client.post("/api/entries", json=DRAFT).status_code == 401


def test_the_document_says_what_needs_a_token(browser: Browsers) -> None:
    document = browser().get("/api/openapi.json").json()
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert "security" not in document or not document["security"]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert {"401", "403", "404", "429"} <= operation["responses"].keys(), (method, path)
    assert document["paths"]["/api/entries"]["post"]["security"] == [{"token": []}]
    assert {} in document["paths"]["/api/entries"]["get"]["security"]


def test_a_token_is_known_by_every_letter_of_it(browser: Browsers, community: Community) -> None:
    _, secret = community.base.accounts.tokens.make(community.ids["Mara"], ["search"], "x", END)
    client = browser()
    for shown in (secret, f"  {secret}"):
        headers = {"Authorization": f"Bearer {shown}"}
        assert client.get("/api/entries", headers=headers).status_code == 200
    wrong = secret[:-1] + ("a" if secret[-1] != "a" else "b")
    headers = {"Authorization": f"Bearer {wrong}"}
    assert client.get("/api/entries", headers=headers).status_code == 401


def test_a_program_chooses_who_sees_an_entry(browser: Browsers, community: Community) -> None:
    headers = community.token("Mara", "search", "contribute")
    path, client = f"/api/entries/{community.contribute('Mara')}", browser()
    sent = client.put(f"{path}/visibility", json={"sight": "draft"}, headers=headers)
    assert sent.status_code == 200
    shown = client.get(path, headers=headers).json()["visibility"]
    assert shown == {"sight": "draft", "groups": []}
    assert client.get(path, headers=community.token("Cleo", "search")).status_code == 404
    wrong = client.put(f"{path}/visibility", json={"sight": "groups"}, headers=headers)
    assert wrong.status_code == 400


def shelves(client: Client, entry: str, headers: dict[str, str]) -> list[tuple[int, str]]:
    """What a program is answered wherever an entry about shelves could turn up."""
    paths = ("search?q=shelves", "entries", f"entries/{entry}", f"entries/{entry}/history")
    answers = [client.get(f"/api/{path}", headers=headers) for path in paths]
    alike = re.compile(rf'{entry}|"milliseconds":[^,]+')
    return [(answer.status_code, alike.sub("*", answer.text)) for answer in answers]


@pytest.mark.parametrize(
    ("sight", "groups"), [("draft", []), ("author", []), ("groups", [group_id("Ward 3")])]
)
def test_what_a_program_contributes_as_private_was_at_no_time_open(
    browser: Browsers, community: Community, sight: str, groups: list[str]
) -> None:
    community.base.session.people.form_group("Ward 3")
    client, own = browser(), community.token("Mara", "search", "contribute")
    others = [community.token(name, "search") for name in ("Cleo", "Stella")]
    before = [shelves(client, NOWHERE, other) for other in others]
    shown = {"sight": sight, "groups": groups}
    made = client.post("/api/entries", json={**DRAFT, "visibility": shown}, headers=own)
    assert made.status_code == 201, made.text
    entry = made.json()["id"]
    assert [shelves(client, entry, other) for other in others] == before
    found = shelves(client, entry, own)
    assert [status for status, _ in found] == [200] * 4
    assert all("Two bins" in text or "entry-contributed" in text for _, text in found)
    history = client.get(f"/api/entries/{entry}/history", headers=own).json()
    assert [item["what"] for item in history] == ["entry-contributed"]
    assert client.get(f"/api/entries/{entry}", headers=own).json()["visibility"] == shown


def test_what_is_to_be_shown_to_no_group_or_to_one_that_is_missing_is_not_taken(
    browser: Browsers, community: Community
) -> None:
    client, headers = browser(), community.token("Mara", "search", "contribute")
    draft_for_a_group = {"sight": "draft", "groups": [NOWHERE]}
    missing = {"sight": "groups", "groups": [NOWHERE]}
    refusals = [({"sight": "groups"}, 400), (draft_for_a_group, 400), (missing, 400)]
    for shown, status in refusals:
        sent = {**DRAFT, "visibility": shown}
        assert client.post("/api/entries", json=sent, headers=headers).status_code == status
    assert client.get("/api/entries", headers=headers).json()["total"] == 0
