"""Every text that an entry had can be read on a page, compared and restored, without JavaScript."""

import re
from html import unescape

import pytest

from kb import KnowledgeBase
from kb.access import Visibility
from kb.entries.content import Content, Section
from tests.web.visits import NOWHERE, Client, Contribute, followed, page, posted
from tests.worlds.web import Browsers, Community, send


def text(title: str, problem: str = "Things get lost.") -> Content:
    sections = (Section("The problem", problem), Section("What we do", "We walk to the bed."))
    return Content(title=title, sections=sections)


@pytest.fixture
def entry_id(base: KnowledgeBase, contribute: Contribute) -> str:
    """An entry whose text was revised once."""
    entry_id = contribute("Handover")
    for note, content in (
        ("Shorter", text("Bedside handover")),
        ("Clearer", text("Bedside handover", "Things get found.")),
    ):
        version = base.session.catalogue.get(entry_id).version
        base.session.entries.revise(entry_id, content, version=version, note=note)
    return entry_id


def versions(base: KnowledgeBase, entry_id: str) -> list[int]:
    return [each.version for each in base.session.catalogue.revisions(entry_id)]


def words(html: str) -> str:
    """The text of a page."""
    return " ".join(unescape(re.sub("<[^>]+>", "", html)).split())


def test_the_history_leads_to_every_text_and_to_the_list_of_them(
    client: Client, base: KnowledgeBase, entry_id: str
) -> None:
    html = page(client, f"/entries/{entry_id}")
    assert f'href="/entries/{entry_id}/revisions"' in html
    for version in versions(base, entry_id):
        assert f'href="/entries/{entry_id}/revisions/{version}"' in html


def test_the_list_has_two_texts_chosen_to_compare(
    client: Client, base: KnowledgeBase, entry_id: str
) -> None:
    newest, before, *_ = versions(base, entry_id)
    html = page(client, f"/entries/{entry_id}/revisions")
    assert f'name="from" value="{before}" checked' in html
    assert f'name="to" value="{newest}" checked' in html
    for shown in ("Clearer", "Shorter", "Revision 3", "Revision 1", "the text that stands now"):
        assert shown in html
    assert f'action="/entries/{entry_id}/compare"' in html


def test_an_earlier_text_says_that_it_is_one(
    client: Client, base: KnowledgeBase, entry_id: str
) -> None:
    newest, before, *_ = versions(base, entry_id)
    html = page(client, f"/entries/{entry_id}/revisions/{before}")
    assert "This is an earlier text." in html
    assert "Things get lost." in html
    assert "Things get found." not in html
    assert f'/entries/{entry_id}/compare?from={before}&amp;to={newest}"' in html
    assert "<button>Restore this text</button>" in html
    now = page(client, f"/entries/{entry_id}/revisions/{newest}")
    assert "This is the text that stands now." in now
    assert "<button>Restore this text</button>" not in now


def test_what_differs_is_marked_and_said(
    client: Client, base: KnowledgeBase, entry_id: str
) -> None:
    newest, before, *_ = versions(base, entry_id)
    html = page(client, f"/entries/{entry_id}/compare?from={before}&to={newest}")
    assert re.search(r"<del>.*?lost</del>", html)
    assert re.search(r"<ins>.*?found</ins>", html)
    assert "The problem changed Things get (removed:) lost(added:) found." in words(html)
    assert "What we do the same in both" in words(html)
    assert page(client, f"/entries/{entry_id}/compare") == html
    assert page(client, f"/entries/{entry_id}/compare?from={newest}&to={before}") == html
    same = page(client, f"/entries/{entry_id}/compare?from={newest}&to={newest}")
    assert "Both texts are the same." in same


def test_a_text_is_restored_with_a_reason(
    client: Client, base: KnowledgeBase, entry_id: str
) -> None:
    before = versions(base, entry_id)[1]
    version = str(base.session.catalogue.get(entry_id).version)
    form = {"revision": str(before), "entry_version": version, "note": "It was right"}
    html = followed(client, f"/entries/{entry_id}/restore-revision", form)
    assert "That text stands again" in html
    assert "Things get lost." in html
    assert f"Restored the text of version {before}" in html
    assert "It was right" in html


