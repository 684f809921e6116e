"""A connection for readers refuses what does not go through the views of what a principal sees."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kb.areas import VIEWS
from kb.cli.failures import explain
from kb.errors import DataDirectoryError
from kb.storage.data_directory import storage_errors
from kb.views.guard import authorizer, guard
from tests.worlds.log import ViewedWorld


@pytest.fixture
def world(tmp_path: Path) -> Iterator[ViewedWorld]:
    made = ViewedWorld(tmp_path / "views.sqlite")
    made.practice("Private")
    made.catch_up()
    yield made
    made.close()


def refused(world: ViewedWorld, statement: str) -> None:
    with (
        pytest.raises(DataDirectoryError, match=r"prohibited|not authorized"),
        world.reader.read(frozenset()) as db,
    ):
        db.execute(statement)


@pytest.mark.parametrize("table", sorted(VIEWS.seen))
def test_no_statement_reaches_a_table_past_its_view(world: ViewedWorld, table: str) -> None:
    for columns in ("*", "1", "count(*)"):
        refused(world, f"SELECT {columns} FROM main.{table}")
    refused(world, f"SELECT (SELECT count(*) FROM main.{table} AS inside) FROM entry")


@pytest.mark.parametrize(
    "statement",
    [
        *("DROP VIEW temp.entry", "PRAGMA temp_store = FILE", "PRAGMA query_only = OFF"),
        *("ATTACH 'views.sqlite' AS other", "CREATE TEMP VIEW other AS SELECT 1"),
        *("DELETE FROM main.entry", "UPDATE main.entry SET id = 1"),
    ],
)
def test_no_statement_takes_the_views_away(world: ViewedWorld, statement: str) -> None:
    refused(world, statement)
    with world.reader.read(frozenset()) as db:
        assert db.execute("SELECT count(*) FROM entry").fetchone() == (0,)


def test_a_function_that_is_a_table_may_be_the_first_that_is_asked(world: ViewedWorld) -> None:
    with world.reader.read(frozenset()) as db:
        assert db.execute("SELECT value FROM json_each('[1]')").fetchall() == [(1,)]


def test_where_a_view_is_gone_its_name_is_refused(world: ViewedWorld) -> None:
    with world.reader.read(frozenset()) as db:
        assert db.execute("SELECT * FROM tag").fetchall() == []
        db.rollback()
        db.set_authorizer(None)
        db.execute("PRAGMA query_only = OFF")
        db.execute("DROP VIEW temp.tag")
        db.set_authorizer(authorizer(VIEWS.seen))
    refused(world, "SELECT * FROM tag")
    refused(world, "SELECT count(*) FROM tag")


class WithoutTags(sqlite3.Connection):
    """One in which the view of the tags is never made."""

    def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
        return super().execute("" if sql.startswith("CREATE TEMP VIEW tag ") else sql, *given)


def test_where_a_view_was_never_made_nothing_is_read(world: ViewedWorld) -> None:
    with (
        closing(sqlite3.connect(world.path, factory=WithoutTags)) as db,
        pytest.raises(DataDirectoryError, match="not certain who sees what"),
    ):
        guard(db, world.reader.conditions)


def test_views_for_which_there_is_no_room_are_told_as_a_full_disk(
    world: ViewedWorld, tmp_path: Path
) -> None:
    no_room = sqlite3.OperationalError("disk I/O error")
    no_room.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    with (
        pytest.raises(DataDirectoryError, match="cannot be used because the disk is full"),
        world.reader.read(frozenset()),
    ):
        raise no_room
    assert "the disk is full" in explain(no_room)
    with pytest.raises(DataDirectoryError, match="the disk is full"), storage_errors(tmp_path):
        raise no_room
