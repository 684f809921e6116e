"""No other site gets in, and nothing that people write gets out as anything but text."""

import re
from collections.abc import Callable

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from kb import KnowledgeBase
from kb.entries.content import Content, Draft, Relation, Section
from web.headers import HEADERS
from web.security import hostname

Client = TestClient[Litestar]
Contribute = Callable[..., str]

HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>'{{7777*7777}}"
PAGES = ("/", "/about", "/search", "/search?q=x", "/entries", "/entries/new", "/reuse", "/api/docs",
         "/entries/new?kind=practice", "/nothing")  # fmt: skip


@pytest.fixture
def hostile_entry(base: KnowledgeBase) -> str:
    """An entry with hostile text in every field that people fill."""
    one_line = HOSTILE.replace("\n", " ")
    sections = (
        Section("The problem", HOSTILE),
        Section("What we do", f"[a](javascript:alert(1)) {HOSTILE}"),
        Section(one_line, HOSTILE),
    )
    content = Content(title=one_line, sections=sections, properties={one_line: HOSTILE})
    draft = Draft(kind="practice", content=content, group=one_line, tags=(one_line[:30],))
    entry_id = base.session.entries.contribute(draft).id
    other = base.session.entries.contribute(draft).id
    base.session.entries.relate(entry_id, Relation("References", other))
    base.session.endorsements.endorse(entry_id, HOSTILE)
    reuse = base.session.reuses.record(
        entry_id,
        group=one_line,
        context=HOSTILE,
        outcome="adopted",
        evidence='https://x.example/"><script>alert(1)</script>',
    )
    base.session.reuses.update_outcome(reuse.id, "adapted", HOSTILE)
    version = base.session.catalogue.get(entry_id).version
    base.session.entries.revise(entry_id, content, version=version, note=one_line, group="G")
    base.session.entries.archive(other, HOSTILE, entry_id)
    return entry_id


def assert_harmless(html: str) -> None:
    tags = re.findall(r"<[^>]*>", re.sub(r'"[^"]*"', '""', html))
    scripts = re.findall(r'<script type="module" src="/static/[a-z-]+\.js"></script>', html)
    assert html.count("<script") == len(scripts)
    assert not [tag for tag in tags if re.search(r"\son\w+\s*=", tag)]
    assert not [tag for tag in tags if tag.startswith("<img") and "alt" not in tag]
    assert not re.search(r'href="\s*javascript:', html, re.IGNORECASE)
    assert "style=" not in " ".join(tags)
    assert "<style" not in html
    assert str(7777 * 7777) not in html


def test_hostile_text_in_every_field_is_shown_as_text(
    client: Client, base: KnowledgeBase, hostile_entry: str
) -> None:
    reuse = base.session.catalogue.get(hostile_entry).reuse[0]
    paths = [*PAGES, f"/entries/{hostile_entry}", f"/entries/{hostile_entry}/revise",
             f"/reuses/{reuse.id}", "/reuse?by=group", "/reuse?by=tag", "/entries?archived=all",
             "/search?q=script+alert&archived=all"]  # fmt: skip
    shown = ""
    for path in paths:
        response = client.get(path)
        assert response.status_code in (200, 404), path
        assert_harmless(response.text)
        shown += response.text
    assert "&lt;script&gt;" in shown


def test_hostile_text_in_the_address_is_shown_as_text(client: Client) -> None:
    hostile = {"q": HOSTILE, "kind": HOSTILE, "tag": HOSTILE, "group": HOSTILE, "by": HOSTILE,
               "since": HOSTILE, "until": HOSTILE, "done": HOSTILE}  # fmt: skip
    for path in ("/search", "/entries", "/reuse", "/entries/new", f"/entries/{HOSTILE}", "/"):
        response = client.get(path, params=hostile)
        assert response.status_code in (200, 400, 404)
        assert_harmless(response.text)


def test_hostile_text_in_a_form_comes_back_as_text(client: Client, contribute: Contribute) -> None:
    entry_id = contribute()
    names = ("title", "group", "tags", "note", "heading-0", "text-0", "reason", "successor",
             "outcome", "evidence", "context", "command_id", "version")  # fmt: skip
    hostile = dict.fromkeys(names, HOSTILE) | {"kind": "practice"}
    for path in (
        "/entries/new",
        f"/entries/{entry_id}/revise",
        f"/entries/{entry_id}/archive",
        f"/entries/{entry_id}/reuses",
    ):
        response = client.post(path, data=hostile)
        assert response.status_code in (400, 409), (path, response.status_code)
        assert_harmless(response.text)


def test_no_page_asks_anybody_else_for_anything(
    client: Client, base: KnowledgeBase, hostile_entry: str
) -> None:
    for path in (*PAGES, f"/entries/{hostile_entry}"):
        html = client.get(path).text
        elements = re.findall(r"<(?:script|link|img|iframe|source)\b[^>]*>", html)
        loads = re.findall(r'(?:src|href)="([^"]*)"', " ".join(elements))
        assert loads
        assert all(url.startswith("/static/") for url in loads), path
    for name in ("style.css", "search.js", "local-time.js", "icon.svg"):
        text = client.get(f"/static/{name}").text
        assert re.findall(r"https?://[^\s\"')]+", text) in ([], ["http://www.w3.org/2000/svg"])


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/api/nothing", "/api/kinds", "/static/style.css"]
)
def test_every_answer_carries_the_headers_that_keep_a_browser_at_home(
    client: Client, path: str
) -> None:
    response = client.get(path)
    for name, value in HEADERS.items():
        assert response.headers[name] == value
    assert "unsafe" not in response.headers["content-security-policy"]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8321", "127.0.0.2:1", "localhost", "localhost:1", "[::1]:80"]
)
def test_names_of_this_machine_are_answered(client: Client, host: str) -> None:
    assert client.get("/about", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8321", "127.0.0.1.evil.example", "", "[::1]x"]
)
def test_other_names_are_refused(client: Client, host: str) -> None:
    assert client.get("/about", headers={"host": host}).status_code == 400
    response = client.get("/api/kinds", headers={"host": host})
    assert response.status_code == 400
    assert response.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1"},
    ],
)
def test_a_change_asked_for_by_another_site_is_refused(
    client: Client, contribute: Contribute, headers: dict[str, str]
) -> None:
    entry_id = contribute()
    for path in (f"/entries/{entry_id}/restore", f"/api/entries/{entry_id}/restore"):
        assert client.post(path, headers=headers).status_code == 403
    assert client.get(f"/entries/{entry_id}", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://127.0.0.1"},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
    ],
)
def test_our_own_pages_and_programs_may_change_things(
    client: Client, contribute: Contribute, headers: dict[str, str]
) -> None:
    path = f"/api/entries/{contribute()}/restore"
    assert client.post(path, headers=headers).status_code == 200


def test_a_port_is_no_part_of_a_name() -> None:
    assert hostname("[::1]:8321") == "[::1]"
    assert hostname("[::1]") == "[::1]"
    assert hostname("localhost:x") == ""


def test_what_programs_are_told_is_kept_by_nobody_in_between(client: Client) -> None:
    for path in ("/api/entries", "/api/nothing"):
        headers = client.get(path).headers
        assert headers["cache-control"] == "private, no-store"
        assert headers["vary"] == "Cookie, Authorization"
