"""An entry's page, the small forms on it, and the pages of reuse."""

import re
from uuid import uuid4

import pytest
from uuid_utils.compat import uuid7

from kb import KnowledgeBase
from kb.access import Principal
from kb.entries.content import Content, Draft, Relation, Section
from kb.entries.entry import EntryArchived
from kb.entries.service import ImportedEntry
from kb.measures.csv_text import COLUMNS
from tests.web.visits import NOWHERE, Client, Contribute, followed, page, posted


def test_an_entry_shows_all_that_belongs_to_it(
    client: Client, base: KnowledgeBase, contribute: Contribute
) -> None:
    entry_id, origin, older = contribute("Mine"), contribute("Origin"), contribute("Older")
    base.session.entries.relate(entry_id, Relation("IsDerivedFrom", origin))
    base.session.entries.relate(origin, Relation("IsDerivedFrom", older))
    someone = Principal("m-1", base.session.principal.roles, base.session.principal.labels)
    base.as_(someone).endorsements.endorse(entry_id, "It works on our ward.")
    base.session.reuses.record(
        entry_id, group="South", context="Nights", outcome="adapted", evidence="https://x.example"
    )
    html = page(client, f"/entries/{entry_id}")
    for text in (
        "is derived from", "Origin", "further back", "Older", "1 person vouches", "m-1",
        "It works on our ward.", "South", "Adapted", "Nights", "https://x.example", "History",
        "difficulty", "North Clinic", "The problem",
    ):  # fmt: skip
        assert text in html, text
    assert "position" not in html
    assert "further on" in page(client, f"/entries/{older}")


def test_sections_with_the_same_heading_have_anchors_of_their_own(
    client: Client, base: KnowledgeBase, contribute: Contribute
) -> None:
    entry_id = contribute()
    entry = base.session.catalogue.get(entry_id)
    content = Content(title="T", sections=(*entry.sections, Section("What we do", "again")))
    base.session.entries.revise(entry_id, content, version=entry.version)
    html = page(client, f"/entries/{entry_id}")
    assert 'id="s-what-we-do"' in html
    assert 'id="s-what-we-do-"' in html


def test_tags_are_added_and_taken_off(client: Client, contribute: Contribute) -> None:
    entry_id = contribute(tags=())
    html = followed(client, f"/entries/{entry_id}/tags", {"tags": "ward, Night Shift"})
    assert 'href="/entries?tag=Night+Shift"' in html
    html = followed(client, f"/entries/{entry_id}/untag", {"tag": "night-shift"})
    assert "Tag taken off" in html
    assert 'href="/entries?tag=Night+Shift"' not in html


def test_archiving_needs_a_reason_and_keeps_what_was_typed(
    client: Client, contribute: Contribute
) -> None:
    entry_id = contribute()
    form = {"reason": "", "successor": "https://typed.example/entries/x"}
    html = posted(client, f"/entries/{entry_id}/archive", form, 400).text
    assert 'value="https://typed.example/entries/x"' in html
    assert re.search(r'<details class="action" open><summary>Archive', html)


def test_an_archived_entry_says_why_and_what_takes_its_place(
    client: Client, contribute: Contribute
) -> None:
    entry_id, other = contribute("Old way"), contribute("New way")
    form = {"reason": "We stopped.", "successor": f"http://127.0.0.1:8321/entries/{other}?x#y"}
    html = followed(client, f"/entries/{entry_id}/archive", form)
    assert "We stopped." in html
    assert f'In its place: <a href="/entries/{other}">New way</a>' in html
    assert f'action="/entries/{entry_id}/endorse"' not in html
    assert "Old way" not in page(client, "/search/results?q=Old+way")
    assert "Old way" in page(client, "/search/results?q=Old+way&archived=all")
    assert entry_id in page(client, "/entries?archived=only")
    page(client, f"/entries/{entry_id}/revise", 409)
    assert "Searches find it again" in followed(client, f"/entries/{entry_id}/restore", {})
    assert "Old way" in page(client, "/search/results?q=Old+way")


def test_a_successor_that_is_not_there_is_explained_at_its_field(
    client: Client, contribute: Contribute
) -> None:
    entry_id = contribute()
    form = {"reason": "Old.", "successor": f"/entries/{NOWHERE}"}
    html = posted(client, f"/entries/{entry_id}/archive", form, 400).text
    assert 'id="archive-successor-error"' in html


