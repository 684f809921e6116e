"""Joining, and what stewards do for the others."""

import re
from pathlib import Path

import pytest

from kb.access import ROLES, SIGHTS, Visibility, told
from kb.errors import Refused
from kb.ids import group_id
from kb.one_time_links import one_time_link
from tests.web.visits import FORM
from tests.worlds.base import at_once
from tests.worlds.web import Browsers, Community, app_of, community_at, generous, send
from web.pages.engine import ROLE_NAMES, SEEN_BY, SHOWN_TO

PROFILE = {
    "name": "Nora",
    "time_zone": "Europe/Vienna",
    "languages": "de, en",
    "help": "Night shifts",
    "sign_in_name": "nora@example.org",
    "password": "seven quiet lanterns",
}


def invited(browser: Browsers, **ticked: str) -> str:
    """The path of a new invitation, made by the steward."""
    html = send(browser("Stella"), "/people/invite", {"role-member": "1", **ticked}, 200).text
    found = re.search(r"<code[^>]*>https://kb\.example\.org(/join/[\w-]+)</code>", html)
    assert found
    return found[1]


def join_path(community: Community, member: str) -> str:
    """The path of an invitation for `member`."""
    base = community.base
    made = one_time_link(base.session, base.settings, "invitation", member).link
    return made.removeprefix(base.settings.base_url)


def test_one_who_is_invited_joins_and_is_signed_in(browser: Browsers) -> None:
    path, client = invited(browser), browser()
    assert "What can you help with?" in client.get(path).text
    assert client.post(path, data=PROFILE).status_code == 303
    html = client.get("/people").text
    assert "Nora" in html
    assert "Night shifts" in html
    form = {"name": "NORA@example.org", "password": PROFILE["password"]}
    assert browser().post("/sign-in", data=form).status_code == 303


def test_an_invitation_is_taken_once(browser: Browsers) -> None:
    path = invited(browser)
    assert browser().post(path, data=PROFILE).status_code == 303
    assert browser().get(path).status_code == 404
    assert browser().post(path, data=PROFILE).status_code == 404


def test_of_seven_who_send_the_form_at_once_one_joins_with_all_of_their_own(
    browser: Browsers, community: Community
) -> None:
    path = invited(browser)
    takers = [browser() for _ in range(7)]

    def form(number: int) -> dict[str, str]:
        own = {"name": f"Taker {number}", "sign_in_name": f"taker{number}@example.org"}
        return PROFILE | own | {"password": f"seven quiet lanterns {number}"}

    answers = at_once(
        *[
            lambda number=number, client=client: (number, client.post(path, data=form(number)))
            for number, client in enumerate(takers)
        ]
    )
    assert sorted(answer.status_code for _, answer in answers) == [303, *[404] * 6]
    (winner,) = [number for number, answer in answers if answer.status_code == 303]
    assert f">Taker {winner}</a>" in takers[winner].get("/").text
    people = browser("Mara").get("/people").text
    known = [number for number in range(7) if f"Taker {number}" in people]

    def signs_in(number: int) -> bool:
        typed = {"name": f"taker{number}@example.org", "password": form(number)["password"]}
        return browser().post("/sign-in", data=typed).status_code == 303

    signed_in = [number for number in range(7) if signs_in(number)]
    assert known == signed_in == [winner]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"password": "short"}, "12 to 1024 characters"),
        ({"password": "passwordpassword"}, "among the first"),
        ({"name": " "}, "name"),
        ({"time_zone": "Mars/Olympus"}, "is no time zone"),
        ({"sign_in_name": "mara@example.org"}, "cannot be used here"),
        ({"sign_in_name": ""}, "sign-in name"),
    ],
)
def test_a_mistake_does_not_use_the_invitation_up(
    browser: Browsers, wrong: dict[str, str], sentence: str
) -> None:
    path, client = invited(browser), browser()
    response = client.post(path, data=PROFILE | wrong)
    assert response.status_code == 400
    assert sentence in response.text
    assert PROFILE["password"] not in response.text
    assert client.post(path, data=PROFILE).status_code == 303


