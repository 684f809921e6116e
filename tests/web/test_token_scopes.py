"""Each scope at each route: a token does what its scope says, and shows nothing beyond it."""

from collections.abc import Iterator

import pytest
from msgspec import structs

from kb.access import SCOPES, Scope, Visibility
from kb.areas import ACTIONS
from kb.errors import NotFound
from kb.ids import group_id
from tests.commands import WARD
from tests.web.routes import Route, body_of, filled, routes
from tests.worlds.web import Browsers, Client, Community, community_at

pytestmark = pytest.mark.exhaustive

TITLE = "Unfinished thoughts on handover"
BODY = f"{TITLE}: slow."
"""What `Community.contribute` writes into the first section."""


class World:
    """A member of every role, with a draft of their own and an entry of someone else."""

    def __init__(self, community: Community) -> None:
        self.community = community
        community.base.session.people.form_group(WARD)
        community.ids["Olga"] = community.join("Olga", ("member", "curator", "steward"))
        self.draft = community.contribute("Olga", TITLE, visibility=Visibility("draft"))
        other = community.contribute("Mara", "Bedside handover")
        community.acting("Olga").endorsements.endorse(other, "It works.")
        reuse = community.acting("Olga").reuses.record(
            self.draft, group=WARD, context=BODY, outcome="adopted"
        )
        self.ids = {
            "entry_id": self.draft,
            "other_id": other,
            "reuse_id": reuse.id,
            "member_id": community.ids["Mara"],
            "group_id": group_id(WARD),
        }
        self.tokens = {scope: community.token("Olga", scope) for scope in SCOPES}
        self.program: Client = Browsers(community)()

    def ask(self, route: Route, scope: Scope, *, entry: str = "") -> tuple[int, str]:
        """What a token of `scope` is answered to the example of `route`, which changes nothing."""
        ids = self.ids | ({"entry_id": entry} if entry else {})
        path = filled(route.path + route.example.query, ids)
        headers = self.tokens[scope]
        if route.path.startswith("/api"):
            # A body that misses its shape: what is refused for its scope is refused before.
            body = body_of(route, ids)
            headers = headers | {"content-type": "application/json"}
            answer = self.program.request(route.method, path, content=body, headers=headers)
        elif route.method == "GET":
            answer = self.program.get(path, headers=headers)
        else:
            answer = self.program.post(path, data={"nothing": "1"}, headers=headers)
        return answer.status_code, answer.headers.get("location", "") + answer.text


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with community_at(tmp_path_factory.mktemp("scopes") / "data") as community:
        yield World(community)


def needed(route: Route) -> set[str]:
    if route.rule == "public":
        return set()
    own = "admin" if route.rule == "self" else ACTIONS[route.rule].scope
    return {own} if route.path.startswith("/api") else {own, "search"}


def test_a_token_is_refused_at_each_route_that_its_scope_is_not_for(world: World) -> None:
    wrong = []
    for route in routes():
        for scope in SCOPES:
            if missing := sorted(needed(route) - {scope}):
                status, text = world.ask(route, scope)
                sentence = f"A token needs the scope {' and '.join(missing)} for this"
                if status != 403 or sentence not in text:
                    wrong.append((route.method, route.path, scope, status))
    assert not wrong


@pytest.mark.parametrize("scope", [scope for scope in SCOPES if scope != "search"])
def test_a_token_that_may_not_read_is_shown_no_word_of_an_entry(world: World, scope: Scope) -> None:
    for route in routes():
        for entry in (world.draft, world.ids["other_id"]):
            status, text = world.ask(route, scope, entry=entry)
            assert status < 500
            for word in (TITLE, "slow.", "Bedside", "It works."):
                assert word not in text, (route, word)


@pytest.mark.parametrize("scope", [scope for scope in SCOPES if scope != "search"])
def test_what_a_token_that_may_not_read_does_is_done_without_looking(
    world: World, scope: Scope
) -> None:
    principal = structs.replace(world.community.acting("Olga").principal, scopes=frozenset({scope}))
    base = world.community.base.as_(principal)
    assert base.catalogue.browse().total == 0
    assert base.search("handover").results == ()
    for entry in (world.draft, world.ids["other_id"]):
        with pytest.raises(NotFound):
            base.catalogue.get(entry)


@pytest.mark.parametrize("scope", [scope for scope in SCOPES if scope != "admin"])
def test_a_token_that_may_not_see_people_is_told_of_no_other_member(
    world: World, scope: Scope
) -> None:
    mara = world.community.ids["Mara"]
    for route in routes():
        for entry in (world.draft, world.ids["other_id"]):
            _, text = world.ask(route, scope, entry=entry)
            assert "Mara" not in text, route
            assert mara not in text or "{member_id}" in route.path, route


def test_a_member_reads_on_a_page_by_token_what_search_and_the_scope_of_the_page_allow(
    world: World,
) -> None:
    both = world.community.token("Olga", "search", "admin")
    page = world.program.get(f"/entries/{world.draft}", headers=world.tokens["search"])
    assert TITLE in page.text
    people = world.program.get("/people", headers=both)
    assert "Mara" in people.text
    assert world.program.get("/people", headers=world.tokens["admin"]).status_code == 403


def test_a_program_knows_its_own_member_whatever_its_scope(world: World) -> None:
    entry = world.program.get(f"/api/entries/{world.draft}", headers=world.tokens["search"]).json()
    assert entry["contributed_by"] == world.community.ids["Olga"]


@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_token_for_reports_alone_counts_by_nothing_that_people_wrote(
    world: World, form: str
) -> None:
    world.community.acting("Olga").entries.tag(world.draft, ["unfinished"])
    report, both = world.tokens["report"], world.community.token("Olga", "search", "report")
    for by, word in (("kind", ""), ("month", ""), ("tag", "unfinished"), ("group", WARD)):
        path = f"/api/reports/reuse?by={by}&format={form}"
        alone = world.program.get(path, headers=report)
        assert alone.status_code == (403 if word else 200)
        assert not word or word not in alone.text
        assert word in world.program.get(path, headers=both).text
