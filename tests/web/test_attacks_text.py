"""Text that means harm, in every field, at every address: it is shown as text and does nothing."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from litestar.routes import HTTPRoute
from msgspec import structs

from kb.access import Visibility
from kb.entries.content import Content, Draft, Section
from kb.ids import group_id
from kb.importers.run import FolderImport, ImportOptions
from tests.kb.accounts_authenticator import Authenticator
from tests.web.test_safety import assert_harmless
from tests.web.visits import Client
from tests.worlds.base import END
from tests.worlds.web import Browsers, Community, community_at, form_token, send
from web.headers import HEADERS
from web.pages.passkeys import passkeys_of
from web.requests import parameters

pytestmark = pytest.mark.exhaustive

HOSTILE = "<script>alert(1)</script>\"><img src=x onerror=alert(1)>'{{7777*7777}}"
GROUP = f"<b>own group</b>{HOSTILE}"
TAG = "<script>alert(1)</script>{{7777*7777}}"


def harm(field: str) -> str:
    """Text for a field that shows in which it was."""
    return f"<b>{field}</b>{HOSTILE}"


FRONT = {
    "title": harm("imported title"),
    "group": f"<b>imported group</b>{TAG}",
    "tags": ["<b>imported-tag</b>"],
    f"<b>imported name</b>{TAG}": f"<b>imported value</b>{TAG}",
    "link": "javascript:alert(1)",
}
TEXT = f"""# {TAG}

