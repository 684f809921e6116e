"""Every role at every route, for entries of every visibility: what the page of the rules says.

What is expected comes from docs/reference/access.md and tests/allowed.py; that this tells of every
route of the application is tested as well.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from litestar.routes import HTTPRoute
from msgspec import Struct

from kb.access import SCOPES, Visibility
from kb.ids import group_id
from tests import access_tables
from tests.access_tables import MEMBERS, PAGE, SIGHT, seen
from tests.commands import WARD
from tests.web.routes import SIGN_IN, Route, body_of, filled, routes
from tests.web.visits import NOWHERE
from tests.worlds.base import PASSWORD
from tests.worlds.web import Browsers, Client, Community, community_at, form_token
from web.rules import Rule

pytestmark = pytest.mark.exhaustive

WHO = {"nobody": ("anybody, if open to the world", ()), **MEMBERS}


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
        people = community.base.session.people
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


OF_AN_ENTRY = ("entry_id", "reuse_id")
"""The ids that nobody is told who does not see the entry."""


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


class Cells:
    """Looks at each cell, and keeps those that are not as the page says."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.checked = 0
        self.wrong: list[object] = []
        self.shown: set[str] = set()
        self.people = {"member_id": world.community.ids["Mara"], "group_id": group_id(WARD)}
        self.standing = {sight: world.entry(sight) for sight in SIGHT}
        self.unchanged: dict[str, dict[str, str]] = {}
        self.missing: dict[tuple[Route, str], str] = {}

    def check(self, route: Route, sight: str, who: str) -> None:
        changes = route.about_an_entry and route.method != "GET"
        if changes and sight not in self.unchanged:
            self.unchanged[sight] = self.world.entry(sight)
        ids = self.people | (self.unchanged if changes else self.standing)[sight]
        before = self.world.community.base.head()
        answer = self.world.answer(who, route, ids)
        unwritten = self.world.community.base.head() == before
        if changes and not unwritten:
            del self.unchanged[sight]
        right = expected(who, route, sight)(answer.status)
        if route.about_an_entry and not seen(WHO[who][0], sight):
            right = right and unwritten and self.is_as_missing(route, who, ids, answer)
        self.checked += 1
        if not right or self.told(route, who, sight, ids, answer):
            self.wrong.append((route.method, route.path, sight, who, answer.status))

    def is_as_missing(self, route: Route, who: str, ids: dict[str, str], answer: Answer) -> bool:
        """Whether a hidden entry is answered word by word as one that is not there."""
        if (route, who) not in self.missing:
            absent = ids | dict.fromkeys(OF_AN_ENTRY, NOWHERE)
            self.missing[route, who] = self.world.answer(who, route, absent).text
        return self.missing[route, who] == without(ids, answer.text)

    def told(
        self, route: Route, who: str, sight: str, ids: dict[str, str], answer: Answer
    ) -> list[str]:
        """What the answer has of entries that are hidden from `who`, but what was sent."""
        self.shown |= {sight for sight in SIGHT if title(sight) in answer.text}
        address = filled(route.path, ids)
        entries = [*self.standing.items(), (sight, ids)]
        hidden = [(kind, of) for kind, of in entries if not seen(WHO[who][0], kind)]
        marks = {title(kind) for kind, _ in hidden}
        marks |= {of[name] for _, of in hidden for name in OF_AN_ENTRY}
        return [mark for mark in marks if mark not in address and mark in answer.text]


def without(ids: dict[str, str], text: str) -> str:
    """`text` with the ids of an entry turned into that of none."""
    for name in OF_AN_ENTRY:
        text = text.replace(ids[name], NOWHERE)
    return text


def test_every_cell_of_the_matrix_is_as_the_page_says(world: World) -> None:
    cells = Cells(world)
    # What changes people and groups comes last, for it changes who sees what.
    for route in sorted(routes(), key=lambda route: not route.about_an_entry):
        for sight in SIGHT if route.about_an_entry else ("members",):
            for who in WHO:
                cells.check(route, sight, who)
    assert not cells.wrong, "\n".join(map(str, cells.wrong))
    assert cells.shown == SIGHT.keys()
    (told,) = re.findall(r"\*\*([\d,]+) cells\*\*", PAGE.read_text("utf-8"))
    assert f"{cells.checked:,}" == told


def name_of(rule: Rule) -> str:
    return rule if isinstance(rule, str) else rule.name


def test_every_route_has_the_rule_that_is_meant_for_it_and_no_route_is_missing(
    world: World,
) -> None:
    there = [
        (method, route.path_format, name_of(handler.opt["rule"]))
        for route in world.community.app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if handler.handler_name != "options_handler"
        for method in handler.http_methods - {"HEAD"}
    ]
    assert sorted(access_tables.routes()) == sorted(there)
