"""While another program keeps the views locked, what was written is acknowledged, not refused."""

import sqlite3
from contextlib import closing

import pytest

from kb import KnowledgeBase
from tests.web.visits import FORM, Client, Contribute, page, posted

PRACTICE = {
    "kind": "practice",
    "content": {
        "title": "Night shift",
        "sections": [
            {"heading": "The problem", "text": "Nobody knows."},
            {"heading": "What we do", "text": "A second bin stands behind the first."},
        ],
    },
}
SHORTLY = "Saved, and it will be found shortly"


def test_one_who_writes_while_the_views_are_locked_is_not_asked_to_send_it_again(
    base: KnowledgeBase, client: Client, contribute: Contribute, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = contribute()
    monkeypatch.setattr("kb.views.file.BUSY_SECONDS", 0.0)
    base.parts.views.close()  # to be opened with the patience from above
    with closing(sqlite3.connect(base.settings.data / "views.sqlite")) as other:
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        written = posted(client, "/entries/new", FORM)
        assert SHORTLY in page(client, written.headers["location"])
        endorsed = posted(client, f"/entries/{entry}/endorse", {"reason": "It works here."})
        assert SHORTLY in page(client, endorsed.headers["location"])
        sent = client.post("/api/entries", json=PRACTICE)
        assert (sent.status_code, sent.json()["searchable"]) == (201, False)
        sent = client.put(f"/api/entries/{entry}/endorsement", json={"reason": "Again."})
        assert (sent.status_code, sent.json()["searchable"]) == (200, False)
        assert base.session.catalogue.browse().total == 1
    base.wait(base.head())
    assert base.session.catalogue.browse().total == 3
    assert base.session.catalogue.get(entry).endorsements == 1
