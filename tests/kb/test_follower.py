"""One process leads, others wait for it, and another takes over when it is gone."""

from pathlib import Path
from threading import Event, Thread, current_thread

import pytest

from events.errors import ProjectionUnavailable
from events.event import NewEvent, StreamWrite
from indexer.embedding.testing import HashEmbedder
from kb.cli.search import print_answer
from kb.errors import DataDirectoryError, InvalidInput, NotYetSearchable, Refused
from kb.ids import new_event_id
from kb.knowledge_base import KnowledgeBase
from kb.projections.views import Views
from kb.storage.settings import Settings
from tests.kb.conftest import OpenBase
from tests.kb.leading_child import leading
from tests.worlds.log import everything, some_draft


@pytest.mark.process
def test_a_writer_beside_another_process_reads_its_own_write_and_finds_it(
    data: Path, open_base: OpenBase, embedder: HashEmbedder
) -> None:
    with leading(data) as child:
        base = open_base()
        receipt = base.session.entries.contribute(some_draft())
        assert base.session.catalogue.get(receipt.id).title == "Bedside handover"
        assert base.status().follower == "another process"
        assert [r.id for r in base.session.search("bedside handover").results] == [receipt.id]
        assert embedder.embedded == 1, "only the question: the other process embeds the text"
        with pytest.raises(Refused, match="Another process"):
            base.rebuild()
        child.communicate("")


@pytest.mark.process
def test_another_process_takes_over_when_the_leading_one_is_killed(
    data: Path, open_base: OpenBase
) -> None:
    with leading(data) as child:
        base = open_base()
        base.session.entries.contribute(some_draft())
        child.kill()
        child.wait()
        second = base.session.entries.contribute(some_draft())
    assert base.session.catalogue.browse().total == 2
    assert second.id in [result.id for result in base.session.search("bedside handover").results]
    assert base.status().follower == "this process"


def test_who_leads_is_told(data: Path, open_base: OpenBase) -> None:
    base = open_base()
    assert base.status().follower == "none"
    with base.follow():
        base.wait(0, index=True)
        base.session.entries.contribute(some_draft())
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
    receipt = writer.session.entries.contribute(some_draft())
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


