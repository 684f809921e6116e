"""One process leads, others wait for it, and another takes over when it is gone."""

import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event, Thread
from threading import enumerate as all_threads

import numpy as np
import pytest
from numpy.typing import NDArray

from events.event import NewEvent
from indexer.testing import HashEmbedder
from kb.cli.asking import print_answer
from kb.errors import DataDirectoryError, InvalidInput, NotYetSearchable, Refused
from kb.ids import new_event_id
from kb.knowledge_base import KnowledgeBase
from kb.settings import Settings
from kb.views import File, Views
from tests.kb.conftest import OpenBase
from tests.kb.domain_world import some_content, some_draft
from tests.kb.viewed_world import damage_pages

ROOT = Path(__file__).parents[2]


def leading(data: Path) -> subprocess.Popen[str]:
    """Another process that leads, until its input ends or it is killed."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.kb.leading_child", str(data)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout
    assert child.stdout.readline() == "leading\n"
    return child


def test_a_writer_beside_another_process_reads_its_own_write_and_finds_it(
    data: Path, open_base: OpenBase, embedder: HashEmbedder
) -> None:
    with leading(data) as child:
        base = open_base()
        receipt = base.entries.contribute(some_draft())
        assert base.catalogue.get(receipt.id).title == "Bedside handover"
        assert base.status().follower == "another process"
        assert [r.id for r in base.search("bedside handover").results] == [receipt.id]
        assert embedder.embedded == 1, "only the question: the other process embeds the text"
        with pytest.raises(Refused, match="Another process"):
            base.rebuild()
        child.communicate("")


def test_another_process_takes_over_when_the_leading_one_is_killed(
    data: Path, open_base: OpenBase
) -> None:
    with leading(data) as child:
        base = open_base()
        base.entries.contribute(some_draft())
        child.kill()
        child.wait()
        second = base.entries.contribute(some_draft())
    assert base.catalogue.browse().total == 2
    assert second.id in [result.id for result in base.search("bedside handover").results]
    assert base.status().follower == "this process"


def test_who_leads_is_told(data: Path, open_base: OpenBase) -> None:
    base = open_base()
    assert base.status().follower == "none"
    with base.follow():
        base.wait(0, index=True)
        base.entries.contribute(some_draft())
        base.wait(base.head(), index=True)
        assert base.status().follower == "this process"
        with base.follow():
            pass
        assert base.status().follower == "this process"
    assert base.status().follower == "none"


def test_following_takes_in_what_others_wrote(open_base: OpenBase) -> None:
    follower, writer = open_base(), open_base()
    follower.start_following()
    follower.start_following()
    receipt = writer.entries.contribute(some_draft())
    follower.wait(receipt.position, index=True)
    assert follower.status().lag == 0
    assert follower.status().documents == 1


def test_a_position_that_never_comes_is_waited_for_no_longer_than_told(
    open_base: OpenBase,
) -> None:
    base = open_base()
    with pytest.raises(NotYetSearchable, match="kb status"):
        base.wait(99, timeout=0)
    with pytest.raises(NotYetSearchable), base.follow():
        base.wait(99, index=True, timeout=0)


def followers() -> int:
    return sum(thread.name == "follower" for thread in all_threads())


def test_starting_waits_for_the_thread_that_ends_so_that_only_one_follows(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = open_base()
    resigning, go_on = Event(), Event()
    sound = base._index.resign

    def slowly() -> None:
        resigning.set()
        assert go_on.wait(30)
        sound()

    base.start_following()
    base.wait(0, index=True)
    monkeypatch.setattr(base._index, "resign", slowly)
    stopping = Thread(target=base._follower.stop)
    stopping.start()
    assert resigning.wait(30)
    starting = Thread(target=base._follower.start)
    starting.start()
    starting.join(0.2)
    at_once = followers()
    go_on.set()
    stopping.join(30)
    starting.join(30)
    assert (at_once, followers()) == (1, 1)
    base.close()
    assert followers() == 0


def test_questions_while_following_starts_and_stops_leave_nobody_behind(
    open_base: OpenBase,
) -> None:
    base = open_base()
    base.entries.contribute(some_draft())
    together = Barrier(2)

    def asking() -> None:
        for _ in range(20):
            together.wait(30)
            base.wait(base.head(), index=True)

    thread = Thread(target=asking)
    thread.start()
    for _ in range(20):
        base._follower.start()
        together.wait(30)
        base._follower.stop()
    thread.join(30)
    assert not thread.is_alive()
    base.close()
    assert followers() == 0


@pytest.mark.parametrize("index", [True, False])
def test_whoever_waits_without_end_is_refused_when_the_base_is_closed(
    open_base: OpenBase, index: bool
) -> None:
    base = open_base()
    errors: list[DataDirectoryError] = []
    position = base.head() + 1

    def waiting() -> None:
        try:
            base._follower.ensure(position, index=index, timeout=float("inf"))
        except DataDirectoryError as error:
            errors.append(error)

    thread = Thread(target=waiting, daemon=True)
    thread.start()
    base.wait(0, index=True)
    base.close()
    thread.join(30)
    assert "closed" in str(errors[0])
    with pytest.raises(DataDirectoryError, match="closed"):
        base._follower.start()
    assert followers() == 0


class StoppingEmbedder(HashEmbedder):
    """Tells the test when it is asked, and waits until the work was told to stop."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.told = Event(), Event()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.set()
        assert self.told.wait(30)
        return super().embed(texts)


