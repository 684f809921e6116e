"""What does not fit is refused in a sentence, with the name that it was sent with."""

import json
from typing import Any

import pytest

from kb import KnowledgeBase
from kb.access import Visibility
from tests.web.visits import NOWHERE, Client, Contribute

SECTION = {"heading": "The problem", "text": "Forty minutes."}
CONTENT = {"title": "Two bins", "sections": [SECTION, SECTION | {"heading": "What we do"}]}
DRAFT = {"kind": "practice", "content": CONTENT}
RELATION = {"type": "Cites", "target": NOWHERE}
JSON = {"content-type": "application/json"}
ENTRY = "/api/entries/{id}"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/entries", DRAFT | {"tag": ["ward"]}),
        ("POST", "/api/entries", DRAFT | {"content": CONTENT | {"property": {}}}),
        ("POST", "/api/entries", DRAFT | {"content": CONTENT | {"sections": [SECTION | {"x": 1}]}}),
        ("POST", "/api/entries", DRAFT | {"relations": [RELATION | {"note": "x"}]}),
        ("PUT", ENTRY, {"version": 1, "content": CONTENT | {"property": {}}}),
        ("POST", "/api/entries", DRAFT | {"visibility": {"sight": "draft", "group": NOWHERE}}),
        ("POST", f"{ENTRY}/relations", RELATION | {"note": "x"}),
    ],
)
def test_a_misspelt_name_is_refused(
    client: Client, contribute: Contribute, method: str, path: str, body: dict[str, Any]
) -> None:
    response = client.request(method, path.format(id=contribute()), json=body)
    assert response.status_code == 400, response.text
    assert "is no field here" in response.json()["detail"]


def refused(response: Any, field: str, status: int = 400) -> str:
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("application/problem+json")
    problem = response.json()
    assert [error["field"] for error in problem["errors"]] == [field]
    assert problem["detail"] == problem["errors"][0]["message"]
    assert problem["detail"].endswith(".")
    assert ".." not in problem["detail"]
    return str(problem["detail"])


