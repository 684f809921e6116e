"""The JSON interface: every operation, and every error as problem+json."""

import json
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from uuid_utils.compat import uuid7

from kb import KnowledgeBase, Session
from kb.errors import DataDirectoryError, NotYetSearchable
from web import written

Client = TestClient[Litestar]
CONTENT = {
    "title": "Bedside handover",
    "sections": [
        {"heading": "The problem", "text": "Forty minutes in the office."},
        {"heading": "What we do", "text": "Two minutes at each bed."},
    ],
    "properties": {"difficulty": "easy", "people": 14},
}
DRAFT = {
    "kind": "practice",
    "content": CONTENT,
    "group": "North Clinic",
    "tags": ["handover", "Night Shift"],
}


def posted(client: Client, path: str, body: object) -> Any:
    response = client.post(path, json=body)
    assert response.status_code in (200, 201), response.text
    return response.json()


@pytest.fixture
def entry_id(client: Client) -> str:
    answer = posted(client, "/api/entries", DRAFT)
    assert answer == {"id": answer["id"], "version": 3, "searchable": True}
    return str(answer["id"])


def test_what_was_contributed_is_read_as_it_was_written(client: Client, entry_id: str) -> None:
    entry = client.get(f"/api/entries/{entry_id}").json()
    assert entry["title"] == "Bedside handover"
    assert entry["sections"] == CONTENT["sections"]
    assert entry["properties"] == {"difficulty": "easy", "people": 14}
    assert entry["tags"] == ["handover", "Night Shift"]
    assert "position" not in entry


def test_the_first_search_after_the_reply_finds_it(client: Client, entry_id: str) -> None:
    answer = client.get("/api/search", params={"q": "minutes at each bed"}).json()
    assert [result["id"] for result in answer["results"]] == [entry_id]
    assert answer["nothing_close"] is False
    assert answer["results"][0]["marks"]


def test_a_search_takes_filters_again_and_again(client: Client, entry_id: str) -> None:
    def found(**filters: Any) -> list[str]:
        answer = client.get("/api/search", params={"q": "Bedside handover", **filters}).json()
        return [result["id"] for result in answer["results"]]

    assert found(kind=["experiment", "practice"]) == [entry_id]
    assert found(kind="experiment") == []
    assert found(tag="handover", group="North Clinic") == [entry_id]
    assert found(archived="true") == []
    assert found(archived="all") == [entry_id]


def test_the_same_idempotency_key_doubles_nothing(client: Client) -> None:
    headers = {"Idempotency-Key": str(uuid7())}
    first, again = (
        client.post("/api/entries", json=DRAFT, headers=headers).json() for _ in range(2)
    )
    assert first["id"] == again["id"]
    assert client.get("/api/entries").json()["total"] == 1


def test_entries_are_listed_with_filters_and_counts(client: Client, entry_id: str) -> None:
    page = client.get("/api/entries", params={"tag": "handover", "sort": "title"}).json()
    assert [item["id"] for item in page["items"]] == [entry_id]
    assert page["facets"]["kinds"] == {"practice": 1}
    assert client.get("/api/entries", params={"tag": "other"}).json()["total"] == 0
    assert client.get("/api/entries", params={"offset": 1}).json()["items"] == []


def test_a_revision_replaces_the_text(client: Client, entry_id: str) -> None:
    version = client.get(f"/api/entries/{entry_id}").json()["version"]
    content = {**CONTENT, "title": "Handover at the bed"}
    body = {"content": content, "version": version, "note": "a clearer title"}
    assert client.put(f"/api/entries/{entry_id}", json=body).status_code == 200
    entry = client.get(f"/api/entries/{entry_id}").json()
    assert (entry["title"], entry["group"]) == ("Handover at the bed", "North Clinic")
    without_group = {
        **body,
        "version": entry["version"],
        "group": None,
        "content": DRAFT["content"],
    }
    assert client.put(f"/api/entries/{entry_id}", json=without_group).status_code == 200
    assert client.get(f"/api/entries/{entry_id}").json()["group"] is None


