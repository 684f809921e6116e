"""Searches are counted; who asked is not kept, and what was asked only once many did."""

import sqlite3
import unicodedata
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from sqlite3 import OperationalError
from threading import Event
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.event import StreamWrite
from events.memory import InMemoryEventLog
from kb.errors import DataDirectoryError
from kb.knowledge_base import KnowledgeBase
from kb.measures.search_counts import ENOUGH, WINDOW, Questions, normalised
from kb.measures.soon import Soon
from tests.contracts.event_log import new_event
from tests.worlds.shell import CommandLine

QUESTION = "How do we hand over zymurgy patients?"


class Now:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.time = datetime(2026, 5, 4, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def keys() -> list[bytes]:
    return []


@pytest.fixture
def questions(tmp_path: Path, now: Now, keys: list[bytes]) -> Questions:
    def random(size: int) -> bytes:
        keys.append(bytes([len(keys) + 1]) * size)
        return keys[-1]

    return Questions(tmp_path / "questions.sqlite", now, random, InMemoryEventLog())


def ask(questions: Questions, members: int, text: str = QUESTION) -> None:
    for number in range(members):
        questions.asked(text, f"member-{number}")


def on_disk(tmp_path: Path) -> bytes:
    return b"".join(path.read_bytes() for path in tmp_path.iterdir())


def rows(tmp_path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(tmp_path / "questions.sqlite", isolation_level=None)) as db:
        return db.execute(query).fetchall()


class CutShort(sqlite3.Connection):
    """One that fails when the file is to be written anew."""

    def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
        if sql == "VACUUM":
            raise OperationalError("disk I/O error")
        return super().execute(sql, *given)


def test_every_search_counts_for_its_day_no_matter_who_asked(
    questions: Questions, now: Now
) -> None:
    ask(questions, 2)
    questions.asked(QUESTION, None)
    now.time += timedelta(days=1)
    questions.asked("?!", "ada")
    assert questions.days() == [("2026-05-04", 3), ("2026-05-05", 1)]


def test_words_are_kept_from_the_fifth_member_on(questions: Questions, tmp_path: Path) -> None:
    ask(questions, ENOUGH - 1)
    for _ in range(20):
        questions.asked(QUESTION, "member-1")
        questions.asked(QUESTION, None)
    assert questions.common() == []
    assert b"zymurgi" not in on_disk(tmp_path)
    assert b"member-1" not in on_disk(tmp_path)

    questions.asked("zymurgy PATIENTS: handing over?", "member-9")
    questions.asked(QUESTION, "member-9")

    (common,) = questions.common()
    assert common.words == normalised(QUESTION)
    assert common.searches == 2
    assert b"member-9" not in on_disk(tmp_path)


def test_at_the_end_of_a_window_hashes_and_key_are_destroyed(
    questions: Questions, now: Now, keys: list[bytes], tmp_path: Path
) -> None:
    ask(questions, ENOUGH - 1)
    assert keys[0] in on_disk(tmp_path)
    now.time += WINDOW
    questions.asked(QUESTION, "member-9")
    assert questions.common() == []
    assert keys[0] not in on_disk(tmp_path)
    assert keys[1] in on_disk(tmp_path)


def test_looking_at_what_was_common_ends_an_old_window_too(
    questions: Questions, now: Now, keys: list[bytes], tmp_path: Path
) -> None:
    ask(questions, 1)
    now.time += WINDOW
    assert questions.common() == []
    assert keys[0] not in on_disk(tmp_path)


def test_forgetting_leaves_no_words_and_nothing_to_count_on_from(
    questions: Questions, keys: list[bytes], tmp_path: Path
) -> None:
    ask(questions, ENOUGH)
    word = normalised(QUESTION).split()[0].encode()
    assert word in on_disk(tmp_path)
    before = questions.days()
    questions.forget()
    assert not any(each in on_disk(tmp_path) for each in (word, keys[0]))
    questions.asked(QUESTION, "member-9")
    assert questions.common() == []
    assert sum(searches for _, searches in questions.days()) == before[0][1] + 1


def test_forgetting_where_nothing_was_asked_makes_no_file(
    questions: Questions, tmp_path: Path
) -> None:
    questions.forget()
    assert list(tmp_path.iterdir()) == []


def test_nobody_needs_to_ask_for_a_window_to_end_and_none_begins_by_that(
    questions: Questions, now: Now, keys: list[bytes], tmp_path: Path
) -> None:
    ask(questions, 1)
    [asked] = rows(tmp_path, "SELECT question, member FROM asked")
    questions.tidy()
    assert all(each in on_disk(tmp_path) for each in (*asked, keys[0]))
    now.time += WINDOW
    questions.tidy()
    assert not any(each in on_disk(tmp_path) for each in (*asked, keys[0]))
    assert len(keys) == 1


@pytest.mark.parametrize("way", ["forgotten", "over"])
def test_no_page_of_what_was_deleted_stays_in_the_file_though_the_first_try_was_cut_short(
    questions: Questions, now: Now, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    for number in range(100):
        questions.asked(f"{QUESTION} {number}", "member-1")
    if way == "over":
        now.time += WINDOW
    delete = questions.tidy if way == "over" else questions.forget
    with monkeypatch.context() as patch:
        patch.setattr("sqlite3.connect", partial(sqlite3.connect, factory=CutShort))
        with pytest.raises(DataDirectoryError, match="cannot be used"):
            delete()
    assert rows(tmp_path, "SELECT * FROM asked") == []
    assert rows(tmp_path, "PRAGMA freelist_count") != [(0,)]
    questions.tidy()
    assert rows(tmp_path, "PRAGMA freelist_count") == [(0,)]
    assert rows(tmp_path, "SELECT * FROM uncleared") == []


def test_nobody_who_asks_waits_until_that_is_counted(tmp_path: Path, now: Now) -> None:
    go_on = Event()

    def random(size: int) -> bytes:
        assert go_on.wait(30)
        return bytes(size)

    questions = Questions(tmp_path / "questions.sqlite", now, random, InMemoryEventLog())
    for number in range(ENOUGH):
        questions.asked_now(QUESTION, f"member-{number}")
    assert not go_on.is_set()
    go_on.set()
    assert questions.days() == [("2026-05-04", ENOUGH)]
    assert [each.searches for each in questions.common()] == [1]


def test_what_was_asked_a_moment_ago_is_forgotten_with_the_rest(
    questions: Questions, tmp_path: Path
) -> None:
    for number in range(ENOUGH):
        questions.asked_now(QUESTION, f"member-{number}")
    questions.forget()
    assert questions.common() == []
    assert rows(tmp_path, "SELECT * FROM asked") == []
    assert questions.days() == [("2026-05-04", ENOUGH)]


def test_work_that_failed_is_done_when_it_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []
    told: list[object] = []
    monkeypatch.setattr("threading.excepthook", told.append)

    def work() -> None:
        done.append("begun")
        if len(done) == 1:
            raise ValueError("the first time")

    soon = Soon(work)
    for _ in range(2):
        soon.ask()
        soon.settle()
    assert done == ["begun", "begun"]
    assert len(told) == 1


@given(st.permutations(["hand", "over", "patients", "nights"]))
def test_questions_of_the_same_words_are_alike(words: list[str]) -> None:
    assert normalised(" ".join(words) + "?") == normalised("Hand over PATIENTS, night!")


def test_questions_are_alike_in_every_form_of_unicode() -> None:
    assert normalised(unicodedata.normalize("NFD", "회의록")) == normalised("회의록")


def test_damaged_counts_are_told_and_refuse_only_what_needs_them(
    kb: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.projections.worker.PATIENCE_SECONDS", 0.1)
    entry_id = kb.practice()
    file = kb.data / "questions.sqlite"
    file.write_bytes(b"damaged" * 1000)

    listed, found = kb.ok("list"), kb.ok("search", "bedside", "handover")
    reported = kb.run("report", "questions")
    erased = kb.run("erase", "entry", entry_id, "--yes")

    for ran in (listed, found, reported, erased):
        assert f"The file {file} with the counts of searches is damaged: put back" in ran.err
    assert "Bedside handover" in listed.out
    assert "Bedside handover" in found.out
    assert (reported.code, erased.code) == (1, 1)
    assert "The erasure is recorded, and nobody can undo it" in erased.err
    file.unlink()
    assert kb.ok("list").out.startswith("There are no entries yet")


def many(questions: Questions) -> None:
    ask(questions, ENOUGH + 1)
    questions.asked("anything else", "ada")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE day SET searches = searches + 1",
        "UPDATE day SET date = '2026-05-14'",
        "DELETE FROM day",
        "UPDATE common SET words = 'tients zymurgy'",
        "UPDATE common SET searches = 700",
        "INSERT INTO common VALUES ('who nobody asked', '2026-05-04', 9)",
        "DELETE FROM common",
        "UPDATE tally SET sum = sum + 1 WHERE name = 'day'",
        "DROP TABLE common",
    ],
)
def test_a_count_that_is_not_what_was_counted_is_never_shown(
    tmp_path: Path, questions: Questions, change: str
) -> None:
    many(questions)
    rows(tmp_path, change)
    for ask_for in (questions.days, questions.common, questions.tidy):
        with pytest.raises(DataDirectoryError, match="are damaged: put back a copy, or remove"):
            ask_for()
    ask(questions, 1)  # which stops no search
    with pytest.raises(DataDirectoryError, match="are damaged"):
        questions.days()
    (tmp_path / "questions.sqlite").unlink()
    ask(questions, 1)
    assert questions.days() == [("2026-05-04", 1)]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE window SET ends = '2999-01-01'",
        "UPDATE window SET key = x'00'",
        "UPDATE asked SET member = x'00' WHERE member = (SELECT min(member) FROM asked)",
        "DELETE FROM asked",
    ],
)
def test_a_window_that_is_damaged_is_begun_anew(
    tmp_path: Path, questions: Questions, change: str
) -> None:
    ask(questions, ENOUGH - 1)
    rows(tmp_path, change)
    questions.tidy()
    assert rows(tmp_path, "SELECT count(*) FROM asked") == [(0,)]
    ask(questions, ENOUGH)
    assert questions.days() == [("2026-05-04", 2 * ENOUGH - 1)]
    assert [each.searches for each in questions.common()] == [1]


