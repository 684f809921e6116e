"""A server that starts where nothing can be written serves what is read, and writes once it can."""

import shutil
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Event
from typing import Any

import msgspec
import pytest
from click.testing import Result
from msgspec import structs

from indexer.embedding.testing import HashEmbedder
from kb import KnowledgeBase
from kb.entries.content import Draft
from kb.errors import DataDirectoryError, KnowledgeBaseError
from kb.storage.local_socket import request as ask
from tests.kb.shut_disk import shut
from tests.web.serving import get
from tests.web.visits import FORM, page
from tests.worlds.web import Browsers, Community, form_token, generous, sign_in
from web import reopening
from web.visit import Visits

DRAFT = {
    "kind": "practice",
    "content": {
        "title": "Bedside handover",
        "sections": [
            {"heading": "The problem", "text": "Things got lost."},
            {"heading": "What we do", "text": "We hand over at the bed."},
        ],
    },
}
SENTENCE = "Nothing can be written at present because the disk is full; reading goes on."


@pytest.fixture
def visits(community: Community) -> Visits:
    found: Visits = community.app.state["visits"]
    return found


@pytest.fixture
def killed(community: Community, tmp_path: Path) -> Callable[[], Path]:
    """What a server of the community leaves that is killed at the moment."""

    def copied() -> Path:
        # As it is at work, files come and go.
        with suppress(shutil.Error):
            shutil.copytree(community.base.settings.data, tmp_path / "killed")
        return tmp_path / "killed"

    return copied


def opened(path: Path, community: Community) -> KnowledgeBase:
    settings = structs.replace(community.base.settings, data=path)
    return KnowledgeBase.open(path, settings=settings, embedder=HashEmbedder())


def test_members_read_and_keep_what_they_typed_until_there_is_room(
    community: Community,
    browser: Browsers,
    visits: Visits,
    killed: Callable[[], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry, mara = community.contribute("Stella"), browser("Mara")
    token = community.token("Mara", "search")
    page(mara, "/search?q=handover")
    path = killed()
    with shut(path, "full", monkeypatch):
        base = opened(path, community)
        visits.serve(base, generous())
        for address in ("/", "/entries", f"/entries/{entry}", "/search?q=handover", "/account"):
            assert SENTENCE in page(mara, address)
        assert browser().get("/api/search?q=handover", headers=token).status_code == 200
        form = {**FORM, "form_token": form_token(mara), "command_id": "x"}
        sent = mara.post("/entries/new", data=form)
        assert sent.status_code == 503
        assert "Nothing can be written in the data directory because the disk is full" in sent.text
        assert "Two minutes at each bed." in sent.text
        assert str(path) not in sent.text
        # Nobody is let in anew, as the session could not be kept, and nobody out.
        assert sign_in(browser(), "Cleo").status_code == 503
        assert browser().get("/account").status_code == 303
    visits.reopen()
    assert SENTENCE not in page(mara, "/entries")
    assert mara.post("/entries/new", data=form).status_code == 303
    assert sign_in(browser(), "Cleo").status_code == 303
    visits.base.close()


def test_one_who_left_before_a_server_was_killed_is_not_let_in(
    community: Community,
    browser: Browsers,
    visits: Visits,
    killed: Callable[[], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mara, token = browser("Mara"), community.token("Mara", "search")
    assert page(mara, "/account")
    with monkeypatch.context() as patch:
        patch.setattr("kb.erasure.secrets.Keys.depart", lambda *_: None)
        community.base.session.people.leave(community.ids["Mara"])
        path = killed()
    with shut(path, "full", monkeypatch), opened(path, community) as base:
        visits.serve(base, generous())
        assert mara.get("/account").status_code == 303
        assert browser().get("/api/search?q=x", headers=token).status_code == 401
        visits.serve(community.base, generous())


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> Event:
    """Servers look for room all the time; set once one follows the log where it may write."""
    done, start = Event(), KnowledgeBase.start_following

    def started(base: KnowledgeBase) -> None:
        start(base)
        if not base.unwritable:
            done.set()

    monkeypatch.setattr(reopening, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(KnowledgeBase, "start_following", started)
    return done


def test_a_running_server_writes_as_soon_as_there_is_room(
    run: Callable[..., Result], data: Path, eager: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    with KnowledgeBase.open(data, embedder=HashEmbedder()) as base:
        base.session.entries.contribute(msgspec.convert(DRAFT, Draft))
    seen: list[Any] = []

    disk = ExitStack()
    disk.enter_context(shut(data, "full", monkeypatch))

    def visit(url: str) -> None:
        with disk:
            seen.append(get(url, "/entries"))
            seen.append(ask(data, "GET", "/api/search", [("q", "handover")])["results"])
            with pytest.raises(KnowledgeBaseError, match="because the disk is full"):
                ask(data, "POST", "/api/entries", body=DRAFT)
        assert eager.wait(60)
        seen.append(ask(data, "POST", "/api/entries", body=DRAFT)["id"])

    result = run("--port", "0", visit=visit)
    assert "is only read at present because the disk is full" in result.output
    assert "can be written again." in result.output
    assert seen[0] == 200
    assert all(seen[1:])
    assert len(seen) == 3


def test_a_base_that_cannot_be_opened_again_is_tried_again(
    community: Community,
    browser: Browsers,
    visits: Visits,
    killed: Callable[[], Path],
    eager: Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mara, path, reopened = browser("Mara"), killed(), KnowledgeBase.reopened

    def broken(base: KnowledgeBase) -> KnowledgeBase:
        monkeypatch.setattr(KnowledgeBase, "reopened", reopened)
        base.close()
        raise DataDirectoryError("The disk was full again.")

    monkeypatch.setattr(KnowledgeBase, "reopened", broken)
    with shut(path, "full", monkeypatch):
        visits.serve(opened(path, community), generous())
    with reopening.reopening(visits):
        assert eager.wait(60)
        assert page(mara, "/entries")
    visits.serve(community.base, generous())
