"""Two tabs of stewards on the same member: each changes what was ticked in it, and no more."""

import re

import pytest

from kb.access import Visibility
from kb.ids import group_id
from kb.people.member import Profile
from tests.worlds.log import some_content
from tests.worlds.web import Browsers, Client, Community, form_token


def shown(client: Client, path: str, what: str = "") -> dict[str, str]:
    """The form as the browser has it: what is hidden, typed or ticked in it."""
    return fields(client.get(path).text, f"{path}/{what}" if what else path)


def fields(html: str, action: str) -> dict[str, str]:
    """What the form of `html` for `action` says."""
    found = re.search(rf'<form[^>]*action="{action}".*?</form>', html, re.S)
    assert found
    inputs = re.findall(r'<input type="(\w+)" name="([^"]+)" value="([^"]*)"( checked)?', found[0])
    sent = {name: value for kind, name, value, on in inputs if kind == "hidden" or on}
    typed = {name: value for name, value in sent.items() if name.endswith("_before")}
    typed.pop("groups_before", None)  # tells of boxes
    return {name.removesuffix("_before"): value for name, value in typed.items()} | sent


@pytest.fixture
def groups(community: Community) -> tuple[str, str]:
    """Two groups; Mara is in the first."""
    people = community.acting("Stella").people
    names = ("Day", "Night")
    for name in names:
        people.form_group(name)
    people.join_group(group_id("Day"), community.ids["Mara"])
    return group_id("Day"), group_id("Night")


def test_a_stale_tab_undoes_no_change_of_groups_made_in_another(
    browser: Browsers, community: Community, groups: tuple[str, str]
) -> None:
    client, path, (day, night) = browser("Stella"), f"/people/{community.ids['Mara']}", groups
    one, other = shown(client, path, "groups"), shown(client, path, "groups")
    assert client.post(f"{path}/groups", data=one | {f"group-{night}": "1"}).status_code == 303
    other.pop(f"group-{day}")
    assert client.post(f"{path}/groups", data=other).status_code == 303
    assert community.base.session.directory.member(community.ids["Mara"]).groups == (night,)


def test_a_stale_tab_brings_nobody_back_into_a_group(
    browser: Browsers, community: Community, groups: tuple[str, str]
) -> None:
    client, path, (day, night) = browser("Stella"), f"/people/{community.ids['Mara']}", groups
    stale = shown(client, path, "groups")
    community.acting("Stella").people.leave_group(day, community.ids["Mara"])
    assert client.post(f"{path}/groups", data=stale | {f"group-{night}": "1"}).status_code == 303
    assert community.base.session.directory.member(community.ids["Mara"]).groups == (night,)


def test_a_stale_tab_undoes_no_change_of_roles_made_in_another(
    browser: Browsers, community: Community
) -> None:
    client, path = browser("Stella"), f"/people/{community.ids['Cleo']}"
    one, other = shown(client, path, "roles"), shown(client, path, "roles")
    one.pop("role-curator")
    assert client.post(f"{path}/roles", data=one).status_code == 303
    sent = client.post(f"{path}/roles", data=other | {"role-reporter": "1"})
    assert sent.status_code == 303
    roles = community.base.session.directory.member(community.ids["Cleo"]).roles
    assert set(roles) == {"member", "reporter"}


def test_a_stale_tab_shows_an_entry_to_nobody_from_whom_it_was_kept_meanwhile(
    browser: Browsers, community: Community, groups: tuple[str, str]
) -> None:
    client, entry = browser("Mara"), community.contribute("Mara")
    path, acting = f"/entries/{entry}", community.acting("Mara")
    stale = shown(client, path, "show") | {"sight": "members"}
    only_day = Visibility("groups", (groups[0],))
    for narrowed in (only_day, Visibility("groups", groups[1:]), Visibility("author")):
        acting.entries.show(entry, narrowed)
        answer = client.post(f"{path}/show", data=stale)
        assert answer.status_code == 409
        assert "Someone else changed meanwhile" in answer.text
        assert f'<option value="{narrowed.sight}" selected>' in answer.text
        assert acting.catalogue.get(entry).visibility == narrowed
        # The next stale tab was made when it was shown to those groups, and adds one.
        stale = shown(client, path, "show") | {f"seen-by-{group}": "1" for group in groups}
        stale |= {"sight": "groups"}


def test_a_choice_sent_twice_is_taken_once_and_refused_never(
    browser: Browsers, community: Community
) -> None:
    client, path = browser("Mara"), f"/entries/{community.contribute('Mara')}"
    chosen = shown(client, path, "show") | {"sight": "author"}
    for _ in range(2):
        assert client.post(f"{path}/show", data=chosen).status_code == 303


