"""Pages are in the language that a browser asks for, of those that there are."""

import re
from datetime import UTC, datetime

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from kb import KnowledgeBase
from kb.messages.formats import day, minute
from tests.web.conftest import Contribute

GERMAN = {"accept-language": "de-AT,de;q=0.9,en;q=0.5"}


@pytest.mark.parametrize("path", ["/", "/search", "/search?q=", "/entries", "/nowhere"])
def test_every_page_says_in_which_language_it_is(client: TestClient[Litestar], path: str) -> None:
    english, german = client.get(path), client.get(path, headers=GERMAN)
    assert '<html lang="en">' in english.text
    assert '<html lang="de">' in german.text
    assert english.headers["vary"] == german.headers["vary"] == "Accept-Language"
    assert english.status_code == german.status_code


def test_navigation_and_search_are_in_the_language_of_the_browser(
    client: TestClient[Litestar],
) -> None:
    page = client.get("/search", headers=GERMAN).text
    for words in ("Zum Inhalt springen", "Stöbern", "Beitragen", "Was möchten Sie lösen?"):
        assert words in page
    for words in ("Skip to the content", "Browse", "Contribute", "What are you trying"):
        assert words not in page


def test_an_entry_is_shown_in_the_language_of_the_browser(
    client: TestClient[Litestar], contribute: Contribute
) -> None:
    page = client.get(f"/entries/{contribute()}", headers=GERMAN).text
    assert "Sichtbar für alle Mitglieder" in page
    assert "Noch nicht nachgenutzt" in page
    assert re.search(
        r"Beigetragen von Betreiber dieses Rechners, <time[^>]*>\d+\. \w+ 20\d\d</time>", page
    )


def test_errors_and_notices_are_in_the_language_of_the_browser(
    client: TestClient[Litestar], contribute: Contribute
) -> None:
    missing = client.get("/nowhere", headers=GERMAN).text
    assert "Unter dieser Adresse gibt es nichts" in missing
    assert "<h1>Nicht gefunden</h1>" in missing
    entry = contribute()
    hidden = client.get("/entries/019a0000-0000-7000-8000-000000000000", headers=GERMAN).text
    assert "Es gibt keinen Eintrag 019a0000" in hidden
    noticed = client.get(f"/entries/{entry}?done=tagged", headers=GERMAN).text
    assert "Schlagwörter hinzugefügt." in noticed
    refused = client.post(f"/entries/{entry}/archive", data={"reason": " "}, headers=GERMAN)
    assert refused.status_code == 400
    assert "Das darf nicht leer sein: Grund." in refused.text


def test_a_history_is_told_in_the_language_of_the_browser(
    client: TestClient[Litestar], base: KnowledgeBase, contribute: Contribute
) -> None:
    entry = contribute()
    base.session.entries.tag(entry, ["ward"])
    page = client.get(f"/entries/{entry}", headers=GERMAN).text
    assert "Schlagwort „ward“ hinzugefügt." in page
    assert "Beigetragen als „" in page
    assert "Tagged “ward”." in client.get(f"/entries/{entry}").text


def test_what_was_found_says_why_in_the_language_of_the_browser(
    client: TestClient[Litestar], base: KnowledgeBase, contribute: Contribute
) -> None:
    contribute()
    base.catch_up()
    page = client.get("/search?q=handover", headers=GERMAN).text
    assert "Gefunden durch" in page
    assert re.search(r"Bedeutung -?\d,\d\d", page)
    assert "Found by" not in page


def test_what_stands_in_a_message_is_escaped_and_hides_nothing(
    client: TestClient[Litestar], base: KnowledgeBase, contribute: Contribute
) -> None:
    entry = contribute(title="A <b>bold\N{RIGHT-TO-LEFT OVERRIDE}</b> title")
    for headers in ({}, GERMAN):
        page = client.get(f"/entries/{entry}", headers=headers).text
        assert "<b>bold" not in page
        assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in page


def test_a_language_that_is_not_there_is_answered_in_english(client: TestClient[Litestar]) -> None:
    page = client.get("/search", headers={"accept-language": "xx, ../../de;q=0.9"}).text
    assert '<html lang="en">' in page
    assert "Skip to the content" in page


def test_times_are_written_as_the_language_does() -> None:
    time = datetime(2026, 12, 1, 9, 5, tzinfo=UTC)
    assert (day(time, "en"), day(time, "de")) == ("1 December 2026", "1. Dezember 2026")
    assert minute(time, "en") == "1 December 2026, 09:05 UTC"
    assert minute(time, "de") == "1. Dezember 2026, 09:05 UTC"