def test_a_text_that_was_revised_meanwhile_is_restored_on_a_second_look(
    client: Client, base: KnowledgeBase, entry_id: str
) -> None:
    before = versions(base, entry_id)[1]
    stale = {"revision": str(before), "entry_version": str(before), "note": "Because"}
    answer = posted(client, f"/entries/{entry_id}/restore-revision", stale, 409)
    assert "Someone revised the entry after you opened this page" in answer.text
    assert 'value="Because"' in answer.text
    again = re.findall(r'name="entry_version" value="(\d+)"', answer.text)
    assert again == [str(base.session.catalogue.get(entry_id).version)]


@pytest.mark.parametrize(
    "path", ["revisions/99", "revisions/0", "revisions/x", "compare?from=99", "compare?to=x"]
)
def test_a_text_that_there_is_not_is_no_page(client: Client, entry_id: str, path: str) -> None:
    assert client.get(f"/entries/{entry_id}/{path}").status_code in (400, 404)
    assert client.get(f"/entries/{NOWHERE}/revisions").status_code == 404


def test_programs_read_compare_and_restore_texts(
    client: Client, base: KnowledgeBase, entry_id: str
) -> None:
    api = f"/api/entries/{entry_id}"
    listed = client.get(f"{api}/revisions").json()
    assert [(each["number"], each["note"]) for each in listed] == [
        (3, "Clearer"), (2, "Shorter"), (1, None)
    ]  # fmt: skip
    newest, before, first = (each["version"] for each in listed)
    one = client.get(f"{api}/revisions/{before}").json()
    assert one["content"]["sections"][0]["text"] == "Things get lost."
    assert (one["latest"], one["shown_otherwise"]) == (False, False)
    found = client.get(f"{api}/differences?from={before}&to={newest}").json()
    assert found == client.get(f"{api}/differences").json()
    assert [run["state"] for run in found["differences"]["sections"][0]["runs"]] == [
        "same", "removed", "added", "same"
    ]  # fmt: skip
    version = client.get(api).json()["version"]
    body = {"revision": first, "version": version}
    assert client.post(f"{api}/restore-revision", json=body).json()["version"] == version + 1
    assert client.get(api).json()["title"] == "Handover"
    assert (
        client.post(f"{api}/restore-revision", json=body | {"revision": before}).status_code == 409
    )
    refused = client.get(f"{api}/differences?from=x").json()
    assert [each["field"] for each in refused["errors"]] == ["from"]


def test_an_archived_entry_is_not_restored_to_an_earlier_text(
    client: Client, base: KnowledgeBase, entry_id: str
) -> None:
    base.session.entries.archive(entry_id, "Old")
    html = page(client, f"/entries/{entry_id}/revisions/{versions(base, entry_id)[1]}")
    assert "<button>Restore this text</button>" not in html


def test_a_private_past_is_its_authors_alone(community: Community, browser: Browsers) -> None:
    entry = community.contribute("Mara", "Of mine alone", visibility=Visibility("draft"))
    mara = community.acting("Mara")
    mara.entries.revise(entry, text("As shown"), version=1, note="Not the zebra")
    mara.entries.show(entry, Visibility("members"))
    community.base.catch_up()
    own, other = browser("Mara"), browser("Stella")
    past = (f"/entries/{entry}/revisions/1", f"/entries/{entry}/compare?from=1&to=2")
    for path in past:
        assert "Of mine alone" in own.get(path).text
        assert other.get(path).status_code == 404
        assert other.get(f"/api{path}".replace("compare", "differences")).status_code == 404
    for path in (f"/entries/{entry}/revisions", f"/api/entries/{entry}/revisions"):
        assert "zebra" in own.get(path).text
        assert other.get(path).status_code == 200
        assert "zebra" not in other.get(path).text
        assert "Of mine alone" not in other.get(path).text
    form = {"revision": "1", "entry_version": "3"}
    send(other, f"/entries/{entry}/restore-revision", form, 404)
    assert "Others see the entry now" in own.get(past[0]).text
