"""Tables that are data are made as they say."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from events.sqlite_files.opening import connect, transaction
from events.sqlite_files.tables import Table, database, make

ENTRY = Table(
    "entry",
    "position integer, id, note?, text blob",
    "position",
    unique=("id",),
    defaults={"text": ""},
)
TAG = Table("tag", "entry, word, place integer", "entry, word", indexes=("word, place",))
COUNT = Table("count", "number integer", rows=({"number": 7},))


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Of a new file with the three tables."""
    with closing(connect(tmp_path / "x.sqlite", "rwc", wait=0.0)) as db:
        make(db, (ENTRY, TAG, COUNT))
        yield db


def test_a_table_has_its_columns_key_indexes_and_first_rows(db: sqlite3.Connection) -> None:
    made = database(db)
    tag, entry = made.table("tag"), made.table("entry")
    assert tag.columns_dict == {"entry": str, "word": str, "place": int}
    assert (tag.pks, [each.columns for each in tag.indexes if each.origin == "c"]) == (
        ["entry", "word"],
        [["word", "place"]],
    )
    assert [each.columns for each in entry.indexes if each.unique] == [["id"]]
    assert db.execute("SELECT number FROM count").fetchall() == [(7,)]


@pytest.mark.parametrize(
    ("row", "refused"),
    [
        ("(1, 'a', NULL, x'00')", ""),
        ("(1, NULL, NULL, x'00')", "NOT NULL"),
        ("(1, 'a', NULL, 'letters')", "cannot store TEXT value in BLOB"),
        ("('one', 'a', NULL, x'00')", "datatype mismatch"),
        ("(3, 'there', NULL, x'00')", "UNIQUE"),
    ],
)
def test_a_column_holds_only_what_it_says(db: sqlite3.Connection, row: str, refused: str) -> None:
    db.execute("INSERT INTO entry VALUES (2, 'there', 'x', x'')")
    if not refused:
        db.execute(f"INSERT INTO entry VALUES {row}")
        return
    with pytest.raises(sqlite3.IntegrityError, match=refused):
        db.execute(f"INSERT INTO entry VALUES {row}")


def test_rows_stand_in_their_key_and_nowhere_else(db: sqlite3.Connection) -> None:
    db.execute("SELECT rowid FROM entry")
    with pytest.raises(sqlite3.OperationalError, match="no such column: rowid"):
        db.execute("SELECT rowid FROM tag")


def test_tables_are_made_with_all_that_the_caller_writes_or_not_at_all(
    db: sqlite3.Connection,
) -> None:
    with pytest.raises(sqlite3.OperationalError, match="already exists"), transaction(db):
        make(db, [Table("late", "x"), TAG])
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        make(db, [Table("late", "x"), TAG])
    assert sorted(database(db).table_names()) == ["count", "entry", "tag"]


def test_only_what_is_missing_is_made(db: sqlite3.Connection) -> None:
    make(db, [COUNT, Table("late", "x")], missing=True)
    assert db.execute("SELECT number FROM count").fetchall() == [(7,)]
    assert db.execute("SELECT x FROM late").fetchall() == []
