"""Drafts on pages, as a browser without JavaScript and the module of the forms meet them."""

import re
import sqlite3
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from kb.drafts.service import Drafts
from kb.entries.content import Content, Section
from kb.errors import DataDirectoryError
from tests.web.visits import FORM, hidden, page
from tests.worlds.web import Browsers, Client, Community, form_token

JSON = {"Accept": "application/json"}
NEW = "/entries/new?kind=practice"


@pytest.fixture
def mara(browser: Browsers) -> Client:
    return browser("Mara")


def begun(client: Client, **told: str) -> dict[str, str]:
    """The fields of a form for a new practice, as it is sent."""
    html = page(client, NEW)
    own = {name: hidden(html, name) for name in ("draft_id", "draft_number", "command_id", "kind")}
    return {"form_token": form_token(client), **FORM, **own, **told}


def saved(client: Client, form: dict[str, str], status: int = 200) -> dict[str, Any]:
    """The answer to the module that saves by itself; the number is that of the next save."""
    answer = client.post("/drafts", data=form, headers=JSON)
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    form["draft_number"] = str(told["number"])
    return told


def drafts_of(community: Community, name: str = "Mara") -> list[str | None]:
    return [each.title for each in community.acting(name).drafts.list()]


def test_a_draft_is_saved_by_a_button_and_shown_again_with_all_that_was_typed(
    mara: Client, community: Community
) -> None:
    own = {"heading-4": "What it cost", "text-4": "A clock.\r\nAnd a bell.", "sight": "author"}
    form = begun(mara, **own)
    answer = mara.post("/drafts", data=form)
    assert answer.status_code == 303
    html = page(mara, answer.headers["location"])
    assert "Draft saved. Nobody but you sees it." in html
    assert "searches find it" not in html
    for text in (
        FORM["title"],
        "Nobody listened.",
        FORM["tags"],
        "What it cost",
        "A clock.\nAnd a bell.",
    ):
        assert text in html
    assert re.search(r'<option value="author" selected', html)
    assert hidden(html, "draft_id") == form["draft_id"]
    assert hidden(html, "draft_number") == "1"
    assert hidden(html, "command_id") == form["command_id"]
    assert community.base.session.catalogue.browse().total == 0


def test_what_the_module_saves_is_answered_with_its_number_and_place(mara: Client) -> None:
    form = begun(mara)
    first, second = saved(mara, form), saved(mara, form)
    assert (first["number"], second["number"]) == (1, 2)
    assert first["page"] == f"{NEW}&draft={form['draft_id']}"
    assert FORM["title"] in page(mara, first["page"])


def test_a_draft_is_offered_where_it_was_begun_on_the_first_page_and_in_a_list(
    mara: Client,
) -> None:
    for path in (NEW, "/entries/new", "/"):
        assert "begun" not in page(mara, path)
        assert 'href="/drafts"' not in page(mara, path)
    form = begun(mara)
    saved(mara, form)
    link = f"draft={form['draft_id']}"
    assert "You have begun this before" in page(mara, NEW)
    for path in (NEW, "/entries/new", "/drafts"):
        html = page(mara, path)
        assert link in html
        assert FORM["title"] in html
    assert 'href="/drafts"' in page(mara, "/")
    assert link not in page(mara, "/entries/new?kind=experiment")
    assert "You have begun this before" not in page(mara, f"{NEW}&{link}")


def test_a_draft_is_discarded_by_a_button(mara: Client, community: Community) -> None:
    form = begun(mara)
    saved(mara, form)
    place = f"/drafts/{form['draft_id']}/discard"
    answer = mara.post(place, data={"form_token": form["form_token"]})
    assert answer.headers["location"] == "/drafts?done=draft-discarded"
    assert "Draft discarded." in page(mara, answer.headers["location"])
    assert drafts_of(community) == []
    page(mara, f"{NEW}&draft={form['draft_id']}", 404)


def test_contributing_takes_the_draft_away(mara: Client, community: Community) -> None:
    form = begun(mara)
    saved(mara, form)
    answer = mara.post("/entries/new", data=form)
    assert answer.status_code == 303
    assert drafts_of(community) == []
    assert community.base.session.catalogue.browse().total == 1


def test_what_another_window_saved_later_outlives_contributing(
    mara: Client, community: Community
) -> None:
    form = begun(mara)
    saved(mara, form)
    saved(mara, {**form, "title": "Newer"})
    assert mara.post("/entries/new", data=form).status_code == 303
    assert drafts_of(community) == ["Newer"]


