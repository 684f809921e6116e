"""However large a community is, each page and answer of each address stays under 150 kB."""

import re
from collections.abc import Iterable, Iterator

import pytest

from kb.access import Visibility
from kb.entries.content import Relation
from tests.web.visits import FORM
from tests.worlds.base import END, joined
from tests.worlds.log import some_content
from tests.worlds.web import Browsers, Client, Community, community_at, send

pytestmark = pytest.mark.exhaustive

MANY, GROUPS = 60, 105
MOST_BYTES = 150_000
LONG = "長い名前" * 20
"""Letters of three bytes each, as in long names of groups and people."""

FILES = {"/account/data.json", "/account/data.md", "/static/{file_path}"}
"""Downloads: the one has all that is one's own, of the others none grows."""

ELSEWHERE = {
    *("/sign-in/openid", "/sign-in/openid/back"),
    *(f"/{word}/{{secret}}" for word in ("join", "welcome", "enter")),
}
"""Nothing is listed where nobody is known."""


class Crowd:
    """A community with many of everything; Mara is in all groups, and wrote what there is."""

    def __init__(self, community: Community) -> None:
        self.community = community
        base, mara = community.base, community.ids["Mara"]
        self.steward = community.acting("Stella")
        self.groups: list[str] = []
        for number in range(GROUPS):
            # Every other one is in the first, the others each in the one before.
            around = self.groups[0 if number % 2 else -1] if number else None
            name = f"Ward {number} {LONG}"
            self.groups.append(self.steward.people.form_group(name, around, open=True).id)
            self.steward.people.join_group(self.groups[-1], mara)
        for number in range(MANY):
            self.join(f"Anna-Lena {number} {LONG}")
        self.community.base.session.people.join_group(self.groups[0], community.ids["Cleo"])
        for _ in range(MANY):
            base.accounts.sessions.begin(mara, "password")
            base.accounts.tokens.make(mara, ("search",), LONG, END)
            base.session.credentials.make_link("sign-in", mara, END)
        self.steward.people.invite()
        self.entry = community.contribute(
            "Mara", visibility=Visibility("groups", tuple(self.groups[:100]))
        )
        self.write()

    def join(self, name: str) -> None:
        told = {"name": name, "help": LONG * 10, "address": LONG}
        joined(self.community.base, groups=self.groups[:1], **told)

    def write(self) -> None:
        """What Mara wrote and the others said of it."""
        mine, read = self.community.acting("Mara"), self.community.base.session.directory
        tags = tuple(f"tag {number} {LONG}"[:50] for number in range(100))
        mine.entries.tag(self.entry, tags)
        members = [one.id for one in read.members()][-MANY:]
        for number, member in enumerate(members):
            other = self.community.base.as_(read.principal(member))
            other.endorsements.endorse(self.entry, f"Word {number} {LONG}")
            reuse = other.reuses.record(
                self.entry,
                group=f"{number} {LONG}",
                context=f"Case {number} {LONG}",
                outcome="adopted",
            )
            self.reuse = reuse.id
            also = self.community.contribute("Mara", f"{number} {LONG}", group=f"{number} {LONG}")
            mine.entries.relate(also, Relation("IsDerivedFrom", self.entry))
            version = mine.catalogue.get(self.entry, most=0).version
            text = some_content(f"{number} {LONG}")
            mine.entries.revise(self.entry, text, version=version, note=f"{number} {LONG}")


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    with community_at(tmp_path_factory.mktemp("crowd") / "data") as community:
        yield Crowd(community)


@pytest.fixture(scope="module")
def browsers(crowd: Crowd) -> dict[str, Client]:
    browser = Browsers(crowd.community)
    return {name: browser(name) for name in ("Mara", "Stella")}


def paths(crowd: Crowd) -> Iterator[str]:
    """Every address that is read, with the ids of the largest that there are."""
    known = {
        "entry_id": crowd.entry,
        "reuse_id": crowd.reuse,
        "member_id": crowd.community.ids["Mara"],
        "group_id": crowd.groups[0],
        "version": 1,
        "draft_id": crowd.entry,
    }
    for route in crowd.community.app.routes:
        reads = "GET" in getattr(route, "methods", ())
        path = route.path_format
        if reads and path not in FILES | ELSEWHERE:
            yield path.format(**known)


MORE = (
    "/entries?sort=title&page=3",
    "/entries/new?kind=practice",
    "/search?q=slow",
    "/search/results?q=slow",
    "/reuse?by=tag",
    "/reuse?by=group",
    "/people?name=anna",
    "/groups?name=ward",
    "/api/entries?limit=100",
    "/api/search?q=slow&limit=100",
    "/api/names?of=member-group&limit=100",
    "/api/names?of=tag&limit=100",
    "/api/reports/reuse?by=group",
)


def lists(value: object) -> Iterator[int]:
    """How long each list in an answer is."""
    if isinstance(value, list):
        yield len(value)
    inside = value.values() if isinstance(value, dict) else value
    for each in inside if isinstance(inside, Iterable) and not isinstance(inside, str) else ():
        yield from lists(each)


