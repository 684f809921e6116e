"""The forms that contribute and revise, as a browser without JavaScript meets them."""

import re

import pytest
from uuid_utils.compat import uuid7

from kb import KnowledgeBase, Session
from kb.entries.content import Content, Section
from kb.errors import NotYetSearchable
from tests.web.visits import FORM, REVISED, Client, Contribute, followed, hidden, page, posted


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
    assert "Night Shift" in html
    assert "Handover at the bed" in page(client, "/search?q=minutes+at+each+bed")


def test_a_section_of_your_own_is_kept(client: Client) -> None:
    form = FORM | {"heading-2": "What it cost", "text-2": "A clock."}
    html = followed(client, "/entries/new", form)
    assert "What it cost" in html


def test_a_heading_of_your_own_without_a_text_is_asked_about(client: Client) -> None:
    form = FORM | {"heading-2": "What it cost"}
    html = posted(client, "/entries/new", form, 400).text
    assert "The section “What it cost” has no text: write some, or take its heading away" in html
    assert 'value="What it cost"' in html
    assert 'id="text-2-error"' in html
    assert client.get("/api/entries").json()["total"] == 0


def test_what_the_template_offers_and_nobody_fills_is_not_used(client: Client) -> None:
    form = FORM | {"heading-2": "How to start", "heading-4": "Mine", "text-4": "Words."}
    html = followed(client, "/entries/new", form)
    assert "Mine" in html
    assert ">How to start<" not in html


def test_a_section_that_a_revision_empties_goes_with_its_heading_alone(
    client: Client, contribute: Contribute
) -> None:
    path = f"/entries/{contribute()}/revise"
    version = hidden(page(client, path), "version")
    form = REVISED | {"version": version, "heading-2": "Mine", "text-2": "Words."}
    html = page(client, posted(client, path, form).headers["location"])
    assert "Mine" in html
    later = form | {"version": hidden(page(client, path), "version"), "text-2": " "}
    assert "“Mine” has no text" in posted(client, path, later, 400).text
    assert "Mine" not in followed(client, path, later | {"heading-2": ""})


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
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: object, **__: object) -> None:
        raise NotYetSearchable("Not yet.")

    monkeypatch.setattr(Session, "wait", late)
    assert "it will be found shortly" in followed(client, "/entries/new", FORM)


def test_a_revision_begins_from_the_text_as_it_is(client: Client, contribute: Contribute) -> None:
    entry_id = contribute("Before", problem="Old & worn")
    html = page(client, f"/entries/{entry_id}/revise")
    assert 'value="Before"' in html
    assert "Old &amp; worn" in html
    assert html.index("What we do") < html.index("How to start") < html.index("Why it works")
    form = REVISED | {"version": hidden(html, "version"), "title": "After", "note": "shorter"}
    shown = followed(client, f"/entries/{entry_id}/revise", form)
    assert "Your revision is saved" in shown
    assert "After" in shown
    assert "difficulty" in shown


def test_a_mistake_in_a_revision_keeps_what_was_typed(
    client: Client, contribute: Contribute
) -> None:
    entry_id = contribute()
    html = posted(
        client, f"/entries/{entry_id}/revise", REVISED | {"title": "", "version": "1"}, 400
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
    version = base.session.catalogue.get(entry_id).version
    base.session.entries.revise(entry_id, Content(title="T", sections=sections), version=version)
    html = page(client, f"/entries/{entry_id}/revise")
    places = [html.index(text) for text in ("Lead", ">What we do", "How to start", "More")]
    assert places == sorted(places)


def test_two_revisions_at_once_keep_both_texts(client: Client, contribute: Contribute) -> None:
    entry_id = contribute()
    version = hidden(page(client, f"/entries/{entry_id}/revise"), "version")
    mine, theirs = (
        REVISED | {"version": version, "text-0": text} for text in ("My words.", "Their words.")
    )
    posted(client, f"/entries/{entry_id}/revise", theirs)
    html = posted(client, f"/entries/{entry_id}/revise", mine, 409).text
    assert "Someone else revised this meanwhile" in html
    assert "Their words." in html
    assert "My words.</textarea>" in html
    newest = mine | {"version": hidden(html, "version")}
    shown = followed(client, f"/entries/{entry_id}/revise", newest)
    assert "My words." in shown


@pytest.mark.parametrize("version", [{}, {"version": ""}])
def test_a_form_without_a_version_began_with_the_oldest(
    client: Client, contribute: Contribute, version: dict[str, str]
) -> None:
    address = f"/entries/{contribute()}/revise"
    posted(client, address, REVISED | version, 303)
    posted(client, address, REVISED | version | {"title": "Another title"}, 409)


def test_a_form_sent_again_with_other_words_says_so_and_may_be_sent_as_another(
    client: Client, base: KnowledgeBase
) -> None:
    form = FORM | {"command_id": str(uuid7())}
    posted(client, "/entries/new", form)
    html = posted(client, "/entries/new", form | {"title": "Another"}, 409).text
    assert "This form was sent already" in html
    assert "command id" not in html.lower()
    again = form | {"title": "Another", "command_id": hidden(html, "command_id")}
    posted(client, "/entries/new", again)
    assert {one.title for one in base.session.catalogue.browse().items} == {
        FORM["title"],
        "Another",
    }


def test_a_reuse_sent_again_with_other_words_says_so_and_may_be_sent_as_another(
    client: Client, base: KnowledgeBase, contribute: Contribute
) -> None:
    entry = contribute()
    path = f"/entries/{entry}/reuses"
    form = {"group": "South", "context": "Nights", "outcome": "adopted"}
    form["command_id"] = str(uuid7())
    posted(client, path, form)
    html = posted(client, path, form | {"context": "Days"}, 409).text
    assert "This form was sent already" in html
    posted(client, path, form | {"context": "Days", "command_id": hidden(html, "command_id")})
    assert [one.context for one in base.session.catalogue.get(entry).reuse] == ["Nights", "Days"]