def test_with_an_invitation_names_of_others_are_tried_so_often_and_then_no_more(
    browser: Browsers, community: Community
) -> None:
    """Whatever the address; other mistakes are no tries."""
    path, other = invited(browser), invited(browser)
    app = app_of(community.base, limits=generous(name=3))
    client = browser(app=app)
    for wrong in ({"password": "short"}, {"name": " "}):
        assert client.post(path, data=PROFILE | wrong).status_code == 400
    for name in ("mara", "cleo", "rita"):
        taken = client.post(path, data=PROFILE | {"sign_in_name": f"{name}@example.org"})
        assert (taken.status_code, "cannot be used here" in taken.text) == (400, True)
    for name in ("stella", "nobody"):
        late = client.post(path, data=PROFILE | {"sign_in_name": f"{name}@example.org"})
        assert (late.status_code, "cannot be used here" in late.text) == (429, False)
    assert client.get(path).status_code == 200
    assert client.post(other, data=PROFILE).status_code == 303


def test_an_invitation_gives_the_roles_and_groups_that_the_steward_chose(
    browser: Browsers, community: Community
) -> None:
    community.acting("Stella").people.form_group("Night")
    night = group_id("Night")
    path = invited(browser, **{"role-curator": "1", f"group-{night}": "1"})
    client = browser()
    for field in ("role-steward", "roles", "group-x"):
        assert client.post(path, data=PROFILE | {field: "steward"}).status_code == 400
    assert client.post(path, data=PROFILE).status_code == 303
    [nora] = [m for m in community.base.session.directory.members() if m.name == "Nora"]
    assert set(nora.roles) == {"member", "curator"}
    assert nora.groups == (night,)


@pytest.mark.parametrize("ways", ["password", "passkey"])
def test_one_invited_as_a_reporter_alone_joins(tmp_path: Path, ways: str) -> None:
    with community_at(tmp_path / "kb", sign_in=ways) as community:
        people, browser = community.base.session.people, Browsers(community)
        invited, later = people.invite(["reporter"]).id, people.invite(["member"]).id
        people.change_roles(later, ["reporter"])
        for number, member in enumerate((invited, later)):
            name = {"sign_in_name": f"n{number}@example.org"}
            client = browser()
            assert client.post(join_path(community, member), data=PROFILE | name).status_code == 303
            assert client.get("/reuse").status_code == 200
            found = community.base.session.directory.member(member)
            assert (found.standing, found.roles) == ("joined", ("reporter",))


def test_the_first_steward_is_welcomed(browser: Browsers, community: Community) -> None:
    member = community.base.session.people.invite(("member", "steward")).id
    link = one_time_link(
        community.base.session, community.base.settings, "first-steward", member
    ).link
    path = link.removeprefix("https://kb.example.org")
    client = browser()
    assert client.get(path.replace("welcome", "join")).status_code == 404
    assert "You are the first" in client.get(path).text
    assert client.post(path, data=PROFILE).status_code == 303
    assert client.get("/audit").status_code == 200


def test_a_link_that_is_left_over_changes_nothing_of_a_member_who_has_joined(
    browser: Browsers, community: Community
) -> None:
    base = community.base
    member = base.session.people.invite(("member", "steward")).id
    first, other = (
        one_time_link(base.session, base.settings, each, member).link
        for each in ("first-steward", "invitation")
    )
    path, left = (link.removeprefix("https://kb.example.org") for link in (first, other))
    assert browser().post(path, data=PROFILE).status_code == 303
    again = PROFILE | {"sign_in_name": "evil@example.org"}
    assert browser().post(left, data=again).status_code == 404
    assert base.accounts.names.member("evil@example.org") is None
    with pytest.raises(Refused, match="has joined: make a link that signs them in"):
        one_time_link(base.session, base.settings, "invitation", member)