def test_views_and_index_are_waited_for_no_longer_than_told_together(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([100.0, 101.0, 107.0])
    waits: list[float] = []
    monkeypatch.setattr("kb.parts.monotonic", lambda: next(clock))
    monkeypatch.setattr(
        base.parts.worker, "ensure", lambda *_, timeout, **__: waits.append(timeout)
    )
    base.wait(5, index=True, timeout=10)
    assert waits == [9.0, 3.0]


def test_errors_of_the_background_work_are_shown_and_end_with_their_cause(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, writer = open_base(), open_base()

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(Views, "apply", full)
    with base.follow():
        assert "No space" in base.session.entries.contribute(some_draft()).behind
        with base.parts.worker.moved:
            assert base.parts.worker.moved.wait_for(lambda: base.parts.worker.errors, 30)
        assert "No space left" in base.status().errors[0]
        assert writer.status().errors == base.status().errors, "another process is told as well"
        monkeypatch.undo()
        base.wait(base.head())
        writer.wait(writer.head())
    assert writer.status().errors == ()
    assert base.session.catalogue.browse().total == 1


def test_an_erasure_beside_a_process_that_cannot_go_on_says_why_soon(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.projections.worker.PATIENCE_SECONDS", 0.0)
    base, other = open_base(), open_base()
    entry_id = base.session.entries.contribute(some_draft()).id

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    with base.follow():
        base.wait(base.head(), index=True)
        monkeypatch.setattr(Views, "forget", full)
        with pytest.raises(NotYetSearchable, match=r"nobody can undo it; .*No space left"):
            other.session.erasure.entry(entry_id)
        monkeypatch.undo()


def test_what_a_process_said_that_is_gone_is_true_no_more(open_base: OpenBase, data: Path) -> None:
    (data / "follower.errors").write_text('["The disk is full."]')
    base = open_base()
    assert base.status().errors == ()
    with base.follow():
        base.catch_up()
        assert not (data / "follower.errors").exists()


def test_a_question_is_answered_though_others_are_not_done(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("kb.search.search.OWN_SECONDS", 0.0)
    monkeypatch.setattr("kb.search.search.OTHERS_SECONDS", 0.0)
    base = open_base()
    base.session.entries.contribute(some_draft())
    with base.follow():
        base.wait(base.head(), index=True)
        monkeypatch.setattr(base.parts.index, "catch_up", lambda _: 0)
        base.session.entries.contribute(some_draft())
        answer = base.session.search("bedside handover")
    assert len(answer.results) == 1
    assert answer.behind == 1
    print_answer(answer)
    assert "1 new text is not in yet" in capsys.readouterr().err


def test_a_question_that_others_wait_for_is_answered_at_once_and_says_what_is_not_in(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = open_base()
    base.session.entries.contribute(some_draft())
    with base.follow():
        base.wait(base.head(), index=True)
        monkeypatch.setattr(base.parts.index, "catch_up", lambda _: 0)
        for _ in range(3):
            base.session.entries.contribute(some_draft())
        entry = base.session.entries.contribute(some_draft()).id
        base.session.entries.tag(entry, ["ward"])
        base.session.reuses.record(entry, group="A", context="B", outcome="adopted")
        # No wait for the views keeps it either.
        monkeypatch.setattr(base.parts.worker, "bring_views_up", pytest.fail)
        monkeypatch.setattr("kb.search.search.OTHERS_SECONDS", 0.0)
        answer = base.as_(everything("ben")).search("bedside handover")
    assert (len(answer.results), answer.behind) == (1, 4)


def test_only_who_wrote_waits_for_their_own_text_a_second_and_once(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    ada = open_base()
    ada.session.entries.contribute(some_draft())
    ada.catch_up()
    ben, waited = ada.as_(everything("ben")), list[tuple[int, float]]()
    ensure = ada.parts.worker.ensure

    def noted(position: int, lane: str = "views", *, timeout: float = 30.0) -> None:
        if lane == "index":
            waited.append((position, timeout))
        ensure(position, lane, timeout=0.0)

    written = ada.session.entries.contribute(some_draft()).position
    entry = ada.session.catalogue.browse().items[0].id
    ada.session.reuses.record(entry, group="A", context="B", outcome="adopted")
    head = ada.head()
    monkeypatch.setattr(ada.parts.worker, "ensure", noted)
    for session in (ben, ada.session, ada.session):
        session.search("bedside handover")

    assert waited == [(head, 0.0), (written, 1.0), (head, 0.0), (head, 0.0)]


def test_one_who_waited_until_all_is_in_waits_no_more_and_finds_it(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = open_base()
    with base.follow():
        base.session.entries.contribute(some_draft())
        base.catch_up()
        monkeypatch.setattr(base.parts.index, "catch_up", lambda _: 0)
        monkeypatch.setattr("kb.search.search.OTHERS_SECONDS", 0.0)
        answer = base.session.search("bedside handover")
        assert base.parts.own.take("ada") == 0
        base.session.entries.contribute(some_draft())
        with pytest.raises(NotYetSearchable, match="not taken in within"):
            base.catch_up(timeout=0)
    assert (len(answer.results), answer.behind) == (1, 0)


def test_an_answer_says_what_keeps_the_index_from_what_is_new(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    base = open_base()
    base.session.entries.contribute(some_draft())
    with base.follow():
        base.wait(base.head(), index=True)

        def full(_: object) -> int:
            raise ProjectionUnavailable("The disk is full: free some space.")

        monkeypatch.setattr(base.parts.index, "catch_up", full)
        base.session.entries.contribute(some_draft())
        answer = base.session.search("bedside handover")
    assert (len(answer.results), answer.behind) == (1, 1)
    assert answer.trouble == "The disk is full: free some space."
    print_answer(answer)
    assert "\nThe disk is full: free some space.\n" in capsys.readouterr().err


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
    base.parts.log.append(StreamWrite("entry-x", [event], 0))
    receipt = base.session.entries.contribute(some_draft())
    base.wait(receipt.position, index=True)
    parked = base.status().parked
    assert [(one.projection, one.position) for one in parked] == [("views", 1), ("index", 1)]
    assert all(one.type == "from-the-future" and one.error for one in parked)
    assert base.session.search("bedside handover").results


def test_a_rebuild_leaves_everything_as_it_was(open_base: OpenBase, embedder: HashEmbedder) -> None:
    base = open_base()
    entry_id = base.session.entries.contribute(some_draft()).id
    before = base.session.catalogue.get(entry_id), base.session.search("bedside handover").results
    embedded = embedder.embedded
    steps: list[tuple[str, int, int]] = []

    base.rebuild("all", lambda what, done, of: steps.append((what, done, of)))

    assert embedder.embedded == embedded, "a text is embedded once, ever"
    assert steps == [("views", 1, 1), ("index", 1, 1)]
    assert (
        base.session.catalogue.get(entry_id),
        base.session.search("bedside handover").results,
    ) == before
    base.rebuild("views")
    base.rebuild("index")
    with pytest.raises(InvalidInput, match="name one of all, views, index, people, "):
        base.rebuild("everything")


def test_a_rebuild_works_while_this_process_follows(open_base: OpenBase) -> None:
    base = open_base()
    base.session.entries.contribute(some_draft())
    with base.follow():
        base.wait(base.head(), index=True)
        base.rebuild()
        base.session.entries.contribute(some_draft())
        assert len(base.session.search("bedside handover").results) == 2


def test_what_is_new_is_shown_between_the_pieces_of_a_rebuild(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.projections.views.PIECE", 1)
    base, shown = open_base(), list[int]()
    for _ in range(3):
        base.session.entries.contribute(some_draft())

    def write(*_: object) -> None:
        if len(shown) < 3:
            assert base.session.entries.contribute(some_draft()).behind == ""
            shown.append(base.session.catalogue.browse().total)

    base.rebuild("views", write)
    assert shown == [4, 5, 6]
    assert base.session.catalogue.browse().total == 6


def test_no_writer_waits_for_a_rebuild_that_the_background_goes_on_with(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    build, builders, began = Views.build, set[Thread](), Event()

    def noted(views: Views) -> int | None:
        builders.add(current_thread())
        began.set()
        return build(views)

    base = open_base()
    base.session.entries.contribute(some_draft())
    monkeypatch.setattr(Views, "build", noted)
    with base.follow():
        assert began.wait(30)
        for _ in range(5):
            base.session.entries.contribute(some_draft())
    assert current_thread() not in builders


def test_another_engine_is_a_rebuild_away(data: Path, notices: list[str]) -> None:
    for engine in ("tantivy", "whoosh"):
        settings = Settings(data=data, fulltext=engine)
        with KnowledgeBase.open(
            data, settings=settings, embedder=HashEmbedder(), notice=notices.append
        ) as base:
            base.session.entries.contribute(some_draft())
            base.rebuild("index")
            assert base.session.search("bedside handover").results
            assert base.status().engine == engine
    assert [notice for notice in notices if "whoosh" in notice] == []


def test_status_tells_of_views_that_are_not_there_and_of_a_damaged_index(
    data: Path, open_base: OpenBase
) -> None:
    base = open_base()
    base.session.entries.contribute(some_draft())
    assert base.session.search("bedside handover").results
    base.close()
    again = open_base()
    (data / "views.sqlite").rename(data / "aside")
    generation = (data / "index" / "CURRENT").read_text()
    (data / "index" / generation / "manifest.json").write_text("{")
    status = again.status()
    assert (status.views_position, status.entries) == (0, 0)
    assert "index file manifest.json is damaged" in status.errors[0]


def test_beside_a_server_of_another_version_nothing_is_called_safe_that_was_not_written(
    open_base: OpenBase, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.opening.PATIENCE_SECONDS", 0.0)
    base = open_base()
    base.session.entries.contribute(some_draft())
    base.catch_up()
    head = base.head()
    with base.follow():
        base.catch_up()
        monkeypatch.setattr("kb.views.reader.SCHEMA", 7)
        with pytest.raises(
            DataDirectoryError, match="another version of Tributary, so nothing was"
        ):
            open_base()
        monkeypatch.undo()
    assert base.head() == head
    assert open_base().session.catalogue.browse().total == 1
