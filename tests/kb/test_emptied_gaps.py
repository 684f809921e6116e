"""What is taken out of the views is overwritten where it lies, without a copy of the file."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from random import Random

import pytest

from events.sqlite_files import gaps
from events.sqlite_files.opening import LEAVES_NOTHING, transaction
from kb.views.file import open_views
from kb.views.page_sums import PageSums

TABLES = """
CREATE TABLE numbered (number INTEGER PRIMARY KEY, text TEXT);
CREATE INDEX by_text ON numbered (text);
CREATE TABLE named (name TEXT PRIMARY KEY, text TEXT) WITHOUT ROWID;
"""


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    pragmas: dict[str, str | int] = {**LEAVES_NOTHING, "wal_autocheckpoint": 0}
    with closing(open_views(tmp_path / "views.sqlite", "rwc", pragmas)) as opened:
        opened.executescript(TABLES)
        PageSums(tmp_path / "views.sqlite").take(opened)
        yield opened


def mark(name: int) -> str:
    """Text that nothing else has, of a length that `marks_in` looks for."""
    return "#" + blake2b(b"%d" % name, digest_size=12).hexdigest()


def marks_in(folder: Path) -> set[str]:
    """All in the bytes of the files that could be a mark."""
    held = b"".join(each.read_bytes() for each in sorted(folder.iterdir()))
    return {"#" + each[:24].decode("latin-1") for each in held.split(b"#")[1:]}


def change(connection: sqlite3.Connection, draw: Random, new: list[int], gone: list[int]) -> None:
    """Put rows between others, and take others out."""
    with transaction(connection):
        for number in new:
            text = mark(number) * draw.choice((1, 2, 40, 300))
            connection.execute("INSERT INTO numbered VALUES (?, ?)", (draw.getrandbits(40), text))
            connection.execute("INSERT INTO named VALUES (?, ?)", (mark(number), text[:500]))
        for number in gone:
            beginning = (f"{mark(number)}%",)
            connection.execute("DELETE FROM numbered WHERE text LIKE ?", beginning)
            connection.execute("DELETE FROM named WHERE name = ?", (mark(number),))


def rounds() -> Iterator[tuple[list[int], list[int]]]:
    """What is put and taken out in turn: few, then many, then nearly all."""
    draw, here, following = Random(7), list[int](), 0
    for share in (0.02, 0.1, 0.5, 0.02, 0.9, 0.02):
        new = list(range(following, following := following + 120))
        here += new
        gone = draw.sample(here, int(len(here) * share))
        here = [each for each in here if each not in gone]
        yield new, gone


def left_of_rows(connection: sqlite3.Connection, folder: Path) -> set[str]:
    """Marks of rows taken out that stand in a file, after the WAL was emptied and filled again."""
    draw, sums = Random(1), PageSums(folder / "views.sqlite")
    left, taken_out = set[str](), set[str]()
    for new, gone in rounds():
        change(connection, draw, new, gone)
        taken_out |= {mark(each) for each in gone}
        assert sums.take(connection, emptying=True)
        left |= marks_in(folder) & taken_out
        # Every page is written once more, as the writer has it.
        connection.execute("UPDATE numbered SET text = text || '.'")
        connection.execute("UPDATE named SET text = text || '.'")
        left |= marks_in(folder) & taken_out
        sums.check()
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    here = {mark(each) for each in range(720)} - taken_out
    assert marks_in(folder) >= here
    return left


def test_nothing_is_left_of_rows_that_were_taken_out_of_the_views(
    connection: sqlite3.Connection, tmp_path: Path
) -> None:
    assert left_of_rows(connection, tmp_path) == set()


def test_that_is_seen_where_gaps_stay_as_they_are(
    connection: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gaps, "emptied", lambda file, page, number: page)
    assert left_of_rows(connection, tmp_path) != set()


def test_checkpoints_while_others_read_empty_the_gaps_as_well(
    connection: sqlite3.Connection, tmp_path: Path
) -> None:
    draw, sums, path = Random(1), PageSums(tmp_path / "views.sqlite"), tmp_path / "views.sqlite"
    taken_out = set[str]()
    for new, gone in rounds():
        with closing(open_views(path)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM named").fetchone()
            change(connection, draw, new, gone)
            assert not sums.take(connection, emptying=True)
        taken_out |= {mark(each) for each in gone}
    assert sums.take(connection, emptying=True)
    assert not marks_in(tmp_path) & taken_out
