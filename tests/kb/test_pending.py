"""What is made narrower takes effect at once, also while the views cannot follow the log."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from events.event import NewEvent, StreamWrite
from events.memory import InMemoryEventLog
from kb.access import Visibility
from kb.errors import NotFound
from kb.ids import entry_stream, new_event_id
from kb.knowledge_base import KnowledgeBase
from kb.session import Session
from kb.views.pending import PIECE, PendingEvent, PendingEvents
from tests.worlds.base import id_of, joined, practice


@contextmanager
def locked_views(base: KnowledgeBase) -> Iterator[None]:
    """Another program keeps the file of the views for itself."""
    with closing(sqlite3.connect(base.parts.directory.views, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for views that cannot follow."""
    monkeypatch.setattr("kb.projections.worker.SETTLE_SECONDS", 0.0)
    monkeypatch.setattr("kb.search.search.OTHERS_SECONDS", 0.0)
    monkeypatch.setattr("kb.search.search.OWN_SECONDS", 0.0)


def append(log: InMemoryEventLog, stream: str, events: int) -> None:
    new = [
        NewEvent(
            id=new_event_id(),
            type="entry-visibility-changed",
            schema_version=1,
            data=b"{}",
            actor="ada",
            correlation_id=new_event_id(),
        )
        for _ in range(events)
    ]
    log.append(StreamWrite(stream, new, 0))


def seen(reader: Session) -> set[str]:
    return set(reader.catalogue.all_ids())


def test_an_entry_made_private_is_its_authors_at_once(base: KnowledgeBase) -> None:
    ada, ben = joined(base, name="Ada"), joined(base, name="Ben")
    entry, other = practice(ada, "Handover", "At the bed."), practice(ada, "Huddle", "At eight.")
    assert ben.search("handover at the bed").results[0].id == entry

    with locked_views(base):
        ada.entries.show(entry, Visibility("author"))

        assert seen(ben) == {other}
        with pytest.raises(NotFound):
            ben.catalogue.get(entry)
        assert entry not in [each.id for each in ben.search("handover at the bed").results]
        assert seen(ada) == seen(base.session) == {entry, other}

    base.catch_up()
    assert seen(ben) == {other}


def test_those_to_whom_an_entry_is_still_shown_see_it_meanwhile(base: KnowledgeBase) -> None:
    day, night = (base.session.people.form_group(name).id for name in ("Day", "Night"))
    ada = joined(base, groups=[day], name="Ada")
    ben, cora = (joined(base, groups=[group], name="Ben") for group in (day, night))
    entry = practice(ada, "Handover", "At the bed.")
    ada.entries.show(entry, Visibility("groups", (day, night)))

    with locked_views(base):
        ada.entries.show(entry, Visibility("groups", (day,)))

        assert seen(base.as_member(id_of(ben))) == {entry}
        assert seen(base.as_member(id_of(cora))) == set()


def test_who_is_taken_out_of_a_group_sees_nothing_of_it_at_once(base: KnowledgeBase) -> None:
    ward = base.session.people.form_group("Ward").id
    ada = joined(base, groups=[ward], name="Ada")
    ben, cora = (joined(base, groups=[ward], name=name) for name in ("Ben", "Cora"))
    entry = practice(ada, "Handover", "At the bed.")
    ada.entries.show(entry, Visibility("groups", (ward,)))
    assert seen(base.as_member(id_of(ben))) == {entry}

    with locked_views(base):
        base.session.people.change_groups(id_of(ben), (), (ward,))

        assert seen(base.as_member(id_of(ben))) == set()
        assert seen(base.as_member(id_of(cora))) == {entry}


def test_a_role_that_was_taken_allows_nothing_at_once(base: KnowledgeBase) -> None:
    ada = joined(base, "member", "steward", name="Ada")
    joined(base, "member", "steward", name="Ben")
    practice(ada, "Handover", "At the bed.")

    with locked_views(base):
        base.session.people.change_roles(id_of(ada), ("reporter",))

        now = base.as_member(id_of(ada))
        assert not now.principal.roles
        assert seen(now) == set()


def test_a_community_closed_to_the_world_shows_it_nothing_at_once(base: KnowledgeBase) -> None:
    ada = joined(base)
    entry = practice(ada, "Handover", "At the bed.")
    base.session.people.open_to_world(True)
    ada.entries.show(entry, Visibility("world"))
    stranger = base.as_(base.session.directory.anonymous())
    assert seen(stranger) == {entry}

    with locked_views(base):
        base.session.people.open_to_world(False)

        assert seen(base.as_(base.session.directory.anonymous())) == set()


def test_what_makes_nothing_narrower_hides_nothing_meanwhile(base: KnowledgeBase) -> None:
    ada, ben = joined(base, name="Ada"), joined(base, name="Ben")
    entry = practice(ada, "Handover", "At the bed.")

    with locked_views(base):
        ada.entries.tag(entry, "night")
        base.session.people.change_roles(id_of(ben), ("curator",), taken=())
        practice(ada, "Huddle", "At eight.")

        assert seen(ben) == seen(base.as_member(id_of(ben))) == {entry}


def test_each_event_is_read_once_while_the_views_advance() -> None:
    stream = entry_stream("one")
    with InMemoryEventLog() as log:
        append(log, stream, 2 * PIECE + 2)
        asked: list[str] = []

        def lack(stream: str, type_name: str) -> None:
            asked.append(type_name)

        pending = PendingEvents(log, lack, lambda _: frozenset())
        for position in range(0, log.head() + 1, 97):
            assert pending(position) == ()
        assert len(asked) == log.head()


def hidden(stream: str) -> PendingEvent:
    return PendingEvent(stream, "sight", frozenset({"kept"}))


def test_older_views_are_told_of_what_newer_ones_hold() -> None:
    one, other = entry_stream("one"), entry_stream("other")
    with InMemoryEventLog() as log:
        for stream in (one, other):
            append(log, stream, 2)
        pending = PendingEvents(log, lambda *_: "sight", lambda _: frozenset({"kept"}))

        assert pending(4) == ()
        assert pending(2) == (hidden(other),)
        assert pending(0) == (hidden(one), hidden(other))
        assert pending(3) == (hidden(other),)