def test_no_form_gives_its_sender_a_role(browser: Browsers, community: Community) -> None:
    client = browser("Mara")
    for field in ("roles", "role-steward", "id", "standing"):
        sent = {"name": "Mara", "time_zone": "UTC", field: community.ids["Stella"]}
        send(client, "/account/profile", sent, 400)
    assert community.base.session.directory.member(community.ids["Mara"]).roles == ("member",)
    send(client, f"/people/{community.ids['Mara']}/roles", {"role-steward": "1"}, 403)


def test_everybody_sees_what_was_changed_about_them(
    browser: Browsers, community: Community
) -> None:
    mara = community.ids["Mara"]
    send(browser("Stella"), f"/people/{mara}/roles", {"role-member": "1", "role-curator": "1"})
    assert "Became curator." in browser("Mara").get("/account").text
    assert "Became curator." in browser("Stella").get("/audit").text
    assert "by Stella" in browser("Mara").get("/account").text
    assert "Became curator." not in browser("Cleo").get("/account").text


def test_every_role_and_sight_has_its_words() -> None:
    assert {*ROLE_NAMES} == {*ROLES}
    assert {*SHOWN_TO} == {*SEEN_BY, "groups"} == {*SIGHTS}
    assert all(told(Visibility(sight)) for sight in SIGHTS)


def test_a_role_is_called_alike_on_all_pages(browser: Browsers, community: Community) -> None:
    stella = browser("Stella")
    called = '<p class="{}"[^>]*>Member, Steward'
    for path, styled in (
        ("/account", "lead"),
        ("/people", "meta"),
        (f"/people/{community.ids['Stella']}", "meta"),
    ):
        assert re.search(called.format(styled), stella.get(path).text), path


def test_the_last_steward_stays(browser: Browsers, community: Community) -> None:
    client, stella = browser("Stella"), community.ids["Stella"]
    form = {"role-member": "1", "shown-role-member": "1", "shown-role-steward": "1"}
    html = send(client, f"/people/{stella}/roles", form, 409).text
    assert "The last steward cannot go" in html
    send(client, f"/people/{stella}/remove", {}, 409)


def test_one_who_is_removed_is_out_at_once(browser: Browsers, community: Community) -> None:
    client, headers = browser("Mara"), community.token("Mara", "search")
    send(browser("Stella"), f"/people/{community.ids['Mara']}/remove")
    assert client.get("/people").status_code == 303
    assert browser().get("/api/entries", headers=headers).status_code == 401


def test_groups_nest_and_members_join_open_ones(browser: Browsers, community: Community) -> None:
    stella, mara = browser("Stella"), browser("Mara")
    send(stella, "/groups", {"name": "Region", "open": "1"})
    region = group_id("Region")
    send(stella, "/groups", {"name": "Clinic", "parent": region})
    clinic = group_id("Clinic")
    assert "There is a group" in send(stella, "/groups", {"name": "clinic"}, 409).text
    send(mara, f"/groups/{region}/join")
    send(mara, f"/groups/{clinic}/join", {}, 403)
    send(stella, f"/people/{community.ids['Cleo']}/groups", {f"group-{clinic}": "1"})
    html = mara.get("/groups").text
    assert html.index("Region") < html.index("Clinic")
    assert 'class="depth-1"' in html
    send(mara, f"/groups/{region}/leave")
    assert community.base.session.directory.member(community.ids["Mara"]).groups == ()
    send(stella, f"/people/{community.ids['Cleo']}/groups", {f"shown-group-{clinic}": "1"})
    assert community.base.session.directory.member(community.ids["Cleo"]).groups == ()
    send(stella, f"/groups/{clinic}/close")
    assert "closed" in mara.get("/groups").text