def test_what_is_forgotten_leaves_no_damage_behind(tmp_path: Path, questions: Questions) -> None:
    many(questions)
    rows(tmp_path, "UPDATE common SET words = 'x'")
    questions.forget()
    assert questions.common() == []
    assert questions.days() == [("2026-05-04", ENOUGH + 2)]


def test_a_file_without_sums_gets_them(tmp_path: Path, questions: Questions) -> None:
    many(questions)
    rows(tmp_path, "DROP TABLE tally")
    rows(tmp_path, "PRAGMA user_version = 0")
    assert questions.days() == [("2026-05-04", ENOUGH + 2)]
    rows(tmp_path, "UPDATE day SET searches = 1")
    with pytest.raises(DataDirectoryError, match="are damaged"):
        questions.days()


def test_status_tells_of_damaged_counts_until_they_are_well_again(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.erasure.eraser.EXPIRE_SECONDS", 0.0)
    file = base.settings.data / "questions.sqlite"
    file.write_bytes(b"damaged" * 1000)

    follower, told, well = base.parts.worker, Event(), Event()
    follower.on_step = lambda: told.set() if follower.overdue else well.set()
    with base.follow():
        assert told.wait(30)
        [error] = base.status().errors
        file.unlink()
        well.clear()
        assert well.wait(30)

    assert f"The file {file} with the counts of searches is damaged: put back" in error
    assert base.status().errors == ()


def test_words_that_another_copy_forgot_at_its_own_time_are_there_again(
    tmp_path: Path, now: Now
) -> None:
    path = tmp_path / "questions.sqlite"
    ours, theirs = (InMemoryEventLog(identity=bytes(32)) for _ in range(2))
    for log in (ours, theirs):
        log.append(StreamWrite("entry-1", [new_event()], 0))
    here = Questions(path, now, bytes, ours)
    elsewhere = Questions(path, now, bytes, theirs)
    elsewhere.forget()
    ask(elsewhere, ENOUGH)
    assert not elsewhere.remembers(1)
    assert here.remembers(1)
    here.forget()
    assert not here.remembers(1)


def test_another_database_in_the_place_of_the_counts_is_told_as_one(kb: CommandLine) -> None:
    file = kb.data / "questions.sqlite"
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE day (of_week)")
        other.execute("CREATE TABLE uncleared (of_week)")
    reported = kb.run("report", "questions")
    assert reported.code == 1
    assert f"The file {file} with the counts of searches is another database" in reported.err
    assert "no such column" not in reported.err
