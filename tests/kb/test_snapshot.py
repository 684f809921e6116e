"""Several reads in one snapshot see one state of the views, whatever is written meanwhile."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.access import OPERATOR_LABEL, operator
from kb.entries.catalogue import Catalogue
from kb.errors import DataDirectoryError, NotYetSearchable, Refused
from kb.people.directory import Directory
from kb.views.snapshot import Reads, Snapshot
from tests import made
from tests.examples import costly
from tests.worlds.base import id_of, joined, opened
from tests.worlds.log import ViewedWorld, answered, some_content

WRITES: dict[str, Callable[[ViewedWorld, str], object]] = {
    "contribute": lambda world, _: world.practice("Another"),
    "tag": lambda world, entry: world.entries.tag(entry, ["night"]),
    "untag": lambda world, entry: world.entries.untag(entry, ["night"]),
    "revise": lambda world, entry: world.entries.revise(entry, some_content("New"), version=1),
    "archive": lambda world, entry: world.entries.archive(entry, "Old"),
    "endorse": lambda world, entry: world.endorsements.endorse(entry, "Good"),
    "withdraw": lambda world, entry: world.endorsements.withdraw(entry),
    "form": lambda world, _: world.people().form_group("Ward 3"),
    "invite": lambda world, _: world.people().invite(),
    "erase": lambda world, entry: world.entries.erase(entry),
}


@contextmanager
def viewed() -> Iterator[ViewedWorld]:
    with TemporaryDirectory() as folder:
        world = ViewedWorld(Path(folder) / "views.sqlite")
        try:
            yield world
        finally:
            world.close()


def answers(views: Reads, entry: str) -> list[Any]:
    """What the views say in many ways."""
    catalogue, directory = Catalogue(views, operator().labels), Directory(views, operator())
    told: list[Any] = [catalogue.browse(), catalogue.tags(), [*catalogue.all_ids()]]
    for ask in (catalogue.get, catalogue.history, catalogue.endorsed, catalogue.happened):
        told.append(answered(partial(ask, entry)))
    return [*told, directory.members(), directory.groups(), directory.changes(), views.position()]


def written(world: ViewedWorld, entry: str, names: list[str]) -> None:
    for name in names:
        answered(partial(WRITES[name], world, entry))
        world.catch_up()


@costly(2)
@given(st.lists(st.lists(st.sampled_from(sorted(WRITES)), max_size=4), min_size=1, max_size=4))
def test_a_snapshot_answers_the_same_whatever_is_written_meanwhile(steps: list[list[str]]) -> None:
    with viewed() as world:
        entry = world.practice("Handover")
        world.catch_up()
        with world.reader.snapshot() as views:
            first = answers(views, entry)
            for step in steps:
                written(world, entry, step)
                assert answers(views, entry) == first
            views.renew()
            assert answers(views, entry) == answers(world.reader, entry)


def test_a_snapshot_begins_with_its_first_read() -> None:
    with viewed() as world, world.reader.snapshot() as views:
        world.practice("Handover")
        world.catch_up()
        assert Catalogue(views, operator().labels).browse().total == 1


def test_reads_inside_one_another_are_each_for_their_own_labels() -> None:
    with viewed() as world:
        world.practice("Handover")
        world.catch_up()
        count = "SELECT count(*) FROM entry"
        with (
            world.reader.snapshot() as views,
            views.read(operator().labels) as db,
            views.read(frozenset()) as hidden,
        ):
            assert hidden.execute(count).fetchone() == (0,)
            with views.read(frozenset({OPERATOR_LABEL})) as again:
                assert again.execute(count).fetchone() == (1,)
            assert db.execute(count).fetchone() == (0,)  # it is one connection
        with world.reader.snapshot() as views, views.read(operator().labels) as db:
            with views.read(frozenset()):
                pass
            assert db.execute(count).fetchone() == (1,)


def test_after_an_error_of_the_file_a_snapshot_answers_nothing_any_more() -> None:
    with viewed() as world:
        world.catch_up()
        with world.reader.snapshot() as views:
            for _ in range(2):
                with (
                    pytest.raises(DataDirectoryError, match="no_such_column"),
                    views.read(operator().labels) as db,
                ):
                    db.execute("SELECT no_such_column FROM entry")
        with world.reader.read(operator().labels) as db:
            assert db.execute("SELECT count(*) FROM entry").fetchone() == (0,)


def test_nothing_is_read_from_a_snapshot_after_its_end() -> None:
    with viewed() as world:
        world.catch_up()
        with world.reader.snapshot() as views:
            assert views.position() == 0
        with pytest.raises(RuntimeError, match="after its end"):
            views.position()


def test_nobody_else_is_lent_a_connection_that_a_thread_still_reads_after_the_end() -> None:
    with viewed() as world:
        world.catch_up()
        reading, go_on = Event(), Event()
        with world.reader.snapshot() as views, ThreadPoolExecutor(1) as other:

            def read() -> sqlite3.Connection:
                with views.read(frozenset()) as db:
                    reading.set()
                    assert go_on.wait(30)
                    assert db.in_transaction
                return db

            theirs = other.submit(read)
            assert reading.wait(30)
            views.end()
            with world.reader.read(operator().labels) as ours:
                go_on.set()
                assert theirs.result() is not ours
        assert not theirs.result().in_transaction


def test_a_snapshot_that_reads_nothing_needs_no_views() -> None:
    with viewed() as world, world.reader.snapshot() as views:
        world.reader.close()
        (world.path).unlink(missing_ok=True)
        assert isinstance(views, Snapshot)
        with pytest.raises(NotYetSearchable), views.read(operator().labels):
            pass


def test_a_command_decides_on_what_is_there_though_its_session_reads_a_snapshot(
    tmp_path: Path,
) -> None:
    with opened(made.created(tmp_path / "data")) as base:
        one, other = (joined(base, "member", "steward") for _ in range(2))
        with one.snapshot() as then:
            assert len(then.directory.stewards()) == 2
            other.people.leave()
            with pytest.raises(Refused, match="last steward"):
                then.people.leave()
            assert len(then.directory.stewards()) == 2
        assert one.directory.stewards() == [id_of(one)]