[a](javascript:alert(1)) ![b](data:text/html,x) <b>imported text</b> <img src=x onerror=alert(1)>
"""

FIELDS = {
    "/people": ("name", "pronouns", "help"),
    "/people/{member_id}": ("name", "address", "languages", "pronouns", "help", "own group"),
    "/groups": ("name", "own group"),
    "/account": ("name", "address", "languages", "pronouns", "help", "token", "passkey"),
    "/audit": ("name", "own group"),
    "/entries/{entry_id}": (
        *("title", "text", "heading", "property", "value", "group", "tag", "note", "endorsement"),
        *("reuse group", "context", "outcome note", "archive reason", "name", "evidence"),
        *("imported group", "imported-tag", "imported name"),
    ),
    "/reuses/{reuse_id}": ("title", "reuse group"),
    "/reuse": ("reuse group", "tag"),
    "/entries": ("title", "group", "tag"),
    "/search/results": ("title",),
    "/about": ("community",),
    "/data": ("community",),
}
"""Which fields are shown at an address, to a steward; titles and values lose tags at import."""


class Hostile:
    """Stella, a steward, and Mara, a member, who mean harm in all that they write."""

    def __init__(self, community: Community, folder: Path) -> None:
        self.community = community
        self.browsers = {name: Browsers(community)(name) for name in ("Stella", "Mara")}
        self.browsers[""] = Browsers(community)()
        for name in ("Stella", "Mara"):
            self._tell_of_themselves(name)
        send(self.browsers["Stella"], "/groups", {"name": GROUP, "open": "1"})
        send(self.browsers["Mara"], f"/groups/{group_id(GROUP)}/join")
        send(self.browsers["Stella"], "/community/world", {"allowed": "yes"})
        self.ids = self._written(folder)

    def _tell_of_themselves(self, name: str) -> None:
        client, member = self.browsers[name], self.community.ids[name]
        profile = {"name": harm("name"), "address": harm("address"), "time_zone": "UTC",
                   "languages": harm("languages"), "pronouns": harm("pronouns")[:50],
                   "help": harm("help")}  # fmt: skip
        send(client, "/account/profile", profile)
        token = {"token_name": harm("token"), "days": "30", "scope-search": "1"}
        assert "trib_" in send(client, "/account/tokens", token, 200).text
        assert self.community.base.accounts.names.set(member, f"{HOSTILE} {name}")
        keys = passkeys_of(self.community.base)
        begun = keys.registration_options(member, harm("passkey"))
        settings = self.community.base.settings
        device = Authenticator(settings.host_name, settings.base_url, credential=name.encode() * 4)
        keys.register(begun.ticket, member, device.create(begun.options), harm("passkey"))

    def _written(self, folder: Path) -> dict[str, str]:
        mara, stella = self.community.acting("Mara"), self.community.acting("Stella")
        headings = ("The problem", "What we do", harm("heading"))
        content = Content(
            title=harm("title"),
            sections=tuple(Section(each, harm("text")) for each in headings),
            properties={harm("property"): harm("value")},
        )
        entry, other = (
            mara.entries.contribute(
                Draft(
                    kind="practice",
                    content=content,
                    group=harm("group"),
                    tags=(f"<b>tag</b>{TAG}",),
                    visibility=Visibility("world"),
                )
            ).id
            for _ in range(2)
        )
        stella.endorsements.endorse(entry, harm("endorsement"))
        given: dict[str, Any] = {"group": harm("reuse group"), "context": harm("context")}
        evidence = f"https://x.example/?{harm('evidence').replace(' ', '/')}"
        reuse = stella.reuses.record(entry, outcome="adopted", evidence=evidence, **given).id
        stella.reuses.update_outcome(reuse, "adapted", harm("outcome note"))
        version = mara.catalogue.get(entry).revision_version
        revised = structs.replace(content, properties={harm("property"): harm("value"), "a": 1})
        mara.entries.revise(entry, revised, version=version, note=harm("note"), group=harm("group"))
        mara.entries.archive(other, harm("archive reason"), entry)
        draft = str(uuid4())
        told = {"title": harm("draft title"), "text-0": harm("draft text")}
        mara.drafts.save(draft, told, number=0, kind="practice")
        folder.mkdir()
        (folder / "note.md").write_text(f"---\n{json.dumps(FRONT)}\n---\n{TEXT}")
        base = self.community.base
        [brought] = FolderImport(base.session.entries, folder, ImportOptions(source="x")).run()
        assert brought.id, brought.reason
        base.wait(base.head(), index=True)
        invited = base.session.people.invite().id
        secret = base.accounts.links.make("invitation", invited, END)
        return {"entry_id": entry, "reuse_id": reuse, "member_id": self.community.ids["Mara"],
                "group_id": group_id(GROUP), "secret": secret, "archived": other,
                "imported": brought.id, "version": "1", "draft_id": draft}  # fmt: skip

    def form_token(self, name: str) -> str:
        """What the forms of their session carry."""
        return form_token(self.browsers[name])


WHO = ("Stella", "Mara", "")
ELSEWHERE = {"/static/{file_path}", "/sign-in/openid", "/sign-in/openid/back"}
"""Files of ours, and what leads to a provider, which has tests of its own."""

TYPES = {
    "/api/openapi.json": "application/vnd.oai.openapi+json",
    "/api/docs": "text/html; charset=utf-8",
    "/api": "text/html; charset=utf-8",
}
"""What is not application/json under /api."""

SIGNS_OUT = {"/sign-out", "/account/leave"}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    folder = tmp_path_factory.mktemp("hostile")
    settings = {"sign_in": "password, passkey", "community": harm("community")}
    with community_at(folder / "data", **settings) as community:
        yield Hostile(community, folder / "notes")


def paths(hostile: Hostile) -> dict[str, list[str]]:
    """Every address that answers GET, by its route: those of entries for each that there is."""
    found: dict[str, list[str]] = {}
    ids = hostile.ids
    for route in hostile.community.app.routes:
        if not isinstance(route, HTTPRoute) or "GET" not in route.methods:
            continue
        if route.path_format in ELSEWHERE:
            continue
        path = route.path_format
        for name, value in ids.items():
            path = path.replace("{" + name + "}", value)
        assert "{" not in path, path
        others = [path.replace(ids["entry_id"], ids[name]) for name in ("archived", "imported")]
        found[route.path_format] = list(dict.fromkeys([path, *others]))
    for kind in ("practice", "experiment", "case-clinic"):
        found["/entries/new"].append(f"/entries/new?kind={kind}")
    for path in ("/search", "/search/results"):
        found[path].append(f"{path}?q=script+alert+title&archived=all")
    found["/reuse"] += [f"/reuse?by={by}" for by in ("group", "tag", "month")]
    found["/entries"].append("/entries?archived=all")
    return found


@pytest.mark.parametrize("who", WHO)
def test_stored_xss_is_shown_as_text_on_every_page(hostile: Hostile, who: str) -> None:
    client, shown = hostile.browsers[who], dict[str, str]()
    for route, addresses in paths(hostile).items():
        for path in addresses:
            response = client.get(path)
            assert response.status_code < 500, path
            if response.headers.get("content-type", "").startswith("text/html"):
                assert_harmless(response.text)
                shown[route] = shown.get(route, "") + response.text
    assert len(shown) > 10
    expected = FIELDS.items() if who == "Stella" else ()
    for route, fields in expected:
        missing = [name for name in fields if f"&lt;b&gt;{name}&lt;/b&gt;" not in shown[route]]
        assert missing == [], route


@pytest.mark.parametrize("who", WHO)
def test_reflected_xss_in_every_parameter_of_an_address_is_shown_as_text(
    hostile: Hostile, who: str
) -> None:
    client, tried = hostile.browsers[who], 0
    for route in hostile.community.app.routes:
        if not isinstance(route, HTTPRoute) or route.path_format in ELSEWHERE:
            continue
        for handler in route.route_handlers:
            if "GET" not in handler.http_methods or handler.handler_name == "options_handler":
                continue
            for name in [*parameters(handler), "unknown"]:
                path = re.sub(r"\{\w+\}", "%3Cscript%3Ealert(1)%3C%2Fscript%3E", route.path_format)
                response = client.get(path, params={name: HOSTILE})
                assert response.status_code < 500, (path, name)
                if response.headers.get("content-type", "").startswith("text/html"):
                    assert_harmless(response.text)
                tried += 1
    assert tried > 60


def forms(html: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The address and fields of each form that is sent from a page, filled with harm."""
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", html, re.DOTALL):
        action = re.search(r'action="([^"]*)"', form)
        names = re.findall(r'<(?:input|textarea|select)[^>]*\sname="([^"]*)"', form)
        assert action
        yield action[1], dict.fromkeys(names, HOSTILE)