def test_a_page_that_begins_within_a_group_names_what_it_lies_in(
    browser: Browsers, community: Community
) -> None:
    people = community.acting("Stella").people
    region = people.form_group("Region").id
    clinic = people.form_group("Clinic", region).id
    for number in range(25):
        people.form_group(f"Ward {number}", clinic)
    client = browser("Mara")
    first, second = (client.get(f"/groups?page={page}").text for page in (1, 2))
    assert "continued" not in first
    around = re.findall(r'class="depth-(\d) meta"><a href="/groups/([^"]*)">', second)
    assert around == [("0", region), ("1", clinic)]
    for path in ("/groups?page=9", "/people?page=9", "/groups?name=ward&page=9"):
        html = client.get(path).text
        assert "This list has no such page." in html
        assert "yet." not in html.split('id="page"')[1]


def test_a_page_for_each_group_lets_stewards_change_it(
    browser: Browsers, community: Community
) -> None:
    stella, mara = browser("Stella"), browser("Mara")
    region, clinic = group_id("Region"), group_id("Clinic")
    send(stella, "/groups", {"name": "Region"})
    send(stella, "/groups", {"name": "Clinic", "parent": region, "open": ""})
    assert "Clinic" in mara.get(f"/groups/{region}").text
    assert f"/groups/{clinic}/change" not in mara.get(f"/groups/{clinic}").text
    page = stella.get(f"/groups/{region}").text
    assert f'<option value="{clinic}"' not in page  # nothing goes into what is inside it

    change = {"name": "Ward", "parent": region, "open": "1"}
    assert "cannot be open" in send(stella, f"/groups/{clinic}/change", change, 409).text
    send(stella, f"/groups/{clinic}/change", {"name": "Ward", "parent": "", "open": "1"})
    found = community.base.session.directory.group(clinic)
    assert (found.name, found.parent, found.open) == ("Ward", None, True)
    assert f"/groups/{clinic}/join" in mara.get(f"/groups/{clinic}").text
    assert mara.get("/groups/nothing").status_code == 404


def test_the_pages_call_a_group_open_or_closed_as_those_around_it_let_it_be(
    browser: Browsers, community: Community
) -> None:
    stella, mara, people = browser("Stella"), browser("Mara"), community.acting("Stella").people
    region = people.form_group("Region", open=True).id
    clinic = people.form_group("Clinic", region, open=True).id
    page = f"/groups/{clinic}"
    assert f"{page}/join" in mara.get(page).text
    people.change_group(region, open=False)
    html = mara.get(page).text
    assert "by invitation ·" in html
    assert f"{page}/join" not in html
    as_shown = {
        "parent": region,
        "parent_before": region,
        "open_before": "",
        "name_before": "Clinic",
    }
    send(stella, f"{page}/change", {"name": "Ward", **as_shown})
    people.close_group(region)
    html = mara.get(page).text
    assert "<h1>Ward</h1>" in html
    assert "closed ·" in html
    assert f"{page}/join" not in html
    assert "closed" in send(stella, "/groups", {"name": "Room", "parent": clinic}, 409).text
    assert f'<option value="{clinic}"' not in stella.get("/groups").text


def test_a_steward_opens_the_community_to_the_world(browser: Browsers) -> None:
    stella = browser("Stella")
    assert 'value="world"' not in stella.get("/entries/new?kind=practice").text
    send(stella, "/community/world", {"allowed": "yes"})
    assert 'value="world"' in stella.get("/entries/new?kind=practice").text
    assert "not signed in" in browser().get("/data").text
    send(browser("Cleo"), "/community/world", {"allowed": "no"}, 403)
    send(stella, "/community/world", {"allowed": "no"})


