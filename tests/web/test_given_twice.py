"""What is said twice and counts once, or says nothing, is refused: it would be dropped."""

import re
from collections.abc import Iterator

import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from tests.web.visits import FORM, NOWHERE
from tests.worlds.web import Browsers, Client, Community, form_token
from web.errors import is_api
from web.fields import FIELDS
from web.requests import parameters
from web.rules import FORM_HEADER

URL_ENCODED = "application/x-www-form-urlencoded"
TWICE = b"title=One&title=Two"
PART = '--part\r\nContent-Disposition: form-data; name="title"\r\n\r\n%s\r\n'
PARTS = (PART % "One" + PART % "Two" + "--part--\r\n").encode()
BODIES = {URL_ENCODED: TWICE, "multipart/form-data; boundary=part": PARTS}


def routes(community: Community, method: str) -> Iterator[tuple[str, HTTPRouteHandler]]:
    """Each address that takes `method`, with its handler."""
    for route in community.app.routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            if method in handler.http_methods and handler.handler_name != "options_handler":
                yield re.sub(r"\{[^}]+\}", NOWHERE, route.path_format), handler


def test_a_form_with_a_field_twice_is_refused_at_every_address_that_takes_one(
    community: Community, browser: Browsers
) -> None:
    client, tried = browser("Stella"), 0
    token = form_token(client)
    for path, handler in routes(community, "POST"):
        if is_api(path) or "passkey" in path:
            continue  # they take JSON
        for content_type, body in BODIES.items():
            headers = {"content-type": content_type}
            if "data" not in handler.parsed_fn_signature.parameters:
                continue  # a button alone, of which nothing but the form's value is read
            sent = client.post(path, content=body, headers=headers | {FORM_HEADER: token})
            assert sent.status_code == 400, (path, sent.text)
            assert "&#39;title&#39; is there several times; give it once" in sent.text, path
            tried += 1
    assert tried > 50


def test_the_two_may_say_the_same_and_are_still_two(client: Client) -> None:
    sent = client.post("/entries/new", data={**FORM, "title": ["Handover", "Handover"]})
    assert sent.status_code == 400
    assert client.get("/api/entries").json()["total"] == 0


def test_boxes_of_one_form_are_ticked_as_many_as_one_likes(client: Client) -> None:
    ticked = {"seen-by-a": "1", "seen-by-b": "1", "sight": "members"}
    sent = client.post("/entries/new", data={**FORM, **ticked})
    assert "several times" not in sent.text


@pytest.mark.parametrize("name", ["visibility", "draft", "private", "text-1b", "text-10000"])
def test_a_form_with_a_field_that_would_be_dropped_is_refused_and_keeps_what_was_typed(
    community: Community, browser: Browsers, name: str
) -> None:
    client = browser("Mara")
    form = FORM | {"form_token": form_token(client), "sight": "groups"}
    sent = client.post("/entries/new", data=form | {name: "author"})
    assert sent.status_code == 400
    assert f"There is no field &#39;{name}&#39; in this form: send it again without" in sent.text
    assert f'name="{name}"' not in sent.text
    assert 'name="sight" value="groups"' in sent.text
    assert "Two minutes at each bed.</textarea>" in sent.text
    assert community.acting("Mara").catalogue.browse().total == 0


def test_no_address_takes_a_form_with_a_field_that_it_does_not_know(
    community: Community, browser: Browsers
) -> None:
    client, head, tried = browser("Stella"), community.base.head(), set()
    form = {"form_token": form_token(client), "dry_run": "1"}
    for path, handler in routes(community, "POST"):
        if is_api(path):
            continue
        sent = client.post(path, data=form)
        assert sent.status_code == 400, (path, sent.text)
        assert "There is no field &#39;dry_run&#39; in this form" in sent.text, path
        tried |= {re.sub(r":\w+", "", each) for each in handler.paths}
    assert community.base.head() == head
    assert FIELDS.keys() < tried


def test_an_address_that_says_twice_what_counts_once_is_refused(
    community: Community, browser: Browsers
) -> None:
    client, tried = browser("Stella"), 0
    for path, handler in routes(community, "GET"):
        for name, field in parameters(handler).items():
            if field.is_non_string_sequence:
                continue
            sent = client.get(f"{path}?{name}=1&{name}=1")
            assert sent.status_code == 400, (path, name)
            assert "is there several times; give it once" in sent.text, (path, name)
            tried += 1
    assert tried > 25


@pytest.mark.parametrize("path", ["/entries", "/search", "/search/results", "/api/search"])
def test_what_narrows_may_be_said_many_times(client: Client, path: str) -> None:
    assert client.get(f"{path}?q=x&tag=a&tag=b".replace("/entries?q=x&", "/entries?")).is_success


@pytest.mark.parametrize("name", ["kind", "tag", "group"])
@pytest.mark.parametrize("blank", ["", "%20", "%E2%80%8B"])
def test_a_filter_that_is_blank_is_refused_to_programs_and_is_a_choice_left_open_in_a_page(
    client: Client, name: str, blank: str
) -> None:
    for path in ("/api/entries?limit=1", "/api/search?q=x"):
        sent = client.get(f"{path}&{name}=x&{name}={blank}")
        assert sent.status_code == 400
        [problem] = sent.json()["errors"]
        assert problem["field"] == name
        assert f"The {name} to look for is blank" in problem["message"]
    for path in ("/entries?sort=title", "/search?q=x", "/search/results?q=x"):
        assert client.get(f"{path}&{name}={blank}").status_code == (400 if "E2" in blank else 200)