@pytest.mark.parametrize("name", ["Mara", "Stella"])
def test_no_page_or_answer_of_any_address_lists_more_than_it_pages(
    crowd: Crowd, browsers: dict[str, Client], name: str
) -> None:
    for path in {*paths(crowd), *MORE}:
        answer = browsers[name].get(path)
        assert answer.status_code in (200, 303, 400, 403, 404), (path, answer.text[:500])
        weight, text = len(answer.content), answer.text
        if path.startswith("/api") and answer.headers["content-type"] == "application/json":
            assert path == "/api/openapi.json" or max(lists(answer.json()), default=0) <= 100, path
            continue
        assert weight < MOST_BYTES, (path, weight)
        for marker, most in (("Anna-Lena", 40), ("Word", 40), ("Case", 40)):
            assert len(set(re.findall(rf"{marker} \d+", text))) <= most, (path, marker)
        assert len(set(re.findall(r"Ward \d+", text))) <= 110, path


def items(client: Client, path: str, name: str, marker: str) -> list[str]:
    """What stands on all pages of a list, page by page."""
    found: list[str] = []
    number = 1
    joint = "&" if "?" in path else "?"
    while True:
        html = client.get(f"{path}{joint}{name}={number}").text
        found += dict.fromkeys(re.findall(marker, html))
        if not re.search(rf'rel="next" href="[^"]*{name}={number + 1}#?', html):
            return found
        number += 1


