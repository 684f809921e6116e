"""Every operation of the web with its rule, and an example of a request to it."""

import json
from collections.abc import Iterator
from itertools import starmap
from typing import Any

from msgspec import Struct

from tests import access_tables
from tests.commands import COMMANDS

SIGN_IN = "/sign-in"
ELSEWHERE = (SIGN_IN, "/sign-out", "/enter", "/join", "/welcome", "/static")


class Request(Struct, frozen=True):
    """An example of what is sent to a route: a form to a page, JSON to the other interface."""

    sent: Any = None
    query: str = ""


def examples() -> Iterator[tuple[str, Request]]:
    """What the routes of the table of commands are sent, by method and path."""
    for command in COMMANDS.values():
        for address, sent in [*command.page.items(), *command.api.items()]:
            route, mark, query = address.partition("?")
            yield route, Request(sent, mark + query)


EXAMPLES = dict(examples())


class Route(Struct, frozen=True):
    """An operation and its rule, as the page of the routes has them."""

    method: str
    path: str
    rule: str

    @property
    def example(self) -> Request:
        """What it is sent; one that changes nothing mostly needs nothing."""
        return EXAMPLES.get(f"{self.method} {self.path}", Request())

    @property
    def about_an_entry(self) -> bool:
        return "{entry_id}" in self.path or "{reuse_id}" in self.path


def routes() -> Iterator[Route]:
    """Every operation but files, and what signs in or out, which has tests of its own."""
    for route in starmap(Route, access_tables.routes()):
        if not route.path.startswith(ELSEWHERE):
            yield route


def body_of(route: Route, ids: dict[str, str]) -> str | None:
    """The JSON that is sent to a route."""
    sent = route.example.sent
    return filled(json.dumps(sent), ids) if sent else None


def filled(text: str, ids: dict[str, str]) -> str:
    """`text` with each {name} in it replaced; a {version} is the first."""
    for name, value in {"version": "1", **ids}.items():
        text = text.replace("{" + name + "}", value)
    return text
