"""HEAD answers as GET does, without the body."""

import pytest
from litestar.routes import HTTPRoute

from tests.web.visits import NOWHERE, Client


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/entries?sort=title",
        "/entries?sort=other",
        f"/entries/{NOWHERE}",
        "/static/style.css",
        "/nothing",
        "/api",
        "/api/openapi.json",
        "/api/search?q=anything",
        "/api/search",
        "/api/kinds",
        f"/api/entries/{NOWHERE}",
        "/api/nothing",
    ],
)
def test_head_answers_as_get_without_the_body(client: Client, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert head.status_code == got.status_code
    assert head.content == b""
    assert got.content
    # Answers to a search say how long they took.
    varying = () if path.startswith("/api/search?") else ("content-length",)
    for name in ("content-type", "cache-control", *varying):
        assert head.headers.get(name) == got.headers.get(name), name


def test_head_is_taken_wherever_get_is(client: Client) -> None:
    routes = [route for route in client.app.routes if isinstance(route, HTTPRoute)]
    assert routes
    for route in routes:
        path = route.path_format.replace("{", "").replace("}", "")
        assert (client.head(path).status_code == 405) == ("GET" not in route.methods), path


def test_a_refused_method_is_told_what_is_taken(client: Client) -> None:
    response = client.delete("/api/search")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"


def test_options_names_what_every_handler_of_an_address_takes(client: Client) -> None:
    routes = [route for route in client.app.routes if isinstance(route, HTTPRoute)]
    for route in routes:
        path = route.path_format.replace("{version}", "1").replace("{", "").replace("}", "")
        expected = {*route.methods, "HEAD"} if "GET" in route.methods else route.methods
        response = client.options(path)
        assert response.status_code == 204, path
        assert response.headers["allow"] == ", ".join(sorted(expected)), path
    assert client.options("/api/entries").headers["allow"] == "GET, HEAD, OPTIONS, POST"


def test_head_stands_in_no_document(client: Client) -> None:
    document = client.get("/api/openapi.json").json()
    assert not [path for path, item in document["paths"].items() if "head" in item]
    assert "HEAD" in document["info"]["description"]
    assert "405" in document["info"]["description"]