def test_a_revision_of_an_old_text_is_a_conflict_that_names_the_versions(
    client: Client, entry_id: str
) -> None:
    content = {**CONTENT, "title": "Handover at the bed"}
    client.put(f"/api/entries/{entry_id}", json={"content": content, "version": 3})
    other = {**CONTENT, "title": "Another title"}
    response = client.put(f"/api/entries/{entry_id}", json={"content": other, "version": 3})
    assert_problem(response, 409)
    assert (response.json()["expected"], response.json()["actual"]) == (3, 4)


def test_tags_and_relations_come_and_go(client: Client, entry_id: str) -> None:
    other = posted(client, "/api/entries", DRAFT)["id"]
    posted(client, f"/api/entries/{entry_id}/tags", {"tags": ["ward"]})
    posted(client, f"/api/entries/{entry_id}/relations", {"type": "IsDerivedFrom", "target": other})
    entry = client.get(f"/api/entries/{entry_id}").json()
    assert "ward" in entry["tags"]
    assert [(r["type"], r["id"]) for r in entry["relations"]] == [("IsDerivedFrom", other)]
    lineage = client.get(f"/api/entries/{entry_id}/lineage").json()
    assert [origin["id"] for origin in lineage["origins"]] == [other]

    client.delete(f"/api/entries/{entry_id}/tags", params={"tag": ["ward", "handover"]})
    relation = {"relation_type": "IsDerivedFrom", "target": other}
    client.delete(f"/api/entries/{entry_id}/relations", params=relation)
    entry = client.get(f"/api/entries/{entry_id}").json()
    assert (entry["tags"], entry["relations"]) == (["Night Shift"], [])


def test_an_archived_entry_is_left_out_until_it_is_restored(client: Client, entry_id: str) -> None:
    body = {"reason": "We stopped doing this."}
    posted(client, f"/api/entries/{entry_id}/archive", body)
    assert client.get("/api/search", params={"q": "Bedside handover"}).json()["nothing_close"]
    assert client.get(f"/api/entries/{entry_id}").json()["archived_reason"] == body["reason"]
    assert client.post(f"/api/entries/{entry_id}/restore").status_code == 200
    assert not client.get("/api/search", params={"q": "Bedside handover"}).json()["nothing_close"]


def test_an_endorsement_is_given_and_withdrawn(client: Client, entry_id: str) -> None:
    path = f"/api/entries/{entry_id}/endorsement"
    assert client.put(path, json={"reason": "It works on our ward."}).status_code == 200
    assert client.get(f"/api/entries/{entry_id}").json()["endorsements"] == 1
    assert client.delete(path).status_code == 200
    assert client.get(f"/api/entries/{entry_id}").json()["endorsements"] == 0


def test_a_reuse_is_recorded_followed_up_and_counted(client: Client, entry_id: str) -> None:
    body = {"group": "South Ward", "context": "Night shift", "outcome": "adapted"}
    reuse_id = posted(client, f"/api/entries/{entry_id}/reuses", body)["id"]
    update = {"outcome": "adopted", "note": "Everybody does it now."}
    assert client.patch(f"/api/reuses/{reuse_id}", json=update).status_code == 200
    reuse = client.get(f"/api/reuses/{reuse_id}").json()
    assert (reuse["outcome"], reuse["note"]) == ("adopted", "Everybody does it now.")
    client.patch(f"/api/reuses/{reuse_id}", json=update | {"evidence": "https://x.example"})
    client.patch(f"/api/reuses/{reuse_id}", json=update)
    assert client.get(f"/api/reuses/{reuse_id}").json()["evidence"] == "https://x.example"
    client.patch(f"/api/reuses/{reuse_id}", json=update | {"evidence": None})
    assert client.get(f"/api/reuses/{reuse_id}").json()["evidence"] is None
    report = client.get("/api/reports/reuse", params={"by": "group"}).json()
    assert [(row["key"], row["adopted"]) for row in report["rows"]] == [("South Ward", 1)]
    csv = client.get("/api/reports/reuse", params={"by": "group", "format": "csv"})
    assert csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert csv.text.splitlines()[:2] == [
        "group,recorded,adopted,adapted,tried_and_stopped,entries",
        "South Ward,1,1,0,0,1",
    ]


def test_the_history_tells_everything_without_positions(client: Client, entry_id: str) -> None:
    history = client.get(f"/api/entries/{entry_id}/history").json()
    assert [item["what"] for item in history] == [
        "entry-contributed",
        "entry-tagged",
        "entry-tagged",
    ]
    assert "position" not in json.dumps(history)