@pytest.mark.parametrize(
    ("method", "path", "field", "words"),
    [
        ("GET", "/api/search", "q", "The parameter q is missing"),
        ("GET", "/api/search?q=", "q", "question is empty"),
        ("GET", "/api/search?q=x&limit=0", "limit", "limit does not fit"),
        ("GET", "/api/search?q=x&limit=ten", "limit", "limit does not fit"),
        ("GET", "/api/search?q=x&archived=zzz", "archived", "archived does not take 'zzz'"),
        ("GET", "/api/search?q=x&kinds=practice", "kinds", "it takes q, limit, kind, tag"),
        ("GET", "/api/search?q=x&q=y", "q", "give it once"),
        ("GET", "/api/entries?page=2", "page", "no parameter 'page'"),
        ("GET", "/api/kinds?limit=1", "limit", "it takes none"),
        ("POST", "/api/entries?dry=1", "dry", "no parameter 'dry'"),
        ("GET", "/api/reports/reuse?since=yesterday", "since", "since does not fit"),
        ("GET", "/api/reports/reuse?since=2026-02-01&until=2026-01-01", "since", "after"),
        ("DELETE", ENTRY + "/tags", "tag", "The parameter tag is missing"),
        ("DELETE", ENTRY + "/tags?tag=", "tag", "tag must not be empty"),
        ("DELETE", ENTRY + "/relations?relation_type=Cites", "target", "target is missing"),
        ("DELETE", f"{ENTRY}/relations?relation_type=x&target={NOWHERE}", "relation_type", "type"),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(
    client: Client, contribute: Contribute, method: str, path: str, field: str, words: str
) -> None:
    assert words in refused(client.request(method, path.format(id=contribute())), field)


@pytest.mark.parametrize(
    ("path", "body", "field", "words"),
    [
        ("/api/entries", [], "body", "body does not fit"),
        ("/api/entries", {}, "kind", "kind is missing"),
        ("/api/entries", {"kind": "practice"}, "content", "content is missing"),
        ("/api/entries", DRAFT | {"kind": 1}, "kind", "kind does not fit"),
        ("/api/entries", DRAFT | {"tag": ["ward"]}, "tag", "check its spelling"),
        ("/api/entries", DRAFT | {"tags": [""]}, "tags", "tag must not be empty"),
        ("/api/entries", DRAFT | {"relations": [RELATION | {"type": "x"}]}, "relations", "type"),
        (
            "/api/entries",
            DRAFT | {"visibility": {"sight": "groups"}},
            "visibility.groups",
            "Name the groups",
        ),
        (
            "/api/entries",
            DRAFT | {"visibility": {"sight": "all"}},
            "visibility.sight",
            "does not take 'all'",
        ),
        (
            "/api/entries",
            DRAFT | {"visibility": {"sight": "groups", "groups": ["Nowhere"]}},
            "visibility.groups",
            "no group 'Nowhere': form it first",
        ),
        (
            "/api/entries",
            DRAFT | {"visibility": {"sight": "groups", "groups": ["Nowhere"] * 101}},
            "visibility.groups",
            "at most 100 groups",
        ),
        (
            "/api/entries",
            DRAFT | {"content": CONTENT | {"sections": [SECTION]}},
            "content.sections",
            "“What we do” must not be empty",
        ),
        ("/api/entries", DRAFT | {"content": CONTENT | {"title": " "}}, "content.title", "title"),
        (
            "/api/entries",
            DRAFT | {"content": CONTENT | {"sections": [{"heading": "x"}]}},
            "content.sections[0].text",
            "is missing",
        ),
        (
            "/api/entries",
            DRAFT | {"content": CONTENT | {"properties": {"people": []}}},
            "content.properties",
            "does not fit",
        ),
        (ENTRY + "/relations", RELATION | {"type": "x"}, "type", "no relation type"),
        (ENTRY + "/archive", {"reason": ""}, "reason", "reason must not be empty"),
        (
            ENTRY + "/reuses",
            {"group": "x", "context": "x", "outcome": "x"},
            "outcome",
            "outcome does not take 'x'; see /api/docs",
        ),
    ],
)
def test_a_field_that_does_not_fit_is_named(
    client: Client, contribute: Contribute, path: str, body: object, field: str, words: str
) -> None:
    assert words in refused(client.post(path.format(id=contribute()), json=body), field)


@pytest.mark.parametrize("text", ["Nowhere", NOWHERE, ""])
def test_a_group_that_there_is_not_is_named_as_a_field(
    client: Client, contribute: Contribute, text: str
) -> None:
    body = {"sight": "groups", "groups": [text]}
    answer = client.put(f"/api/entries/{contribute()}/visibility", json=body)
    assert f"no group {text!r}" in refused(answer, "groups")


def test_groups_are_meant_by_their_names_or_ids(client: Client, base: KnowledgeBase) -> None:
    ward = base.session.people.form_group("Ward 3").id
    north = base.session.people.form_group("North").id
    sections = [SECTION, {"heading": "What we do", "text": "Two bins."}]
    shown = {"sight": "groups", "groups": ["ward  3"]}
    draft = DRAFT | {"content": CONTENT | {"sections": sections}, "visibility": shown}

    entry_id = client.post("/api/entries", json=draft).json()["id"]
    first = base.session.catalogue.get(entry_id).visibility
    body = {"sight": "groups", "groups": ["North", ward, "Ward 3"]}
    client.put(f"/api/entries/{entry_id}/visibility", json=body)

    assert first == Visibility("groups", (ward,))
    assert base.session.catalogue.get(entry_id).visibility.groups == tuple(sorted([north, ward]))


@pytest.mark.parametrize("key", ["no-uuid", "00000000-0000-4000-8000-000000000000"])
def test_a_key_that_does_not_fit_is_named(client: Client, key: str) -> None:
    sections = [SECTION, {"heading": "What we do", "text": "Two bins."}]
    draft = DRAFT | {"content": CONTENT | {"sections": sections}}
    refused(
        client.post("/api/entries", json=draft, headers={"Idempotency-Key": key}),
        "Idempotency-Key",
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "The body is missing"),
        (b"{", "The body cannot be read"),
        (b'{"x": 1e999}', "The body cannot be read: Number out of range."),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
    ],
)
def test_a_body_that_is_no_json_is_explained(client: Client, body: bytes, words: str) -> None:
    headers = {"content-type": "application/json; charset=utf-8"}
    assert words in refused(client.post("/api/entries", content=body, headers=headers), "body")


