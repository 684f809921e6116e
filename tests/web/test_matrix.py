"""Every role at every route, for entries of every visibility: what the page of the rules says.

The routes are those of the application, so a new one without an example request fails here; what
is expected comes from docs/reference/access.md alone.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from litestar.routes import HTTPRoute
from msgspec import Struct

from kb.access import Role, Visibility
from kb.accounts.tokens import SCOPES
from kb.ids import group_id
from tests import access_tables
from tests.access_tables import PAGE, SIGHT, seen
from tests.web.community import PASSWORD, Browsers, Client, Community, community_at, form_token

WARD = "Ward 3"
WHO: dict[str, tuple[str, tuple[Role, ...]]] = {
    "nobody": ("anybody, if open to the world", ()),
    "outside": ("member", ("member",)),
    "inside": ("member of the group", ("member",)),
    "author": ("author", ("member",)),
    "curator": ("member", ("member", "curator")),
    "steward": ("member", ("member", "steward")),
    "reporter": ("", ("reporter",)),
}
"""Who asks: their column in the table of sight (a reporter alone has none), and their roles."""

SIGN_IN = "/sign-in"


class Request(Struct, frozen=True):
    """An example of what is sent to a route."""

    form: dict[str, str] = {}
    body: Any = None
    query: str = ""


CONTENT = {
    "title": "Bedside handover",
    "sections": [
        {"heading": "The problem", "text": "Slow."},
        {"heading": "What we do", "text": "Walk."},
    ],
}
REUSE = {"group": WARD, "context": "Nights", "outcome": "adopted"}
TEXTS = {"title": "Handover", "heading-0": "The problem", "text-0": "Slow."}
TEXTS |= {"heading-1": "What we do", "text-1": "Walk.", "kind": "practice"}
EXAMPLES: dict[tuple[str, str], Request] = {
    ("POST", "/entries/new"): Request(form=TEXTS),
    ("POST", "/entries/{entry_id}/revise"): Request(form={**TEXTS, "version": "1"}),
    ("POST", "/entries/{entry_id}/tags"): Request(form={"tags": "night"}),
    ("POST", "/entries/{entry_id}/untag"): Request(form={"tag": "night"}),
    ("POST", "/entries/{entry_id}/archive"): Request(form={"reason": "Old"}),
    ("POST", "/entries/{entry_id}/endorse"): Request(form={"reason": "Good"}),
    ("POST", "/entries/{entry_id}/reuses"): Request(form=REUSE),
    ("POST", "/entries/{entry_id}/show"): Request(form={"sight": "members"}),
    ("POST", "/reuses/{reuse_id}"): Request(form={"outcome": "adapted", "note": "Shorter."}),
    ("POST", "/groups/{group_id}/change"): Request(form={"name": WARD}),
    ("POST", "/account/password"): Request(form={"current": PASSWORD, "password": PASSWORD}),
    ("GET", "/api/search"): Request(query="?q=handover"),
    ("POST", "/api/entries"): Request(body={"kind": "practice", "content": CONTENT}),
    ("PUT", "/api/entries/{entry_id}"): Request(body={"content": CONTENT, "version": 1}),
    ("POST", "/api/entries/{entry_id}/tags"): Request(body={"tags": ["night"]}),
    ("DELETE", "/api/entries/{entry_id}/tags"): Request(query="?tag=night"),
    ("POST", "/api/entries/{entry_id}/relations"): Request(
        body={"type": "Cites", "target": "{other_id}"}
    ),
    ("DELETE", "/api/entries/{entry_id}/relations"): Request(
        query="?relation_type=Cites&target={other_id}"
    ),
    ("POST", "/api/entries/{entry_id}/archive"): Request(body={"reason": "Old"}),
    ("PUT", "/api/entries/{entry_id}/visibility"): Request(body={"sight": "members"}),
    ("PUT", "/api/entries/{entry_id}/endorsement"): Request(body={"reason": "Good"}),
    ("POST", "/api/entries/{entry_id}/reuses"): Request(body=REUSE),
    ("PATCH", "/api/reuses/{reuse_id}"): Request(body={"outcome": "adapted", "note": "Shorter."}),
}
"""What a route needs to be sent; the others take an empty form or nothing."""


class Route(Struct, frozen=True):
    """An operation of the application and its rule."""

    method: str
    path: str
    rule: str

    @property
    def about_an_entry(self) -> bool:
        return "{entry_id}" in self.path or "{reuse_id}" in self.path


def routes(community: Community) -> Iterator[Route]:
    """Every operation but files, and what signs in or out, which has tests of its own."""
    for route in community.app.routes:
        if not isinstance(route, HTTPRoute) or "{file_path" in route.path:
            continue
        path = re.sub(r":\w+", "", route.path)
        if path.startswith((SIGN_IN, "/sign-out", "/enter", "/join", "/welcome")):
            continue
        for handler in route.route_handlers:
            if handler.handler_name != "options_handler":
                for method in sorted(handler.http_methods - {"HEAD"}):
                    yield Route(method, path, handler.opt["rule"])


class World:
    """A community with somebody for each row of the matrix, and requests in their names."""

    def __init__(self, community: Community) -> None:
        self.community = community
        people = community.base.people
        people.open_to_world(True)
        people.form_group(WARD)
        for name, (_, roles) in WHO.items():
            if roles:
                community.ids[name] = community._join(name, roles)
        people.join_group(WARD, community.ids["inside"])
        people.join_group(WARD, community.ids["author"])
        self._browser = Browsers(community)
        self._program = self._browser()
        self._known: dict[str, tuple[Client, str]] = {}
        self._headers = {
            name: community.token(name, *SCOPES) if roles else {}
            for name, (_, roles) in WHO.items()
        }
        self.other = community.contribute("author", "Another")

    def _signed_in(self, who: str, *, anew: bool) -> tuple[Client, str]:
        """A browser of theirs, and what its forms carry; `anew` after what may end sessions."""
        if anew or who not in self._known:
            client = self._browser(who if WHO[who][1] else "")
            self._known[who] = client, form_token(client)
        return self._known[who]

    def entry(self, sight: str) -> dict[str, str]:
        """The ids of a new entry and of a reuse of it."""
        groups = (group_id(WARD),) if sight == "groups" else ()
        shown = Visibility(sight, groups)  # type: ignore[arg-type]  # one of SIGHTS
        entry = self.community.contribute("author", "Handover", visibility=shown)
        author = self.community.acting("author")
        reuse = author.reuses.record(entry, group=WARD, context="Nights", outcome="adopted")
        return {"entry_id": entry, "reuse_id": reuse.id, "other_id": self.other}

    def status(self, who: str, route: Route, ids: dict[str, str]) -> int:
        """What `who` is answered; being sent to the page of signing in counts as 401."""
        example = EXAMPLES.get((route.method, route.path), Request())
        path = _filled(route.path + example.query, ids)
        client, token = self._signed_in(who, anew=route.path.startswith("/account"))
        if route.path.startswith("/api"):
            body = _filled(json.dumps(example.body), ids) if example.body else None
            headers = {"content-type": "application/json", **self._headers[who]}
            answer = self._program.request(route.method, path, content=body, headers=headers)
        elif route.method == "POST":
            form = {"form_token": token, **example.form}
            answer = client.post(path, data=form)
        else:
            answer = client.get(path)
        if answer.status_code == 303 and answer.headers["location"].startswith(SIGN_IN):
            return 401
        return int(answer.status_code)


def _filled(text: str, ids: dict[str, str]) -> str:
    for name, value in ids.items():
        text = text.replace("{" + name + "}", value)
    return text


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with community_at(tmp_path_factory.mktemp("matrix") / "data") as community:
        yield World(community)


def allowed(who: str, rule: str, *, author: bool) -> bool:
    """Whether the page says that `who` may do it, with what they see."""
    roles = WHO[who][1]
    if rule in ("public", "self"):
        return rule == "public" or bool(roles)
    columns = [*(roles or ("anybody",)), *(["its author"] if author else [])]
    return access_tables.allowed(columns, rule)


def expected(who: str, route: Route, sight: str) -> Callable[[int], bool]:
    """What the answer has to be like."""
    known = bool(WHO[who][1])
    perhaps = allowed(who, route.rule, author="member" in WHO[who][1])
    if not perhaps:
        return lambda status: status == (403 if known else 401)
    if route.about_an_entry and not seen(WHO[who][0], sight):
        return lambda status: status == 404
    own = who == "author" if route.about_an_entry else "member" in WHO[who][1]
    if not allowed(who, route.rule, author=own):
        return lambda status: status == 403
    never = (401, 403, 404) if route.about_an_entry else (401, 403)
    return lambda status: status not in never and status < 500


def cells(world: World) -> Iterator[tuple[Route, str, str]]:
    # What changes people and groups comes last, for it changes who sees what.
    for route in sorted(routes(world.community), key=lambda route: not route.about_an_entry):
        for sight in SIGHT if route.about_an_entry else ("members",):
            for who in WHO:
                yield route, sight, who


def test_every_cell_of_the_matrix_is_as_the_page_says(world: World) -> None:
    people = {"member_id": world.community.ids["Mara"], "group_id": group_id(WARD)}
    standing = {sight: world.entry(sight) for sight in SIGHT}
    wrong, checked = [], 0
    for route, sight, who in cells(world):
        fresh = route.about_an_entry and route.method != "GET"
        ids = {**people, **(world.entry(sight) if fresh else standing[sight])}
        status = world.status(who, route, ids)
        checked += 1
        if not expected(who, route, sight)(status):
            wrong.append((route.method, route.path, sight, who, status))
    assert not wrong, "\n".join(map(str, wrong))
    (told,) = re.findall(r"\*\*([\d,]+) cells\*\*", PAGE.read_text("utf-8"))
    assert f"{checked:,}" == told


def test_every_example_is_of_a_route(world: World) -> None:
    assert EXAMPLES.keys() <= {(route.method, route.path) for route in routes(world.community)}