def test_kinds_and_state_are_public_without_positions(client: Client, entry_id: str) -> None:
    kinds = client.get("/api/kinds").json()
    assert {kind["key"] for kind in kinds} == {"case-clinic", "experiment", "practice"}
    status = client.get("/api/status").json()
    assert (status["entries"], status["parked"]) == (1, 0)
    assert not [name for name in status if "position" in name or name in ("head", "data")]


def assert_problem(response: Any, status: int) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("application/problem+json")
    problem = response.json()
    assert problem["status"] == status
    assert {"type", "title", "detail", "instance"} <= problem.keys()
    assert problem["detail"].endswith(".")
    assert "Traceback" not in response.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/nothing", 404),
        ("GET", "/api/docs/nothing", 404),
        ("GET", "/api/openapi.yaml", 404),
        ("DELETE", "/api/search", 405),
        ("POST", "/api/docs", 405),
        ("GET", "/api/search", 400),
        ("GET", "/api/search?q=x&limit=0", 400),
        ("GET", "/api/search?q=x&limit=1000", 400),
        ("GET", "/api/search?q=x&archived=perhaps", 400),
        ("GET", "/api/entries?offset=-1", 400),
        ("GET", "/api/entries?sort=other", 400),
        ("GET", "/api/entries/00000000-0000-4000-8000-000000000000", 404),
        ("GET", "/api/entries/no-id", 404),
        ("GET", "/api/entries/no-id/history", 404),
        ("GET", "/api/entries/no-id/lineage", 404),
        ("GET", "/api/reuses/no-id", 404),
        ("GET", "/api/reports/reuse?by=person", 400),
        ("GET", "/api/reports/reuse?since=yesterday", 400),
        ("GET", "/api/reports/reuse?since=2026-02-01&until=2026-01-01", 400),
        ("PUT", "/api/entries/no-id", 400),
        ("POST", "/api/entries/no-id/restore", 404),
        ("DELETE", "/api/entries/no-id/endorsement", 404),
    ],
)
def test_every_error_is_a_problem(client: Client, method: str, path: str, status: int) -> None:
    assert_problem(client.request(method, path), status)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"kind": 1}', b'{"kind":"practice"}', b"\xff"]
)
def test_a_body_that_does_not_fit_is_a_problem(client: Client, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    assert_problem(client.post("/api/entries", content=body, headers=headers), 400)


def test_a_body_over_the_limit_is_a_problem(client: Client) -> None:
    assert_problem(client.post("/api/entries", content=b"x" * 10_000_001), 413)


def test_a_state_that_does_not_allow_it_is_a_conflict(client: Client, entry_id: str) -> None:
    client.post(f"/api/entries/{entry_id}/archive", json={"reason": "Old."})
    response = client.put(f"/api/entries/{entry_id}/endorsement", json={"reason": "Good."})
    assert_problem(response, 409)


def test_an_unforeseen_error_is_a_problem_without_its_text(
    client: Client,
    base: KnowledgeBase,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(Session, "search", broken)
    response = client.get("/api/search", params={"q": "x"})
    assert_problem(response, 500)
    assert "secret" not in response.text
    assert "secret detail" in caplog.text
    assert "Traceback" in caplog.text


@pytest.mark.parametrize("error", [NotYetSearchable("Not yet."), DataDirectoryError("Full.")])
def test_a_foreseen_trouble_is_one_line_of_the_log(
    client: Client,
    base: KnowledgeBase,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Session, "search", fail)
    assert_problem(client.get("/api/search", params={"q": "x"}), 503)
    [record] = [record for record in caplog.records if record.name == "tributary.web"]
    assert (record.levelname, record.exc_info) == ("WARNING", None)
    said = (record.getMessage(), record.__dict__["error"])
    assert said == ("cannot answer now", type(error).__name__)


@pytest.mark.parametrize("error", [NotYetSearchable("Not yet."), DataDirectoryError("Full.")])
def test_an_answer_that_search_does_not_have_yet_says_so(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(written, "PATIENCE", 0.0)
    monkeypatch.setattr(Session, "wait", fail)
    assert posted(client, "/api/entries", DRAFT)["searchable"] is False