def test_a_stale_tab_opens_no_group_again_and_moves_it_nowhere(
    browser: Browsers, community: Community, groups: tuple[str, str]
) -> None:
    client, (day, night) = browser("Stella"), groups
    path, people = f"/groups/{day}", community.acting("Stella").people
    people.change_group(day, open=True)
    stale = shown(client, path, "change")
    people.change_group(day, open=False, parent=night)
    renamed = stale | {"name": "Morning", "parent": ""}
    assert client.post(f"{path}/change", data=renamed).status_code == 303
    found = community.base.session.directory.group(day)
    assert (found.name, found.open, found.parent) == ("Morning", False, night)
    old = shown(client, path, "change") | {"name": found.name, "parent": ""}
    people.change_group(day, name="Dawn")
    assert client.post(f"{path}/change", data=old).status_code == 303
    assert community.base.session.directory.group(day).name == "Dawn"


def test_a_stale_tab_brings_back_no_address_that_its_member_took_away(
    browser: Browsers, community: Community
) -> None:
    client, people = browser("Mara"), community.acting("Mara").people
    people.change_profile(Profile(name="Mara", address="Lane 3", help="Rotas\nand beds"))
    stale = shown(client, "/account", "profile")
    assert stale["address"] == "Lane 3"
    people.change_profile(Profile(name="Mara", help="Rotas\nand beds"))
    sent = client.post("/account/profile", data=stale | {"pronouns": "she", "help": "Rotas"})
    assert sent.status_code == 303
    profile = community.base.session.directory.member(community.ids["Mara"]).profile
    assert profile == Profile(name="Mara", pronouns="she", help="Rotas")


def test_a_stale_tab_undoes_no_outcome_told_in_another(
    browser: Browsers, community: Community
) -> None:
    client, base = browser("Mara"), community.acting("Mara")
    entry = community.contribute("Mara")
    reuse = base.reuses.record(entry, group="Ward 3", context="Nights.", outcome="adopted").id
    path, link = f"/reuses/{reuse}", "https://example.org/counts"
    stale = shown(client, path)
    base.reuses.update_outcome(reuse, "tried-and-stopped", "It took too long.", evidence=link)
    assert client.post(path, data=stale | {"note": "Half as long."}).status_code == 303
    told = base.catalogue.reuse(reuse)
    assert (told.outcome, told.note) == ("tried-and-stopped", "Half as long.")
    assert told.evidence == link


WORDS: dict[str, dict[str, str]] = {
    "revise": {"title": "Handover", "text-0": "PATIENT", "text-1": "Walk."},
    "tags": {"tags": "PATIENT"},
    "endorse": {"reason": "PATIENT"},
    "reuses": {"group": "Ward 3", "context": "PATIENT", "outcome": "adopted"},
    "archive": {"reason": "PATIENT"},
}


@pytest.mark.parametrize("what", WORDS)
def test_words_for_a_group_reach_nobody_else_from_a_stale_tab(
    browser: Browsers, community: Community, groups: tuple[str, str], what: str
) -> None:
    client, cleo = browser("Mara"), browser("Cleo")
    only_day = Visibility("groups", groups[:1])
    author = "Stella" if what == "endorse" else "Mara"
    path = f"/entries/{community.contribute(author, visibility=only_day)}"
    action = f"{path}/{what}"
    stale = shown(client, action if what == "revise" else path, "" if what == "revise" else what)
    community.acting(author).entries.show(path.rpartition("/")[2], Visibility())
    answer = client.post(action, data=stale | WORDS[what])
    assert answer.status_code == 409
    assert "Someone showed this entry to all members meanwhile" in answer.text
    assert "Seen by all members" in answer.text
    assert "PATIENT" in answer.text
    assert "patient" not in cleo.get(path).text.lower()
    again = fields(answer.text, action) | WORDS[what]
    assert client.post(action, data=again).status_code == 303
    assert "patient" in cleo.get(path).text.lower()


@pytest.mark.parametrize("what", sorted(WORDS.keys() - {"revise", "endorse"}))
def test_a_form_that_does_not_tell_what_it_was_shown_with_was_shown_the_first_version(
    browser: Browsers, community: Community, what: str
) -> None:
    client, entry = browser("Mara"), community.contribute("Mara", visibility=Visibility("author"))
    community.acting("Mara").entries.show(entry, Visibility())
    path = f"/entries/{entry}/{what}"
    sent = client.post(path, data={"form_token": form_token(client)} | WORDS[what])
    assert sent.status_code == 409
    assert "patient" not in client.get(f"/entries/{entry}").text.lower()


NO_VERSIONS = ("9" * 40, "9" * 5000, "99", "0", "-5", "x", "1.0", "\u0661")