def test_a_form_with_a_mistake_keeps_its_draft(mara: Client, community: Community) -> None:
    form = begun(mara)
    saved(mara, form)
    answer = mara.post("/entries/new", data={**form, "title": " "})
    assert answer.status_code == 400
    assert hidden(answer.text, "draft_id") == form["draft_id"]
    assert hidden(answer.text, "draft_number") == "1"
    assert drafts_of(community) == [FORM["title"]]


def test_an_entry_that_is_saved_is_saved_though_its_draft_cannot_be_discarded(
    mara: Client, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = begun(mara)
    saved(mara, form)

    def fails(*_: object) -> None:
        raise DataDirectoryError("The disk is full.")

    monkeypatch.setattr(Drafts, "used", fails)
    answer = mara.post("/entries/new", data=form)
    assert "done=contributed" in answer.headers["location"]
    assert drafts_of(community) == [FORM["title"]]
    # Sent again, the same draft makes no second entry.
    again = mara.post("/entries/new", data=form)
    assert urlsplit(again.headers["location"]).path == urlsplit(answer.headers["location"]).path


def test_of_two_windows_the_older_is_refused_and_goes_on_as_another_draft(
    mara: Client, community: Community
) -> None:
    form = begun(mara)
    saved(mara, form)
    saved(mara, {**form, "title": "Newer"})
    answer = mara.post("/drafts", data={**form, "title": "Older"})
    assert answer.status_code == 409
    assert "A newer text of this draft was saved elsewhere" in answer.text
    assert f"draft={form['draft_id']}" in answer.text
    assert 'value="Older"' in answer.text
    fresh = {name: hidden(answer.text, name) for name in ("draft_id", "draft_number")}
    assert fresh["draft_id"] != form["draft_id"]
    saved(mara, {**form, "title": "Older", **fresh})
    assert sorted(map(str, drafts_of(community))) == ["Newer", "Older"]


def test_a_draft_that_was_discarded_elsewhere_is_not_lost_here(
    mara: Client, community: Community
) -> None:
    form = begun(mara)
    saved(mara, form)
    community.acting("Mara").drafts.discard(form["draft_id"])
    answer = mara.post("/drafts", data=form)
    assert answer.status_code == 409
    assert "contributed or discarded elsewhere" in answer.text
    assert "Nobody listened." in answer.text


def test_a_revision_is_kept_as_a_draft_based_on_the_text_of_then(
    mara: Client, community: Community
) -> None:
    entry = community.contribute("Cleo", "Two bins")
    path = f"/entries/{entry}/revise"
    html = page(mara, path)
    names = ("draft_id", "draft_number", "version", "entry", "group_before")
    form = {"form_token": form_token(mara), **{name: hidden(html, name) for name in names}}
    form |= {"title": "Three bins", "heading-0": "The problem", "text-0": "Slow, still."}
    form |= {"heading-1": "What we do", "text-1": "Walk.", "note": "Counted."}
    told = saved(mara, form)
    assert told["page"] == f"{path}?draft={form['draft_id']}"
    assert "You have begun this before" in page(mara, path)
    assert "revision" in page(mara, "/drafts")

    other = Content(
        title="Two carts", sections=(Section("The problem", "x"), Section("What we do", "y"))
    )
    community.acting("Cleo").entries.revise(entry, other, version=1)
    shown = page(mara, told["page"])
    assert 'value="Three bins"' in shown
    assert hidden(shown, "version") == "1"
    answer = mara.post(path, data=form)
    assert answer.status_code == 409
    assert "Someone else revised this meanwhile" in answer.text
    assert hidden(answer.text, "draft_id") == form["draft_id"]
    assert drafts_of(community) == ["Three bins"]

    form["version"] = hidden(answer.text, "version")
    saved(mara, form)
    assert community.acting("Mara").drafts.list()[0].version == 2
    assert mara.post(path, data=form).status_code == 303
    assert drafts_of(community) == []


@pytest.mark.parametrize("other", ["Cleo", "Stella"])
def test_nobody_else_finds_a_draft(
    mara: Client, browser: Browsers, community: Community, other: str
) -> None:
    form = begun(mara, title="Tatterdemalion")
    saved(mara, form)
    theirs = browser(other)
    for path in ("/", "/drafts", NEW, "/entries", f"/people/{community.ids['Mara']}"):
        assert "Tatterdemalion" not in page(theirs, path)
    page(theirs, f"{NEW}&draft={form['draft_id']}", 404)
    place = f"/drafts/{form['draft_id']}/discard"
    assert theirs.post(place, data={"form_token": form_token(theirs)}).status_code == 404
    assert drafts_of(community) == ["Tatterdemalion"]


def test_who_does_not_contribute_has_no_drafts(browser: Browsers) -> None:
    rita = browser("Rita")
    page(rita, "/drafts", 403)
    assert 'href="/drafts"' not in page(rita, "/")
    nobody = browser().get("/drafts")
    assert nobody.status_code == 303
    assert nobody.headers["location"].startswith("/sign-in?next=%2Fdrafts")


def test_a_session_that_has_ended_is_told_and_keeps_the_text(
    mara: Client, community: Community
) -> None:
    form = begun(mara)
    assert mara.post("/sign-out", data={"form_token": form["form_token"]}).status_code == 303
    answer = mara.post("/drafts", data=form, headers=JSON)
    assert answer.status_code == 401
    assert FORM["text-0"] in answer.text
    assert drafts_of(community) == []


def test_a_form_of_another_session_saves_nothing(mara: Client, community: Community) -> None:
    form = begun(mara, form_token="x" * 43)
    assert mara.post("/drafts", data=form, headers=JSON).status_code == 403
    assert drafts_of(community) == []


def test_a_draft_for_nothing_is_refused_in_one_sentence(mara: Client) -> None:
    form = begun(mara)
    assert mara.post("/drafts", data={**form, "kind": "poem"}).status_code == 400
    assert mara.post("/drafts", data={**form, "draft_id": "mine"}).status_code == 400
    absent = {**form, "entry": str(uuid4()), "kind": ""}
    absent = {name: text for name, text in absent.items() if name not in ("kind", "command_id")}
    assert mara.post("/drafts", data=absent).status_code == 404


def test_drafts_that_cannot_be_kept_keep_nobody_from_contributing(
    mara: Client, community: Community
) -> None:
    form = begun(mara)
    (community.base.settings.data / "drafts.sqlite").write_bytes(b"damaged" * 1000)
    assert "Drafts cannot be kept at present" in page(mara, NEW)
    page(mara, "/")
    page(mara, "/entries/new")
    answer = mara.post("/drafts", data=form)
    assert answer.status_code == 503
    assert "is damaged" in answer.text
    assert str(community.base.settings.data) not in answer.text
    assert FORM["text-0"] in answer.text
    assert mara.post("/entries/new", data=form).status_code == 303


def test_a_draft_that_cannot_be_read_can_be_discarded(mara: Client, community: Community) -> None:
    form = begun(mara)
    saved(mara, form)
    with closing(sqlite3.connect(community.base.settings.data / "drafts.sqlite")) as db, db:
        db.execute("UPDATE draft SET title = x'00'")
    html = page(mara, "/drafts")
    assert "A draft that cannot be read" in html
    assert f"/drafts/{form['draft_id']}/discard" in html


def test_programs_save_list_read_and_discard_drafts(community: Community) -> None:
    program = Browsers(community)()
    writes, reads = community.token("Mara", "contribute"), community.token("Mara", "search")
    draft, fields = str(uuid4()), {"title": "By a program", "text-0": "Slow."}
    path, body = f"/api/drafts/{draft}", {"number": 0, "kind": "practice", "fields": fields}
    made = program.put(path, json=body, headers=writes)
    assert made.status_code == 200, made.text
    assert made.json()["number"] == 1
    assert "fields" not in made.json()
    late = program.put(path, json=body, headers=writes)
    assert (late.status_code, late.json()["code"]) == (409, "draft-conflict")
    assert [each["id"] for each in program.get("/api/drafts", headers=reads).json()] == [draft]
    assert program.get(path, headers=reads).json()["fields"] == fields
    # One that only contributes reads nothing, and one that reads takes nothing away.
    assert program.get(path, headers=writes).status_code == 403
    assert program.delete(path, headers=reads).status_code == 403
    others = community.token("Stella", "search", "contribute", "admin")
    assert program.get(path, headers=others).status_code == 404
    assert program.delete(path, headers=others).status_code == 404
    assert program.delete(path, headers=writes).json() == {"id": draft}
    assert program.delete(path, headers=writes).status_code == 404


def test_a_draft_of_a_program_is_gone_on_with_in_the_browser(
    mara: Client, community: Community
) -> None:
    draft = str(uuid4())
    community.acting("Mara").drafts.save(draft, {"title": "Bare"}, number=0, kind="practice")
    html = page(mara, f"{NEW}&draft={draft}")
    assert 'value="Bare"' in html
    assert "What kept going wrong" in html
