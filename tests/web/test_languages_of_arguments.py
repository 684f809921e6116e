"""What stands in a sentence, such as its reason, is in the language of the sentence."""

import re
from collections.abc import Callable
from contextlib import suppress
from html import unescape
from pathlib import Path
from shutil import Error, copytree

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from msgspec import structs

from kb.messages.catalogues import catalogue
from tests.kb.shut_disk import State, shut
from tests.web.conftest import Contribute
from tests.web.test_frozen import opened
from tests.web.test_languages import GERMAN
from tests.web.visits import FORM
from tests.worlds.web import Browsers, Community, form_token, generous
from web.visit import Limits, Visits, usual_limits


def english(html: str) -> list[str]:
    """What of the catalogue's English without arguments a page shows, where German differs."""
    from babel.messages.pofile import read_po

    shown = unescape(re.sub(r"<[^>]+>", " ", html.partition("<body")[2]))
    with catalogue("de").open("rb") as file:
        pairs = [(entry.id, entry.string) for entry in read_po(file, "de") if entry.id]
    return [
        source
        for source, made in pairs
        if isinstance(source, str)
        and len(source) > 3
        and made
        and source.lower() != str(made).lower()
        and re.search(rf"\b{re.escape(source)}(?!\w)", shown)
    ]


@pytest.mark.parametrize(
    ("state", "why"), [("full", "der Datenträger ist voll"), ("read-only", "schreibgeschützt")]
)
def test_pages_say_in_one_language_why_nothing_can_be_written(
    community: Community,
    browser: Browsers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    state: State,
    why: str,
) -> None:
    mara = browser("Mara")
    with suppress(Error):  # as it is at work, files come and go
        copytree(community.base.settings.data, tmp_path / "killed")
    visits: Visits = community.app.state["visits"]
    with shut(tmp_path / "killed", state, monkeypatch):
        visits.serve(opened(tmp_path / "killed", community), generous())
        for path in ("/", "/entries", "/entries/new", "/search?q="):
            page = mara.get(path, headers=GERMAN).text
            assert f"Zurzeit kann nichts geschrieben werden ({why}); Lesen geht weiter." in page
            assert english(page) == []
    visits.base.close()
    visits.serve(community.base, generous())


def _crowded() -> Limits:
    searches = usual_limits().searches
    searches._most = 0  # noqa: SLF001 - nobody may wait in the line that is usual
    return structs.replace(generous(), searches=searches)


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (_crowded, "Zurzeit warten zu viele Suchen: "),
        (lambda: generous(search=0), "Sie haben in kurzer Zeit sehr oft gesucht: "),
    ],
)
def test_who_is_sent_away_is_told_why_in_one_language(
    community: Community, browser: Browsers, limits: Callable[[], Limits], told: str
) -> None:
    mara = browser("Mara")
    community.app.state["visits"].limits = limits()
    page = mara.get("/search?q=handover", headers=GERMAN)
    assert page.status_code == 429
    assert told in page.text
    assert english(page.text) == []


def test_errors_name_things_and_fields_in_their_language(
    client: TestClient[Litestar], contribute: Contribute
) -> None:
    contribute()
    missing = client.get("/entries/none", headers=GERMAN).text
    assert "Das gibt es nicht: Eintrag" in missing
    blank = client.get("/entries?tag=%20&tag=x", headers=GERMAN).text
    sign = {**FORM, "text-0": "a\x07b", "command_id": "x"}
    wrong = client.post("/entries/new", data=sign, headers=GERMAN).text
    assert "kein Text ist (Abschnitt „The problem“)" in wrong
    for page in (missing, blank, wrong):
        assert english(page) == []


@pytest.mark.parametrize("state", ["full", "read-only"])
def test_a_form_that_cannot_be_written_is_refused_in_one_language(
    community: Community,
    browser: Browsers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    state: State,
) -> None:
    mara = browser("Mara")
    form = {**FORM, "form_token": form_token(mara), "command_id": "x"}
    with suppress(Error):  # as it is at work, files come and go
        copytree(community.base.settings.data, tmp_path / "killed")
    visits: Visits = community.app.state["visits"]
    with shut(tmp_path / "killed", state, monkeypatch):
        visits.serve(opened(tmp_path / "killed", community), generous())
        page = mara.post("/entries/new", data=form, headers=GERMAN)
        assert page.status_code == 503
        assert "<h1>Noch nicht gespeichert</h1>" in page.text
        assert english(page.text) == []
    visits.base.close()
    visits.serve(community.base, generous())


def test_a_question_that_cannot_be_asked_is_refused_in_one_language(
    client: TestClient[Litestar],
) -> None:
    page = (
        client.get("/search?q=%20", headers=GERMAN).text
        + client.get("/search?q=%21%21", headers=GERMAN).text
    )
    assert "Die Frage hat keine Wörter, nur Zeichen" in page
    assert english(page) == []
