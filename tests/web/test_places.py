"""Only the operator is told where a file lies, whichever error of storage a request meets."""

import sqlite3
import string
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from events.sqlite_file import explain
from events.sqlite_layout import LOG, VAULT
from kb.access import Scope
from kb.errors import said_by
from kb.messages import Message, _, languages
from kb.messages.catalogues import catalogue
from kb.one_time_links import one_time_link
from tests.events.writing import largest_file
from tests.web.visits import FORM, PRACTICE
from tests.worlds.base import PASSWORD
from tests.worlds.web import Browsers, Community, community_at, form_token, sign_in
from web.places import unplaced

DATA = Path("/srv/our practices/circle of nurses")
PROFILE = {"name": "Zed", "time_zone": "UTC", "sign_in_name": "zed", "password": PASSWORD}
FILES = ("log.sqlite", "vault.sqlite", "views.sqlite", "accounts.sqlite", "questions.sqlite")


def sources() -> list[str]:
    """The messages with arguments, those of log and index too."""
    with catalogue(languages()[1]).open("rb") as file:
        texts = [one for each in read_po(file) for one in (each.id,) if isinstance(one, str)]
    return [text for text in texts if "{" in text and _names(text)]


def _names(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}
    except ValueError:
        return set()


@pytest.mark.parametrize("path", [DATA / "log.sqlite", Path("/mnt/a b/c d/log.sqlite-wal")])
def test_no_message_has_a_folder_in_it_once_it_is_for_others(path: Path) -> None:
    for source in sources():
        for name in _names(source) & {"path", "place", "named", "folder", "file"}:
            told = unplaced(Message(source, _given(source, {name: str(path)})), DATA)
            assert path.name in told, source
            assert str(path.parent) not in told, source
            assert not {"a b/", "b/c", "our practices"} & {*told.split("'")}, source


def test_no_message_has_the_data_directory_in_it_whichever_argument_brought_it() -> None:
    for source in sources():
        for name in _names(source):
            why = f"The vault {DATA}/vault.sqlite is full"
            told = unplaced(Message(source, _given(source, {name: why})), DATA)
            assert "/srv" not in told, source
            assert "practices/" not in told, source


def _given(source: str, given: dict[str, Any]) -> dict[str, Any]:
    """Arguments for all that `source` names: numbers, but for `given`."""
    numbers = dict.fromkeys(_names(source), 1)
    return {name: _fitting(source, name, given.get(name, 1)) for name in numbers}


def _fitting(source: str, name: str, value: Any) -> Any:
    """1 where the message formats a number."""
    formats = [form for _, each, form, _ in string.Formatter().parse(source) if each == name]
    return 1 if any(form for form in formats) else value


@pytest.mark.parametrize("layout", [LOG, VAULT])
def test_the_words_of_log_and_vault_name_the_file_alone(layout: Any) -> None:
    error = explain(sqlite3.OperationalError("x"), DATA / "log.sqlite", layout)
    assert str(DATA / "log.sqlite") in str(said_by(error))
    assert unplaced(said_by(error), DATA) == f"The {layout.name} log.sqlite cannot be used: x."


def test_the_data_directory_itself_is_named_once() -> None:
    locked = _("The data directory {path} {why}.", path=str(DATA), why="is kept locked")
    assert unplaced(locked, DATA) == "The data directory here is kept locked."
    frozen = _("Nothing can be written in {place}.", place=str(DATA))
    assert unplaced(frozen, DATA) == "Nothing can be written in the data directory."


def test_words_of_others_that_were_made_a_message_are_cleaned_too() -> None:
    assert unplaced(Message("/srv/x/y.sqlite is gone.", {}), None) == "y.sqlite is gone."


@pytest.fixture
def community(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Community]:
    """One whose files wait for no lock."""
    connect = sqlite3.connect

    def impatient(*given: Any, **named: Any) -> sqlite3.Connection:
        made: sqlite3.Connection = connect(*given, **{**named, "timeout": 0.0})
        return made

    monkeypatch.setattr(sqlite3, "connect", impatient)
    monkeypatch.setattr("kb.projections.worker.SETTLE_SECONDS", 0.0)
    monkeypatch.setattr("web.written.PATIENCE", 0.0)
    monkeypatch.setattr("kb.search.search.OWN_SECONDS", 0.0)
    monkeypatch.setattr("kb.search.search.OTHERS_SECONDS", 0.0)
    with community_at(tmp_path / "our practices" / "circle") as made:
        yield made


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program writes to the file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def _lock(name: str, data: Path) -> AbstractContextManager[None]:
    return locked(data / name)


Trouble = Callable[[Path], AbstractContextManager[None]]
TROUBLES: dict[str, Trouble] = {
    "full": lambda _: largest_file(1),
    **{name: partial(_lock, name) for name in FILES},
}

SAY_SO = {"full": 12, "log.sqlite": 10, "vault.sqlite": 3, "views.sqlite": 1, "accounts.sqlite": 2}
"""How many of the requests below are refused at the least, so that this test tests something."""


@pytest.mark.parametrize("name", TROUBLES)
def test_no_answer_to_others_has_a_folder_in_it(
    community: Community, browser: Browsers, name: str
) -> None:
    base, entry = community.base, community.contribute("Mara")
    invited = base.session.people.invite(("member",)).id
    join = one_time_link(base.session, base.settings, "invitation", invited).link
    cleo, stella, nobody = browser("Cleo"), browser("Stella"), browser()
    scopes: tuple[Scope, ...] = ("search", "contribute", "curate")
    tokens = {who: community.token(who, *scopes) for who in ("Mara", "Cleo")}
    forms = [
        (client, path, {"form_token": form_token(client), **form})
        for client, path, form in (
            (cleo, "/entries/new", FORM),
            (cleo, f"/entries/{entry}/tags", {"tags": "night"}),
            (cleo, f"/entries/{entry}/endorse", {"reason": "It works here."}),
            (cleo, "/account/tokens", {"token_name": "x", "days": "9", "scope-search": "1"}),
            (stella, "/groups", {"name": "Night"}),
            (stella, "/people/invite", {"role-member": "on"}),
            (nobody, join.removeprefix(base.settings.base_url), PROFILE),
        )
    ]
    answers: dict[str, Any] = {}
    with TROUBLES[name](base.settings.data):
        for client, path, form in forms:
            answers[path] = client.post(path, data=form)
        answers["/sign-in"] = sign_in(nobody, "Rita")
        for method, path, body, who in (
            ("POST", "/api/entries", PRACTICE, "Mara"),
            ("POST", f"/api/entries/{entry}/tags", {"tags": ["x"]}, "Cleo"),
            ("PUT", f"/api/entries/{entry}/endorsement", {"reason": "Good."}, "Cleo"),
            ("PUT", f"/api/entries/{entry}/visibility", {"sight": "author"}, "Mara"),
        ):
            answers[path] = nobody.request(method, path, json=body, headers=tokens[who])
        for path in ("/", f"/entries/{entry}", "/search?q=bed", "/account", "/about"):
            answers[path] = cleo.get(path)
        for path in ("/api/entries?limit=1", "/api/search?q=bed"):
            answers[path] = nobody.get(path, headers=tokens["Cleo"])
    for path, answer in answers.items():
        assert answer.status_code != 500, (path, answer.text)
        assert "our practices" not in answer.text, path
    refused = [path for path, answer in answers.items() if answer.status_code == 503]
    assert len(refused) >= SAY_SO.get(name, 0), refused
