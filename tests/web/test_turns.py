"""Searches and large reads wait for their turn: pages and other people's searches do not."""

import asyncio
import re
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any, cast

import httpx
import pytest
from litestar import Litestar
from msgspec import structs

from kb import Session
from kb.entries.content import Section
from kb.search.search import Answer
from tests.web.visits import soon
from tests.worlds.log import some_content
from tests.worlds.web import SITE, Browsers, Community, app_of, generous
from web.line import OF_ONE, Line
from web.visit import Limits

PAGE = Path(__file__).parents[2] / "docs" / "developer" / "architecture.md"
QUEUES = ("searches", "reads", "long")
HELD = "/api/search?q=held"


class HeldSearches:
    """Searches for "held" last until `open`; `begun` has the members who began one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.open = Event()
        self.begun: list[str | None] = []
        searches = self

        def search(session: Session, question: str, *_: Any, **__: Any) -> Answer:
            searches.begun.append(session.principal.member)
            if question == "held":
                searches.open.wait()
            return Answer(question=question, results=(), nothing_close=True, milliseconds=0.0)

        monkeypatch.setattr(Session, "search", search)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> HeldSearches:
    return HeldSearches(monkeypatch)


@pytest.fixture
def app(community: Community) -> Litestar:
    return app_of(community.base, limits=generous())


def limits_of(app: Litestar) -> Limits:
    return cast("Limits", app.state["visits"].limits)


def client_of(app: Litestar) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=cast("Any", app)), base_url=SITE)


def run(visits: Coroutine[Any, Any, None]) -> None:
    async def with_few_threads() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(4))
        await visits

    asyncio.run(with_few_threads())


def test_a_flood_of_searches_keeps_no_page_and_no_other_persons_search_waiting(
    community: Community, app: Litestar, held: HeldSearches
) -> None:
    mara, cleo = (community.token(name, "search") for name in ("Mara", "Cleo"))

    async def flooded() -> None:
        async with client_of(app) as client:
            try:
                flood = [asyncio.create_task(client.get(HELD, headers=mara)) for _ in range(40)]
                await soon(lambda: limits_of(app).searches.waiting() == 40 - OF_ONE)
                for path in ("/about", "/entries", "/api/entries", "/sign-in"):
                    assert (await client.get(path, headers=mara)).status_code == 200, path
                assert (await client.get("/api/search?q=other", headers=cleo)).status_code == 200
                assert not any(each.done() for each in flood)
            finally:
                held.open.set()
            assert {each.status_code for each in await asyncio.gather(*flood)} == {200}

    run(flooded())
    assert held.begun[: OF_ONE + 1] == [community.ids["Mara"], community.ids["Cleo"]]


def test_two_persons_who_search_much_take_turns_whatever_tokens_they_have(
    community: Community, app: Litestar, held: HeldSearches
) -> None:
    """One of each is answered at a time; then comes who waits longer."""
    tokens = [community.token("Mara", "search") for _ in range(4)]
    others = [community.token("Cleo", "search") for _ in range(4)]

    async def both() -> None:
        async with client_of(app) as client:
            visits = []
            try:
                for number, token in enumerate((*tokens, *others)):
                    visits.append(asyncio.create_task(client.get(HELD, headers=token)))
                    running = 1 if number < len(tokens) else 2
                    waiting = number + 1 - running
                    await soon(lambda: limits_of(app).searches.waiting() == waiting)  # noqa: B023 at once
            finally:
                held.open.set()
            assert {each.status_code for each in await asyncio.gather(*visits)} == {200}

    run(both())
    first, second = community.ids["Mara"], community.ids["Cleo"]
    assert held.begun[:2] == [first, second]
    assert sorted(map(str, held.begun)) == sorted([first, second] * 4)


def test_where_too_many_searches_wait_one_is_told_to_come_again_and_keeps_its_question(
    browser: Browsers, community: Community, app: Litestar
) -> None:
    app.state["visits"].serve(
        community.base,
        structs.replace(generous(), searches=Line(0, refusal="Too many searches wait")),
    )
    mara = browser("Mara", app)
    page = mara.get("/search?q=a+word")
    assert (page.status_code, page.headers["retry-after"]) == (429, "1")
    assert "Too many searches wait: wait 1 s, then try again." in page.text
    assert 'name="q" value="a word"' in page.text
    for path in ("/search/results?q=x", "/api/search?q=x"):
        answer = mara.get(path)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1"), path
    assert mara.get("/entries").status_code == 200


class Caller:
    """A request made by hand, whose client goes away, or reads nothing, when the test says so."""

    def __init__(self, path: str, *, reads: bool = True) -> None:
        path, _, query = path.partition("?")
        self.gone = asyncio.Event()
        self.reading = asyncio.Event()
        self.told = asyncio.Event()
        if reads:
            self.reading.set()
        self._asked = False
        self._scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "https",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(b"host", SITE.removeprefix("https://").encode())],
            "client": ("192.0.2.7", 50_000),
            "server": ("kb.example.org", 443),
        }

    async def receive(self) -> Any:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, _: Any) -> None:
        self.told.set()
        await self.reading.wait()

    def call(self, app: Any) -> "asyncio.Task[None]":
        return asyncio.create_task(app({**self._scope}, self.receive, self.send))


def test_a_client_that_goes_away_while_it_waits_leaves_the_line(
    app: Litestar, held: HeldSearches
) -> None:
    async def leave() -> None:
        line = limits_of(app).searches
        async with line.turn(b"first"), line.turn(b"second"):
            callers = [Caller(HELD) for _ in range(5)]
            calls = [each.call(app) for each in callers]
            await soon(lambda: line.waiting() == len(callers))
            for each in callers:
                each.gone.set()
            await asyncio.gather(*calls)
            assert line.waiting() == 0

    run(leave())
    assert not held.begun


def test_a_client_that_reads_nothing_of_its_answer_keeps_no_turn(
    app: Litestar, held: HeldSearches
) -> None:
    async def rest() -> None:
        line = limits_of(app).searches
        slow, next_one = Caller("/api/search?q=x", reads=False), Caller("/api/search?q=y")
        resting = slow.call(app)
        await slow.told.wait()
        async with line.turn(b"other"), line.turn(b"another"):
            """Both turns are free."""
        await next_one.call(app)
        slow.reading.set()
        await resting

    run(rest())
    assert len(held.begun) == 2


def test_whatever_fails_in_its_turn_ends_it(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Answer:
        raise ValueError("wrong")

    monkeypatch.setattr(Session, "search", broken)

    async def fail() -> None:
        async with client_of(app) as client:
            for _ in range(3):
                assert (await client.get(HELD)).status_code == 500
        async with limits_of(app).searches.turn(b"a"), limits_of(app).searches.turn(b"b"):
            """Both turns are free."""

    run(fail())


def test_a_long_text_stands_in_the_line_of_reads_and_a_short_one_in_none(
    community: Community, app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.rules.LONG", 1_000)
    short, headers = community.contribute("Mara"), community.token("Mara", "search")
    sections = Section("The problem", "Lost. " * 200), Section("What we do", "Walk.")
    content = structs.replace(some_content(), sections=sections)
    mara = community.acting("Mara").entries
    long = mara.revise(community.contribute("Mara"), content, version=1).id

    async def read() -> None:
        async with client_of(app) as client:
            line = limits_of(app).reads
            async with line.turn(b"first"), line.turn(b"second"):
                paths = (f"/api/entries/{long}", f"/entries/{long}")
                waiting = [asyncio.create_task(client.get(at, headers=headers)) for at in paths]
                await soon(lambda: line.waiting() == len(paths))
                for path in (f"/api/entries/{short}", f"/entries/{short}", "/api/entries/none"):
                    assert (await client.get(path, headers=headers)).status_code in (200, 404)
                waiting.pop().cancel()
                await soon(lambda: line.waiting() == 1)
            assert (await waiting[0]).status_code == 200

    run(read())


def test_what_grows_with_the_base_stands_in_a_line(app: Litestar) -> None:
    """Those and no others of which docs/developer/architecture.md says so."""
    said = PAGE.read_text(encoding="utf-8").split("## What waits in line")[1].split("\n## ")[0]
    rows = [row.split("|") for row in said.splitlines() if row.startswith("| ")]
    promised: dict[str, str] = {}
    queue = ""
    for _, name, addresses, *_ in rows:
        queue = name.strip() or queue
        promised |= dict.fromkeys(re.findall("`([^`]+)`", addresses), queue)
    queues = {
        re.sub(":(str|int)", "", route.path)
        .replace("entry_id", "id")
        .replace("member_id", "id"): queue
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if (queue := handler.opt.get("queue", ""))
    }
    assert queues == {path: each for path, each in promised.items() if each in QUEUES}


def test_whatever_is_counted_as_a_search_stands_in_the_line_of_searches(app: Litestar) -> None:
    queues = {
        route.path: handler.opt.get("queue", "")
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if handler.opt.get("counted")
    }
    assert queues == dict.fromkeys(("/search", "/search/results", "/api/search"), "searches")