def test_one_who_writes_chooses_who_sees_it(browser: Browsers, community: Community) -> None:
    stella, mara = browser("Stella"), browser("Mara")
    send(stella, "/groups", {"name": "Night"})
    night = group_id("Night")
    form = FORM | {"sight": "groups"}
    assert "Name the groups" in send(mara, "/entries/new", form, 400).text
    sent = send(mara, "/entries/new", form | {f"seen-by-{night}": "1"})
    path = sent.headers["location"].partition("?")[0]
    assert "Seen by Night" in mara.get(path).text
    assert browser("Cleo").get(path).status_code == 404
    send(stella, f"/people/{community.ids['Cleo']}/groups", {f"group-{night}": "1"})
    assert browser("Cleo").get(path).status_code == 200
    send(mara, f"{path}/show", {"sight": "author"})
    assert "Seen by its author alone" in mara.get(path).text
    assert browser("Cleo").get(path).status_code == 404
    assert "shown to one of" in send(mara, f"{path}/show", {"sight": "all"}, 400).text


def test_a_member_changes_not_who_sees_the_entry_of_another(
    browser: Browsers, community: Community
) -> None:
    entry = community.contribute("Cleo")
    client = browser("Mara")
    assert "Who sees it" not in client.get(f"/entries/{entry}").text
    send(client, f"/entries/{entry}/show", {"sight": "author"}, 403)
    assert community.base.session.catalogue.get(entry).visibility == Visibility()


def test_a_curator_hides_an_entry_from_themselves_only_by_ticking_so(
    browser: Browsers, community: Community
) -> None:
    community.acting("Stella").people.form_group("Night")
    night = {"sight": "groups", f"seen-by-{group_id('Night')}": "1"}
    client, entry = browser("Cleo"), community.contribute("Mara")
    for chosen in ({"sight": "author"}, {"sight": "draft"}, night):
        html = send(client, f"/entries/{entry}/show", chosen, 400).text
        assert "You would not see this entry any more" in html
        assert 'name="unseen"' in html
    assert community.base.session.catalogue.get(entry).visibility == Visibility()
    gone = send(client, f"/entries/{entry}/show", {"sight": "author", "unseen": "1"})
    assert gone.headers["location"] == "/entries?done=unseen"
    assert "You do not see that entry any longer." in client.get("/entries?done=unseen").text
    assert client.get(f"/entries/{entry}").status_code == 404


def test_who_goes_on_seeing_an_entry_is_not_asked_and_stays_on_its_page(
    browser: Browsers, community: Community
) -> None:
    people, night = community.acting("Stella").people, group_id("Night")
    people.form_group("Night")
    people.join_group(night, community.ids["Cleo"])
    entry = community.contribute("Mara")
    there = f"/entries/{entry}?done=shown"
    chosen = {"sight": "groups", f"seen-by-{night}": "1"}
    sent = send(browser("Cleo"), f"/entries/{entry}/show", chosen)
    assert sent.headers["location"] == there
    mara = browser("Mara")
    assert 'name="unseen"' not in mara.get(f"/entries/{entry}").text
    sent = send(mara, f"/entries/{entry}/show", {"sight": "author"})
    assert sent.headers["location"] == there


def test_people_who_are_invited_are_for_stewards_to_see(
    browser: Browsers, community: Community
) -> None:
    invited(browser)
    [waiting] = [m for m in community.base.session.directory.members() if m.standing == "invited"]
    assert "an invited person" in browser("Stella").get("/people").text
    assert "an invited person" not in browser("Mara").get("/people").text
    assert browser("Mara").get(f"/people/{waiting.id}").status_code == 404
    assert browser("Mara").get("/people/nobody-here").status_code == 404
    assert "A new invitation" in browser("Stella").get(f"/people/{waiting.id}").text


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({}, "Give at least one role"),
        ({"role-curator": "1"}, "Curators and stewards are members too"),
        ({"role-member": "1", "group-00000000-0000-4000-8000-00000000ffff": "1"}, "no group"),
    ],
)
def test_an_invitation_that_does_not_fit_says_why(
    browser: Browsers, sent: dict[str, str], told: str
) -> None:
    html = send(browser("Stella"), "/people/invite", sent, 400 if len(sent) < 2 else 404).text
    assert told in html
    assert '<details class="action" open><summary>Invite a member' in html
