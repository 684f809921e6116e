"""A small community behind the pages, with the deterministic embedder, and a real browser."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from playwright.sync_api import Browser, Page, Route, sync_playwright

from indexer.embedding.testing import HashEmbedder
from kb import KnowledgeBase
from kb.entries.content import Content, Draft, Section
from tests import made
from tests.web.browsing import ARGUMENTS, served
from tests.web.serving import data, run
from tests.web.session_log import SessionLog
from tests.worlds.web import Browsers, Community, app_of, community_at, give_back
from web.logs import logs_to

__all__ = ["data", "run"]

Contribute = Callable[..., str]


@pytest.fixture(scope="session")
def session_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SessionLog]:
    """The log of every server that browser tests start, and what those were told."""
    made = SessionLog(tmp_path_factory.mktemp("session") / "servers.log")
    yield made
    made.stream.close()


@pytest.fixture(autouse=True)
def logged(request: pytest.FixtureRequest) -> Iterator[None]:
    """While a browser test runs, its servers write to the log of the session."""
    if request.node.get_closest_marker("browser") is None:
        yield
        return
    with logs_to(request.getfixturevalue("session_log").stream, "json"):
        yield


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test has written is found in what it asks next, however busy the machine is; what it
    erased is erased at once, though others may follow; what follows the log ends soon.
    """
    monkeypatch.setattr("kb.erasure.eraser.GATHER_SECONDS", 0.0)
    monkeypatch.setattr("kb.projections.worker.WAIT_SECONDS", 0.02)
    monkeypatch.setattr("web.written.PATIENCE", 60.0)
    monkeypatch.setattr("kb.search.search.OWN_SECONDS", 60.0)
    monkeypatch.setattr("kb.search.search.OTHERS_SECONDS", 60.0)


@pytest.fixture
def base(tmp_path: Path) -> Iterator[KnowledgeBase]:
    """An empty knowledge base."""
    data = made.opened(tmp_path / "data")
    with KnowledgeBase.open(data, embedder=HashEmbedder()) as opened:
        yield opened
        give_back(opened)


@pytest.fixture
def client(base: KnowledgeBase) -> Iterator[TestClient[Litestar]]:
    """A browser on this machine that follows no redirect by itself."""
    app = app_of(base)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as made:
        made.follow_redirects = False
        yield made


@pytest.fixture
def community(tmp_path: Path) -> Iterator[Community]:
    """A community of each role, where members sign in with a password over https."""
    with community_at(tmp_path / "community") as made:
        yield made


@pytest.fixture
def browser(community: Community) -> Browsers:
    """Makes browsers, signed in or not."""
    return Browsers(community)


@pytest.fixture
def contribute(base: KnowledgeBase, session_log: SessionLog) -> Contribute:
    """Contributes a practice with the given fields and answers its id."""

    def make(title: str = "Bedside handover", **fields: Any) -> str:
        problem = str(
            fields.pop("problem", "Forty minutes in the office, everyone half listening.")
        )
        does = str(fields.pop("does", "Both nurses walk from bed to bed, two minutes each."))
        sections = (Section("The problem", problem), Section("What we do", does))
        tags = fields.pop("tags", ("handover",))
        group = fields.pop("group", "North Clinic")
        assert not fields
        session_log.tell(title, problem, does, *tags, group)
        draft = Draft(
            kind="practice",
            content=Content(title=title, sections=sections, properties={"difficulty": "easy"}),
            group=group,
            tags=tags,
        )
        return base.session.entries.contribute(draft).id

    return make


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; without one these tests are left out, except in CI."""
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs Chromium on the path.")
        pytest.skip("Chromium is not installed.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def url(base: KnowledgeBase) -> Iterator[str]:
    with served(app_of(base)) as address:
        yield address


@pytest.fixture
def open_page(
    chromium: Browser, url: str, session_log: SessionLog
) -> Iterator[Callable[..., Page]]:
    """Opens a path in a fresh context; a request to elsewhere or a script error fails the test."""
    wrong: list[str] = []
    contexts = []

    def guarded(route: Route) -> None:
        if urlsplit(route.request.url).hostname not in ("127.0.0.1", "localhost"):
            wrong.append(f"request to {route.request.url}")
        route.continue_()

    def make(path: str = "/", **options: Any) -> Page:
        context = chromium.new_context(base_url=url, **options)
        context.set_default_timeout(20_000)
        context.route("**/*", guarded)
        contexts.append(context)
        session_log.listen(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda m: wrong.append(m.text) if "Content Security" in m.text else None)
        page.goto(path)
        return page

    yield make
    for context in contexts:
        session_log.leave(context)
        context.close()
    assert wrong == []
