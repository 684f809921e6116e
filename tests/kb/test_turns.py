"""What people changed is found before what is imported, and the position stays true."""

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from indexer.document import Filter
from indexer.embedding.embedder import Embedded
from indexer.embedding.testing import HashEmbedder
from indexer.embedding.threads import GIVES_WAY
from indexer.index import HybridIndex
from kb.access import Visibility, operator
from kb.areas import VIEWS
from kb.entries.bring import ImportedEntry
from kb.entries.content import Draft
from kb.ids import entry_id_for
from kb.knowledge_base import KnowledgeBase
from kb.search.documents import IndexProjection
from kb.search.source import reach
from kb.search.turns import SMALL, Turns
from kb.storage.settings import Settings
from kb.views.parked import ParkedFile
from tests.kb.conftest import OpenBase
from tests.kb.test_views import foreign
from tests.worlds.log import World, some_content, some_draft

BROUGHT = "A page that was brought"


class Gated(HashEmbedder):
    """Computes nothing of pages that were brought before it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = Event()
        self.priorities: set[int] = set()

    def encode(self, texts: Sequence[str]) -> list[Embedded]:
        if any(BROUGHT in text for text in texts):
            self.priorities.add(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
            assert self.go.wait(30)
        return super().encode(texts)


class Taking:
    """A log in memory whose index takes in one step after the other."""

    def __init__(self, path: Path) -> None:
        self.world = World()
        self.embedder = Gated()
        self.path = path
        self.index = HybridIndex.build(path / "index", self.embedder, lambda index: index.commit(0))
        self.begin()

    def begin(self) -> None:
        self.projection = IndexProjection(
            self.index,
            self.world.log,
            self.world.codec,
            ParkedFile(self.path / "parked.sqlite"),
            VIEWS.withholding.lack,
            lambda: datetime.now(UTC),
        )
        self.turns = Turns(self.projection, self.world.log, self.world.codec, lambda: False)

    def reopen(self) -> None:
        """As after a kill: what is not on disk is gone."""
        self.close()
        self.index = HybridIndex.open(self.path / "index", self.embedder, writable=True)
        self.begin()

    def bring(self, count: int) -> None:
        for number in range(count):
            draft = some_draft(some_content(f"{BROUGHT} {number}"), tags=("old",))
            entry_id = entry_id_for("book", f"{number}.md")
            self.world.entries.bring(ImportedEntry(id=entry_id, draft=draft))

    def all(self) -> None:
        self.embedder.go.set()
        while self.turns.step():
            pass

    def titles(self, question: str) -> list[str]:
        hits = self.index.search(question, Filter(audience=operator().labels), 100)
        return [hit.title for hit in hits]

    def close(self) -> None:
        self.embedder.go.set()
        self.turns.close()
        self.index.close()


@pytest.fixture
def taking(tmp_path: Path) -> Iterator[Taking]:
    taking = Taking(tmp_path)
    yield taking
    taking.close()


def test_what_someone_writes_during_an_import_is_found_before_what_is_imported(
    taking: Taking,
) -> None:
    taking.bring(9)
    assert taking.turns.step()
    written = taking.world.practice("Bedside handover")
    assert taking.turns.step()

    assert taking.titles("bedside handover") == ["Bedside handover"]
    assert taking.projection.checkpoint() == 0
    assert taking.turns.early == {written: taking.world.log.head()}
    taking.all()
    assert taking.projection.checkpoint() == taking.world.log.head()
    assert sorted(taking.titles("bedside handover brought")) == sorted(
        ["Bedside handover", *(f"{BROUGHT} {number}" for number in range(9))]
    )
    assert taking.turns.early == {}


def test_what_is_worked_out_ahead_gives_way_to_those_who_ask_and_write(taking: Taking) -> None:
    usual = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    taking.bring(9)
    taking.all()
    gives_way = min(19, usual + GIVES_WAY) if sys.platform == "linux" else usual
    assert taking.embedder.priorities == {gives_way}
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == usual


def test_after_a_kill_what_was_taken_in_early_is_taken_in_once_more_in_its_turn(
    taking: Taking,
) -> None:
    taking.bring(9)
    taking.turns.step()
    written = taking.world.practice("Bedside handover")
    taking.turns.step()
    taking.reopen()
    assert (taking.projection.checkpoint(), reach(taking.index.source)) == (
        0,
        taking.world.log.head(),
    )
    assert taking.titles("bedside handover") == ["Bedside handover"]

    taking.world.entries.revise(written, some_content("Huddle at noon"), version=1)
    taking.all()

    assert taking.projection.checkpoint() == taking.world.log.head()
    assert len(taking.titles("huddle brought handover")) == 10
    assert "Bedside handover" not in taking.titles("bedside handover")


def test_what_someone_hides_during_an_import_is_hidden_before_its_turn(taking: Taking) -> None:
    entry = taking.world.practice("Bedside handover")
    taking.all()
    taking.embedder.go.clear()
    taking.bring(9)
    taking.turns.step()
    taking.world.entries.show(entry, Visibility("draft"))
    taking.turns.step()

    hits = taking.index.search("bedside handover", Filter(audience=frozenset({"members"})))
    assert [hit.title for hit in hits] == []


def test_a_large_text_waits_for_its_turn_and_keeps_nobody_from_being_found(
    taking: Taking,
) -> None:
    large = f"{BROUGHT} by hand. " * (SMALL // 20)
    taking.world.entries.contribute(some_draft(some_content("All minutes", problem=large)))
    taking.bring(9)
    assert taking.turns.step()
    taking.world.practice("Bedside handover")
    taking.turns.step()

    assert taking.titles("bedside handover minutes") == ["Bedside handover"]
    taking.all()
    assert "All minutes" in taking.titles("all minutes")


def test_a_text_that_fails_early_is_kept_aside_in_its_turn(
    taking: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode = taking.embedder.encode

    def fragile(texts: Sequence[str]) -> list[Embedded]:
        if any("poison" in text for text in texts):
            raise RuntimeError("poisoned")
        return encode(texts)

    monkeypatch.setattr(taking.embedder, "encode", fragile)
    taking.bring(9)
    taking.turns.step()
    taking.world.practice("poison")
    assert taking.turns.step()
    assert (taking.projection.parked(), taking.turns.early) == ([], {})

    taking.all()

    assert len(taking.projection.parked()) == 1
    assert len(taking.titles("brought handover")) == 9


def test_an_event_that_cannot_be_read_is_kept_aside_in_its_turn_and_not_before(
    taking: Taking,
) -> None:
    taking.bring(9)
    foreign(taking.world, "entry-x", "from-the-future")
    taking.turns.step()
    taking.turns.step()
    assert taking.projection.parked() == []
    taking.all()
    assert [one.stream for one in taking.projection.parked()] == ["entry-x"]
    assert taking.projection.checkpoint() == taking.world.log.head()


@pytest.fixture
def gated(
    data: Path, notices: list[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[KnowledgeBase]:
    monkeypatch.setattr("kb.search.search.OTHERS_SECONDS", 0.0)
    embedder = Gated()
    settings = Settings(data=data)
    with KnowledgeBase.open(
        data, settings=settings, embedder=embedder, notice=notices.append
    ) as base:
        yield base
        embedder.go.set()


def imported(base: KnowledgeBase, count: int) -> None:
    for number in range(count):
        draft = Draft(kind="practice", content=some_content(f"{BROUGHT} {number}"))
        base.session.entries.bring(
            ImportedEntry(id=entry_id_for("book", f"{number}.md"), draft=draft)
        )


def test_the_writer_waits_for_their_own_text_and_reads_how_many_are_not_in(
    gated: KnowledgeBase,
) -> None:
    imported(gated, 9)
    gated.start_following()
    receipt = gated.session.entries.contribute(some_draft())

    gated.wait(receipt.position, index=True, timeout=60)
    answer = gated.session.search("bedside handover")

    assert [result.id for result in answer.results] == [receipt.id]
    assert answer.behind == 9


def test_where_there_is_no_index_yet_a_question_is_answered_from_what_is_in(
    gated: KnowledgeBase, notices: list[str]
) -> None:
    imported(gated, 9)
    gated.start_following()
    with gated.parts.worker.moved:
        assert gated.parts.worker.moved.wait_for(lambda: gated.parts.index.position() == 0, 60)

    answer = gated.session.search("bedside handover")

    assert (answer.results, answer.behind) == ((), 9)
    assert any("Making the index" in notice for notice in notices)


def test_an_index_that_has_early_what_its_log_never_had_is_made_anew(
    open_base: OpenBase, notices: list[str]
) -> None:
    base = open_base()
    base.session.entries.contribute(some_draft())
    base.wait(base.head(), index=True)
    base.parts.worker.stop()
    place, embedder, engine = (
        base.parts.directory.index,
        base.parts.models.embedder,
        base.settings.fulltext,
    )
    with HybridIndex.open(place, embedder, engine=engine, writable=True) as index:
        kept = json.loads(index.source)
        kept["mark"]["position"] += 9
        index.commit(base.head(), json.dumps(kept))
    notices.clear()

    base.session.entries.contribute(some_draft())
    base.wait(base.head(), index=True)

    assert any("holds more than the log" in notice for notice in notices)


def test_what_went_wrong_in_a_step_is_done_again_and_leaves_nothing_out(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.search.turns.BATCH", 3)
    base = open_base()
    imported(base, 12)
    commit = HybridIndex.commit
    failed: list[int] = []

    def fails_twice(index: HybridIndex, position: int, source: str = "") -> None:
        if position and len(failed) < 2:
            failed.append(position)
            raise OSError("No space left on device")
        commit(index, position, source)

    monkeypatch.setattr(HybridIndex, "commit", fails_twice)
    with base.follow():
        moved: Callable[[], bool] = lambda: base.parts.index.position() == base.head()  # noqa: E731
        with base.parts.worker.moved:
            assert base.parts.worker.moved.wait_for(moved, 60)
    assert (len(failed), base.status().documents) == (2, 12)
