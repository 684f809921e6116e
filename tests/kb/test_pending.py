"""What is made narrower takes effect at once, also while the views cannot follow the log."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from events.event import NewEvent, StreamWrite
from events.memory import InMemoryEventLog
from kb.access import Visibility
from kb.errors import Forbidden, NotRecorded, NotYetSearchable, SearchUnavailable
from kb.ids import entry_stream, new_event_id
from kb.knowledge_base import KnowledgeBase
from kb.people.member import Profile
from kb.session import Session
from kb.views.pending import PIECE, PendingEvents
from tests.worlds.base import id_of, joined, practice
from tests.worlds.shell import CommandLine


@contextmanager
def locked_views(base: KnowledgeBase) -> Iterator[None]:
    """Another program keeps the file of the views for itself."""
    with closing(sqlite3.connect(base.parts.directory.views, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for views that cannot follow."""
    monkeypatch.setattr("kb.views.file.BUSY_SECONDS", 0.0)
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


class Ward:
    """A ward with a group around it, an entry of its member Ada, and Ben, who is in it too."""

    def __init__(self, base: KnowledgeBase) -> None:
        self.base, self.people = base, base.session.people
        self.house = self.people.form_group("House").id
        self.ward = self.people.form_group("Ward", self.house).id
        self.ada = joined(base, groups=[self.ward], name="Ada")
        self.ben = joined(base, "member", "curator", groups=[self.ward], name="Ben")
        self.stella = joined(base, "member", "curator", "steward", name="Stella")
        self.people.open_to_world(True)
        self.other = practice(self.stella, "Huddle", "At eight.")
        self.entry = practice(self.ada, "Handover", "At the bed.")
        self.ada.entries.show(self.entry, Visibility("groups", (self.house,)))

    def as_ben(self) -> Session:
        return self.base.as_member(id_of(self.ben))


NARROWED: dict[str, Callable[[Ward], object]] = {
    "an entry made private": lambda of: of.ada.entries.show(of.entry, Visibility("author")),
    "an entry erased": lambda of: of.ada.erasure.begin_entry(of.entry),
    "a membership taken": lambda of: of.people.change_groups(id_of(of.ben), (), (of.ward,)),
    "a group left": lambda of: of.ben.people.leave_group(of.ward),
    "a group moved": lambda of: of.people.change_group(of.ward, parent=None),
    "a role taken": lambda of: of.people.change_roles(id_of(of.ben), (), taken=("curator",)),
    "a member erased": lambda of: of.ada.erasure.begin_member(id_of(of.ada), entries="erased"),
    "a profile emptied": lambda of: of.ada.people.change_profile(Profile(name="A")),
    "the world shut out": lambda of: of.people.open_to_world(False),
}


REFUSALS = NotYetSearchable, SearchUnavailable, Forbidden
"""Until the views follow, or where what follows them has failed, or by what is shown already."""


@pytest.mark.parametrize("what", NARROWED)
def test_nobody_reads_what_does_not_show_yet_that_something_was_taken_away(
    base: KnowledgeBase, what: str
) -> None:
    ward = Ward(base)
    stranger = base.as_(base.session.directory.anonymous())
    assert seen(ward.as_ben()) == {ward.entry, ward.other}

    with locked_views(base):
        NARROWED[what](ward)

        for reader in (ward.as_ben(), ward.ada, stranger):
            for ask in (
                lambda reader=reader: seen(reader),
                lambda reader=reader: reader.search("handover"),
                lambda reader=reader: reader.catalogue.tags(),
                lambda reader=reader: reader.catalogue.browse(),
                lambda reader=reader: reader.directory.groups(),
            ):
                with pytest.raises(REFUSALS, match=r"just hidden|kept locked|Only"):
                    ask()
        assert base.status().lag > 0
        assert seen(base.session) == {ward.entry, ward.other}
        with pytest.raises(NotYetSearchable, match="just hidden"):
            base.session.require_current()

    base.catch_up()
    if what == "a member erased":
        base.session.erasure.member(id_of(ward.ada), entries="erased")  # waits for the rest of it
    hidden = what in ("an entry made private", "an entry erased", "a membership taken")
    hidden |= what in ("a group left", "a group moved", "a member erased")
    assert seen(ward.as_ben()) == {ward.other} | (set() if hidden else {ward.entry})


