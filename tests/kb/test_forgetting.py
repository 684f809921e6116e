"""Forgetting is finished whatever comes in between, and holds for whoever has left."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from indexer.testing import HashEmbedder
from kb.access import Visibility
from kb.errors import Forbidden, NotYetSearchable, Refused
from kb.knowledge_base import KnowledgeBase
from tests.kb.erasure_world import (
    SECRETS,
    TEXT,
    TITLE,
    joined,
    left_in,
    member_of,
    new_base,
    practice,
)


@pytest.fixture(params=["tantivy", "whoosh"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KnowledgeBase]:
    with new_base(tmp_path / "data", request.param) as opened:
        yield opened


def test_where_an_older_vault_was_put_back_all_is_erased_again_at_the_next_opening(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    her = joined(base)
    mine = practice(base, TITLE, TEXT)
    base.search(TEXT)
    data, older = base.settings.data, tmp_path / "older.sqlite"
    with (
        closing(sqlite3.connect(data / "vault.sqlite")) as vault,
        closing(sqlite3.connect(older)) as copy,
    ):
        vault.backup(copy)
    base.erasure.member(member_of(her))
    base.erasure.entry(mine)
    base.close()
    for name in ("vault.sqlite-wal", "vault.sqlite-shm"):
        (data / name).unlink(missing_ok=True)
    shutil.copy(older, data / "vault.sqlite")

    told: list[str] = []
    embedder, settings = HashEmbedder(), base.settings
    with KnowledgeBase.open(
        data, settings=settings, embedder=embedder, notice=told.append
    ) as again:
        again.rebuild("views")
        assert again.directory.names([member_of(her)]) == {member_of(her): "a former member"}
        assert list(again.catalogue.all_ids()) == []
        assert again._parts.vault.destroyed(f"member-{member_of(her)}")
    assert told[0].startswith("Keys of what was erased are back")
    assert left_in(data, (*SECRETS, TITLE)) == []


def test_somebody_who_reads_for_long_keeps_nobody_from_writing_while_erasing_waits(
    base: KnowledgeBase,
) -> None:
    her = joined(base)
    member, data = member_of(her), base.settings.data
    with closing(sqlite3.connect(data / "views.sqlite", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM member").fetchall()
        position = base.people.erase(member).position
        with pytest.raises(NotYetSearchable, match="not taken in within"):
            base._parts.follower.forget(position, timeout=1)
        practice(base, "Handover", "At the bed.")
        assert base.catalogue.browse().total == 1
        assert base.directory.names([member]) == {member: "a former member"}
    base.erasure.member(member)
    base._parts.follower.stop()
    assert left_in(data, SECRETS) == []


def test_making_the_views_anew_erases_nothing_a_second_time(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    base.erasure.member(member_of(joined(base)))
    monkeypatch.setattr(base._parts.keys, "destroy", _unexpected)
    base.rebuild("views")
    base._parts.follower.forget(base.head())
    base.search("anything")
    assert base.status().errors == ()


def _unexpected(_: object) -> None:
    raise AssertionError("destroyed again")


def test_whoever_left_or_was_erased_writes_nothing_with_what_was_opened_before(
    base: KnowledgeBase,
) -> None:
    left, erased = joined(base, name="Ben"), joined(base)
    base.people.leave(member_of(left))
    base.erasure.member(member_of(erased))
    for gone in (left, erased):
        with pytest.raises(Forbidden, match="not a member any more"):
            practice(gone, "Afterwards", TEXT)
        with pytest.raises(Refused, match="has left or was erased"):
            base.accounts.sessions.begin(member_of(gone), "password")


def test_whoever_leaves_takes_what_they_signed_in_with_along(base: KnowledgeBase) -> None:
    her = joined(base)
    base.accounts.names.set(member_of(her), "xanthippe")
    base.accounts.sessions.begin(member_of(her), "password")
    base.people.leave(member_of(her))
    assert base.accounts.names.member("xanthippe") is None
    assert base.accounts.sessions.of(member_of(her)) == []


def test_what_somebody_who_left_signed_in_with_goes_also_where_leaving_was_cut_short(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    her = joined(base)
    base.accounts.names.set(member_of(her), "xanthippe")
    with monkeypatch.context() as patch:
        patch.setattr(base._parts.keys, "depart", _unexpected)
        with pytest.raises(AssertionError):
            base.people.leave(member_of(her))
    assert base.accounts.names.member("xanthippe") is not None
    base.erasure.entry(practice(base, TITLE, TEXT))  # returns when all is settled
    assert base.accounts.names.member("xanthippe") is None


def test_of_two_stewards_who_leave_at_once_one_stays(base: KnowledgeBase) -> None:
    refused: list[str] = []

    def leave(who: KnowledgeBase) -> None:
        try:
            who.people.leave()
        except Refused as error:
            refused.append(str(error))

    stewards = [joined(base, "steward", name=name) for name in ("Ada", "Ben", "Eve", "Zoe")]
    threads = [Thread(target=leave, args=(who,)) for who in stewards]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["The last steward cannot go; make another member a steward first."]
    assert base.directory.stewards() == 1


def test_a_steward_is_told_of_an_erased_entry_only_if_they_saw_it(base: KnowledgeBase) -> None:
    her, steward = joined(base, name="Ada"), joined(base, "steward", name="Ben")
    hidden, seen = practice(her, TITLE, TEXT), practice(her, "Handover", "At the bed.")
    her.entries.show(hidden, Visibility("author"))
    her.erasure.entry(hidden)
    assert not [each for each in steward.directory.changes() if "erased" in each.detail]
    her.erasure.entry(seen)
    told = [each for each in steward.directory.changes() if "erased" in each.detail]
    assert [(each.actor, each.detail) for each in told] == [
        (member_of(her), "An entry was erased.")
    ]
    assert len([each for each in base.directory.changes() if "erased" in each.detail]) == 2
