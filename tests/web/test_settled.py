"""What is taken from someone while their request waits, for its body or its turn, is taken."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, cast
from urllib.parse import urlencode

import httpx
import pytest
from litestar import Litestar
from litestar.types import Scope

from kb import KnowledgeBase
from kb.access import Visibility
from kb.entries.content import Content, Section
from tests.web.visits import REVISED, soon
from tests.worlds.base import id_of, joined
from tests.worlds.web import SITE, Browsers, Client, Community, app_of, form_token, generous
from web import laid_out
from web.visit import Limits, Visits

HELP = "What I wrote for long."
SECRET = "Written after the removal"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


class Taken:
    """Takes from a member what they had; `group` is one that Mara is in, `entry` is its own."""

    def __init__(self, community: Community) -> None:
        self.community = community
        self.base, self.people = community.base, community.base.session.people
        self.people.change_roles(community.ids["Cleo"], ["member", "curator", "steward"])
        self.group = self.people.form_group("Night ward").id
        for name in ("Mara", "Cleo"):
            self.people.join_group(self.group, community.ids[name])
        self.shown = Visibility("groups", (self.group,))
        self.entry = community.contribute("Cleo", visibility=self.shown)
        self.open = community.contribute("Stella", "For all")
        self.base.catch_up()

    def roles(self, name: str) -> None:
        self.people.change_roles(self.community.ids[name], ["member"])

    def session(self, name: str) -> None:
        assert self.base.accounts.sessions.end_all(self.community.ids[name])

    def token(self, name: str) -> None:
        tokens = self.base.accounts.tokens
        for one in tokens.of(self.community.ids[name]):
            assert tokens.revoke(one.id)

    def membership(self, name: str) -> None:
        self.people.leave(self.community.ids[name])

    def sight(self, name: str) -> None:
        """The member leaves the group, and then something is written for it."""
        self.people.leave_group(self.group, self.community.ids[name])
        self.revise(SECRET)
        self.community.contribute("Cleo", SECRET, visibility=self.shown)
        self.base.catch_up()

    def revise(self, text: str) -> None:
        """Put another text into the entry of the group."""
        sections = (Section("The problem", text), Section("What we do", "Walk."))
        content = Content(title="Bedside handover", sections=sections)
        cleo = self.community.acting("Cleo")
        version = cleo.catalogue.get(self.entry).version
        cleo.entries.revise(self.entry, content, version=version)

    def by(self, what: str, name: str) -> Callable[[], None]:
        """What takes away `what` from the member called so."""
        return lambda: getattr(self, what)(name)


@pytest.fixture
def taken(community: Community) -> Taken:
    return Taken(community)


@pytest.fixture
def app(community: Community) -> Litestar:
    return app_of(community.base, limits=generous())


def client_of(app: Litestar) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=cast("Any", app)), base_url=SITE)


def cookie(client: Client) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in client.cookies.items())}


def late(
    app: Litestar,
    method: str,
    path: str,
    body: str,
    headers: Mapping[str, str],
    meanwhile: Callable[[], None],
) -> httpx.Response:
    """The answer to a request of which a piece is there before `meanwhile` and the rest after."""

    async def pieces() -> AsyncIterator[bytes]:
        yield body[:5].encode()
        await asyncio.to_thread(meanwhile)
        yield body[5:].encode()

    async def sent() -> httpx.Response:
        async with client_of(app) as client:
            return await client.request(method, path, content=pieces(), headers=headers)

    return asyncio.run(sent())


FORMS = [
    ("Cleo", "roles", "/people/{mara}/roles", {"role-member": "1", "role-steward": "1"}, 403),
    ("Cleo", "roles", "/entries/{open}/archive", {"reason": HELP, "entry_version": "1"}, 403),
    ("Mara", "session", "/entries/{open}/endorse", {"reason": HELP, "entry_version": "1"}, 401),
    ("Mara", "membership", "/entries/{open}/endorse", {"reason": HELP, "entry_version": "1"}, 401),
    ("Mara", "session", "/account/profile", {"name": "Mara", "help": HELP}, 401),
    ("Mara", "session", "/account/sessions/end-all", {}, 303),
    ("Mara", "sight", "/entries/{entry}/revise", {**REVISED, "version": "1", "note": HELP}, 404),
    ("Mara", "sight", "/entries/{entry}/endorse", {"reason": HELP, "entry_version": "1"}, 404),
]


@pytest.mark.parametrize(("name", "what", "path", "fields", "status"), FORMS)
def test_a_form_whose_body_comes_late_is_answered_as_one_that_begins_now(
    taken: Taken,
    app: Litestar,
    browser: Browsers,
    name: str,
    what: str,
    path: str,
    fields: dict[str, str],
    status: int,
) -> None:
    client = browser(name, app)
    form = urlencode({"form_token": form_token(client), **fields})
    path = path.format(mara=taken.community.ids["Mara"], open=taken.open, entry=taken.entry)
    heads: list[int] = []

    def meanwhile() -> None:
        taken.by(what, name)()
        heads.append(taken.base.head())

    answer = late(app, "POST", path, form, {**cookie(client), "Content-Type": FORM}, meanwhile)
    assert answer.status_code == status, answer.text
    assert taken.base.head() == heads[0]
    assert SECRET not in answer.text
    if HELP in fields.values() and "archive" not in path:
        assert HELP in answer.text
    if status == 303:
        assert answer.headers["location"].startswith("/sign-in")
    again = client.post(path, content=form, headers={"Content-Type": FORM})
    assert again.status_code == status


CALLS: list[tuple[str, str, str, str, dict[str, Any], int]] = [
    ("Cleo", "roles", "POST", "/api/entries/{open}/archive", {"reason": HELP}, 403),
    ("Mara", "token", "PUT", "/api/entries/{open}/endorsement", {"reason": HELP}, 401),
    ("Mara", "membership", "PUT", "/api/entries/{open}/endorsement", {"reason": HELP}, 401),
    ("Mara", "sight", "PUT", "/api/entries/{entry}/endorsement", {"reason": HELP}, 404),
    (
        "Mara",
        "sight",
        "PUT",
        "/api/entries/{entry}",
        {"version": 1, "content": {"title": "Mine", "sections": [{"heading": "A", "text": "B"}]}},
        404,
    ),
]


@pytest.mark.parametrize(("name", "what", "method", "path", "body", "status"), CALLS)
def test_a_call_whose_body_comes_late_is_answered_as_one_that_begins_now(
    taken: Taken,
    app: Litestar,
    name: str,
    what: str,
    method: str,
    path: str,
    body: dict[str, Any],
    status: int,
) -> None:
    token = taken.community.token(name, "search", "contribute", "curate")
    path = path.format(open=taken.open, entry=taken.entry)
    heads: list[int] = []

    def meanwhile() -> None:
        taken.by(what, name)()
        heads.append(taken.base.head())

    headers = {**token, "Content-Type": JSON}
    answer = late(app, method, path, json.dumps(body), headers, meanwhile)
    assert answer.status_code == status, answer.text
    assert taken.base.head() == heads[0]
    assert SECRET not in answer.text


def in_line(
    app: Litestar, path: str, headers: Mapping[str, str], meanwhile: Callable[[], None]
) -> httpx.Response:
    """The answer to a request that stands in its line while `meanwhile` happens."""
    limits = cast("Limits", app.state["visits"].limits)
    line = limits.searches if "search" in path else limits.reads

    async def asked() -> httpx.Response:
        async with client_of(app) as client:
            async with line.turn(b"first"), line.turn(b"second"):
                answer = asyncio.create_task(client.get(path, headers=headers))
                await soon(line.waiting)
                await asyncio.to_thread(meanwhile)
            return await answer

    return asyncio.run(asked())


LISTS = [
    "/entries",
    "/search?q=removal",
    "/search/results?q=removal",
    "/",
    "/api/entries",
    "/api/search?q=removal",
]


@pytest.mark.parametrize("path", LISTS)
def test_what_is_shown_to_a_group_is_not_told_to_one_who_left_it_while_they_stood_in_line(
    taken: Taken, app: Litestar, browser: Browsers, path: str
) -> None:
    headers = cookie(browser("Mara", app))
    answer = in_line(app, path, headers, taken.by("sight", "Mara"))
    assert answer.status_code == 200
    assert SECRET not in answer.text
    assert "Bedside handover" not in answer.text
    fresh = in_line(app, path, cookie(browser("Cleo", app)), lambda: None)
    assert SECRET in fresh.text


TURNS = [
    ("session", "/people/{mara}", 303),
    ("session", "/account/data.json", 303),
    ("membership", "/account/data.json", 303),
    ("session", "/entries/{open}/revise", 303),
    ("sight", "/entries/{entry}/revise", 404),
    ("token", "/api/entries", 401),
    ("token", "/api/search?q=handover", 401),
    ("token", "/entries", 401),
]


@pytest.mark.parametrize(("what", "path", "status"), TURNS)
def test_what_stood_in_line_is_answered_as_what_begins_when_its_turn_has_come(
    taken: Taken, app: Litestar, browser: Browsers, what: str, path: str, status: int
) -> None:
    path = path.format(mara=taken.community.ids["Mara"], open=taken.open, entry=taken.entry)
    if what == "token":
        headers = taken.community.token("Mara", "search", "contribute")
    else:
        headers = cookie(browser("Mara", app))
    answer = in_line(app, path, headers, taken.by(what, "Mara"))
    assert answer.status_code == status, answer.text
    assert "Mara" not in answer.text or what == "sight"
    if status == 303:
        assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.process
def test_a_page_that_waits_for_its_layout_is_shown_to_who_sees_it_then(
    taken: Taken, app: Litestar, browser: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken.revise("Slow *handover*. " * 300)
    waited: list[Any] = []

    async def wait(soon: Any) -> None:
        waited.append(soon)
        await asyncio.to_thread(taken.sight, "Mara")

    monkeypatch.setattr(laid_out, "wait", wait)
    answer = browser("Mara", app).get(f"/entries/{taken.entry}")
    assert waited
    assert answer.status_code == 404
    assert SECRET not in answer.text


def test_every_route_that_is_not_open_to_all_asks_who_asks_before_its_handler(
    app: Litestar,
) -> None:
    lacking = {
        f"{route.path} {handler.handler_name}"
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if handler.opt.get("rule", "public") != "public"
        and not {"visit", "session", "pages"} & {*handler.parsed_fn_signature.parameters}
    }
    assert not lacking


def test_a_server_for_one_member_shows_what_that_one_sees_by_now(base: KnowledgeBase) -> None:
    operator = base.session.people
    mara = id_of(joined(base, "member", "steward"))
    joined(base, "member", "steward", name="Another")
    visits = Visits(base, generous())
    base.session = base.as_member(mara)
    assert visits.of(asked()).principal.roles == {"member", "steward"}
    operator.change_roles(mara, ["member"])
    assert visits.of(asked()).principal.roles == {"member"}
    operator.leave(mara)
    assert visits.of(asked()).principal.member is None


def asked() -> Scope:
    """A request from this machine."""
    found: Any = {"type": "http", "method": "GET", "path": "/", "headers": []}
    return cast("Scope", {**found, "client": ("127.0.0.1", 50_000)})
