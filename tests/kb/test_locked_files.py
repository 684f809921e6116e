"""While another program holds a file locked, nobody who only reads or asks waits for it."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, current_thread, main_thread

import pytest

from events.errors import LogUnavailable
from events.marks import Mark
from events.memory import InMemoryEventLog
from events.sqlite_vault import SqliteVault
from kb.accounts.account_file import peek
from kb.accounts.names import SignInNames
from kb.accounts.store import WAIT_SECONDS, AccountStore
from kb.accounts.tokens import ApiTokens
from kb.errors import DataDirectoryError
from kb.ids import new_event_id
from kb.knowledge_base import KnowledgeBase
from kb.measures.search_counts import Questions
from kb.people.accounts_beside import refuse_foreign
from kb.projections.views import Views
from kb.projections.worker import WRITTEN, ProjectionWorker
from kb.writer import Clock
from tests.kb.conftest import OpenBase
from tests.worlds.base import ANA, START, Accounts, at_once
from tests.worlds.log import some_draft
from tests.worlds.shell import CommandLine


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    world = Accounts(tmp_path)
    yield world
    world.close()


def counting(folder: Path, clock: Clock) -> Questions:
    return Questions(folder / "questions.sqlite", clock, bytes, InMemoryEventLog())


@pytest.mark.parametrize("lock", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_who_is_signed_in_is_told_while_another_program_writes(
    accounts: Accounts, lock: str
) -> None:
    session = accounts.sessions.begin(ANA, "password")
    _, token = accounts.tokens.make(ANA, {"search"}, "mine", START + timedelta(days=9))
    accounts.names.set(ANA, "sea")
    accounts.now += timedelta(minutes=9)  # so that it would be noted that they were seen
    with (
        # Where anybody waited for the lock, this would never end.
        AccountStore(accounts.path, timeout=1e6) as store,
        closing(sqlite3.connect(accounts.path, isolation_level=None)) as other,
    ):
        other.execute(lock)
        sessions = accounts.sessions_of(store)
        tokens = ApiTokens(store, clock=accounts.clock, random=accounts.random)
        for _ in range(2):
            assert sessions.member_of(session)
            assert tokens.check(token)
        assert SignInNames(store).member("sea") == ANA
        assert sessions.of(ANA)[0].seen == START
        other.execute("ROLLBACK")
        assert sessions.member_of(session)
        assert sessions.of(ANA)[0].seen == accounts.now


def test_nobody_who_reads_waits_for_a_thread_that_writes(accounts: Accounts) -> None:
    session = accounts.sessions.begin(ANA, "password")
    accounts.now += timedelta(minutes=9)
    with accounts.store.transaction() as db:
        db.execute("DELETE FROM session")
        [other] = at_once(lambda: accounts.sessions.member_of(session))
        assert other is not None  # what is not written to the end is seen by nobody else
        assert accounts.sessions.member_of(session) is None
    assert accounts.sessions.member_of(session) is None


def test_who_signs_in_is_told_that_another_program_writes(accounts: Accounts) -> None:
    assert WAIT_SECONDS <= 2
    with (
        AccountStore(accounts.path, timeout=0.01) as store,
        closing(sqlite3.connect(accounts.path, isolation_level=None)) as other,
    ):
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DataDirectoryError, match="is kept locked by another program"):
            accounts.sessions_of(store).begin(ANA, "password")


@pytest.mark.parametrize("lock", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_search_while_another_program_writes_is_counted_later(tmp_path: Path, lock: str) -> None:
    now = START
    questions = counting(tmp_path, lambda: now)
    questions.asked("Handing over patients?", "ada")
    with closing(sqlite3.connect(tmp_path / "questions.sqlite", isolation_level=None)) as other:
        other.execute(lock)
        for _ in range(2):
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                questions.asked("Handing over patients?", "ada")
        now += timedelta(days=1)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            questions.asked("Handing over patients?", "ada")
        with pytest.raises(DataDirectoryError, match="kept locked by another program"):
            questions.tidy()
    questions.asked("Handing over patients?", "ada")
    assert questions.days() == [("2026-03-01", 3), ("2026-03-02", 2)]


def test_nobody_who_asks_waits_for_a_report_of_the_counts(tmp_path: Path) -> None:
    looking, go_on = Event(), Event()

    def clock() -> datetime:
        if current_thread() is not main_thread():
            looking.set()
            assert go_on.wait(30)
        return START

    questions = counting(tmp_path, clock)
    questions.asked("Handing over patients?", "ada")
    with ThreadPoolExecutor(1) as other:
        report = other.submit(questions.days)
        assert looking.wait(30)
        questions.asked("Handing over patients?", "ada")
        go_on.set()
        assert report.result() == [("2026-03-01", 1)]
    questions.asked("Handing over patients?", "ada")
    assert questions.days() == [("2026-03-01", 3)]


def test_of_views_that_are_locked_is_said_that_they_are_and_what_was_written_is_safe(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.views.file.BUSY_SECONDS", 0.01)
    base = open_base()
    base.session.entries.contribute(some_draft())
    base.close()
    base = open_base()
    with closing(sqlite3.connect(base.settings.data / "views.sqlite")) as other:
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        assert base.session.catalogue.browse().total == 1
        behind = base.session.entries.contribute(some_draft()).behind
        assert re.search(r"is safe and will be shown shortly\..*kept locked by another", behind)
    assert base.session.catalogue.browse().total == 1
    assert base.session.entries.contribute(some_draft()).behind == ""
    assert base.session.catalogue.browse().total == 3


def test_a_group_is_not_renamed_while_the_views_are_locked_and_that_is_said(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.views.file.BUSY_SECONDS", 0.01)
    base = open_base()
    group = base.session.people.form_group("Day").id
    base.close()
    base = open_base()
    base.session.people.form_group("Night")
    base.parts.views.close()
    with closing(sqlite3.connect(base.settings.data / "views.sqlite")) as other:
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        base.session.people.form_group("Noon")
        before = base.head()
        with pytest.raises(DataDirectoryError, match="locked"):
            base.session.people.change_group(group, name="Evening")
        assert base.head() == before


def test_one_who_writes_while_a_thread_keeps_the_views_waits_a_moment_and_writes_once(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, command = open_base(), new_event_id()
    base.session.entries.contribute(some_draft())
    writing, go_on = Event(), Event()

    def far(*_: object) -> None:
        writing.set()
        assert go_on.wait(30)

    with monkeypatch.context() as patch, ThreadPoolExecutor(1) as other:
        patch.setattr("kb.projections.worker.SETTLE_SECONDS", 0.0)
        patch.setattr(Views, "build", far)
        rebuilding = other.submit(base.rebuild, "views")
        assert writing.wait(30)
        first = base.session.entries.contribute(some_draft(), command_id=command)
        go_on.set()
        rebuilding.result()
        assert first.behind == WRITTEN
    again = base.session.entries.contribute(some_draft(), command_id=command)
    assert (again.id, again.behind) == (first.id, "")
    assert base.session.catalogue.browse().total == 2


@pytest.fixture
def stuck(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[KnowledgeBase, Callable[[], None]]]:
    """A base that follows, whose views are kept locked, and what fails who waits for the lock."""
    monkeypatch.setattr("kb.views.file.BUSY_SECONDS", 0.0)
    monkeypatch.setattr("kb.projections.background.RETRY_SECONDS", 1e6)
    base = open_base()
    base.session.entries.contribute(some_draft())
    base.wait(base.head())
    base.parts.views.close()  # to be opened with the patience from above
    follower = base.parts.worker
    with base.follow(), closing(sqlite3.connect(base.settings.data / "views.sqlite")) as other:
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        assert base.session.entries.contribute(some_draft()).behind
        with follower.moved:
            assert follower.moved.wait_for(lambda: follower.errors, 30)
        yield base, lambda: monkeypatch.setattr(follower, "bring_views_up", pytest.fail)
        other.execute("ROLLBACK")


def test_who_writes_while_the_views_are_known_to_be_locked_waits_no_second_time(
    stuck: tuple[KnowledgeBase, Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    base, wait_no_more = stuck
    wait_no_more()
    monkeypatch.setattr("kb.projections.worker.SETTLE_SECONDS", 0.0)
    behind = base.session.entries.contribute(some_draft()).behind
    assert "locked by another program: try again" in behind


def test_a_change_of_groups_that_waits_for_the_views_in_vain_says_that_nothing_was_changed(
    stuck: tuple[KnowledgeBase, Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    base, _ = stuck
    monkeypatch.setattr("kb.parts.CATCH_UP_SECONDS", 0.0)
    head = base.head()
    with pytest.raises(DataDirectoryError, match=r"^Nothing was changed.*kept locked by another"):
        base.session.people.form_group("Ward 3")
    assert base.head() == head


def test_a_command_that_wrote_what_is_not_shown_yet_ends_well_and_says_so(
    kb: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    kb.run("init", str(kb.data))
    file = kb.file("Handover")
    monkeypatch.setattr(ProjectionWorker, "settle", lambda *_: WRITTEN)
    ran = kb.run("contribute", str(file))
    assert (ran.code, ran.err) == (0, f"{WRITTEN}\n")
    assert ran.out.startswith("Contributed entry ")
    ran = kb.run("contribute", str(file), "--json")
    assert (ran.code, ran.json["behind"]) == (0, WRITTEN)


def test_nobody_waits_for_the_vault_to_keep_how_far_it_knows_the_log(tmp_path: Path) -> None:
    path = tmp_path / "vault.sqlite"
    first, later = Mark(bytes(16), 0, bytes(16)), Mark(bytes(16), 1, b"1" * 16)
    with (
        # Where anybody waited for the lock, this would never end.
        SqliteVault(path, create=True, lock_timeout=1e6) as vault,
        closing(sqlite3.connect(path, isolation_level=None)) as other,
    ):
        vault.place(first)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LogUnavailable, match="kept locked by another program"):
            vault.advance(first, later)
        other.execute("ROLLBACK")
        vault.advance(first, later)
        assert vault.mark() == later


def test_no_command_waits_for_accounts_that_it_does_not_need(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.store.place(Mark(bytes(16), 0, bytes(16)))
    accounts.store.close()
    monkeypatch.setattr("kb.accounts.account_file.PEEK_SECONDS", 0.0)
    with closing(sqlite3.connect(accounts.path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN IMMEDIATE")
        refuse_foreign(accounts.path, peek(accounts.path, None), InMemoryEventLog())
    with pytest.raises(DataDirectoryError, match="does not belong"):
        refuse_foreign(accounts.path, peek(accounts.path, None), InMemoryEventLog())


def test_what_was_changed_while_the_views_are_locked_is_told_as_it_is_or_not_at_all(
    kb: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry, ward = kb.practice(), kb.ok("group", "form", "Ward", "--json").json["id"]
    kb.ok("world", "open")
    kb.ok("visibility", entry, "world")
    kb.ok("tag", entry, "night")
    monkeypatch.setattr("kb.views.file.BUSY_SECONDS", 0.0)
    monkeypatch.setattr("kb.projections.worker.SETTLE_SECONDS", 0.0)
    monkeypatch.setattr("kb.opening.PATIENCE_SECONDS", 0.0)
    for command, told, untold in (
        (("world", "closed"), "closed to the world", "sees"),
        (("world", "open"), "open to the world", "sees"),
        (("tag", entry, "day"), "are changed", "night"),
        (("untag", entry, "night"), "are changed", "night"),
        (("group", "change", ward, "--name", "Ward 5"), "Ward 5", ""),
    ):
        with closing(sqlite3.connect(kb.data / "views.sqlite", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            ran = kb.ok(*command)
        assert told in ran.out
        assert not untold or untold not in ran.out
        assert WRITTEN in ran.err
        kb.ok("list")  # the views hold it again
    for wanted, shown in (("closed", 0), ("open", None)):
        with closing(sqlite3.connect(kb.data / "views.sqlite", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            ran = kb.ok("world", wanted, "--json")
        assert ran.json == {"open": wanted == "open", "shown": shown}
        kb.ok("list")
