"""Following begins and ends as told: one thread, soon done, and nobody left waiting."""

import os
from collections.abc import Sequence
from pathlib import Path
from threading import Barrier, Event, Thread
from threading import enumerate as all_threads

import pytest

from indexer.embedding.embedder import Embedded
from indexer.embedding.testing import HashEmbedder
from indexer.embedding.threads import PATIENT
from indexer.intake import AHEAD
from kb.errors import DataDirectoryError
from kb.knowledge_base import KnowledgeBase
from kb.storage.settings import Settings
from tests.kb.conftest import OpenBase
from tests.worlds.log import some_content, some_draft


def followers() -> int:
    return sum(thread.name == "follower" for thread in all_threads())


def test_starting_waits_for_the_thread_that_ends_so_that_only_one_follows(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = open_base()
    resigning, go_on = Event(), Event()
    sound = base.parts.index.resign

    def slowly() -> None:
        resigning.set()
        assert go_on.wait(30)
        sound()

    base.start_following()
    base.wait(0, index=True)
    monkeypatch.setattr(base.parts.index, "resign", slowly)
    stopping = Thread(target=base.parts.worker.stop)
    stopping.start()
    assert resigning.wait(30)
    starting = Thread(target=base.parts.worker.start)
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
    base.session.entries.contribute(some_draft())
    together = Barrier(2)

    def asking() -> None:
        for _ in range(20):
            together.wait(30)
            base.wait(base.head(), index=True)

    thread = Thread(target=asking)
    thread.start()
    for _ in range(20):
        base.parts.worker.start()
        together.wait(30)
        base.parts.worker.stop()
    thread.join(30)
    assert not thread.is_alive()
    base.close()
    assert followers() == 0


@pytest.mark.parametrize("lane", ["views", "index"])
def test_what_waits_without_end_is_refused_when_the_base_is_closed(
    open_base: OpenBase, lane: str
) -> None:
    base = open_base()
    errors: list[DataDirectoryError] = []
    position = base.head() + 1

    def waiting() -> None:
        try:
            base.parts.worker.ensure(position, lane, timeout=float("inf"))
        except DataDirectoryError as error:
            errors.append(error)

    thread = Thread(target=waiting, daemon=True)
    thread.start()
    base.wait(0, index=True)
    base.close()
    thread.join(30)
    assert "closed" in str(errors[0])
    with pytest.raises(DataDirectoryError, match="closed"):
        base.parts.worker.start()
    assert followers() == 0


class StoppingEmbedder(HashEmbedder):
    """Tells the test when it is asked, and waits until the work was told to stop."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.told = Event(), Event()

    def encode(self, texts: Sequence[str]) -> list[Embedded]:
        self.asked.set()
        assert self.told.wait(30)
        return super().encode(texts)


@pytest.mark.parametrize("made", [False, True])
def test_stopping_waits_for_a_few_documents_only(
    data: Path, monkeypatch: pytest.MonkeyPatch, made: bool
) -> None:
    monkeypatch.setattr("indexer.intake.WINDOW", 1)
    monkeypatch.setattr("indexer.intake.PIECE", 1)
    told_to_stop = Event()
    monkeypatch.setattr("kb.projections.background.Event", lambda: told_to_stop)
    embedder = StoppingEmbedder()
    settings = Settings(data=data)
    with KnowledgeBase.open(data, settings=settings, embedder=embedder) as base:
        if made:
            base.rebuild("index")
        for number in range(9):
            base.session.entries.contribute(some_draft(some_content(f"Number {number}")))
        base.start_following()
        assert embedder.asked.wait(30)
        stopping = Thread(target=base.parts.worker.stop)
        stopping.start()
        assert told_to_stop.wait(30)
        embedder.told.set()
        stopping.join(30)
        when_stopped = embedder.embedded
        base.wait(base.head(), index=True)
        assert base.status().documents == 9
        assert 0 < when_stopped <= AHEAD + 1


def test_threads_of_libraries_are_told_to_wait_asleep_before_a_base_begins_any_of_its_own(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in PATIENT:
        monkeypatch.delenv(name, raising=False)
    begun, start = [], Thread.start

    def starting(thread: Thread) -> None:
        begun.append({name: os.environ.get(name) for name in PATIENT})
        start(thread)

    monkeypatch.setattr(Thread, "start", starting)
    open_base().session.search("bedside handover")
    assert begun
    assert begun[0] == PATIENT
