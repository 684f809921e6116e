"""A session: what one principal sees and does, apart from what a process does with the base."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from sqlite3 import Connection
from typing import TypeVar

import pytest

from kb import KnowledgeBase, Session, access
from kb.access import Visibility
from kb.entries.results import EntryFilter
from kb.errors import NotFound
from kb.views.reader import ViewReader
from tests.worlds.base import id_of, joined, operators, practice

T = TypeVar("T")
PROCESS = {"follow", "start_following", "rebuild", "status", "check_log", "reopened", "close"}


def test_what_a_process_does_and_what_a_person_does_are_apart() -> None:
    process, person = ({*dir(each)} for each in (KnowledgeBase, Session))
    assert process >= PROCESS
    assert person & PROCESS == set()
    assert {"entries", "people", "catalogue", "search", "own_data"} <= person - process


def test_a_session_sees_what_its_principal_sees_and_writes_in_their_name(
    base: KnowledgeBase,
) -> None:
    ada, ben = joined(base, name="Ada"), joined(base, name="Ben")
    entry = practice(ada, "Handover")
    ada.entries.show(entry, Visibility("author"))
    assert ada.catalogue.get(entry).contributed_by == id_of(ada)
    with pytest.raises(NotFound):
        ben.catalogue.get(entry)
    assert base.as_(access.operator()).catalogue.get(entry).contributed_by == id_of(ada)


def test_a_session_has_the_rights_of_when_it_was_made_and_one_made_anew_those_of_now(
    base: KnowledgeBase,
) -> None:
    people = base.session.people
    ward = people.form_group("Ward").id
    ada, ben = joined(base, groups=[ward], name="Ada"), joined(base, groups=[ward], name="Ben")
    entry = practice(ada, "Handover", "At the bed.")
    ada.entries.show(entry, Visibility("groups", (ward,)))
    before = base.as_member(id_of(ben))
    people.change_groups(id_of(ben), (), (ward,))

    assert [*before.catalogue.all_ids()] == [entry]
    assert [*base.as_member(id_of(ben)).catalogue.all_ids()] == []


def test_nobody_gets_the_session_of_a_member_who_has_not_joined(base: KnowledgeBase) -> None:
    invited = operators(base).session.people.invite().id
    for member in (invited, "nobody"):
        with pytest.raises(NotFound, match=f"There is no member {member}"):
            base.as_member(member)


def test_a_session_makes_its_parts_when_they_are_first_used(base: KnowledgeBase) -> None:
    session = base.as_(access.operator())
    made = {*vars(session)}
    assert session.catalogue is session.catalogue
    assert {*vars(session)} - made == {"catalogue"}


class Counting(ViewReader):
    """Reads like another reader, and counts how often."""

    def __init__(self, reader: ViewReader) -> None:
        self._reader = reader
        self.count = 0

    @contextmanager
    def read(self, labels: frozenset[str]) -> Iterator[Connection]:
        self.count += 1
        with self._reader.read(labels) as db:
            yield db

    def kept(self, labels: frozenset[str], asked: Hashable, answer: Callable[[Connection], T]) -> T:
        self.count += 1
        return self._reader.kept(labels, asked, answer)


def test_a_session_reads_entries_people_and_reports_through_the_reader_that_it_is_given(
    base: KnowledgeBase,
) -> None:
    practice(base.session, "Handover")
    reader = Counting(base.parts.reader)
    session = Session(base.parts, access.operator(), reader)
    reads: list[Callable[[], object]] = [
        lambda: session.catalogue.browse(EntryFilter()),
        session.directory.open_to_world,
        lambda: session.reports.reuse(by="kind"),
    ]
    for read in reads:
        before = reader.count
        read()
        assert reader.count > before
