"""When nothing can be written any more, reading goes on and what was typed is not lost."""

import errno
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from events.clock import utc_now
from indexer.embedding.testing import HashEmbedder
from kb import KnowledgeBase, Session
from kb.errors import DataDirectoryError, SearchUnavailable
from tests.web.visits import FORM, Client, Contribute, hidden, page
from tests.worlds.web import Browsers, Community
from web.places import without_place


@contextmanager
def full(base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is written any more: SQLite begins no transaction that writes, no file grows."""
    with monkeypatch.context() as patch:
        connect = sqlite3.connect

        def read_only(*arguments: Any, **options: Any) -> sqlite3.Connection:
            made: sqlite3.Connection = connect(*arguments, **options)
            if "mode=ro" not in str(arguments[0]):  # those have tables of their own, in memory
                made.execute("PRAGMA query_only = ON")
            return made

        patch.setattr(sqlite3, "connect", read_only)
        accounts = base.accounts.store
        accounts.run("PRAGMA query_only = ON")
        patch.setattr(base.parts.log, "append", disk_full)
        yield
    accounts.run("PRAGMA query_only = OFF")


def disk_full(*_: object, **__: object) -> None:
    raise DataDirectoryError(
        "The file /srv/our practices/log.sqlite cannot be used because the disk is full: "
        "free some space."
    ) from OSError(errno.ENOSPC, "No space left on device")


def later(community: Community, monkeypatch: pytest.MonkeyPatch, step: timedelta) -> None:
    for part in (community.base.accounts.sessions, community.base.accounts.tokens):
        monkeypatch.setattr(part, "clock", lambda: utc_now() + step)


def test_one_who_is_signed_in_reads_on_when_the_disk_is_full(
    community: Community, browser: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry, mara = community.contribute("Mara"), browser("Mara")
    token = community.token("Mara", "search")
    page(mara, "/search?q=handover")
    later(community, monkeypatch, timedelta(days=1, hours=-20))
    with full(community.base, monkeypatch):
        for path in ("/", "/entries", f"/entries/{entry}", "/search?q=handover", "/account"):
            assert page(mara, path)
        assert mara.get("/static/style.css").status_code == 200
        later(community, monkeypatch, timedelta(days=1))
        for path in ("/api/entries", f"/api/entries/{entry}", "/api/search?q=handover"):
            assert browser().get(path, headers=token).status_code == 200
    later(community, monkeypatch, timedelta(hours=4))
    assert page(mara, "/account")


def test_a_member_takes_their_data_along_from_a_full_disk_though_they_never_did_before(
    community: Community, browser: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    mara = browser("Mara")
    with full(community.base, monkeypatch):
        for path in ("/account/data.json", "/account/data.md"):
            answer = mara.get(path)
            assert answer.status_code == 200, answer.text


def test_files_of_ours_are_there_when_no_account_can_be_read(
    community: Community, browser: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    mara = browser("Mara")
    monkeypatch.setattr(type(community.base.accounts.store), "run", disk_full)
    assert mara.get("/entries").status_code == 503
    assert mara.get("/static/style.css").status_code == 200


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/entries/new", {**FORM, "command_id": "x"}),
        ("/entries/{entry}/endorse", {"reason": "It <works> & saves an hour."}),
        ("/entries/{entry}/tags", {"tags": "night"}),
    ],
)
def test_a_form_that_cannot_be_saved_comes_back_whole_with_a_sentence(
    community: Community,
    browser: Browsers,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    form: dict[str, str],
) -> None:
    author = "Mara" if "endorse" in path else "Stella"
    entry, mara = community.contribute(author), browser("Stella")
    value = hidden(page(mara, "/entries/new?kind=practice"), "form_token")
    path, form = path.replace("{entry}", entry), {**form, "form_token": value}
    with full(community.base, monkeypatch):
        sent = mara.post(path, data=form)
    assert sent.status_code == 503
    assert "cannot be used because the disk is full" in sent.text
    assert "/srv" not in sent.text
    assert "What you wrote is still here" in sent.text
    assert f'action="{path}"' in sent.text
    again = fields(sent.text)
    for name, text in form.items():
        if name != "form_token":
            assert again[name] == [text.replace("\r\n", "\n")], name
    assert mara.post(path, data=again).status_code == 303


def fields(html: str) -> dict[str, list[str]]:
    """What a browser would send of the form, whole."""
    form = html.split('<form class="writing"')[1].split("</form>")[0]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form):
        found.setdefault(name, []).append(unescape(value).replace("\r\n", "\n"))
    for attributes, text in re.findall(r"<textarea ([^>]*)>\n(.*?)</textarea>", form, re.DOTALL):
        [name] = re.findall(r'name="([^"]*)"', attributes)
        found.setdefault(name, []).append(unescape(text).replace("\r\n", "\n"))
    return found


def test_a_browser_is_signed_out_when_the_disk_is_full_and_reads_what_is_left(
    community: Community, browser: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    mara = browser("Mara")
    value = hidden(page(mara, "/account"), "form_token")
    with full(community.base, monkeypatch):
        sent = mara.post("/sign-out", data={"form_token": value})
        assert sent.status_code == 303
        assert "tributary" not in {name.removeprefix("__Host-") for name in mara.cookies}
        told = page(mara, sent.headers["location"])
        assert "You are signed out in this browser." in told
        assert "ends by itself" in told


def test_nothing_of_a_form_with_a_password_is_shown_again(
    community: Community, browser: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(community.base.accounts.passwords), "check", disk_full)
    form = {"name": "mara@example.org", "password": "ninety green bicycles"}
    sent = browser().post("/sign-in", data=form)
    assert sent.status_code == 503
    assert "bicycles" not in sent.text


@pytest.mark.parametrize("error", [DataDirectoryError, SearchUnavailable])
def test_only_the_operator_reads_where_something_lies(
    community: Community,
    browser: Browsers,
    monkeypatch: pytest.MonkeyPatch,
    error: Callable[[str], Exception],
) -> None:
    data = community.base.settings.data

    def broken(*_: object, **__: object) -> None:
        raise error(f"The file {data}/views.sqlite of /srv/x y/z cannot be read: see /opt/a/b.")

    monkeypatch.setattr(Session, "search", broken)
    token = community.token("Mara", "search")
    for sent in (
        browser("Mara").get("/search?q=x"),
        browser().get("/api/search?q=x", headers=token),
    ):
        assert sent.status_code == 503
        assert "The file views.sqlite of" in sent.text
        assert str(data) not in sent.text
        assert "/opt" not in sent.text


@pytest.mark.parametrize("data", [Path("base"), Path(), Path("/srv/our base"), Path("/base")])
def test_a_sentence_without_the_place_of_the_data_directory_reads_right(data: Path) -> None:
    root = data.absolute()
    told = {
        f"The data directory {root} cannot be used: database is locked.": (
            "The data directory cannot be used: database is locked."
        ),
        f"{root} holds events. See {root}/log.sqlite and {root}.": (
            "The data directory holds events. See log.sqlite and the data directory."
        ),
        f"Of {root} and {root}/: {root}": (
            "Of the data directory and the data directory: the data directory"
        ),
        f"Nothing of another base: /x{root}/y, {root}-old/z, {root}.old.": (
            f"Nothing of another base: /x{root}/y, {root}-old/z, {root}.old."
        ),
    }
    for sentence, right in told.items():
        assert without_place(sentence, data) == right


def test_a_base_that_is_named_by_its_folder_alone_is_told_of_by_its_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    KnowledgeBase.create(tmp_path / "base")
    monkeypatch.chdir(tmp_path)
    with KnowledgeBase.open("base", embedder=HashEmbedder()) as base:
        assert base.settings.data == tmp_path / "base"


def test_the_operator_reads_where_something_lies(
    client: Client, contribute: Contribute, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "search", disk_full)
    assert "/srv/our practices/log.sqlite" in client.get("/search?q=x").text


def test_a_list_is_sorted_without_a_file(base: KnowledgeBase, tmp_path: Path) -> None:
    with base.parts.reader.read(frozenset()) as db:
        assert db.execute("PRAGMA temp_store").fetchone() == (2,)
        views = db.execute("SELECT count(*) FROM sqlite_temp_schema WHERE type = 'view'")
        assert views.fetchone() == (len(base.parts.reader.conditions),)
    with closing(sqlite3.connect(":memory:")) as plain:
        assert plain.execute("PRAGMA temp_store").fetchone() == (0,)
