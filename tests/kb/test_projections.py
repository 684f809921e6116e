"""Each view is a projection of its own: what it cannot take in and how it changes is its alone."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

import pytest
from msgspec import Struct
from msgspec.structs import replace

from events.event import RecordedEvent
from events.memory import InMemoryEventLog
from events.projection import ParkedEvent
from events.sqlite_files.tables import Table
from kb.access import Visibility, operator
from kb.areas import VIEWS
from kb.endorsements.service import Endorsements
from kb.entries.content import Relation
from kb.erasure.eraser import Eraser
from kb.errors import NotYetSearchable
from kb.ids import new_id
from kb.people.member import Profile
from kb.projections.lane import ProjectionLane
from kb.projections.worker import ProjectionWorker
from kb.reuse.service import Reuses
from kb.views.view import EVERYBODY, Handler, View
from kb.views.view_set import ViewSet, tables_of
from tests.kb.conftest import OpenBase
from tests.kb.unreadable import copied, copy_into, sights
from tests.kb.view_files import all_rows
from tests.worlds.log import ViewedWorld, some_content, some_draft

HANDLED = [(view.name, cls) for view in VIEWS for cls in view.handlers]


def lived(path: Path) -> ViewedWorld:
    """A community in which everything happened that any view takes in."""
    world = ViewedWorld(path)
    people = world.people()
    people.open_to_world(True)
    world.group("ward")
    people.change_group("ward", open=True)
    world.group("gone")
    people.close_group("gone")
    ada, ben = world.joined("member", "curator"), world.joined("member")
    assert ada.member
    assert ben.member
    world.people(ada).change_profile(Profile(name="Adah"))
    people.join_group("ward", ben.member)
    people.leave_group("ward", ben.member)
    people.change_roles(ben.member, ["member", "curator"])
    people.change_roles(ben.member, ["member"])
    by_ada, acting = world.entries_of(ada), world.writer.as_(ada)
    entries = [by_ada.contribute(some_draft(some_content(f"Number {n}"))).id for n in range(3)]
    one, two, three = entries
    by_ada.tag(one, ["night", "early"])
    by_ada.untag(one, ["night"])
    by_ada.relate(one, Relation("IsDerivedFrom", two))
    by_ada.unrelate(one, Relation("IsDerivedFrom", two))
    by_ada.revise(one, some_content("Better"), version=1)
    by_ada.archive(two, "Old", one)
    by_ada.restore(two)
    by_ada.show(two, Visibility("author"))
    Endorsements(world.writer.as_(ben)).endorse(one, "Good.")
    Endorsements(world.writer.as_(ben)).withdraw(one)
    reuses = Reuses(acting, new_id)
    reuse = reuses.record(one, group="W", context="x", outcome="adopted", resulting_entry=three)
    reuses.update_outcome(reuse.id, "adapted", "Shorter.")
    by_ada.erase(three)
    return world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ViewedWorld]:
    made = lived(tmp_path_factory.mktemp("world") / "views.sqlite")
    made.catch_up()
    yield made
    made.close()


def fails(*_: object) -> NoReturn:
    raise ValueError("spoilt")


def failing(name: str, cls: type[Struct]) -> ViewSet:
    """The views, of which one fails at every event of a class."""
    return ViewSet(
        [
            replace(view, handlers={**view.handlers, cls: fails}) if view.name == name else view
            for view in VIEWS
        ],
        VIEWS.kinds,
    )


@pytest.mark.exhaustive
@pytest.mark.parametrize(("name", "cls"), HANDLED, ids=lambda each: getattr(each, "__name__", each))
def test_a_handler_that_fails_parks_its_event_for_its_view_alone(
    tmp_path: Path, world: ViewedWorld, name: str, cls: type[Struct]
) -> None:
    events = world.recorded()
    views = failing(name, cls)
    broken = ViewedWorld(tmp_path / "views.sqlite", copied(events), views=views)
    assert broken.catch_up() == events[-1].position
    parked = broken.views.parked()
    of_class = [e.position for e in events if type(world.codec.decode(e)) is cls]
    assert {each.projection for each in parked} <= {name}
    assert {*of_class} <= {each.position for each in parked}

    sound, found = all_rows(world.path), all_rows(broken.path)
    touched = VIEWS.with_readers([name])
    for view in VIEWS:
        if view.name not in touched:
            for table in tables_of(view):
                assert found[table] == sound[table], table
    members = [event.stream[7:] for event in events if event.type == "member-invited"]
    before, now = sights(world.reader, members), sights(broken.reader, members)
    takes = name == "people" and cls.__name__ == "MemberRoleTaken"
    assert all(now[who] <= before[who] or takes for who in before)
    broken.close()


def changed(name: str, **fields: Any) -> ViewSet:
    """The views, of which one was made with something else."""
    return ViewSet([replace(v, **fields) if v.name == name else v for v in VIEWS], VIEWS.kinds)


def counting(view: View, seen: list[tuple[str, int]]) -> View:
    """A view that tells of each event that it takes in."""

    def noted(handler: Callable[..., None]) -> Callable[..., None]:
        def handle(db: sqlite3.Connection, event: RecordedEvent, payload: Any) -> None:
            seen.append((view.name, event.position))
            handler(db, event, payload)

        return handle

    return replace(view, handlers={cls: noted(each) for cls, each in view.handlers.items()})


def shouting(handler: Handler) -> Handler:
    """A handler of the history that writes other rows than it did."""

    def handle(db: sqlite3.Connection, event: RecordedEvent, payload: Any) -> None:
        handler(db, event, payload)
        db.execute("UPDATE history SET detail = upper(detail)")

    return handle


def test_a_view_of_another_version_is_made_anew_while_the_old_one_is_read_and_kept_up(
    tmp_path: Path, world: ViewedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.projections.views.PIECE", 4)
    events = world.recorded()
    log, path = InMemoryEventLog(), tmp_path / "views.sqlite"
    copy_into(log, events[:-1])
    old = ViewedWorld(path, log)
    old.catch_up()
    old.close()
    handlers = {cls: shouting(each) for cls, each in VIEWS.by_name["history"].handlers.items()}
    version = VIEWS.by_name["history"].version + 1
    made = changed("history", version=version, handlers=handlers)
    new = ViewedWorld(path, log, views=made)

    def details() -> list[str]:
        with new.reader.read(operator().labels) as db:
            return [each for (each,) in db.execute("SELECT detail FROM history")]

    before, others = details(), all_rows(path)
    new.views.build()
    assert details() == before
    copy_into(log, events[-1:])
    new.catch_up()
    assert new.views.build() is not None
    while new.views.build() is not None:
        pass
    assert details() == [each.upper() for each in details()]
    assert all_rows(path)["member"] == others["member"]
    assert new.views.build() is None
    assert not path.with_name("views.sqlite.new").exists()
    new.close()


def test_a_view_with_other_tables_alone_is_not_read_until_it_is_made(
    tmp_path: Path, world: ViewedWorld
) -> None:
    log = copied(world.recorded())
    with closing(ViewedWorld(tmp_path / "views.sqlite", log)) as before:
        before.catch_up()
    [old] = [view for view in VIEWS if view.name == "endorsements"]
    tables = (replace(old.tables[0], indexes=("member",)),)
    new = ViewedWorld(tmp_path / "views.sqlite", log, views=changed("endorsements", tables=tables))
    new.views.checkpoint()
    assert new.notices == [
        "Made anew from the log because their tables have changed: endorsements."
    ]
    with new.reader.read(operator().labels) as db:
        assert db.execute("SELECT count(*) FROM entry").fetchone() == (2,)
    with (
        pytest.raises(NotYetSearchable, match="try again in a few seconds"),
        new.reader.read(operator().labels) as db,
    ):
        db.execute("SELECT count(*) FROM endorsement")
    while new.views.build() is not None:
        pass
    with new.reader.read(operator().labels) as db:
        db.execute("SELECT count(*) FROM endorsement")
    new.close()


def test_what_reads_a_view_that_changes_is_made_anew_with_it() -> None:
    assert VIEWS.with_readers(["people"]) == {"people", "audit"}
    assert VIEWS.with_readers(["catalogue"]) == {"catalogue", "audit", "history"}
    assert VIEWS.with_readers(["lineage"]) == {"lineage"}


def test_without_the_views_that_conditions_ask_nothing_is_shown() -> None:
    assert VIEWS.indispensable == {"catalogue"}


def test_a_view_that_is_no_more_leaves_nothing_and_a_new_one_is_filled(
    tmp_path: Path, world: ViewedWorld
) -> None:
    log = copied(world.recorded())
    whole = ViewedWorld(tmp_path / "views.sqlite", log)
    whole.catch_up()
    rows = all_rows(whole.path)
    whole.close()
    fewer = ViewSet([view for view in VIEWS if view.name != "lineage"], VIEWS.kinds)
    less = ViewedWorld(tmp_path / "views.sqlite", log, views=fewer)
    less.views.checkpoint()
    assert "lineage" not in all_rows(less.path)
    less.close()
    again = ViewedWorld(tmp_path / "views.sqlite", log)
    while again.views.build() is not None:
        pass
    assert all_rows(again.path) == rows
    again.close()


def test_building_goes_on_where_it_was_cut_short(
    tmp_path: Path, world: ViewedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.projections.views.PIECE", 4)
    log, path = copied(world.recorded()), tmp_path / "views.sqlite"
    first = ViewedWorld(path, log)
    first.catch_up()
    rows = all_rows(path)
    first.close()
    cut = ViewedWorld(path, log, views=changed("reuses", version=99))
    assert cut.views.build() == 4
    assert cut.views.build() == 8
    cut.close()
    seen: list[tuple[str, int]] = []
    views = ViewSet([counting(view, seen) for view in changed("reuses", version=99)], VIEWS.kinds)
    on = ViewedWorld(path, log, views=views)
    assert on.views.build() == 12
    while on.views.build() is not None:
        pass
    assert min(position for _, position in seen) > 8, "what was done is not done again"
    assert all_rows(path) == rows
    on.close()


def test_what_was_begun_beside_another_log_or_is_damaged_begins_again(
    tmp_path: Path, world: ViewedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.projections.views.PIECE", 4)
    log, path = copied(world.recorded()), tmp_path / "views.sqlite"
    views = changed("reuses", version=99)
    with closing(ViewedWorld(path, log)) as before:
        before.catch_up()
    cut = ViewedWorld(path, log, views=views)
    cut.views.build()
    cut.close()
    beside = path.with_name("views.sqlite.new")
    with beside.open("r+b") as file:
        file.seek(5 * 4096)
        file.write(b"\xff" * 64)
    on = ViewedWorld(path, log, views=views)
    assert on.views.build() == 4
    while on.views.build() is not None:
        pass
    assert on.views.parked() == []
    on.close()


def test_a_rebuild_of_one_view_tries_again_what_it_has_parked(
    tmp_path: Path, world: ViewedWorld
) -> None:
    log, broken = copied(world.recorded()), [True]
    [history] = [view for view in VIEWS if view.name == "history"]

    def at_times(handler: Callable[..., None]) -> Callable[..., None]:
        def handle(*given: Any) -> None:
            if broken[0]:
                raise ValueError("for now")
            handler(*given)

        return handle

    handlers = {cls: at_times(each) for cls, each in history.handlers.items()}
    views = ViewedWorld(tmp_path / "views.sqlite", log, views=changed("history", handlers=handlers))
    views.catch_up()
    assert {each.projection for each in views.views.parked()} == {"history"}
    broken[0] = False
    views.views.ask(["history"])
    while views.views.build() is not None:
        pass
    assert views.views.parked() == []
    made, sound = all_rows(views.path), all_rows(world.path)
    assert {**made, "beside": []} == {**sound, "beside": []}
    views.close()


def test_a_table_of_which_nothing_says_who_sees_it_fails() -> None:
    view = View(
        name="x",
        version=1,
        tables=(Table("x", "a"),),
        handlers={},
        seen={},
        decides=frozenset(),
    )
    with pytest.raises(ValueError, match="Say who sees the rows of x"):
        ViewSet([view], ())
    assert len(ViewSet([replace(view, seen={"x": EVERYBODY})], ())) == 1
    with pytest.raises(ValueError, match="one name"):
        ViewSet([*VIEWS, next(iter(VIEWS))], ())


class Titles:
    """A projection that no part of the product knows: counts the events of each type."""

    name = "titles"

    def __init__(self) -> None:
        self.counts: list[str] = []
        self.position = 0

    def checkpoint(self) -> int:
        return self.position

    def apply(self, events: Sequence[RecordedEvent]) -> None:
        self.counts += [event.type for event in events]
        self.position = events[-1].position

    def park(self, event: RecordedEvent, error: str) -> None:
        raise AssertionError(error)

    def parked(self) -> list[ParkedEvent]:
        return []

    def clear(self) -> None:
        self.counts, self.position = [], 0


def test_the_worker_keeps_up_any_projection_that_it_is_given(open_base: OpenBase) -> None:
    base = open_base()
    parts, titles = base.parts, Titles()
    base.session.entries.contribute(some_draft())
    lane = ProjectionLane(parts.log, titles, titles.clear)
    forgetting = Eraser(parts.log, parts.codec, parts.views, parts.reader, parts.index, parts.keys)
    worker = ProjectionWorker(
        parts.log,
        parts.views,
        parts.reader,
        [lane],
        parts.backends.leadership(),
        parts.directory.troubles,
        forgetting,
    )
    worker.start()
    worker.ensure(base.head(), "titles", timeout=30)
    worker.stop()
    assert titles.counts == ["entry-contributed"]
    assert [each.name for each in worker.states()][-1] == "titles"
    told: list[tuple[str, int, int]] = []
    worker.rebuild("titles", lambda *given: told.append(given))
    assert told == [("titles", 1, 1)]
    assert titles.counts == ["entry-contributed"]
    worker.close()


def test_status_lists_every_projection_with_its_lag_and_what_it_has_parked(
    open_base: OpenBase,
) -> None:
    base = open_base()
    base.session.entries.contribute(some_draft())
    base.catch_up()
    found = {each.name: each for each in base.status().projections}
    assert [*found] == [*VIEWS.by_name, "index"]
    assert {each.position for each in found.values()} == {1}
    assert {(each.lag, each.parked) for each in found.values()} == {(0, 0)}
