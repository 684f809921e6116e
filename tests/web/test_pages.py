"""Every page and form, as a browser without JavaScript meets them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from uuid_utils.compat import uuid7

from kb import KnowledgeBase
from kb.entries.content import Content, Relation, Section
from kb.errors import NotYetSearchable

Client = TestClient[Litestar]
Contribute = Callable[..., str]
NOWHERE = "00000000-0000-4000-8000-000000000000"

FORM = {
    "kind": "practice",
    "title": "Handover at the bed",
    "heading-0": "The problem",
    "text-0": "Forty minutes in the office.\r\nNobody listened.",
    "heading-1": "What we do",
    "text-1": "Two minutes at each bed.",
    "heading-2": "",
    "text-2": "",
    "group": "North Clinic",
    "tags": "handover, Night Shift",
}


def page(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return response.text


def posted(client: Client, path: str, form: dict[str, str], status: int = 303) -> Any:
    response = client.post(path, data=form)
    assert response.status_code == status, response.text
    return response


def followed(client: Client, path: str, form: dict[str, str]) -> str:
    return page(client, posted(client, path, form).headers["location"])


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found
    return found[1]


def test_the_first_page_of_an_empty_community_invites_the_first_entry(client: Client) -> None:
    html = page(client, "/")
    assert "Nothing here yet" in html
    assert 'role="search"' in html


def test_the_first_page_shows_what_is_new_kinds_and_tags(
    client: Client, contribute: Contribute
) -> None:
    entry_id = contribute("Bedside handover")
    html = page(client, "/")
    assert f'href="/entries/{entry_id}"' in html
    assert "Case-clinic" in html
    assert 'href="/entries?tag=handover"' in html


def test_a_question_finds_the_passage_and_marks_its_words(
    client: Client, contribute: Contribute
) -> None:
    entry_id = contribute(does="Both nurses walk from bed to bed if 5 < 6 & say what changed.")
    html = page(client, "/search?q=nurses+walk+bed")
    assert f'href="/entries/{entry_id}"' in html
    assert "<mark>nurses</mark>" in html
    assert "Found by" in html
    assert "5 &lt; 6 &amp; say" in html
    assert f'href="/entries/{entry_id}#s-' in html


def test_a_long_passage_is_shown_by_its_best_part(client: Client, contribute: Contribute) -> None:
    text = "Plain words without any bearing. " * 8 + "A zebra hides here. " + "More of it. " * 20
    contribute("Where a zebra hides", does=text)
    html = page(client, "/search?q=Where+a+zebra+hides")
    assert "<mark>zebra</mark>" in html
    assert "…" in html


def test_nothing_close_is_said_plainly_with_ways_on(client: Client, contribute: Contribute) -> None:
    contribute()
    html = page(client, "/search?q=quantum+lattice&kind=practice")
    assert "Nothing close to that yet" in html
    assert 'href="/search?q=quantum+lattice"' in html
    assert 'href="/entries/new"' in html


def test_a_search_without_a_question_only_asks(client: Client) -> None:
    html = page(client, "/search")
    assert "What are you trying to solve?" in html
    assert "Nothing close" not in html


def test_filters_stay_chosen(client: Client, contribute: Contribute) -> None:
    contribute()
    html = page(
        client, "/search?q=handover&kind=practice&tag=handover&group=Elsewhere&archived=all"
    )
    assert '<option value="practice" selected>' in html
    assert '<option value="Elsewhere" selected>' in html
    assert "checked" in html


@pytest.mark.parametrize(
    "question",
    [
        "a" * 200_0,
        "word " * 10_000,
        "?!.,",
        'title:"x" AND (-y OR *)',
        "null\x00byte",
        "שלום עולם",
        "'",
    ],
)
def test_any_question_gets_an_answer_or_a_sentence(
    client: Client, contribute: Contribute, question: str
) -> None:
    contribute()
    for path in ("/search", "/search/results"):
        response = client.get(path, params={"q": question})
        assert response.status_code in (200, 400)
        assert any(word in response.text for word in ("Nothing close", "answer", "problem"))


def test_a_refused_question_is_explained_at_the_box(
    client: Client, base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kb.errors import InvalidInput

    def refuse(*_: object, **__: object) -> None:
        raise InvalidInput("The question is too long; leave something out.", "question")

    monkeypatch.setattr(base, "search", refuse)
    html = page(client, "/search?q=words", 400)
    assert 'id="q-error"' in html
    assert "leave something out" in html
    assert 'value="words"' in html


def test_the_results_alone_are_a_piece_of_the_page(client: Client, contribute: Contribute) -> None:
    contribute()
    html = page(client, "/search/results?q=bed+nurses")
    assert "<html" not in html
    assert html in page(client, "/search?q=bed+nurses") or "1 answer" in html


def test_browsing_filters_counts_and_sorts(client: Client, contribute: Contribute) -> None:
    first = contribute("Alpha", tags=("handover", "ward"))
    second = contribute("Beta", tags=("handover",), group="South")
    html = page(client, "/entries?tag=handover&sort=title")
    assert html.index(first) < html.index(second)
    assert 'href="/entries?tag=handover&amp;tag=ward&amp;sort=title"' in html
    assert 'href="/entries?sort=title" aria-current="true"' in html
    only = page(client, "/entries?group=South")
    assert second in only
    assert first not in only
    assert "No entry fits" in page(client, "/entries?tag=unheard-of")


def test_a_long_list_has_pages_and_folds_many_tags(client: Client, contribute: Contribute) -> None:
    for number in range(21):
        contribute(f"Entry {number}", tags=(f"tag-{number}",))
    html = page(client, "/entries?sort=title")
    assert "1 to 20 of 21 entries" in html
    assert 'href="/entries?sort=title&amp;page=2"' in html
    assert "9 more" in html
    last = page(client, "/entries?sort=title&page=2")
    assert "21 to 21 of 21 entries" in last
    assert 'rel="prev" href="/entries?sort=title"' in last


def test_an_entry_shows_all_that_belongs_to_it(
    client: Client, base: KnowledgeBase, contribute: Contribute
) -> None:
    entry_id, origin, older = contribute("Mine"), contribute("Origin"), contribute("Older")
    base.entries.relate(entry_id, Relation("IsDerivedFrom", origin))
    base.entries.relate(origin, Relation("IsDerivedFrom", older))
    base.endorsements.endorse(entry_id, "It works on our ward.", actor="m-1")
    base.reuses.record(
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
    entry = base.catalogue.get(entry_id)
    content = Content(title="T", sections=(*entry.sections, Section("What we do", "again")))
    base.entries.revise(entry_id, content, version=entry.version)
    html = page(client, f"/entries/{entry_id}")
    assert 'id="s-what-we-do"' in html
    assert 'id="s-what-we-do-"' in html


def test_the_form_comes_from_the_template_of_the_kind(client: Client) -> None:
    assert "Experiment" in page(client, "/entries/new")
    html = page(client, "/entries/new?kind=practice")
    assert "What kept going wrong" in html
    assert re.search(r'<textarea id="text-0" name="text-0"[^>]* required', html)
    assert not re.search(r'<textarea id="text-2" name="text-2"[^>]* required', html)
    page(client, "/entries/new?kind=unheard-of", 404)


def test_a_contribution_is_saved_shown_and_found(client: Client) -> None:
    html = followed(client, "/entries/new", FORM)
    assert "Thank you. Your entry is here, and searches find it." in html
    assert "Nobody listened." in html
    assert "night-shift" in html
    assert "Handover at the bed" in page(client, "/search?q=minutes+at+each+bed")


def test_a_section_of_your_own_is_kept(client: Client) -> None:
    form = FORM | {"heading-2": "What it cost", "text-2": "A clock."}
    html = followed(client, "/entries/new", form)
    assert "What it cost" in html


def test_a_form_sent_twice_counts_once(client: Client) -> None:
    form = FORM | {"command_id": str(uuid7())}
    first, again = (posted(client, "/entries/new", form).headers["location"] for _ in range(2))
    assert first == again


def test_the_form_offers_an_id_that_makes_it_count_once(client: Client) -> None:
    html = page(client, "/entries/new?kind=practice")
    assert len(hidden(html, "command_id")) == 36


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"text-1": ""}, "text-1"),
        ({"tags": "x" * 60}, "tags"),
        ({"group": "two\nlines"}, "group"),
        ({"text-0": "null\x00byte"}, "text-0"),
    ],
)
def test_a_form_with_a_mistake_comes_back_with_everything_typed(
    client: Client, wrong: dict[str, str], field: str
) -> None:
    form = FORM | {"heading-2": "Mine", "text-2": "My <own> words"} | wrong
    html = posted(client, "/entries/new", form, 400).text
    assert f'id="{field}-error"' in html
    assert "My &lt;own&gt; words" in html
    for name in ("title", "group", "tags"):
        if name not in wrong:
            assert f'value="{form[name]}"' in html
    assert client.get("/api/entries").json()["total"] == 0


def test_a_form_that_names_no_kind_is_explained(client: Client) -> None:
    assert "names no kind" in posted(client, "/entries/new", {"kind": "x"}, 400).text


def test_a_refused_contribution_may_be_sent_again(client: Client) -> None:
    form = FORM | {"command_id": str(uuid7())}
    posted(client, "/entries/new", form)
    html = posted(client, "/entries/new", form | {"title": "Other"}, 409).text
    assert hidden(html, "command_id") != form["command_id"]
    assert 'value="Other"' in html


def test_when_the_index_is_late_the_page_says_so(
    client: Client, base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: object, **__: object) -> None:
        raise NotYetSearchable("Not yet.")

    monkeypatch.setattr(base, "wait", late)
    assert "still catching up" in followed(client, "/entries/new", FORM)


def test_a_revision_begins_from_the_text_as_it_is(client: Client, contribute: Contribute) -> None:
    entry_id = contribute("Before", problem="Old & worn")
    html = page(client, f"/entries/{entry_id}/revise")
    assert 'value="Before"' in html
    assert "Old &amp; worn" in html
    assert html.index("What we do") < html.index("How to start") < html.index("Why it works")
    form = FORM | {"version": hidden(html, "version"), "title": "After", "note": "shorter"}
    shown = followed(client, f"/entries/{entry_id}/revise", form)
    assert "Your revision is saved" in shown
    assert "After" in shown
    assert "difficulty" in shown


def test_a_mistake_in_a_revision_keeps_what_was_typed(
    client: Client, contribute: Contribute
) -> None:
    entry_id = contribute()
    html = posted(
        client, f"/entries/{entry_id}/revise", FORM | {"title": "", "version": "1"}, 400
    ).text
    assert 'id="title-error"' in html
    assert "Two minutes at each bed." in html


def test_an_imported_text_is_revised_in_its_own_order(
    client: Client, base: KnowledgeBase, contribute: Contribute
) -> None:
    entry_id = contribute()
    sections = (
        Section("", "Lead"),
        Section("What we do", "Do"),
        Section("Extra", "More"),
        Section("The problem", "P"),
    )
    version = base.catalogue.get(entry_id).version
    base.entries.revise(entry_id, Content(title="T", sections=sections), version=version)
    html = page(client, f"/entries/{entry_id}/revise")
    places = [html.index(text) for text in ("Lead", ">What we do", "How to start", "More")]
    assert places == sorted(places)


def test_two_revisions_at_once_keep_both_texts(client: Client, contribute: Contribute) -> None:
    entry_id = contribute()
    version = hidden(page(client, f"/entries/{entry_id}/revise"), "version")
    mine, theirs = (
        FORM | {"version": version, "text-0": text} for text in ("My words.", "Their words.")
    )
    posted(client, f"/entries/{entry_id}/revise", theirs)
    html = posted(client, f"/entries/{entry_id}/revise", mine, 409).text
    assert "Somebody else revised this meanwhile" in html
    assert "Their words." in html
    assert "My words.</textarea>" in html
    newest = mine | {"version": hidden(html, "version")}
    shown = followed(client, f"/entries/{entry_id}/revise", newest)
    assert "My words." in shown


def test_a_version_that_is_no_number_is_the_oldest(client: Client, contribute: Contribute) -> None:
    entry_id = contribute()
    posted(client, f"/entries/{entry_id}/revise", FORM | {"version": "x" * 20}, 409)


def test_tags_are_added_and_taken_off(client: Client, contribute: Contribute) -> None:
    entry_id = contribute(tags=())
    html = followed(client, f"/entries/{entry_id}/tags", {"tags": "ward, Night Shift"})
    assert 'href="/entries?tag=night-shift"' in html
    html = followed(client, f"/entries/{entry_id}/untag", {"tag": "night-shift"})
    assert "Tag taken off" in html
    assert 'href="/entries?tag=night-shift"' not in html


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


def test_reuse_is_counted_with_a_link_to_the_same_as_csv(
    client: Client, base: KnowledgeBase, contribute: Contribute
) -> None:
    base.reuses.record(contribute(), group="South", context="Nights", outcome="adopted")
    html = page(client, "/reuse?by=group&since=2020-01-01")
    assert "South" in html
    assert "/api/reports/reuse?by=group&amp;since=2020-01-01&amp;format=csv" in html
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


def test_about_says_what_this_is(client: Client, contribute: Contribute) -> None:
    contribute()
    assert "1 entry so far, from 1 group" in page(client, "/about")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", f"/entries/{NOWHERE}", 404),
        ("GET", "/entries/no-id", 404),
        ("GET", "/entries/no-id/revise", 404),
        ("GET", "/reuses/no-id", 404),
        ("GET", "/entries?page=0", 400),
        ("GET", "/entries?sort=other", 400),
        ("GET", "/static/nothing.css", 404),
        ("DELETE", "/entries", 405),
        ("POST", f"/entries/{NOWHERE}/tags", 404),
        ("POST", f"/entries/{NOWHERE}/restore", 404),
        ("POST", f"/entries/{NOWHERE}/revise", 404),
        ("POST", f"/reuses/{NOWHERE}", 404),
    ],
)
def test_people_get_errors_as_pages(client: Client, method: str, path: str, status: int) -> None:
    response = client.request(method, path, data={"tags": "x"} if method == "POST" else None)
    assert response.status_code == status
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>" in response.text


def test_an_unforeseen_error_is_a_page_without_its_text(
    client: Client, base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(base.catalogue, "browse", broken)
    html = page(client, "/", 500)
    assert "Something went wrong on our side" in html
    assert "secret" not in html