@pytest.mark.parametrize("who", WHO)
def test_reflected_xss_in_every_field_of_every_form_is_shown_as_text(
    hostile: Hostile, who: str
) -> None:
    client, token = hostile.browsers[who], hostile.form_token(who)
    pages = [client.get(path).text for each in paths(hostile).values() for path in each]
    found = {action: fields for html in pages for action, fields in forms(html)}
    assert len(found) > (4 if who else 1)
    for action, fields in found.items():
        # What takes someone out of the community would leave nobody for the rest.
        if action in SIGNS_OUT or action.endswith(("/remove", "/erase")):
            continue
        response = client.post(action, data={**fields, "form_token": token})
        assert response.status_code < 500, action
        assert_harmless(response.text)


@pytest.mark.parametrize("who", WHO)
def test_the_json_interface_is_never_taken_for_a_page(hostile: Hostile, who: str) -> None:
    client = hostile.browsers[who]
    for route, addresses in paths(hostile).items():
        if not route.startswith("/api"):
            continue
        for path in addresses:
            for asked in (path, f"{path}?q={TAG}"):
                response = client.get(asked)
                expected = TYPES.get(route, "application/json")
                if response.status_code != 200:
                    expected = "application/problem+json"
                assert response.headers["content-type"] == expected, asked
                for name, value in HEADERS.items():
                    assert response.headers[name] == value, asked


@pytest.mark.parametrize("who", WHO)
def test_clickjacking_is_kept_out_of_every_page(hostile: Hostile, who: str) -> None:
    for addresses in paths(hostile).values():
        for path in addresses:
            policy = hostile.browsers[who].get(path).headers["content-security-policy"]
            assert "frame-ancestors 'none'" in policy, path


def test_a_file_to_download_is_not_run_here(hostile: Hostile) -> None:
    client: Client = hostile.browsers["Mara"]
    for path in ("/account/data.json", "/account/data.md", "/api/reports/reuse?format=csv"):
        response = client.get(path)
        assert response.headers["content-disposition"].startswith('attachment; filename="')
        assert response.headers["x-content-type-options"] == "nosniff"
        assert not response.headers["content-type"].startswith("text/html")
