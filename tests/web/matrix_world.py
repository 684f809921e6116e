"""A community with someone of each role, and an example of a request to every route."""

import json
from collections.abc import Iterator
from itertools import starmap
from typing import Any

from msgspec import Struct

from kb.access import SCOPES, Role, Visibility
from kb.ids import group_id
from tests import access_tables
from tests.commands import COMMANDS, WARD
from tests.web.community import PASSWORD, Browsers, Client, Community, form_token

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


class Answer(Struct, frozen=True):
    """What a route answered: the text is that of the body, after the address that it leads to."""

    status: int
    text: str


def title(sight: str) -> str:
    """What every entry of this visibility is called, and nothing else."""
    return f"Handover for {sight}"


class World:
    """A community with someone for each row of the matrix, and requests in their names."""

    def __init__(self, community: Community) -> None:
        self.community = community
        people = community.base.people
        people.open_to_world(True)
        people.form_group(WARD)
        for name, (_, roles) in WHO.items():
            if roles:
                community.ids[name] = community.join(name, roles)
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
        entry = self.community.contribute("author", title(sight), visibility=shown)
        author = self.community.acting("author")
        reuse = author.reuses.record(entry, group=WARD, context="Nights", outcome="adopted")
        return {"entry_id": entry, "reuse_id": reuse.id, "other_id": self.other}

    def answer(self, who: str, route: Route, ids: dict[str, str]) -> Answer:
        """What `who` is answered; being sent to the page of signing in counts as 401."""
        ids = {**ids, "password": PASSWORD}
        path = filled(route.path + route.example.query, ids)
        client, token = self._signed_in(who, anew=route.path.startswith("/account"))
        if route.path.startswith("/api"):
            body = body_of(route, ids)
            headers = {"content-type": "application/json", **self._headers[who]}
            answer = self._program.request(route.method, path, content=body, headers=headers)
        elif route.method == "POST":
            form = {name: filled(typed, ids) for name, typed in route.example.sent.items()}
            answer = client.post(path, data={"form_token": token, **form})
        else:
            answer = client.get(path)
        location = answer.headers.get("location", "")
        to_sign_in = answer.status_code == 303 and location.startswith(SIGN_IN)
        return Answer(401 if to_sign_in else int(answer.status_code), location + answer.text)


def body_of(route: Route, ids: dict[str, str]) -> str | None:
    """The JSON that is sent to a route."""
    sent = route.example.sent
    return filled(json.dumps(sent), ids) if sent else None


def filled(text: str, ids: dict[str, str]) -> str:
    """`text` with each {name} in it replaced."""
    for name, value in ids.items():
        text = text.replace("{" + name + "}", value)
    return text