def test_an_endorsement_is_given_changed_and_withdrawn(
    client: Client, contribute: Contribute
) -> None:
    entry_id = contribute()
    path = f"/entries/{entry_id}"
    assert (
        'id="endorse-reason-error"' in posted(client, f"{path}/endorse", {"reason": ""}, 400).text
    )
    assert "1 person vouches" in followed(client, f"{path}/endorse", {"reason": "It works."})
    assert "Better: it holds." in followed(
        client, f"{path}/endorse", {"reason": "Better: it holds."}
    )
    assert "1 person vouches" not in followed(client, f"{path}/withdraw", {})
    assert client.post(f"{path}/withdraw").status_code == 409


def test_a_reuse_is_recorded_and_what_became_of_it_told(
    client: Client, contribute: Contribute
) -> None:
    entry_id, result = contribute("Source"), contribute("Result")
    form = {
        "group": "South",
        "context": "Nights",
        "outcome": "adapted",
        "evidence": "",
        "resulting_entry": "",
    }
    path = f"/entries/{entry_id}/reuses"
    html = posted(client, path, form | {"evidence": "javascript:alert(1)"}, 400).text
    assert 'id="reuse-evidence-error"' in html
    assert "Nights" in html
    assert 'id="reuse-outcome-error"' in posted(client, path, form | {"outcome": ""}, 400).text
    html = followed(client, path, form | {"command_id": str(uuid7())})
    found = re.search(r'href="(/reuses/[^"]+)"', html)
    assert found
    assert "South" in page(client, found[1])
    update = {
        "outcome": "adopted",
        "note": "",
        "evidence": "https://x.example/a",
        "resulting_entry": result,
    }
    assert 'id="note-error"' in posted(client, found[1], update, 400).text
    response = posted(client, found[1], update | {"note": "Everybody does it."})
    assert response.headers["location"] == f"/entries/{entry_id}?done=updated#reuse"
    html = page(client, f"/entries/{entry_id}?done=updated")
    for text in ("Everybody does it.", "Adopted", "The outcome is updated", f"/entries/{result}"):
        assert text in html


def test_a_field_that_was_emptied_removes_what_the_reuse_linked(
    client: Client, base: KnowledgeBase, contribute: Contribute
) -> None:
    reuse_id = base.session.reuses.record(
        contribute("Source"),
        group="South",
        context="Nights",
        outcome="adopted",
        resulting_entry=contribute("Result"),
        evidence="https://x.example/wrong",
    ).id
    emptied = {"outcome": "adopted", "note": "Wrong link.", "evidence": "", "resulting_entry": ""}
    posted(client, f"/reuses/{reuse_id}", emptied)
    reuse = base.session.catalogue.reuse(reuse_id)
    assert (reuse.evidence, reuse.resulting_entry) == (None, None)


def test_reuse_is_counted_with_a_link_to_the_same_as_csv(
    client: Client, base: KnowledgeBase, contribute: Contribute
) -> None:
    base.session.reuses.record(contribute(), group="South", context="Nights", outcome="adopted")
    html = page(client, "/reuse?by=group&since=2020-01-01")
    assert "South" in html
    assert "/api/reports/reuse?by=group&amp;since=2020-01-01&amp;format=csv" in html
    assert html.count('<th scope="col">') == 1 + len(COLUMNS)
    assert "Practice" in page(client, "/reuse")
    assert "No reuse was recorded" in page(client, "/reuse?until=2020-01-01")
    assert "counts under each" in page(client, "/reuse?by=tag")


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("since=soon", "since-error"),
        ("since=2026-02-01&until=2026-01-01", "since-error"),
        ("by=person", "by-error"),
    ],
)
def test_a_report_that_does_not_fit_is_explained(client: Client, query: str, text: str) -> None:
    assert text in page(client, f"/reuse?{query}", 400)


def test_a_successor_that_was_never_imported_is_left_out(
    client: Client, base: KnowledgeBase
) -> None:
    draft = Draft(kind="practice", content=Content(title="Old", sections=()))
    archived = EntryArchived(reason="Gone.", successor=NOWHERE)
    imported = ImportedEntry(id=str(uuid4()), draft=draft, source=None, archived=archived)
    receipt = base.session.entries.bring(imported).receipt
    base.wait(receipt.position)
    html = page(client, f"/entries/{receipt.id}")
    assert "Gone." in html
    assert "<p>In its place" not in html
