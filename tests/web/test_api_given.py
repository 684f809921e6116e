"""A name in a body that its shape lacks is refused, however deep it stands."""

from typing import Any

import pytest

from tests.web.visits import NOWHERE, Client, Contribute

SECTION = {"heading": "The problem", "text": "Forty minutes."}
CONTENT = {"title": "Two bins", "sections": [SECTION]}
DRAFT = {"kind": "practice", "content": CONTENT}
RELATION = {"type": "Cites", "target": NOWHERE}
ENTRY = "/api/entries/{id}"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/entries", DRAFT | {"tag": ["ward"]}),
        ("POST", "/api/entries", DRAFT | {"content": CONTENT | {"property": {}}}),
        ("POST", "/api/entries", DRAFT | {"content": CONTENT | {"sections": [SECTION | {"x": 1}]}}),
        ("POST", "/api/entries", DRAFT | {"relations": [RELATION | {"note": "x"}]}),
        ("PUT", ENTRY, {"version": 1, "content": CONTENT | {"property": {}}}),
        ("POST", f"{ENTRY}/relations", RELATION | {"note": "x"}),
    ],
)
def test_a_misspelt_name_is_refused(
    client: Client, contribute: Contribute, method: str, path: str, body: dict[str, Any]
) -> None:
    response = client.request(method, path.format(id=contribute()), json=body)
    assert response.status_code == 400, response.text
    assert "is no field here" in response.json()["detail"]