def test_every_list_is_read_page_by_page_with_nothing_left_out(
    crowd: Crowd, browsers: dict[str, Client]
) -> None:
    mara, stella = browsers["Mara"], browsers["Stella"]
    me = crowd.community.ids["Mara"]
    wards, people = r"/groups/([0-9a-f-]{36})", r'href="/people/([0-9a-f-]{36})"'
    everybody = len(crowd.community.base.session.directory.members())
    in_first = MANY + 2  # Mara and Cleo are in it as well
    for client, path, name, marker, count in (
        (mara, "/people", "page", rf"<h2><a {people}", everybody - 1),  # someone is invited
        (stella, "/people", "page", rf"<h2><a {people}", everybody),
        (mara, "/groups", "page", rf'<h2><a href="{wards}', GROUPS),
        (mara, f"/groups/{crowd.groups[0]}", "members", rf"<li><a {people}", in_first),
        (mara, f"/groups/{crowd.groups[0]}", "inside", rf'<li><a href="{wards}', GROUPS // 2),
        (mara, f"/people/{me}", "groups", rf' · <a href="{wards}', GROUPS),
        (mara, "/account", "tokens", r'name="token" value="([^"]+)"', MANY),
        (mara, "/account", "sessions", r'name="session" value="([^"]+)"', MANY),
    ):
        found = items(client, path, name, marker)
        assert (len(found), len(set(found))) == (count, count), (path, name)
    changes = re.compile(r"A link that signs in once was made")
    number, told = 1, 0
    while f"?changes={number + 1}#" in (html := mara.get(f"/account?changes={number}").text):
        told += len(changes.findall(html))
        number += 1
    assert told == MANY


def test_people_and_groups_are_found_by_the_beginning_of_a_word(
    crowd: Crowd, browsers: dict[str, Client]
) -> None:
    mara, stella = browsers["Mara"], browsers["Stella"]
    html = mara.get("/people?name=lena+1").text
    assert {*re.findall(r"Anna-Lena (\d+)", html)} == {"1", *map(str, range(10, 20))}
    assert "Nobody is called so." in mara.get("/people?name=nna").text
    assert re.findall(r"Ward (\d+)", mara.get("/groups?name=WARD+7").text)[0] == "7"
    assert mara.get("/people?name=%25").text.count("<h2>") == 0
    # Who never took an invitation has no name, and is counted for stewards alone.
    counts = [re.search(r"(\d+) people", each.get("/people").text) for each in (mara, stella)]
    assert [int(found[1]) for found in counts if found] == [
        MANY + 4,
        MANY + 5,
    ]  # with Mara and three others
    assert mara.get("/people?name=invited").text.count("<h2>") == 0


def test_names_of_groups_are_offered_to_members_alone(
    crowd: Crowd, browsers: dict[str, Client]
) -> None:
    path = "/api/names?of=member-group&beginning=ward+1"
    assert len(browsers["Mara"].get(path).json()) == 16
    assert Browsers(crowd.community)("Rita").get(path).json() == []
    assert Browsers(crowd.community)().get(path).json() == []


def visibility(crowd: Crowd, entry: str) -> Visibility:
    return crowd.community.acting("Mara").catalogue.get(entry).visibility


def test_a_group_that_is_not_shown_is_named_and_no_tick_is_dropped(
    crowd: Crowd, browsers: dict[str, Client]
) -> None:
    mara, name = (
        browsers["Mara"],
        crowd.community.base.session.directory.group(crowd.groups[99]).name,
    )
    html = mara.get("/entries/new?kind=practice").text
    assert html.count('type="checkbox" name="seen-by-') == 50
    chosen = {"sight": "members", "sight_before": "members", f"seen-by-{crowd.groups[0]}": "1"}
    typed = FORM | chosen | {"seen-by": f"{name.upper()}, Nowhere"}
    html = send(mara, "/entries/new", typed, 400).text
    assert "There is no group “Nowhere”" in html
    assert 'name="seen-by" value="Nowhere"' in html
    ticked = re.findall(r'name="seen-by-([^"]+)" value="1" checked', html)
    assert {*ticked} == {crowd.groups[0], crowd.groups[99]}
    sent = send(mara, "/entries/new", typed | {"seen-by": name})
    entry = sent.headers["location"].partition("?")[0].rpartition("/")[2]
    both = Visibility("groups", tuple(sorted((crowd.groups[0], crowd.groups[99]))))
    assert visibility(crowd, entry) == both
    page = mara.get(f"/entries/{entry}").text
    shown = re.findall(r'name="seen-by-([^"]+)" value="1" checked', page)
    assert {*shown} == {*both.groups}
    before = {"sight": "groups", "sight_before": "groups", "groups_before": " ".join(both.groups)}
    ticks = {f"seen-by-{group}": "1" for group in both.groups}
    html = send(mara, f"/entries/{entry}/show", before | ticks | {"seen-by": "Nowhere"}, 400).text
    assert 'name="seen-by" value="Nowhere"' in html
    assert visibility(crowd, entry) == both
    more = {"seen-by": crowd.groups[50]}
    send(mara, f"/entries/{entry}/show", before | ticks | more)
    assert {*visibility(crowd, entry).groups} == {*both.groups, crowd.groups[50]}


def test_a_group_named_beside_another_choice_is_asked_about(
    crowd: Crowd, browsers: dict[str, Client]
) -> None:
    chosen = {"sight": "draft", "sight_before": "members", "seen-by": crowd.groups[1]}
    html = send(browsers["Mara"], "/entries/new", FORM | chosen, 400).text
    assert "You ticked groups" in html
    assert f'name="seen-by-{crowd.groups[1]}" value="1" checked' in html


def test_someone_is_invited_into_a_group_and_put_into_one_by_its_name(
    crowd: Crowd, browsers: dict[str, Client]
) -> None:
    stella, directory = browsers["Stella"], crowd.community.base.session.directory
    far, cleo = directory.group(crowd.groups[77]), crowd.community.ids["Cleo"]
    invitation = {"role-member": "1", "role-curator": "1", "group": f"{far.name}, Nowhere"}
    html = send(stella, "/people/invite", invitation, 400).text
    assert 'name="group" value="Nowhere"' in html
    assert re.search(rf'name="group-{far.id}" value="1" checked', html)
    assert re.search(r'name="role-curator" value="1" checked', html)
    html = send(stella, "/people/invite", invitation | {"group": far.name}, 200).text
    assert f'href="/groups/{far.id}"' in html
    away = {f"shown-group-{crowd.groups[0]}": "1", "group": f"{far.name},Nowhere"}
    html = send(stella, f"/people/{cleo}/groups", away, 400).text
    assert 'name="group" value="Nowhere"' in html
    assert re.search(rf'name="group-{far.id}" value="1" checked', html)
    assert not re.search(rf'name="group-{crowd.groups[0]}" value="1" checked', html)
    assert f'name="shown-group-{crowd.groups[0]}"' in html
    assert directory.member(cleo).groups == (crowd.groups[0],)
    send(stella, f"/people/{cleo}/groups", away | {"group": far.name})
    assert directory.member(cleo).groups == (far.id,)


def test_the_group_around_one_is_named_where_there_are_many(
    crowd: Crowd, browsers: dict[str, Client]
) -> None:
    stella, directory = browsers["Stella"], crowd.community.base.session.directory
    around = directory.group(crowd.groups[7])
    send(stella, "/groups", {"name": "Annex", "parent": around.name})
    annex = directory.group("Annex")
    assert annex.parent == around.id
    html = stella.get(f"/groups/{annex.id}").text
    assert f'name="parent_before" value="{around.name}"' in html
    html = send(
        stella, f"/groups/{annex.id}/change", {"name": "Hall", "parent": "Nowhere"}, 400
    ).text
    assert ('value="Hall"' in html, 'value="Nowhere"' in html) == (True, True)
    assert re.search(r'id="parent-error">There is no group', html)
    stale = {"name": "Hall", "name_before": "Annex", "parent": around.name}
    stale["parent_before"] = around.name
    crowd.steward.people.change_group(annex.id, parent=crowd.groups[8])
    send(stella, f"/groups/{annex.id}/change", stale)
    hall = directory.group(annex.id)
    assert (hall.name, hall.parent) == ("Hall", crowd.groups[8])
    crowd.steward.people.change_group(annex.id, parent=None)
