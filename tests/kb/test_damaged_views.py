"""Views that are damaged, deleted or replaced are made anew: once, and by who may."""

import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest

from events.event import RecordedEvent
from kb import KnowledgeBase
from kb.access import Visibility, of_member
from kb.entries.catalogue import Catalogue
from kb.errors import DataDirectoryError, NotYetSearchable
from kb.projections.views import Views
from tests.kb.conftest import OpenBase
from tests.kb.leading_child import leading
from tests.kb.view_files import READ_AT_OPENING, damage_pages
from tests.worlds.base import id_of, joined
from tests.worlds.log import some_draft

pytestmark = pytest.mark.exhaustive


def test_a_rebuild_replaces_damaged_views(data: Path, open_base: OpenBase) -> None:
    with open_base() as base:
        base.session.entries.contribute(some_draft())
    (data / "views.sqlite").write_bytes(b"garbage" * 1000)
    with open_base() as base:
        assert base.session.catalogue.browse().total == 1


def test_views_deleted_while_they_are_open_are_made_anew(
    data: Path, open_base: OpenBase, notices: list[str]
) -> None:
    base = open_base()
    base.session.entries.contribute(some_draft())
    (data / "views.sqlite").unlink()
    base.session.entries.contribute(some_draft())
    assert base.session.catalogue.browse().total == 2
    (data / "views.sqlite").unlink()
    base.rebuild("views")
    assert base.session.catalogue.browse().total == 2
    assert ["missing" in notice for notice in notices] == [True, True]


def test_views_that_another_process_made_anew_are_used_as_they_are(
    open_base: OpenBase, notices: list[str]
) -> None:
    base, other = open_base(), open_base()
    base.session.entries.contribute(some_draft())
    other.parts.worker.repair_views("found by hand", other.parts.views.file())
    notices.clear()
    base.session.entries.contribute(some_draft())
    assert (base.session.catalogue.browse().total, other.session.catalogue.browse().total) == (2, 2)
    assert notices == []


def reopened_damaged(data: Path, open_base: OpenBase) -> KnowledgeBase:
    """A base with one entry, opened again after pages of its views were overwritten."""
    with open_base() as base:
        base.session.entries.contribute(some_draft())
    damage_pages(data / "views.sqlite")
    return open_base()


def test_damaged_pages_are_found_and_repaired_by_the_next_that_writes(
    data: Path, open_base: OpenBase, notices: list[str]
) -> None:
    base = reopened_damaged(data, open_base)
    base.session.entries.contribute(some_draft())
    assert base.session.catalogue.browse().total == 2
    assert base.status().parked == ()
    assert "not as it was written" in notices[-1]


def test_damage_that_several_readers_find_is_repaired_once(
    data: Path, open_base: OpenBase, notices: list[str]
) -> None:
    base = open_base()
    base.session.entries.contribute(some_draft())
    base.parts.views.settle()
    base.parts.views.close()
    damage_pages(data / "views.sqlite")
    readers = 4
    all_have_met_it = Barrier(readers)
    verify = base.parts.reader.on_change

    def verify_together() -> None:
        all_have_met_it.wait(30)
        verify()

    base.parts.reader.on_change = verify_together
    with ThreadPoolExecutor(readers) as pool:
        totals = list(pool.map(lambda _: base.session.catalogue.browse().total, range(readers)))
    assert totals == [1] * readers
    assert len(notices) == 1


