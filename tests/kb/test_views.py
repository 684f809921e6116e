"""The views follow the log, hold aside what they cannot take in, and are made anew when broken."""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.event import NewEvent, RecordedEvent, StreamWrite
from events.memory import InMemoryEventLog
from kb.access import operator
from kb.areas import VIEWS
from kb.entries.content import Relation
from kb.errors import DataDirectoryError, KnowledgeBaseError, NotYetSearchable
from kb.views.file import File, file_at, open_views
from kb.views.reader import ViewReader
from tests.examples import costly
from tests.kb.view_files import all_rows, damage_pages
from tests.worlds.log import ViewedWorld, World, command, some_content

Step = Callable[[ViewedWorld, str, str], object]

STEPS: dict[str, Step] = {
    "contribute": lambda world, a, b: world.practice("Another"),
    "tag": lambda world, a, b: world.entries.tag(a, ["ward", "night"]),
    "untag": lambda world, a, b: world.entries.untag(a, ["ward"]),
    "revise": lambda world, a, b: world.entries.revise(a, some_content(b[:9]), version=999),
    "relate": lambda world, a, b: world.entries.relate(a, Relation("IsDerivedFrom", b)),
    "relate back": lambda world, a, b: world.entries.relate(a, Relation("IsSourceOf", b)),
    "unrelate": lambda world, a, b: world.entries.unrelate(a, Relation("IsDerivedFrom", b)),
    "archive": lambda world, a, b: world.entries.archive(a, "Old", b),
    "restore": lambda world, a, b: world.entries.restore(a),
    "endorse": lambda world, a, b: world.by(b[:4]).endorsements.endorse(a, "Good"),
    "withdraw": lambda world, a, b: world.by(b[:4]).endorsements.withdraw(a),
    "reuse": lambda world, a, b: world.reuses.record(
        a, group="W", context="x", outcome="adopted", resulting_entry=b
    ),
    "update": lambda world, a, b: world.reuses.update_outcome(
        next(stream for stream in streams(world) if stream.startswith("reuse-"))[6:],
        "adapted",
        "y",
    ),
    "catch up": lambda world, a, b: world.catch_up(),
}


def streams(world: ViewedWorld) -> list[str]:
    return [event.stream for event in world.recorded()]


@costly(2)
@given(
    st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.booleans()), max_size=25),
    st.integers(1, 4),
)
def test_views_that_followed_equal_views_made_anew(
    steps: list[tuple[str, bool]], batch_size: int
) -> None:
    with TemporaryDirectory() as folder:
        world = ViewedWorld(Path(folder) / "views.sqlite", batch_size=batch_size)
        one, two = world.practice("One"), world.practice("Two")
        for name, forward in steps:
            try:
                STEPS[name](world, *((one, two) if forward else (two, one)))
            except (KnowledgeBaseError, StopIteration):
                continue
        world.catch_up()
        followed = all_rows(world.path)
        world.views.rebuild()
        assert all_rows(world.path) == followed
        assert followed["parked"] == []
        world.close()


def foreign(world: World, stream: str, type_name: str = "entry-restored") -> RecordedEvent:
    """An event in the log that the views cannot take in."""
    event = NewEvent(
        id=command(99),
        type=type_name,
        schema_version=1,
        data=b"{}",
        actor="ada",
        correlation_id=command(99),
    )
    return world.log.append(StreamWrite(stream, [event], len(world.log.read_stream(stream))))[0]


@pytest.mark.parametrize("type_name", ["entry-restored", "from-the-future"])
def test_an_event_that_cannot_be_taken_in_is_held_aside_and_shown(
    world: ViewedWorld, type_name: str
) -> None:
    world.practice("Before")
    event = foreign(world, "entry-unknown", type_name)
    world.practice("After")

    assert world.catch_up() == world.log.head()

    (parked,) = world.views.parked()
    assert (parked.projection, parked.position, parked.type, parked.stream) == (
        "views" if type_name == "from-the-future" else "catalogue",
        event.position,
        type_name,
        "entry-unknown",
    )
    assert parked.error
    assert parked.parked_at.tzinfo is not None
    assert [item.title for item in world.catalogue.browse().items] == ["After", "Before"]


def test_an_update_of_a_reuse_that_is_not_there_is_held_aside(world: ViewedWorld) -> None:
    reuse = world.reuses.record(world.practice(), group="W", context="x", outcome="adopted")
    world.reuses.update_outcome(reuse.id, "adapted", "y")
    update = world.recorded()[-1]
    other = InMemoryEventLog()
    other.append(StreamWrite(update.stream, [new(update)], 0))
    views = ViewedWorld(world.path.with_name("other.sqlite"), other)
    views.catch_up()
    assert [parked.type for parked in views.views.parked()] == ["reuse-outcome-updated"]
    views.close()


def new(event: RecordedEvent) -> NewEvent:
    return NewEvent(**{name: getattr(event, name) for name in NewEvent.__struct_fields__})


def test_a_rebuild_tries_again_what_was_held_aside(world: ViewedWorld) -> None:
    foreign(world, "entry-unknown")
    world.catch_up()
    seen: list[tuple[int, int]] = []
    world.views.rebuild(lambda done, of: seen.append((done, of)))
    assert len(world.views.parked()) == 1
    assert seen == [(1, 1)]


