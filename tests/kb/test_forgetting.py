"""Eraser is finished whatever comes in between, and holds for those who have left."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest

from events.clock import utc_now
from kb.access import Visibility
from kb.erasure.eraser import Eraser
from kb.errors import Forbidden, NotYetSearchable, Refused
from kb.knowledge_base import KnowledgeBase
from kb.measures.search_counts import WINDOW
from kb.session import Session
from tests import made
from tests.kb.erasure_stores import REASON, SECRETS, TEXT, TITLE, left_in, xanthippe
from tests.worlds.base import id_of, joined, opened, practice


@pytest.fixture(params=["tantivy", "whoosh"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KnowledgeBase]:
    with opened(made.created(tmp_path / "data"), fulltext=request.param) as erasing:
        yield erasing


def reopened(base: KnowledgeBase, told: list[str] | None = None) -> KnowledgeBase:
    """Another handle on the same data directory."""
    heard = [] if told is None else told
    return opened(base.settings.data, told=heard.append, fulltext=base.settings.fulltext)


def test_where_an_older_vault_was_put_back_all_is_erased_again_at_the_next_opening(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    her = xanthippe(base)
    mine = practice(base.session, TITLE, TEXT)
    base.session.search(TEXT)
    data, older = base.settings.data, tmp_path / "older.sqlite"
    with (
        closing(sqlite3.connect(data / "vault.sqlite")) as vault,
        closing(sqlite3.connect(older)) as copy,
    ):
        vault.backup(copy)
    base.session.erasure.member(id_of(her))
    base.session.erasure.entry(mine)
    base.close()
    for name in ("vault.sqlite-wal", "vault.sqlite-shm"):
        (data / name).unlink(missing_ok=True)
    shutil.copy(older, data / "vault.sqlite")

    told: list[str] = []
    with reopened(base, told) as again:
        again.rebuild("views")
        assert again.session.directory.names([id_of(her)]) == {id_of(her): "a former member"}
        assert list(again.session.catalogue.all_ids()) == []
        assert again.parts.vault.destroyed(f"member-{id_of(her)}")
    assert told[0].startswith("Something erased is not gone yet, or is back")
    assert left_in(data, (*SECRETS, TITLE)) == []


def test_someone_who_reads_for_long_keeps_nobody_from_writing_while_erasing_waits(
    base: KnowledgeBase,
) -> None:
    her = xanthippe(base)
    member, data = id_of(her), base.settings.data
    with closing(sqlite3.connect(data / "views.sqlite", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM member").fetchall()
        position = base.session.people.erase(member).position
        with pytest.raises(NotYetSearchable, match="not taken in within"):
            base.parts.worker.forget(position, timeout=1)
        practice(base.session, "Handover", "At the bed.")
        assert base.session.catalogue.browse().total == 1
        assert base.session.directory.names([member]) == {member: "a former member"}
    base.session.erasure.member(member)
    base.parts.worker.stop()
    assert left_in(data, SECRETS) == []


def test_the_key_of_what_was_asked_goes_when_its_window_is_over_though_nobody_asks(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    xanthippe(base).search(TEXT)
    questions, data = base.parts.questions, base.settings.data
    questions.settle()
    with closing(sqlite3.connect(data / "questions.sqlite")) as db:
        [kept] = db.execute("SELECT key, question, member FROM window, asked").fetchall()
    assert {secret for secret, _ in left_in(data, kept)} == set(kept)
    over, looked = utc_now() + WINDOW, Event()
    tidy = questions.tidy

    def tidied() -> None:
        moment = questions.clock()
        tidy()
        if moment == over:
            looked.set()

    monkeypatch.setattr(questions, "tidy", tidied)
    monkeypatch.setattr("kb.erasure.eraser.EXPIRE_SECONDS", 0.0)
    monkeypatch.setattr(questions, "clock", lambda: over)

    assert looked.wait(30)
    base.parts.worker.stop()
    assert left_in(data, kept) == []


def test_the_process_that_leads_looks_at_most_once_a_minute_for_what_is_over(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, looked = [1000.0], list[float]()
    parts = base.parts
    forgetting = Eraser(parts.log, parts.codec, parts.views, parts.reader, parts.index, parts.keys)
    monkeypatch.setattr("kb.erasure.eraser.time.monotonic", lambda: now[0])
    monkeypatch.setattr(parts.questions, "tidy", lambda: looked.append(now[0]))
    for now[0] in (1000.0, 1059.0, 1060.0, 1061.0, 1120.0):
        forgetting.of_time()
    assert looked == [1000.0, 1060.0, 1120.0]


def test_a_damaged_file_of_questions_is_told_and_not_taken_for_damaged_views(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.projections.worker.PATIENCE_SECONDS", 0.1)
    member, data = id_of(xanthippe(base)), base.settings.data
    (data / "questions.sqlite").write_bytes(b"damaged" * 1000)
    views = (data / "views.sqlite").stat().st_ino
    with pytest.raises(NotYetSearchable, match=r"nobody can undo it; .*is damaged"):
        base.session.erasure.member(member)
    assert (data / "views.sqlite").stat().st_ino == views
    base.parts.worker.stop()
    (data / "questions.sqlite").unlink()
    base.session.erasure.member(member)
    assert left_in(data, SECRETS) == []


def test_making_the_views_anew_erases_nothing_a_second_time(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    base.session.erasure.member(id_of(xanthippe(base)))
    monkeypatch.setattr(base.parts.keys, "destroy", _unexpected)
    base.rebuild("views")
    base.parts.worker.forget(base.head())
    base.session.search("anything")
    assert base.status().errors == ()


def _unexpected(_: object) -> None:
    raise AssertionError("destroyed again")


def test_one_who_left_or_was_erased_writes_nothing_with_what_was_opened_before(
    base: KnowledgeBase,
) -> None:
    left, erased = joined(base, name="Ben"), xanthippe(base)
    base.session.people.leave(id_of(left))
    base.session.erasure.member(id_of(erased))
    for gone in (left, erased):
        with pytest.raises(Forbidden, match="not a member any more"):
            practice(gone, "Afterwards", TEXT)
        with pytest.raises(Refused, match="has left or was erased"):
            base.accounts.sessions.begin(id_of(gone), "password")


def test_one_who_leaves_takes_what_they_signed_in_with_along(base: KnowledgeBase) -> None:
    her = xanthippe(base)
    base.accounts.names.set(id_of(her), "xanthippe")
    base.accounts.sessions.begin(id_of(her), "password")
    base.session.people.leave(id_of(her))
    assert base.accounts.names.member("xanthippe") is None
    assert base.accounts.sessions.of(id_of(her)) == []


def test_what_someone_who_left_signed_in_with_goes_also_where_leaving_was_cut_short(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    her = xanthippe(base)
    base.accounts.names.set(id_of(her), "xanthippe")
    with monkeypatch.context() as patch:
        patch.setattr(base.parts.keys, "depart", _unexpected)
        with pytest.raises(AssertionError):
            base.session.people.leave(id_of(her))
    assert base.accounts.names.member("xanthippe") is not None
    base.session.erasure.entry(practice(base.session, TITLE, TEXT))  # returns when all is settled
    assert base.accounts.names.member("xanthippe") is None


def test_of_two_stewards_who_leave_at_once_one_stays(base: KnowledgeBase) -> None:
    refused: list[str] = []

    def leave(who: Session) -> None:
        try:
            who.people.leave()
        except Refused as error:
            refused.append(str(error))

    stewards = [
        joined(base, "member", "steward", name=name) for name in ("Ada", "Ben", "Eve", "Zoe")
    ]
    threads = [Thread(target=leave, args=(who,)) for who in stewards]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["The last steward cannot go; make another member a steward first."]
    assert len(base.session.directory.stewards()) == 1


def test_a_steward_is_told_of_an_erased_entry_only_if_they_saw_it(base: KnowledgeBase) -> None:
    her, steward = joined(base, name="Ada"), joined(base, "member", "steward", name="Ben")
    hidden, seen = practice(her, TITLE, TEXT), practice(her, "Handover", "At the bed.")
    her.entries.show(hidden, Visibility("author"))
    her.erasure.entry(hidden)
    assert not [each for each in steward.directory.changes() if "erased" in each.detail]
    her.erasure.entry(seen)
    told = [each for each in steward.directory.changes() if "erased" in each.detail]
    assert [(each.actor, each.detail) for each in told] == [(id_of(her), "An entry was erased.")]
    assert len([each for each in base.session.directory.changes() if "erased" in each.detail]) == 2
    own = [each.detail for each in her.directory.changes(id_of(her))]
    assert own.count("An entry of yours was erased.") == 2


def test_an_erasure_that_a_kill_cut_short_is_finished_by_the_one_that_opens_the_data_next(
    base: KnowledgeBase,
) -> None:
    her = xanthippe(base)
    practice(her, TITLE, TEXT)
    base.session.search(TEXT)
    base.parts.worker.stop()
    base.session.people.erase(id_of(her), entries="erased")
    base.close()
    assert left_in(base.settings.data, (REASON, TITLE)) != []
    with reopened(base) as again:
        assert list(again.session.catalogue.all_ids()) == []
    assert left_in(base.settings.data, (*SECRETS, TITLE)) == []


def test_where_another_process_finished_an_erasure_the_next_one_destroys_its_key_still(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (
        practice(base.session, TITLE, TEXT),
        practice(base.session, "Handover", "At the bed."),
    )
    base.session.entries.erase(first)
    moved, destroyed = base.parts.worker.moved, base.parts.vault.destroyed
    with monkeypatch.context() as patch:
        patch.setattr("kb.erasure.eraser.GATHER_SECONDS", 1000.0)
        with base.follow(), moved:
            assert moved.wait_for(lambda: destroyed(f"entry-{first}"), 30)  # begun here,
    with reopened(base):
        pass  # finished there
    base.session.erasure.entry(second)
    assert destroyed(f"entry-{second}")


def test_what_a_member_contributes_while_being_erased_with_all_entries_goes_as_well(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    her = xanthippe(base)
    base.session.people.erase(id_of(her), entries="erased")
    with monkeypatch.context() as patch:
        patch.setattr("kb.standing.ENDED", frozenset())  # the check came before the erasure
        late = practice(her, TITLE, TEXT)
    base.session.erasure.member(id_of(her))
    assert list(base.session.catalogue.all_ids()) == []
    assert base.parts.vault.destroyed(f"entry-{late}")
    assert [change.actor for change in base.session.directory.changes()][-1] == "local"


def test_where_an_erasure_is_refused_nothing_is_erased(base: KnowledgeBase) -> None:
    ada = joined(base, "member", "steward", name="Ada")
    kept = practice(ada, TITLE, TEXT)
    with pytest.raises(Refused, match="last steward"):
        ada.erasure.member(id_of(ada), entries="erased")
    assert list(base.session.catalogue.all_ids()) == [kept]


def test_where_older_accounts_were_put_back_those_who_left_are_forgotten_again(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    her = xanthippe(base)
    base.accounts.names.set(id_of(her), "xanthippe")
    data, older = base.settings.data, tmp_path / "older.sqlite"
    with (
        closing(sqlite3.connect(data / "accounts.sqlite")) as now,
        closing(sqlite3.connect(older)) as copy,
    ):
        now.backup(copy)
    base.session.erasure.member(id_of(her))
    base.close()
    for name in ("accounts.sqlite-wal", "accounts.sqlite-shm"):
        (data / name).unlink(missing_ok=True)
    shutil.copy(older, data / "accounts.sqlite")
    with reopened(base) as again:
        assert again.accounts.names.member("xanthippe") is None


def test_two_groups_are_not_put_into_each_other_at_once(base: KnowledgeBase) -> None:
    one, other = (
        base.session.people.form_group("One").id,
        base.session.people.form_group("Other").id,
    )
    said: list[str] = []

    def put(group: str, into: str) -> None:
        try:
            base.session.people.change_group(group, parent=into)
        except Refused as error:
            said.append(str(error))

    threads = [Thread(target=put, args=pair) for pair in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == ["A group cannot be inside itself; choose another one around it."]


def _without_views(data: Path) -> None:
    for place in data.glob("views.sqlite*"):
        place.unlink()


def _with_views_of_another_version(data: Path) -> None:
    with closing(sqlite3.connect(data / "views.sqlite")) as db:
        db.execute("PRAGMA user_version = 7")


def _without_index(data: Path) -> None:
    shutil.rmtree(data / "index")


def _with_what_a_killed_rebuild_left(data: Path) -> None:
    (data / "index" / "g900000").mkdir()


def _with_an_index_of_another_version(data: Path) -> None:
    name = (data / "index" / "CURRENT").read_text()
    manifest = data / "index" / name / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"analysis":', '"analysis":9'))


@pytest.mark.parametrize(
    "changed",
    [
        _without_views,
        _with_views_of_another_version,
        _without_index,
        _with_what_a_killed_rebuild_left,
        _with_an_index_of_another_version,
    ],
)
def test_beside_a_finished_erasure_nothing_erasing_says_that_anything_is_left(
    base: KnowledgeBase, changed: Callable[[Path], None]
) -> None:
    kept = practice(base.session, "Handover", "At the bed.")
    base.session.erasure.entry(practice(base.session, TITLE, TEXT))
    data = base.settings.data
    base.session.search("handover")
    base.close()
    changed(data)
    for _ in range(2):  # also when what was made anew is opened again
        told: list[str] = []
        with reopened(base, told) as again:
            assert [each.id for each in again.session.search("handover").results] == [kept]
        assert not [each for each in told if "erased" in each]
    assert left_in(data, (*SECRETS, TITLE)) == []


def test_views_erasing_before_a_key_was_destroyed_are_erased_once_more(
    base: KnowledgeBase,
) -> None:
    erased = practice(base.session, TITLE, TEXT)
    base.session.search(TEXT)
    base.parts.worker.stop()
    base.session.entries.erase(erased)
    data = base.settings.data
    base.close()
    _without_views(data)
    told: list[str] = []
    reopened(base, told).close()
    assert any(each.startswith("Something erased is not gone yet") for each in told)
    assert left_in(data, (TITLE,)) == []