@pytest.mark.process
def test_damage_found_while_another_process_leads_is_not_said_to_be_repaired(
    data: Path, open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.projections.worker.PATIENCE_SECONDS", 0.0)
    with leading(data) as child:
        base = open_base()
        base.session.entries.contribute(some_draft())
        base.parts.reader.close()
        damage_pages(data / "views.sqlite")
        with pytest.raises(NotYetSearchable, match="another process"):
            base.session.catalogue.browse()
        child.communicate("")
    base.wait(base.head())  # it may have ended while it made them anew
    assert base.session.catalogue.browse().total == 1


def test_a_rebuild_is_not_refused_because_of_who_leads_for_a_moment_only(
    open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = open_base()
    base.session.entries.contribute(some_draft())
    with ExitStack() as held:
        assert held.enter_context(base.parts.backends.leadership().taken())
        monkeypatch.setattr("kb.storage.leadership.time.sleep", lambda _: held.close())
        base.rebuild("views")
    assert base.session.catalogue.browse().total == 1


@pytest.mark.parametrize("sound", [(), READ_AT_OPENING])
def test_a_rebuild_replaces_views_with_damaged_pages(
    data: Path, open_base: OpenBase, notices: list[str], sound: tuple[str, ...]
) -> None:
    with open_base() as base:
        base.session.entries.contribute(some_draft())
    damage_pages(data / "views.sqlite", but=sound)
    base = open_base()
    base.rebuild("views")
    assert base.session.catalogue.browse().total == 1
    assert ["not as it was written" in notice for notice in notices] == [True]


def test_an_error_that_is_no_damage_does_not_cost_the_views(
    open_base: OpenBase, notices: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    base = open_base()
    base.session.entries.contribute(some_draft())

    def busy(*_: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(Views, "build", busy)
    with pytest.raises(DataDirectoryError, match="locked"):
        base.rebuild("views")
    assert base.session.catalogue.browse().total == 1
    assert notices == []


@pytest.mark.parametrize("letter", [b"problem", b"Bedside", b"members", b"practice"])
def test_a_letter_that_someone_changed_is_never_shown(
    data: Path, open_base: OpenBase, notices: list[str], letter: bytes
) -> None:
    base = open_base()
    entry_id = base.session.entries.contribute(some_draft()).id
    page = base.session.catalogue.get(entry_id)
    base.parts.views.settle()
    base.parts.views.close()
    views = data / "views.sqlite"
    found = views.read_bytes()
    assert letter in found
    with views.open("r+b") as file:
        file.write(found.replace(letter, letter[:-1] + b"x"))
    assert base.session.catalogue.get(entry_id) == page
    assert len(notices) == 1


def test_views_whose_checksums_are_gone_or_damaged_are_made_anew(
    data: Path, open_base: OpenBase, notices: list[str]
) -> None:
    sums = data / "views.sqlite.sums"
    for spoil in (Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:-9] + b"x" * 9)):
        with open_base() as base:
            base.session.entries.contribute(some_draft())
        spoil(sums)
        notices.clear()
        with open_base() as base:
            assert base.session.catalogue.browse().total
        assert ["checksums are missing or damaged" in notice for notice in notices] == [True]


def test_views_that_were_copied_whole_are_used_as_they_are(
    data: Path, open_base: OpenBase, notices: list[str]
) -> None:
    with open_base() as base:
        base.session.entries.contribute(some_draft())
    for name in ("views.sqlite", "views.sqlite.sums"):
        content = (data / name).read_bytes()
        (data / name).unlink()
        (data / name).write_bytes(content)
    with open_base() as base:
        assert base.session.catalogue.browse().total == 1
    assert notices == []


def test_nobody_reads_new_views_before_they_hold_what_the_log_held(
    data: Path, open_base: OpenBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In between they would show an entry as it was before it was hidden."""
    monkeypatch.setattr("kb.projections.lane.BATCH", 1)
    base = open_base()
    hidden = base.session.entries.contribute(some_draft()).id
    base.session.entries.show(hidden, Visibility("author"))
    seen: list[str] = []
    apply = Views.apply

    def reading_between(self: Views, events: Sequence[RecordedEvent]) -> None:
        apply(self, events)
        try:
            seen.extend(base.as_(anybody).catalogue.all_ids())
        except NotYetSearchable as error:
            seen.append(str(error))

    anybody = of_member("ben", ["member"], [])
    monkeypatch.setattr(Views, "apply", reading_between)
    (data / "views.sqlite").unlink()
    base.session.entries.contribute(some_draft())
    assert hidden not in seen
    assert any("being made from the log" in each for each in seen)


OF_PEOPLE: tuple[Callable[[KnowledgeBase, str], object], ...] = (
    lambda base, _: base.session.directory.members(),
    lambda base, _: base.session.directory.members_listed(),
    lambda base, member: base.session.directory.member(member),
    lambda base, member: base.session.directory.names([member]),
)


@pytest.mark.parametrize("ask_people", OF_PEOPLE)
@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE revision SET content = x'7b22'",
        "UPDATE entry SET visibility = '{'",
        "UPDATE member SET profile = x'ff'",
    ],
)
def test_a_row_that_cannot_be_read_is_mended_and_never_a_fault(
    open_base: OpenBase,
    notices: list[str],
    spoil: str,
    ask_people: Callable[[KnowledgeBase, str], object],
) -> None:
    base = open_base()
    entry_id = base.session.entries.contribute(some_draft()).id
    member = id_of(joined(base, name="Ben"))
    with closing(sqlite3.connect(base.parts.directory.views, isolation_level=None)) as db:
        db.execute(spoil)
    asked = (partial(base.session.catalogue.get, entry_id), partial(ask_people, base, member))
    told = []
    for ask in asked:
        try:
            ask()
        except NotYetSearchable as error:
            told.append(str(error))
    assert ["were made anew: ask again." in each for each in told] == [True]
    assert base.session.catalogue.get(entry_id).title == "Bedside handover"
    assert [each.name for each in base.session.directory.members()] == ["Ben"]
    assert len(notices) == 1


@pytest.mark.parametrize(
    "ask",
    [
        lambda catalogue, entry: catalogue.get(entry),
        lambda catalogue, entry: catalogue.browse(),
        lambda catalogue, entry: catalogue.summaries([entry]),
        lambda catalogue, entry: catalogue.text_at(entry, 1),
        lambda catalogue, entry: catalogue.revision(entry, 1),
    ],
)
def test_whoever_meets_a_row_of_an_entry_that_cannot_be_read_has_it_mended(
    open_base: OpenBase, ask: Callable[[Catalogue, str], object]
) -> None:
    base = open_base()
    entry = base.session.entries.contribute(some_draft()).id
    with closing(sqlite3.connect(base.parts.directory.views, isolation_level=None)) as db:
        db.execute("UPDATE revision SET content = x'7b22'")
        db.execute("UPDATE entry SET visibility = '{'")
    with pytest.raises(NotYetSearchable, match="were made anew: ask again"):
        ask(base.session.catalogue, entry)
    assert ask(base.session.catalogue, entry)


@pytest.mark.parametrize("content", [b"garbage" * 99, b"SQLite format 3\0" + b"\0" * 900])
def test_a_list_of_what_the_index_lacks_that_cannot_be_read_says_so_and_is_made_anew(
    data: Path, open_base: OpenBase, notices: list[str], content: bytes
) -> None:
    with open_base() as base:
        base.session.entries.contribute(some_draft())
        base.session.search("handover")
    (data / "parked.sqlite").write_bytes(content)
    with open_base() as base:
        assert any("cannot be read" in notice for notice in notices)
        assert base.session.search("handover").results
        assert base.status().parked == ()
    notices.clear()
    with open_base():
        assert notices == []