def test_readers_see_the_old_views_until_a_rebuild_has_ended(world: ViewedWorld) -> None:
    world.practice("One")
    world.catch_up()
    during: list[int] = []
    world.practice("Two")
    world.views.rebuild(lambda done, of: during.append(world.catalogue_as_is.browse().total))
    assert during == [1]
    assert world.catalogue_as_is.browse().total == 2


def test_views_that_are_damaged_are_made_anew_with_a_notice(world: ViewedWorld) -> None:
    world.practice("One")
    assert world.catalogue.browse().total == 1
    world.close()
    world.path.write_bytes(b"not a database at all" * 500)

    with closing(ViewedWorld(world.path, world.log)) as again:
        assert again.catalogue.browse().total == 1
        assert "damaged" in again.notices[0]


def test_views_with_other_tables_are_made_anew_with_a_notice(world: ViewedWorld) -> None:
    world.practice("One")
    world.catch_up()
    world.views.close()
    with closing(sqlite3.connect(world.path)) as db:
        db.execute("PRAGMA user_version = 7")
    with pytest.raises(NotYetSearchable), world.reader.read(operator().labels):
        raise AssertionError("never reached")
    assert world.catalogue.browse().total == 1
    assert "tables have changed" in world.notices[0]


def test_damaged_pages_park_nothing(world: ViewedWorld) -> None:
    world.practice("One")
    world.catch_up()
    world.close()
    damage_pages(world.path)
    world.practice("Two")
    assert world.catalogue.browse().total == 2
    assert world.views.parked() == []
    assert "not as it was written" in world.notices[0]


def test_a_reader_of_damaged_views_says_so_and_asks_for_repair(world: ViewedWorld) -> None:
    world.practice("One")
    world.catch_up()
    world.views.close()
    world.path.write_bytes(b"garbage" * 1000)
    told: list[File] = []
    damaged = file_at(world.path)

    def on_damage(_: str, file: File) -> bool:
        told.append(file)
        return len(told) > 1

    world.reader.on_damage = on_damage
    with pytest.raises(NotYetSearchable, match="another process"):
        world.catalogue_as_is.browse()
    with pytest.raises(NotYetSearchable, match="made anew"):
        world.catalogue_as_is.browse()
    assert told == [damaged, damaged]


def test_a_reader_of_absent_views_says_that_they_are_being_made(tmp_path: Path) -> None:
    reader = ViewReader(tmp_path / "views.sqlite", VIEWS, lambda _: 0)
    assert reader.position() == -1
    with pytest.raises(NotYetSearchable, match="try again"), reader.read(operator().labels):
        raise AssertionError("never reached")
    reader.close()


def test_a_connection_lent_before_the_views_were_replaced_is_not_lent_again(
    world: ViewedWorld,
) -> None:
    world.practice("One")
    world.catch_up()
    with world.reader.read(operator().labels) as old:
        world.views.discard("the test says so")
        world.practice("Two")
        world.catch_up()
        assert world.catalogue_as_is.browse().total == 2
        assert old.execute("SELECT count(*) FROM entry").fetchone() == (1,)
    assert [world.catalogue_as_is.browse().total for _ in range(3)] == [2, 2, 2]


def test_a_reader_cannot_write(world: ViewedWorld) -> None:
    world.practice("One")
    world.catch_up()
    with (
        pytest.raises(DataDirectoryError, match="cannot modify"),
        world.reader.read(operator().labels) as db,
    ):
        db.execute("DELETE FROM entry")


def test_a_reader_that_is_closed_keeps_no_connection(world: ViewedWorld) -> None:
    world.practice("One")
    world.catch_up()
    with world.reader.read(operator().labels) as db:
        world.reader.close()
        assert db.execute("SELECT count(*) FROM entry").fetchone() == (1,)
    with pytest.raises(sqlite3.ProgrammingError):
        db.execute("SELECT 1")


def test_a_batch_is_taken_in_whole_or_not_at_all(world: ViewedWorld) -> None:
    world.practice("One")
    good = world.recorded()
    bad = foreign(world, "entry-unknown")
    with pytest.raises(LookupError):
        world.views.apply([*good, bad])
    assert world.views.checkpoint() == 0
    assert all_rows(world.path)["entry"] == []


def test_a_full_disk_parks_nothing(world: ViewedWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that may not grow stands for a full disk: SQLite reports both the same way."""
    opened: list[sqlite3.Connection] = []

    def noted(path: Path, mode: str, pragmas: Mapping[str, str | int]) -> sqlite3.Connection:
        opened.append(open_views(path, mode, pragmas))
        return opened[-1]

    monkeypatch.setattr("kb.projections.view_store.open_views", noted)
    world.views.checkpoint()
    [db] = opened
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    db.execute(f"PRAGMA max_page_count = {pages}")
    for number in range(200):
        world.practice(f"Number {number}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        world.catch_up()
    db.execute("PRAGMA max_page_count = 1000000")
    assert world.catalogue.browse().total == 200
    assert world.views.parked() == []


def test_every_table_that_hides_rows_stands_behind_a_view_on_every_connection(
    world: ViewedWorld,
) -> None:
    """Any statement that makes SQLite drop these views would show everything to everybody."""
    world.practice("One")
    world.catch_up()
    for _ in range(2):
        with world.reader.read(frozenset()) as db:
            names = {name for (name,) in db.execute("SELECT name FROM sqlite_temp_schema")}
            assert names == {*world.reader.conditions}
            assert db.execute("SELECT count(*) FROM entry").fetchone() == (0,)
