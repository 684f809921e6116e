"""SQLite files are opened in one place, in one way."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from events.sqlite_files.errors import NoWal, said
from events.sqlite_files.opening import LEAVES_NOTHING, connect, switch_to_wal

ROOT = Path(__file__).parents[2]
OPENS = re.compile(r"""sqlite3\.connect\((?!":memory:")|sqlite3 import .*connect""")
NAMES_CODES = re.compile(r"SQLITE_(FULL|BUSY|LOCKED|CANTOPEN|PERM|IOERR\w*|PROTOCOL)\b")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Of a file with a table and a row."""
    path = tmp_path / "a b?.sqlite"
    with closing(connect(path, "rwc", wait=0.0)) as db:
        db.execute("CREATE TABLE t (x)")
        db.execute("INSERT INTO t VALUES (1)")
    return path


def places(pattern: re.Pattern[str]) -> set[str]:
    """The files of the program in which `pattern` is found."""
    rooms = [ROOT / room for room in ("events", "indexer", "kb", "web")]
    files = [file for room in rooms for file in room.rglob("*.py")]
    found = [file for file in files if pattern.search(file.read_text("utf-8"))]
    return {file.relative_to(ROOT).as_posix() for file in found}


def test_one_module_opens_files_of_sqlite() -> None:
    assert places(OPENS) == {"events/sqlite_files/opening.py"}


def test_one_module_says_what_the_codes_of_sqlite_mean() -> None:
    others = {
        "indexer/stored/files.py",  # what a copy meets is raised, not told
        "kb/storage/frozen.py",  # a full disk is a reason to read on from copies
        "events/sqlite_files/opening.py",  # a lock that is waited for
    }
    assert places(NAMES_CODES) == {"events/sqlite_files/errors.py", *others}


def test_a_file_is_made_only_where_that_was_asked_for(tmp_path: Path) -> None:
    for mode in ("ro", "rw"):
        with pytest.raises(sqlite3.OperationalError):
            connect(tmp_path / "new.sqlite", mode, wait=0.0, wal=True)
    assert list(tmp_path.iterdir()) == []


def test_one_who_opens_a_file_to_read_cannot_write(path: Path) -> None:
    with closing(connect(path, wait=0.0)) as db:
        assert db.execute("SELECT x FROM t").fetchall() == [(1,)]
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            db.execute("DELETE FROM t")


def test_what_refuses_a_file_leaves_it_as_it_was_and_closed(path: Path) -> None:
    before = path.read_bytes()
    seen: list[sqlite3.Connection] = []

    def refuse(db: sqlite3.Connection) -> None:
        seen.append(db)
        raise ValueError("of somebody else")

    with pytest.raises(ValueError, match="somebody else"):
        connect(path, "rw", wait=0.0, wal=True, prepare=refuse, pragmas=LEAVES_NOTHING)
    assert path.read_bytes() == before
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        seen[0].execute("SELECT 1")


def test_a_connection_has_what_it_was_asked_to_have(path: Path) -> None:
    with closing(connect(path, "rw", wait=0.25, wal=True, pragmas=LEAVES_NOTHING)) as db:
        asked = ("busy_timeout", "journal_mode", "secure_delete", "temp_store")
        found = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in asked]
    assert found == [250, "wal", 1, 2]


def test_the_switch_to_wal_gives_up_in_the_end(path: Path) -> None:
    with (
        closing(connect(path, wait=0.0)) as reader,
        closing(connect(path, "rw", wait=0.0)) as other,
    ):
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM t").fetchall()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            switch_to_wal(other, 0.02)


def test_a_place_where_sqlite_keeps_no_wal_is_refused() -> None:
    with closing(sqlite3.connect(":memory:")) as memory, pytest.raises(NoWal) as raised:
        switch_to_wal(memory, 0.0)
    assert said(raised.value) == "cannot be used here: put it where SQLite can keep a WAL file"
