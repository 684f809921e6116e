"""The OpenAPI document is complete, and the page made of it shows all of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from web.docs_page import docs_page

PROBLEM = {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}


@pytest.fixture
def document(client: TestClient[Litestar]) -> Any:
    response = client.get("/api/openapi.json")
    assert response.headers["content-type"] == "application/vnd.oai.openapi+json"
    return response.json()


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def test_the_document_is_openapi_3_1(document: Any) -> None:
    assert document["openapi"].startswith("3.1.")


def test_every_operation_documents_its_errors_as_problem_json(document: Any) -> None:
    for method, path, operation in operations(document):
        errors = {s: r for s, r in operation["responses"].items() if s >= "400"}
        assert {"400", "500", "503"} <= errors.keys(), (method, path)
        for response in errors.values():
            assert response["content"] == {"application/problem+json": PROBLEM}, (method, path)


def test_an_operation_that_takes_a_body_says_that_it_may_be_refused(document: Any) -> None:
    for method, path, operation in operations(document):
        of_bodies = {"413", "415"} & operation["responses"].keys()
        assert of_bodies == ({"413", "415"} if "requestBody" in operation else set()), (
            method,
            path,
        )


def test_every_operation_has_an_id_of_its_own_a_sentence_and_an_area(document: Any) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    for _, _, operation in operations(document):
        assert operation["description"].endswith(".")
        assert operation["tags"]


def test_the_schema_page_shows_every_operation_and_shape(
    client: TestClient[Litestar], document: Any
) -> None:
    html = client.get("/api/docs").text
    for _, path, operation in operations(document):
        assert f'id="{operation["operationId"]}"' in html
        assert path in html
    for name in document["components"]["schemas"]:
        assert f'id="schema-{name}"' in html


def test_every_link_on_the_schema_page_leads_to_a_shape(document: Any) -> None:
    page = docs_page(document)
    links = {
        link
        for operations in page.areas.values()
        for one in operations
        for link in (one.body_link, *(reply.link for reply in one.replies))
    } | {field.link for schema in page.schemas for field in schema.fields}
    assert links - {""} <= {schema.name for schema in page.schemas}


def test_the_schema_page_stands_at_api_itself_too(client: TestClient[Litestar]) -> None:
    assert client.get("/api").text == client.get("/api/docs").text
