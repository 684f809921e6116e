"""What was chosen in a form about who sees what counts: nothing ticked is dropped in silence."""

import re

import pytest

from kb.access import Visibility
from kb.ids import group_id
from tests.web.visits import FORM
from tests.worlds.web import Browsers, Client, Community, send

NIGHT = group_id("Night")
TICKED = {f"seen-by-{NIGHT}": "1"}


@pytest.fixture
def client(browser: Browsers, community: Community) -> Client:
    community.base.session.people.form_group("Night")
    return browser("Mara")


def shown(client: Client, community: Community, chosen: dict[str, str]) -> Visibility:
    """Who sees what is contributed with `chosen`."""
    sent = send(client, "/entries/new", FORM | {"sight_before": "members"} | chosen)
    entry = sent.headers["location"].partition("?")[0].rpartition("/")[2]
    return community.acting("Mara").catalogue.get(entry).visibility


def test_ticking_a_group_below_the_usual_choice_chooses_the_group(
    client: Client, community: Community
) -> None:
    groups = Visibility("groups", (NIGHT,))
    assert shown(client, community, {"sight": "members", **TICKED}) == groups
    assert shown(client, community, {"sight": "groups", **TICKED}) == groups
    assert shown(client, community, {"sight": "members"}) == Visibility("members")


@pytest.mark.parametrize("sight", ["author", "draft", "world"])
def test_a_group_ticked_beside_another_choice_is_asked_about_and_nothing_is_written(
    client: Client, community: Community, sight: str
) -> None:
    before = community.base.head()
    chosen = {"sight": sight, "sight_before": "members", **TICKED}
    html = send(client, "/entries/new", FORM | chosen, 400).text
    assert "You ticked groups" in html
    assert re.search(rf'name="seen-by-{NIGHT}" value="1" checked', html)
    if sight != "world":  # offered only where the community is open to it
        assert f'<option value="{sight}" selected>' in html
    assert community.base.head() == before


def test_who_sees_an_entry_is_changed_by_ticks_as_well(
    client: Client, community: Community
) -> None:
    entry = community.contribute("Mara")
    path = f"/entries/{entry}/show"
    send(client, path, {"sight": "members", "sight_before": "members", **TICKED})
    narrow = Visibility("groups", (NIGHT,))
    assert community.acting("Mara").catalogue.get(entry).visibility == narrow
    widened = {"sight": "members", "sight_before": "groups", "groups_before": NIGHT, **TICKED}
    html = send(client, path, widened, 400).text
    assert "take the ticks away" in html
    assert re.search(rf'name="seen-by-{NIGHT}" value="1" checked', html)
    assert community.acting("Mara").catalogue.get(entry).visibility == narrow
    send(client, path, {"sight": "members", "sight_before": "groups", "groups_before": NIGHT})
    assert community.acting("Mara").catalogue.get(entry).visibility == Visibility()


def test_a_form_that_says_nothing_about_who_sees_an_entry_widens_nothing(
    client: Client, community: Community
) -> None:
    entry = community.contribute("Mara", visibility=Visibility("author"))
    send(client, f"/entries/{entry}/show", {}, 400)
    assert community.acting("Mara").catalogue.get(entry).visibility == Visibility("author")


def test_a_form_of_a_token_that_needs_another_look_keeps_what_was_ticked(client: Client) -> None:
    html = send(client, "/account/tokens", {"scope-report": "1", "days": "0"}, 400).text
    assert re.search(r'name="scope-report" value="1" checked', html)
    assert not re.search(r'name="scope-admin" value="1" checked', html)


def test_an_invitation_into_a_group_that_there_is_not_is_refused_and_keeps_what_was_ticked(
    browser: Browsers, client: Client, community: Community
) -> None:
    before = community.base.head()
    ticked = {"role-curator": "1", "role-member": "1", **{f"group-{NIGHT}": "1", "group-gone": "1"}}
    html = send(browser("Stella"), "/people/invite", ticked, 404).text
    assert re.search(r'name="role-curator" value="1" checked', html)
    assert re.search(rf'name="group-{NIGHT}" value="1" checked', html)
    assert community.base.head() == before


def test_a_form_with_a_group_that_is_gone_comes_back_with_all_that_was_typed(
    client: Client, community: Community
) -> None:
    entry = community.contribute("Mara")
    before = community.base.head()
    gone = {"sight": "groups", "sight_before": "members", "seen-by-gone": "1", **TICKED}
    html = send(client, "/entries/new", FORM | gone, 400).text
    assert "One of these groups is not there any more" in html
    assert FORM["title"] in html
    assert re.search(rf'name="seen-by-{NIGHT}" value="1" checked', html)
    html = send(client, f"/entries/{entry}/show", gone, 400).text
    assert re.search(r'id="seen-by-boxes-error">One of these groups is not there', html)
    assert community.base.head() == before
    assert community.acting("Mara").catalogue.get(entry).visibility == Visibility()
