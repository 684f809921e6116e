"""What pages offer to whom: only what the one who looks may do, and the way to sign in and back."""

import re

import pytest

from kb.access import Visibility
from tests.web.visits import NOWHERE, Client, page
from tests.worlds.web import Browsers, Community, sign_in

NOTHING = "/search?q=quantum+lattice"
EMPTY = (NOTHING, "/search/results?q=quantum+lattice&settled=yes", "/entries")


def main(html: str) -> str:
    """What is not around every page."""
    return html.partition("<main")[2] or html


@pytest.mark.parametrize("path", EMPTY)
@pytest.mark.parametrize("world", [True, False])
def test_one_who_is_not_signed_in_is_told_that_members_find_more_and_comes_back(
    browser: Browsers, community: Community, path: str, world: bool
) -> None:
    community.contribute("Mara")
    community.acting("Stella").people.open_to_world(world)
    client = browser()
    html = main(page(client, path))
    assert "members find more" in html
    assert "/entries/new" not in html
    assert "without filters" not in html
    assert "Take a filter away" not in html
    found = re.search(r'href="(/sign-in\?next=[^"]+)"', html)
    assert found
    back = re.search(r'name="next" value="([^"]+)"', client.get(found[1]).text)
    assert back
    asked = path.replace("/search/results", "/search").replace("&", "&amp;")
    assert back[1] == asked
    there = sign_in(client, "Mara", next=asked.replace("&amp;", "&")).headers["location"]
    assert "members find more" not in page(client, there)


@pytest.mark.parametrize("path", EMPTY)
def test_a_reporter_is_offered_neither_to_contribute_nor_to_sign_in(
    browser: Browsers, community: Community, path: str
) -> None:
    community.contribute("Mara")
    html = main(page(browser("Rita"), path))
    assert "Entries are open to members" in html
    assert "/entries/new" not in html
    assert "/sign-in" not in html


@pytest.mark.parametrize("path", EMPTY)
def test_a_member_is_offered_to_contribute_what_is_missing(browser: Browsers, path: str) -> None:
    html = main(page(browser("Mara"), path))
    assert 'href="/entries/new"' in html
    assert "members find more" not in html


def test_filters_are_to_be_taken_away_only_where_some_are_set(
    browser: Browsers, community: Community
) -> None:
    client = browser("Mara")
    assert "Take a filter away" not in page(client, "/entries")
    community.contribute("Mara")
    for query in ("tag=unheard-of", "kind=none", "group=none", "archived=only"):
        assert "Take a filter away" in page(client, f"/entries?{query}"), query


def test_a_page_beyond_the_end_of_a_list_leads_to_its_beginning(
    browser: Browsers, community: Community
) -> None:
    community.contribute("Mara")
    html = main(page(browser("Mara"), "/entries?sort=title&page=999"))
    assert "This list has no page 999" in html
    assert 'href="/entries?sort=title">begin at its first page' in html
    assert "Take a filter away" not in html
    assert "/entries/new" not in html


def links_to_sign_in(client: Client, path: str, status: int) -> list[str]:
    return re.findall(r'href="(/sign-in[^"]*)"', page(client, path, status))


def test_a_link_of_a_colleague_is_come_back_to_after_signing_in(
    browser: Browsers, community: Community
) -> None:
    entry = community.contribute("Mara", visibility=Visibility("members"))
    client = browser()
    links = links_to_sign_in(client, f"/entries/{entry}", 404)
    assert links == [f"/sign-in?next=%2Fentries%2F{entry}"] * 2
    back = re.search(r'name="next" value="([^"]+)"', client.get(links[0]).text)
    assert back
    there = sign_in(client, "Mara", next=back[1]).headers["location"]
    assert "Bedside handover" in page(client, there)
    missing = links_to_sign_in(browser(), f"/entries/{NOWHERE}", 404)
    assert missing == [link.replace(entry, NOWHERE) for link in links]


@pytest.mark.parametrize("path", ["/enter/secret", "/join/secret", "/sign-in/openid"])
def test_a_link_that_works_once_is_not_come_back_to(browser: Browsers, path: str) -> None:
    assert set(links_to_sign_in(browser(), path, 404)) == {"/sign-in"}


def test_what_became_of_a_reuse_is_asked_of_those_who_may_tell(
    browser: Browsers, community: Community
) -> None:
    community.acting("Stella").people.open_to_world(True)
    entry = community.contribute("Stella", visibility=Visibility("world"))
    mara = community.acting("Mara").reuses
    reuse = mara.record(entry, group="South", context="Nights", outcome="adopted").id
    mara.update_outcome(reuse, "adapted", "Shorter than before.")
    for name, asked in (("Mara", True), ("Cleo", True), ("Stella", False), ("", False)):
        client = browser(name)
        assert (f'"/reuses/{reuse}"' in page(client, f"/entries/{entry}")) == asked, name
        html = page(client, f"/reuses/{reuse}")
        assert "Shorter than before." in html
        assert (f'action="/reuses/{reuse}"' in html) == asked, name
