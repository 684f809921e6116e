"""Logs hold no personal data and no query text: comes last, and reads what all browser tests left.

The lines are those of every server that a browser test, or a test of `kb serve`, has started. A
round of its own comes first, so that there is something to read when it runs alone.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import Result
from litestar.routes import HTTPRoute
from playwright.sync_api import Page, expect

from tests.web.browsing import OpenPage, listening, served
from tests.web.serving import get
from tests.web.session_log import SessionLog
from tests.worlds.base import PASSWORD
from tests.worlds.web import ROLES, Community, community_at
from web.logs import METHODS

EVENTS = {"answered", "a fault of ours", "cannot answer now", "a library reported something",
          "a thread failed"}  # fmt: skip
PLACE = re.compile(r"[\w./-]+\.py:\d+")
ERROR = r"\w+( [A-Z_]+)?"
SHAPES: dict[str, Callable[[Any], object]] = {
    "event": lambda value: value in EVENTS,
    "method": lambda value: value in METHODS or value == "-",
    "status": lambda value: type(value) is int and 100 <= value < 600,
    "milliseconds": lambda value: type(value) is float and value >= 0,
    "request": re.compile(r"[0-9a-f]{16}").fullmatch,
    "level": re.compile(r"info|warning|error|critical").fullmatch,
    "timestamp": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z").fullmatch,
    "error": re.compile(rf"{ERROR}( from {ERROR})*").fullmatch,
    "missed": lambda value: isinstance(value, int),
    "logger": re.compile(r"[\w.]+").fullmatch,
    "at": PLACE.fullmatch,
    "errors": lambda value: all(
        each.keys() == {"type", "at"}
        and re.fullmatch(ERROR, each["type"])
        and all(map(PLACE.fullmatch, each["at"]))
        for each in value
    ),
}
"""What each field of a line may be like; `route` is one of the application's."""

CHANCE = ("request", "timestamp", "milliseconds")
"""Fields of numbers, in which a short word can stand by chance."""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[tuple[Community, str]]:
    listener = listening()
    address = f"http://localhost:{listener.getsockname()[1]}"
    with (
        community_at(tmp_path / "here", base_url=address) as made,
        served(made.app, listener),
    ):
        yield made, address


@pytest.fixture
def url(here: tuple[Community, str]) -> str:
    return here[1]


def sign_in(page: Page, name: str, password: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("Your sign-in name").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def go_round(page: Page) -> str:
    """Do a bit of everything that nobody else is to read; answers with a new token."""
    sign_in(page, "someone.else@example.org", "sixteen blue lanterns")
    expect(page.get_by_role("alert")).to_be_visible()
    sign_in(page, "Mara@example.org", PASSWORD)
    expect(page.get_by_role("link", name="Mara")).to_be_visible()
    page.goto("/search?q=Who+waters+the+ferns+of+Odile")
    page.goto("/entries/new?kind=practice")
    page.get_by_label("Title").fill("Ferns in the corridor")
    page.get_by_label("The problem").fill("Odile was away and the ferns dried up.")
    page.get_by_label("What we do").fill("A list hangs beside the tap.")
    page.get_by_role("button", name="Contribute").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ferns in the corridor")
    page.goto("/account")
    page.get_by_label("What is it for?").fill("Counting ferns")
    page.get_by_label("Search and read").check()
    page.get_by_role("button", name="Make a token").click()
    return page.locator("[role=status] code").inner_text()


def lines(log: SessionLog) -> list[dict[str, Any]]:
    """Every line; one that is no JSON fails."""
    return [msgspec.json.decode(line, type=dict[str, Any]) for line in log.text().splitlines()]


def test_kb_serve_writes_to_the_log_of_the_session(
    run: Callable[..., Result], session_log: SessionLog
) -> None:
    before = len(lines(session_log))
    assert run("--port", "0", visit=lambda url: get(url, "/search?q=Odile")).exit_code == 0
    assert [each["route"] for each in lines(session_log)[before:]] == ["/search"]


@pytest.mark.browser
def test_the_logs_of_the_whole_browser_suite_hold_nothing_that_anybody_told(
    open_page: OpenPage, here: tuple[Community, str], session_log: SessionLog
) -> None:
    before = len(lines(session_log))
    page = open_page()
    token = go_round(page)
    used = {"Authorization": f"Bearer {token}"}
    assert page.request.get("/api/search?q=Odile", headers=used).status == 200
    cookies = [each["value"] for each in page.context.cookies()]
    assert len(cookies) == 2, "of the session and of the browser"
    told = (
        *("Mara@example.org", PASSWORD, "sixteen blue lanterns", "Counting ferns"),
        *("Ferns in the corridor", "Who waters the ferns of Odile", "A list hangs beside the tap."),
    )
    assert session_log.told.issuperset(told), "the browser was not listened to"
    session_log.tell(token, *cookies, "Odile", *ROLES, *here[0].ids.values())
    session_log.tell(*(f"{name}@example.org" for name in ROLES), "127.0.0.1", "Chrome")

    written = lines(session_log)
    assert len(written) > before + 10
    routes = [route for route in here[0].app.routes if isinstance(route, HTTPRoute)]
    known = {route.path_format for route in routes} | {"-"}
    assert [each for each in written if not fits(each, known)] == []
    vocabulary = " ".join(known).casefold()
    kept = [{name: each[name] for name in each.keys() - {*CHANCE}} for each in written]
    # Each kind of line once: of thousands there are a few dozen.
    text = "\n".join({msgspec.json.encode(each, order="sorted").decode() for each in kept})
    leaked = [
        word
        for word in session_log.told
        if word.casefold() in text.casefold() and word.casefold() not in vocabulary
    ]
    assert leaked == []


def fits(line: dict[str, Any], routes: set[str]) -> bool:
    """Whether a line says nothing but what the server did."""
    shapes = {**SHAPES, "route": routes.__contains__}
    return {"event", "level", "timestamp"} <= line.keys() and all(
        name in shapes and shapes[name](value) for name, value in line.items()
    )