REFUSED: dict[str, Callable[[Ward], object]] = {
    "an entry shown": lambda of: of.stella.entries.show(of.other, Visibility("author")),
    "an entry erased": lambda of: of.stella.erasure.begin_entry(of.other),
    "a membership taken": lambda of: of.stella.people.change_groups(id_of(of.ben), (), ("Ward",)),
    "a group left": lambda of: of.ben.people.leave_group("Ward"),
    "an endorsement": lambda of: of.ben.endorsements.endorse(of.other, "It works here."),
}


@pytest.mark.parametrize("what", REFUSED)
def test_one_whose_change_is_refused_meanwhile_is_told_that_it_is_not_recorded(
    base: KnowledgeBase, what: str
) -> None:
    ward = Ward(base)
    with locked_views(base):
        ward.ada.entries.show(ward.entry, Visibility("author"))
        before = base.head()

        with pytest.raises(NotRecorded, match="is not recorded"):
            REFUSED[what](ward)

        assert base.head() == before
        with pytest.raises(NotYetSearchable, match="That is recorded"):
            seen(ward.ada)
    base.wait(before)
    REFUSED[what](ward)
    assert base.head() > before


SHELL = {
    "the groups of a member": ["group", "remove", "{ben}", "Ward"],
    "who sees an entry": ["visibility", "{other}", "author"],
    "who sees entries": ["visibility", "{other}", "{entry}", "author"],
    "a name": ["group", "change", "Ward", "--name", "Night"],
    "an invitation": ["member", "invite", "--group", "Ward"],
    "a token": ["token", "make", "{stella}", "--scope", "search", "--name", "mine"],
    "an endorsement": ["endorse", "{other}", "--reason", "It works here."],
}


@pytest.mark.parametrize("what", SHELL)
def test_the_shell_says_so_too(
    base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    ward, kb = Ward(base), CommandLine(tmp_path)
    kb.data = base.settings.data
    ids = {"ben": id_of(ward.ben), "stella": id_of(ward.stella)}
    words = [each.format(other=ward.other, entry=ward.entry, **ids) for each in SHELL[what]]
    monkeypatch.setenv("KB_MEMBER", ids["stella"])
    with base.follow(), locked_views(base):
        ward.ada.entries.show(ward.entry, Visibility("author"))
        before = base.head()

        ran = kb.run(*words)

        assert (ran.code, base.head()) == (1, before)
        assert "is not recorded" in ran.out + ran.err
        assert "That is recorded" not in ran.out + ran.err


def test_what_was_taken_away_is_waited_for(base: KnowledgeBase) -> None:
    ward = Ward(base)
    with locked_views(base):
        ward.ada.entries.show(ward.entry, Visibility("author"))
    assert seen(ward.as_ben()) == {ward.other}


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

        pending = PendingEvents(log, lack)
        for position in range(0, log.head() + 1, 97):
            assert pending(position) == 0
        assert len(asked) == log.head() - 1  # the first of a stream narrows nothing


def test_views_are_told_where_the_last_event_is_that_they_lack() -> None:
    with InMemoryEventLog() as log:
        for stream in ("one", "other"):
            append(log, entry_stream(stream), 2)
        pending = PendingEvents(log, lambda *_: "sight")

        assert [pending(position) for position in (4, 2, 0, 3)] == [0, 4, 4, 4]
        assert PendingEvents(log, lambda *_: "text")(0) == 0
        assert PendingEvents(log, lambda *_: None)(0) == 0