@pytest.mark.parametrize("twice", ["visibility", "title"])
def test_a_field_that_is_there_twice_is_refused_and_nothing_is_written(
    client: Client, base: KnowledgeBase, twice: str
) -> None:
    """Of two that say different things none is chosen in silence."""
    before = base.head()
    body = json.dumps(DRAFT | {"visibility": {"sight": "author"}})
    again = '"visibility": {"sight": "members"}, ' if twice == "visibility" else '"title": "x", '
    place = body.index(f'"{twice}"')
    sent = (body[:place] + again + body[place:]).encode()
    response = client.post(
        "/api/entries", content=sent, headers={"content-type": "application/json"}
    )
    assert "is there several times" in refused(response, twice)
    huge = b'{"x": ' + b"9" * 10_000 + b"}"
    response = client.post(
        "/api/entries", content=huge, headers={"content-type": "application/json"}
    )
    assert response.status_code == 400
    assert base.head() == before


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", None])
def test_a_body_of_another_type_is_refused(client: Client, media_type: str | None) -> None:
    headers = {"content-type": media_type} if media_type else {}
    content = json.dumps(DRAFT).encode()
    response = client.post("/api/entries", content=content, headers=headers)
    assert response.status_code == 415
    assert response.headers["content-type"].startswith("application/problem+json")
    assert "Content-Type: application/json" in response.json()["detail"]


def test_what_an_address_takes_is_told_with_any_parameter(client: Client) -> None:
    response = client.options("/api/search?x=1")
    assert response.status_code == 204
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"


REUSE = {"group": "Ward 3", "context": "Nights.", "outcome": "adopted"}


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/api/entries", DRAFT | {"group": ""}, "group"),
        ("PUT", ENTRY, {"version": 1, "content": CONTENT, "group": " \u200b"}, "group"),
        ("PUT", ENTRY, {"version": 1, "content": CONTENT, "note": " "}, "note"),
        ("POST", f"{ENTRY}/archive", {"reason": "Old.", "successor": ""}, "successor"),
        ("POST", f"{ENTRY}/reuses", REUSE | {"evidence": ""}, "evidence"),
        ("POST", f"{ENTRY}/reuses", REUSE | {"resulting_entry": " "}, "resulting_entry"),
    ],
)
def test_what_may_be_left_out_is_not_given_as_nothing(
    client: Client, contribute: Contribute, method: str, path: str, body: object, field: str
) -> None:
    answer = client.request(method, path.format(id=contribute()), json=body)
    assert "is given as nothing" in refused(answer, field)


def test_who_sees_an_entry_is_not_chosen_on_an_old_version_of_it(
    client: Client, contribute: Contribute
) -> None:
    entry = contribute()
    assert client.post(f"/api/entries/{entry}/tags", json={"tags": ["ward"]}).status_code == 200
    now = client.get(f"/api/entries/{entry}").json()["version"]
    body = {"sight": "author", "entry_version": now - 1}
    late = client.put(f"/api/entries/{entry}/visibility", json=body)
    assert late.status_code == 409
    assert (late.json()["expected"], late.json()["actual"]) == (now - 1, now)
    body["entry_version"] = now
    assert client.put(f"/api/entries/{entry}/visibility", json=body).status_code == 200


def test_what_became_of_a_reuse_is_not_told_on_an_old_version_of_it(
    client: Client, contribute: Contribute
) -> None:
    recorded = client.post(f"/api/entries/{contribute()}/reuses", json=REUSE).json()["id"]
    path, told = f"/api/reuses/{recorded}", {"outcome": "adapted", "note": "Shorter now."}
    assert client.get(path).json()["version"] == 1
    assert client.patch(path, json=told | {"version": 1}).status_code == 200
    late = client.patch(path, json=told | {"note": "Gone.", "version": 1})
    assert (late.status_code, late.json()["expected"], late.json()["actual"]) == (409, 1, 2)
    assert client.get(path).json()["version"] == 2