@pytest.mark.parametrize("what", [*WORDS])
def test_a_form_with_a_version_that_cannot_be_is_not_taken_for_one_with_the_first(
    browser: Browsers, community: Community, what: str
) -> None:
    author = "Stella" if what == "endorse" else "Mara"
    client, entry = browser("Mara"), community.contribute(author)
    name = "version" if what == "revise" else "entry_version"
    path = f"/entries/{entry}"
    form = shown(client, f"{path}/revise") if what == "revise" else shown(client, path, what)
    for version in NO_VERSIONS:
        sent = client.post(f"{path}/{what}", data=form | WORDS[what] | {name: version})
        assert sent.status_code == 400, version
        assert "no version" in sent.text
        assert "patient" in sent.text.lower()
    assert "patient" not in client.get(path).text.lower()


def test_what_became_of_a_reuse_is_told_to_nobody_else_from_a_stale_tab(
    browser: Browsers, community: Community, groups: tuple[str, str]
) -> None:
    client, base = browser("Mara"), community.acting("Mara")
    entry = community.contribute("Mara", visibility=Visibility("groups", groups[:1]))
    reuse = base.reuses.record(entry, group="Ward 3", context="Nights.", outcome="adopted").id
    path = f"/reuses/{reuse}"
    stale = shown(client, path)
    base.entries.show(entry, Visibility("groups", groups))
    answer = client.post(path, data=stale | {"note": "PATIENT"})
    assert answer.status_code == 409
    assert base.catalogue.reuse(reuse).note is None
    assert client.post(path, data=fields(answer.text, path) | {"note": "Well."}).status_code == 303


def test_both_texts_are_shown_with_who_sees_them_where_that_changed_as_well(
    browser: Browsers, community: Community, groups: tuple[str, str]
) -> None:
    client, base = browser("Mara"), community.acting("Mara")
    entry = community.contribute("Mara", visibility=Visibility("groups", groups[:1]))
    path = f"/entries/{entry}/revise"
    stale = shown(client, path)
    base.entries.revise(entry, some_content(), version=1)
    assert "showed the entry" not in client.post(path, data=stale | WORDS["revise"]).text
    base.entries.show(entry, Visibility())
    answer = client.post(path, data=stale | WORDS["revise"])
    assert answer.status_code == 409
    assert "Someone also showed the entry to all members meanwhile" in answer.text


def test_an_entry_shown_to_fewer_meanwhile_takes_what_was_written_for_more(
    browser: Browsers, community: Community
) -> None:
    client, entry = browser("Mara"), community.contribute("Mara")
    stale = shown(client, f"/entries/{entry}/revise")
    community.acting("Mara").entries.show(entry, Visibility("author"))
    sent = client.post(f"/entries/{entry}/revise", data=stale | WORDS["revise"])
    assert sent.status_code == 303


def test_programs_are_told_to_whom_their_words_would_be_shown(
    browser: Browsers, community: Community, groups: tuple[str, str]
) -> None:
    client, entry = browser(), community.contribute("Mara", visibility=Visibility("author"))
    others = community.contribute("Stella", visibility=Visibility("author"))
    client.headers = community.token("Mara", "search", "contribute", "curate")
    reuse = {"group": "Ward 3", "context": "Nights.", "outcome": "adopted", "entry_version": 1}
    recorded = client.post(f"/api/entries/{entry}/reuses", json=reuse).json()["id"]
    for author, each in (("Mara", entry), ("Stella", others)):
        community.acting(author).entries.show(each, Visibility("groups", groups[:1]))
    text = {"title": "Handover", "sections": [{"heading": "The problem", "text": "PATIENT"}]}
    why = {"reason": "PATIENT", "entry_version": 1}
    for method, path, body in (
        ("PUT", f"entries/{entry}", {"content": text, "version": 1}),
        ("PUT", f"entries/{others}/endorsement", why),
        ("POST", f"entries/{entry}/archive", why),
        ("POST", f"entries/{entry}/tags", {"tags": ["PATIENT"], "entry_version": 1}),
        ("POST", f"entries/{entry}/reuses", reuse),
        ("PATCH", f"reuses/{recorded}", {"outcome": "adopted", "note": "x", "entry_version": 1}),
    ):
        answer = client.request(method, f"/api/{path}", json=body)
        assert answer.status_code == 409, path
        problem = answer.json()
        assert (problem["expected"], problem["actual"]) == (1, 2)
        assert "is shown to some groups by now" in problem["detail"]
    late = client.put(f"/api/entries/{others}/endorsement", json=why | {"entry_version": 3})
    assert late.status_code == 400
    assert late.json()["errors"][0]["field"] == "entry_version"
    seen = client.put(f"/api/entries/{others}/endorsement", json=why | {"entry_version": 2})
    assert seen.status_code == 200
