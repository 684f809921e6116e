"""People get errors as pages, in a sentence."""

import re

import pytest

from kb import KnowledgeBase
from kb.entries.catalogue import Catalogue
from kb.errors import NotFound
from tests.web.visits import NOWHERE, Client, page


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", f"/entries/{NOWHERE}", 404),
        ("GET", "/entries/no-id", 404),
        ("GET", "/entries/no-id/revise", 404),
        ("GET", "/reuses/no-id", 404),
        ("GET", "/entries?page=0", 400),
        ("GET", "/entries?sort=other", 400),
        ("GET", "/entries?archived=zzz", 400),
        ("GET", "/search?archived=zzz", 400),
        ("GET", "/static/nothing.css", 404),
        ("DELETE", "/entries", 405),
        ("POST", f"/entries/{NOWHERE}/tags", 404),
        ("POST", f"/entries/{NOWHERE}/restore", 404),
        ("POST", f"/entries/{NOWHERE}/revise", 404),
        ("POST", f"/reuses/{NOWHERE}", 404),
    ],
)
def test_people_get_errors_as_pages(client: Client, method: str, path: str, status: int) -> None:
    form = {"tags" if path.endswith("/tags") else "form_token": "x"}
    response = client.request(method, path, data=form if method == "POST" else None)
    assert response.status_code == status
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>" in response.text


def test_an_error_of_a_kind_that_is_known_keeps_its_sentence(
    client: Client, base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone(NotFound):
        pass

    def gone(*_: object, **__: object) -> None:
        raise Gone("It was here.")

    monkeypatch.setattr(Catalogue, "browse", gone)
    assert "It was here." in page(client, "/", 404)


def test_an_unforeseen_error_is_a_page_without_its_text(
    client: Client, base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(Catalogue, "browse", broken)
    html = page(client, "/", 500)
    assert "Something went wrong on our side" in html
    assert "secret" not in html


@pytest.mark.parametrize("path", ["/search", "/search/results"])
def test_a_filter_that_is_none_is_explained(client: Client, path: str) -> None:
    html = page(client, f"{path}?q=x&archived=zzz", 400)
    assert "What this address says about archived is not understood" in html


def test_a_page_takes_what_a_link_from_elsewhere_adds(client: Client) -> None:
    page(client, "/entries?utm_source=news")


@pytest.mark.parametrize(
    "query", ["page=abc", "page=0", "page=99999999999999999999", "sort=other", "archived=zzz"]
)
def test_an_address_that_is_not_understood_is_told_in_words_for_people(
    client: Client, query: str
) -> None:
    html = page(client, f"/entries?{query}", 400)
    name = query.partition("=")[0]
    assert f"What this address says about {name} is not understood" in html
    assert not re.search(r"\bint\b|\bstr\b|`|&#39;", html.partition("<main")[2])
