"""Attacks that have a name: tried at every route where that makes sense, and found to do nothing.

docs/developer/testing.md says for each attack which tests try it; most stand with what they attack.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from litestar.routes import HTTPRoute

from kb import KnowledgeBase
from kb.access import SCOPES
from kb.entries.content import Content, Draft, Section
from kb.exporters.run import export
from tests.web.routes import body_of, filled, routes
from tests.web.visits import FORM, NOWHERE, Client
from tests.worlds.web import SITE, Browsers, Community, form_token, send, sign_in

EVIL = "https://evil.example"
LEADING_AWAY = (
    *(EVIL, "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "///evil"),
    *("javascript:alert(1)", "data:text/html,x", "/\r\nLocation: https://evil.example", "/ /evil"),
    *("/\x00/evil.example", "https:evil.example", "", "evil.example"),
)
CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
TAKEN_OVER = {
    "id": NOWHERE, "actor": "local", "author": "local", "roles": "steward", "role-steward": "1",
    "standing": "joined", "position": "1", "contributed_by": "local", "member": "local",
    "contributed_at": "2001-01-01T00:00:00Z", "archived": "true", "source": "x",
}  # fmt: skip
"""What a request may not say, by the names that it has within."""


def changing(community: Community) -> Iterator[tuple[str, str]]:
    """The method and address of every operation that changes something."""
    for route in community.app.routes:
        if isinstance(route, HTTPRoute):
            for method in sorted(CHANGING & set(route.methods)):
                path = route.path_format
                for name in ("entry_id", "reuse_id", "member_id", "group_id", "secret"):
                    path = path.replace("{" + name + "}", NOWHERE)
                yield method, path


def test_csrf_from_another_site_is_refused_by_every_operation_that_changes_something(
    browser: Browsers, community: Community
) -> None:
    client = browser("Stella")
    form = {"form_token": form_token(client)}
    tried = 0
    for method, path in changing(community):
        for headers in ({"origin": EVIL}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
            response = client.request(method, path, data=form, headers=headers)
            assert response.status_code == 403, (method, path)
            tried += 1
    assert tried > 100
    assert client.get("/account").status_code == 200


def test_csrf_without_the_value_of_the_session_is_refused_by_every_form(
    browser: Browsers, community: Community
) -> None:
    client = browser("Stella")
    for method, path in changing(community):
        if path.startswith("/api"):
            # What the browser sends by itself counts for nothing there.
            assert client.request(method, path).status_code in (400, 401), path
        else:
            assert client.request(method, path).status_code == 403, path
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize("next", LEADING_AWAY)
def test_an_open_redirect_is_not_to_be_had(browser: Browsers, next: str) -> None:
    client = browser()
    html = client.get("/sign-in", params={"next": next}).text
    assert 'name="next" value="/"' in html
    location = sign_in(client, "Mara", next=next).headers["location"]
    assert location == "/?done=signed-in"


@pytest.mark.parametrize(
    "path", ["//evil.example", "//evil.example/entries/new", "/%2Fevil.example"]
)
def test_an_open_redirect_by_an_odd_address_is_not_to_be_had(browser: Browsers, path: str) -> None:
    response = browser().get(SITE + path)
    target = urlsplit(response.headers.get("location", "/"))
    assert (target.scheme, target.netloc) in (("", ""), ("https", "kb.example.org"))
    assert response.status_code in (303, 404)


@pytest.mark.parametrize(
    "path",
    [
        "../web/app.py", "..%2fweb%2fapp.py", "%2e%2e/%2e%2e/pyproject.toml", "..\\web\\app.py",
        "....//....//etc/passwd", "/etc/passwd", "%2fetc%2fpasswd", "style.css/../../app.py",
        "..%c0%af..%c0%afetc/passwd", "%00/etc/passwd",
    ],
)  # fmt: skip
def test_a_path_that_climbs_out_of_the_files_to_download_leads_nowhere(
    client: Client, path: str
) -> None:
    response = client.get(f"/static/{path}")
    assert response.status_code in (400, 404)
    assert not any(word in response.text for word in ("root:", "create_app", "[project]"))


@pytest.mark.parametrize(
    "title", ["../../../etc/cron.d/x", "/etc/passwd", "..", "a/../../b", "C:\\x"]
)
def test_a_path_in_a_title_leads_no_export_out_of_its_folder(
    base: KnowledgeBase, tmp_path: Path, title: str
) -> None:
    sections = (Section("The problem", "x"), Section("What we do", "y"))
    base.session.entries.contribute(
        Draft(kind="practice", content=Content(title=title, sections=sections))
    )
    outside = {path for path in tmp_path.rglob("*") if path.is_file()}
    pages = map(base.session.catalogue.get, base.session.catalogue.all_ids())
    list(export(pages, tmp_path / "out"))
    written = {path for path in tmp_path.rglob("*") if path.is_file()} - outside
    assert len([path for path in written if path.suffix == ".md"]) == 1
    assert all(path.resolve().is_relative_to(tmp_path / "out") for path in written)


def test_mass_assignment_over_the_json_interface_is_refused(
    browser: Browsers, community: Community
) -> None:
    client, headers = browser(), community.token("Stella", *SCOPES)
    entry = community.contribute("Stella")
    reuses = community.acting("Stella").reuses
    reuse = reuses.record(entry, group="x", context="x", outcome="adopted").id
    ids = {"entry_id": entry, "reuse_id": reuse, "other_id": entry}
    before = community.base.head()
    for route in [each for each in routes() if each.path.startswith("/api") and each.example.sent]:
        path, body = filled(route.path, ids), json.loads(body_of(route, ids) or "")
        for name, value in TAKEN_OVER.items():
            changed = {**body, name: value}
            response = client.request(route.method, path, json=changed, headers=headers)
            assert response.status_code == 400, (path, name)
            assert response.json()["errors"][0]["field"] == name
    assert community.base.head() == before


def test_mass_assignment_by_the_fields_of_a_form_is_refused(
    browser: Browsers, community: Community
) -> None:
    client, entry = browser("Mara"), community.contribute("Stella")
    before, tokens = community.base.head(), community.base.accounts.tokens
    forms = {
        "/entries/new": FORM,
        "/account/profile": {"name": "Mara", "time_zone": "UTC"},
        f"/entries/{entry}/reuses": {"group": "x", "context": "x", "outcome": "adopted"},
        "/account/tokens": {"token_name": "x", "days": "30", "scope-search": "1"},
    }
    for path, form in forms.items():
        for name, value in TAKEN_OVER.items():
            sent = send(client, path, {**form, name: value}, 400)
            assert f"There is no field &#39;{name}&#39; in this form" in sent.text, path
    assert community.base.head() == before
    assert [list(tokens.of(member)) for member in community.ids.values()] == [[]] * 4