@pytest.mark.parametrize("made", [False, True])
def test_stopping_waits_for_a_few_documents_only(
    data: Path, monkeypatch: pytest.MonkeyPatch, made: bool
) -> None:
    monkeypatch.setattr("kb.documents.AT_ONCE", 2)
    embedder = StoppingEmbedder()
    settings = Settings(data=data)
    with KnowledgeBase.open(data, settings=settings, embedder=embedder) as base:
        if made:
            base.rebuild("index")
        for number in range(9):
            base.entries.contribute(some_draft(some_content(f"Number {number}")))
        base.start_following()
        assert embedder.asked.wait(30)
        stopping = Thread(target=base._follower.stop)
        stopping.start()
        assert base._follower._stop.wait(30)
        embedder.told.set()
        stopping.join(30)
        when_stopped = embedder.embedded
        base.wait(base.head(), index=True)
        assert base.status().documents == 9
        assert 0 < 9 * when_stopped <= 2 * embedder.embedded


def test_errors_of_the_background_work_are_shown_and_end_with_their_cause(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.follower.RETRY_SECONDS", 0.01)
    base, writer = open_base(), open_base()
    failed = Event()

    def full(*_: object) -> None:
        failed.set()
        raise OSError("No space left on device")

    monkeypatch.setattr(Views, "apply", full)
    with base.follow():
        with pytest.raises(NotYetSearchable, match="No space"):
            base.entries.contribute(some_draft())
        assert failed.wait(10)
        while not base.status().errors:
            failed.wait(0)
        assert "No space left" in base.status().errors[0]
        monkeypatch.undo()
        base.wait(base.head())
        writer.wait(writer.head())
    assert base.catalogue.browse().total == 1


def test_a_question_is_answered_though_others_are_not_done(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("kb.search.PATIENCE_SECONDS", 0.0)
    base = open_base()
    base.entries.contribute(some_draft())
    with base.follow():
        base.wait(base.head(), index=True)
        monkeypatch.setattr(base._index, "catch_up", lambda _: 0)
        base.entries.contribute(some_draft())
        answer = base.search("bedside handover")
    assert len(answer.results) == 1
    assert answer.behind == 1
    print_answer(answer)
    assert "lacks 1 of the newest" in capsys.readouterr().err


def test_an_event_held_aside_is_visible_in_status(open_base: OpenBase) -> None:
    base = open_base()
    event_id = new_event_id()
    event = NewEvent(
        id=event_id,
        type="from-the-future",
        schema_version=1,
        data=b"{}",
        actor="ada",
        correlation_id=event_id,
    )
    base._log.append("entry-x", [event], 0)
    receipt = base.entries.contribute(some_draft())
    base.wait(receipt.position, index=True)
    parked = base.status().parked
    assert [(one.projection, one.position) for one in parked] == [("views", 1), ("index", 1)]
    assert all(one.type == "from-the-future" and one.error for one in parked)
    assert base.search("bedside handover").results


def test_a_rebuild_leaves_everything_as_it_was(open_base: OpenBase, embedder: HashEmbedder) -> None:
    base = open_base()
    entry_id = base.entries.contribute(some_draft()).id
    before = base.catalogue.get(entry_id), base.search("bedside handover").results
    embedded = embedder.embedded
    steps: list[tuple[str, int, int]] = []

    base.rebuild("all", lambda what, done, of: steps.append((what, done, of)))

    assert embedder.embedded == embedded, "a text is embedded once, ever"
    assert steps == [("views", 1, 1), ("index", 1, 1)]
    assert (base.catalogue.get(entry_id), base.search("bedside handover").results) == before
    base.rebuild("views")
    base.rebuild("index")
    with pytest.raises(InvalidInput, match="views, index or all"):
        base.rebuild("everything")  # type: ignore[arg-type]


def test_a_rebuild_works_while_this_process_follows(open_base: OpenBase) -> None:
    base = open_base()
    base.entries.contribute(some_draft())
    with base.follow():
        base.wait(base.head(), index=True)
        base.rebuild()
        base.entries.contribute(some_draft())
        assert len(base.search("bedside handover").results) == 2


def test_a_rebuild_replaces_damaged_views(data: Path, open_base: OpenBase) -> None:
    with open_base() as base:
        base.entries.contribute(some_draft())
    (data / "views.sqlite").write_bytes(b"garbage" * 1000)
    with open_base() as base:
        assert base.catalogue.browse().total == 1


def test_views_deleted_while_they_are_open_are_made_anew(
    data: Path, open_base: OpenBase, notices: list[str]
) -> None:
    base = open_base()
    base.entries.contribute(some_draft())
    (data / "views.sqlite").unlink()
    base.entries.contribute(some_draft())
    assert base.catalogue.browse().total == 2
    (data / "views.sqlite").unlink()
    base.rebuild("views")
    assert base.catalogue.browse().total == 2
    assert ["missing" in notice for notice in notices] == [True, True]


def test_views_that_another_process_made_anew_are_used_as_they_are(
    open_base: OpenBase, notices: list[str]
) -> None:
    base, other = open_base(), open_base()
    base.entries.contribute(some_draft())
    other._follower.repair_views("found by hand", other._views.file())
    notices.clear()
    base.entries.contribute(some_draft())
    assert (base.catalogue.browse().total, other.catalogue.browse().total) == (2, 2)
    assert notices == []


def test_damaged_pages_are_found_and_repaired_by_the_next_that_writes(
    data: Path, open_base: OpenBase, notices: list[str]
) -> None:
    with open_base() as base:
        base.entries.contribute(some_draft())
    damage_pages(data / "views.sqlite")
    base = open_base()
    base.entries.contribute(some_draft())
    assert base.catalogue.browse().total == 2
    assert base.status().parked == ()
    assert "malformed" in notices[-1]


def test_damage_that_several_readers_find_is_repaired_once(
    data: Path, open_base: OpenBase, notices: list[str]
) -> None:
    with open_base() as base:
        base.entries.contribute(some_draft())
    damage_pages(data / "views.sqlite")
    base = open_base()
    readers = 4
    all_have_met_it = Barrier(readers)
    repair = base._reader.on_damage

    def repair_together(damage: str, file: File) -> bool:
        all_have_met_it.wait(30)
        return repair(damage, file)

    base._reader.on_damage = repair_together

    def reading(_: int) -> str:
        with pytest.raises(NotYetSearchable) as caught:
            base.catalogue.browse()
        return str(caught.value)

    with ThreadPoolExecutor(readers) as pool:
        said = list(pool.map(reading, range(readers)))
    assert all("were made anew" in sentence for sentence in said)
    assert base.catalogue.browse().total == 1
    assert len(notices) == 1


def test_damage_found_while_another_process_leads_is_not_said_to_be_repaired(
    data: Path, open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.follower.PATIENCE_SECONDS", 0.0)
    with leading(data) as child:
        base = open_base()
        base.entries.contribute(some_draft())
        base._reader.close()
        damage_pages(data / "views.sqlite")
        with pytest.raises(NotYetSearchable, match="another process"):
            base.catalogue.browse()
        child.communicate("")
    with pytest.raises(NotYetSearchable, match="were made anew"):
        base.catalogue.browse()
    assert base.catalogue.browse().total == 1


def test_a_rebuild_is_not_refused_because_of_who_leads_for_a_moment_only(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, other = open_base(), open_base()
    base.entries.contribute(some_draft())
    held = other._follower._lead()
    assert held.__enter__()
    take = base._follower._take_lead

    def refused_once() -> bool:
        taken = take()
        if not taken:
            held.__exit__(None, None, None)
        return taken

    monkeypatch.setattr(base._follower, "_take_lead", refused_once)
    base.rebuild("views")
    assert base.catalogue.browse().total == 1


def test_another_engine_is_a_rebuild_away(data: Path, notices: list[str]) -> None:
    for engine in ("tantivy", "whoosh"):
        settings = Settings(data=data, fulltext=engine)
        with KnowledgeBase.open(
            data, settings=settings, embedder=HashEmbedder(), notice=notices.append
        ) as base:
            base.entries.contribute(some_draft())
            base.rebuild("index")
            assert base.search("bedside handover").results
            assert base.status().engine == engine
    assert [notice for notice in notices if "whoosh" in notice] == []


@pytest.mark.parametrize("name", ["checkpoint", "rebuild"])
def test_damage_met_while_writing_the_views_is_repaired(
    open_base: OpenBase, notices: list[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    base = open_base()
    base.entries.contribute(some_draft())
    sound = getattr(Views, name)
    malformed = sqlite3.DatabaseError("database disk image is malformed")
    malformed.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    failures = [malformed]

    def failing(*arguments: object) -> object:
        if failures:
            raise failures.pop()
        return sound(*arguments)

    monkeypatch.setattr(Views, name, failing)
    base.entries.contribute(some_draft())
    base.rebuild("views")
    assert base.catalogue.browse().total == 2
    assert "malformed" in notices[-1]


def test_an_error_that_is_no_damage_does_not_cost_the_views(
    open_base: OpenBase, notices: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    base = open_base()
    base.entries.contribute(some_draft())

    def busy(*_: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(Views, "rebuild", busy)
    with pytest.raises(DataDirectoryError, match="locked"):
        base.rebuild("views")
    assert base.catalogue.browse().total == 1
    assert notices == []


def test_status_tells_of_views_that_are_not_there_and_of_a_damaged_index(
    data: Path, open_base: OpenBase
) -> None:
    base = open_base()
    base.entries.contribute(some_draft())
    assert base.search("bedside handover").results
    base.close()
    again = open_base()
    (data / "views.sqlite").rename(data / "aside")
    generation = (data / "index" / "CURRENT").read_text()
    (data / "index" / generation / "manifest.json").write_text("{")
    status = again.status()
    assert (status.views_position, status.entries) == (0, 0)
    assert "index is damaged" in status.errors[0]
