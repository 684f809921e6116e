"""What is erased is gone: from every answer, every store and every byte of the data directory."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event, Lock

import pytest

from indexer.index import HybridIndex
from kb.access import Visibility
from kb.errors import Forbidden, NotFound, Refused
from kb.knowledge_base import KnowledgeBase
from tests import made
from tests.kb.erasure_stores import (
    CONTEXT,
    HELP,
    NAME,
    REASON,
    SECRETS,
    TEXT,
    TITLE,
    left_in,
    xanthippe,
)
from tests.worlds.base import id_of, joined, opened, practice

PATIENCE = 120
"""Seconds after which a test fails that waits for what never comes."""


@pytest.fixture(params=["tantivy", "whoosh"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KnowledgeBase]:
    with opened(made.created(tmp_path / "data"), fulltext=request.param) as erasing:
        yield erasing


def test_of_an_erased_member_nothing_is_left_but_that_they_were(base: KnowledgeBase) -> None:
    her, other = xanthippe(base), practice(base.session, "Handover", "At the bed.")
    mine = practice(her, TITLE, TEXT)
    her.endorsements.endorse(other, REASON)
    her.reuses.record(other, group=f"Ward {CONTEXT}", context=CONTEXT, outcome="adopted")
    base.session.search(CONTEXT)
    member = id_of(her)

    base.session.erasure.member(member)

    assert left_in(base.settings.data, SECRETS) == []
    assert base.session.directory.names([member]) == {member: "a former member"}
    assert base.session.catalogue.get(mine).title == TITLE
    assert base.session.catalogue.get(mine).contributed_by == member
    page = base.session.catalogue.get(other)
    assert [each.reason for each in page.endorsed] == [""]
    assert [each.context for each in page.reuse] == [""]
    assert base.session.search("borborygmus").results[0].id == mine
    with pytest.raises(NotFound):
        base.session.directory.principal(member)
    assert base.session.directory.changes(member)[-1].detail == "Erased; their entries were kept."


def test_the_entries_of_an_erased_member_go_too_if_so_chosen(base: KnowledgeBase) -> None:
    her = xanthippe(base)
    practice(her, TITLE, TEXT)
    hidden = practice(her, "Hidden", "sesquipedalian")
    her.entries.show(hidden, Visibility("author"))
    base.session.search(TEXT)

    base.session.erasure.member(id_of(her), entries="erased")

    texts = (TITLE, "borborygmus", "callipygian", "sesquipedalian")
    assert left_in(base.settings.data, (*SECRETS, *texts)) == []
    assert base.session.catalogue.browse().total == 0
    assert base.session.search(TEXT).nothing_close


def test_an_erased_entry_is_gone_and_the_others_stay(base: KnowledgeBase) -> None:
    her = joined(base, name="Ada")
    mine, kept = practice(her, TITLE, TEXT), practice(her, "Handover", "At the bed.")
    base.session.endorsements.endorse(mine, f"It works: {REASON}.")
    base.session.reuses.record(mine, group=f"Ward {CONTEXT}", context=CONTEXT, outcome="adopted")
    base.session.search(TEXT)

    her.erasure.entry(mine)

    gone = (TITLE, "borborygmus", "callipygian", REASON, CONTEXT)
    assert left_in(base.settings.data, gone) == []
    assert base.session.search("handover at the bed").results[0].id == kept
    assert list(base.session.catalogue.all_ids()) == [kept]
    for answer in (her.catalogue.get, her.catalogue.history, xanthippe(base).erasure.entry):
        with pytest.raises(NotFound):
            answer(mine)
    assert her.erasure.entry(mine).version == base.session.erasure.entry(mine).version == 3
    assert "An entry was erased." in [each.detail for each in base.session.directory.changes()]


def test_an_erasure_that_was_cut_short_is_finished_by_the_process_that_keeps_the_data_up(
    base: KnowledgeBase,
) -> None:
    her = xanthippe(base)
    practice(her, TITLE, TEXT)
    base.session.search(TEXT)
    base.parts.worker.stop()
    base.session.people.erase(id_of(her))
    assert left_in(base.settings.data, (HELP,)) != []

    base.session.erasure.member(id_of(her))

    assert left_in(base.settings.data, SECRETS) == []


def test_erasures_asked_for_at_once_queue_and_all_are_answered_meanwhile(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    her = joined(base, name="Ada")
    kept = practice(base.session, "Handover", "At the bed.")
    entries = [practice(her, f"Number {number}", TEXT) for number in range(10)]
    base.session.search("handover")
    at_work, opened, erased = Event(), Event(), list[str]()
    one_at_a_time, purge = Lock(), HybridIndex.purge

    def purge_once_let(index: HybridIndex, ids: Sequence[str], gone: int) -> None:
        assert one_at_a_time.acquire(blocking=False)
        try:
            at_work.set()
            assert opened.wait(PATIENCE)
            erased.extend(ids)
            purge(index, ids, gone)
        finally:
            one_at_a_time.release()

    monkeypatch.setattr(HybridIndex, "purge", purge_once_let)
    monkeypatch.setattr("kb.search.search.OTHERS_SECONDS", 0.0)  # searches do not wait, as shipped
    monkeypatch.setattr("kb.search.search.OWN_SECONDS", 0.0)
    unfinished = [her.erasure.begin_entry(entries[0])]
    assert at_work.wait(PATIENCE)

    unfinished += [her.erasure.begin_entry(entry) for entry in entries[1:]]
    base.parts.worker.ensure(base.head(), timeout=PATIENCE)
    assert base.session.search("handover at the bed").results[0].id == kept
    assert list(base.session.catalogue.all_ids()) == [kept]
    practice(base.session, "Meanwhile", "In the night.")
    assert all(each() for each in unfinished)

    opened.set()
    base.session.erasure.entry(entries[-1])
    assert not any(each() for each in unfinished)
    assert sorted(erased) == sorted(entries)
    assert base.status().errors == ()
    assert left_in(base.settings.data, (TEXT, "borborygmus")) == []


def test_only_the_author_or_a_steward_erases_and_the_last_steward_stays(
    base: KnowledgeBase,
) -> None:
    ada, ben = (
        joined(base, "member", "steward", name="Ada"),
        joined(base, "member", "curator", name="Ben"),
    )
    entry = practice(ada, TITLE, TEXT)
    with pytest.raises(Forbidden, match="Only its author or stewards may erase an entry"):
        ben.erasure.entry(entry)
    with pytest.raises(Forbidden, match="Only the member themselves or stewards may erase"):
        ben.erasure.member(id_of(ada))
    with pytest.raises(Refused, match="last steward"):
        ada.erasure.member(id_of(ada))
    ben.erasure.member(id_of(ben))


def test_an_index_that_is_erasing_for_another_reason_keeps_no_vectors_of_what_is_erased(
    base: KnowledgeBase,
) -> None:
    mine, kept = (
        practice(base.session, TITLE, TEXT),
        practice(base.session, "Handover", "At the bed."),
    )
    base.session.search(TEXT)
    base.parts.worker.stop()
    position = base.session.entries.erase(mine).position
    base.wait(position)
    before = base.status().vectors

    base.rebuild("index")
    base.parts.worker.forget(position)

    assert base.status().vectors == before - 1
    assert list(base.session.catalogue.all_ids()) == [kept]


def test_a_member_who_is_erased_a_second_time_keeps_the_entries_that_they_kept(
    base: KnowledgeBase,
) -> None:
    her = xanthippe(base)
    mine = practice(her, TITLE, TEXT)
    base.session.erasure.member(id_of(her))
    base.session.erasure.member(id_of(her), entries="erased")
    assert base.session.catalogue.get(mine).title == TITLE


def test_in_every_role_people_may_erase_themselves_and_take_their_data_along(
    base: KnowledgeBase,
) -> None:
    reporter = xanthippe(base, "reporter")
    assert reporter.own_data().member.name == NAME
    reporter.erasure.member(id_of(reporter))
    assert left_in(base.settings.data, (NAME,)) == []
