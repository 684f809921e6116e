"""Files of the format before are brought over when they are opened: whole or not at all."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from events import sqlite, sqlite_vault
from events.errors import LogFormatError
from events.event import RecordedEvent, StreamWrite
from events.sqlite import SqliteEventLog
from events.sqlite_check import check_log
from events.sqlite_file import is_of_format_before
from events.sqlite_layout import LOG, VAULT
from events.sqlite_older import fill_log, read_older
from events.sqlite_vault import SqliteVault
from tests.contracts.event_log import new_event
from tests.events.altered import age_log, age_vault, change
from tests.events.test_sqlite_check import CODEC

HERE = b"event-1/content"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.sqlite"


def older_log(path: Path) -> list[RecordedEvent]:
    """Make a log of the format before, and answer its events."""
    with SqliteEventLog(path, create=True) as log:
        log.append(StreamWrite("entry-1", [new_event(), new_event(actor="member-2")], 0))
        log.append(StreamWrite("entry-2", [new_event() for _ in range(1200)], 0))
        events = log.read(0, 2000)
    age_log(path)
    return events


def schema(path: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as db:
        kinds = ("table", "index", "trigger")
        rows = db.execute("SELECT type, name FROM sqlite_schema ORDER BY name").fetchall()
        columns = db.execute(
            "SELECT m.name, c.name, c.type FROM sqlite_schema AS m, pragma_table_info(m.name) AS c "
            "ORDER BY m.name, c.cid"
        ).fetchall()
    assert {kind for kind, _ in rows} <= set(kinds)
    return [*rows, *columns]


def test_a_log_of_the_format_before_keeps_every_event_and_gets_an_identity(path: Path) -> None:
    events = older_log(path)
    assert is_of_format_before(path, LOG, timeout=1)
    assert list(read_older(path)) == events
    with SqliteEventLog(path) as log:
        assert log.read(0, 2000) == events
        assert len({log.mark(position).hash for position in (0, 1, 2, 700, 1202)}) == 5
        log.append(StreamWrite("entry-1", [new_event()], 2))
        mark = log.mark()
    assert check_log(path, CODEC) == 1203
    with SqliteEventLog(path) as log:
        assert log.mark() == mark


def test_copies_of_one_log_brought_over_apart_stay_copies_and_others_are_told_apart(
    path: Path,
) -> None:
    older_log(path)
    copy, other = path.with_name("copy.sqlite"), path.with_name("other.sqlite")
    copy.write_bytes(path.read_bytes())
    older_log(other)
    with SqliteEventLog(path) as log, SqliteEventLog(copy) as same, SqliteEventLog(other) as third:
        assert log.mark() == same.mark()
        assert log.mark().identity != third.mark().identity


def test_empty_logs_brought_over_are_told_apart(path: Path) -> None:
    marks = set()
    for name in ("one.sqlite", "two.sqlite"):
        SqliteEventLog(path.with_name(name), create=True).close()
        age_log(path.with_name(name))
        with SqliteEventLog(path.with_name(name)) as log:
            marks.add(log.mark().identity)
    assert len(marks) == 2


def test_a_log_brought_over_has_the_tables_of_a_new_one(path: Path) -> None:
    older_log(path)
    SqliteEventLog(path).close()
    SqliteEventLog(path.with_name("new.sqlite"), create=True).close()
    assert schema(path) == schema(path.with_name("new.sqlite"))


def test_a_vault_of_the_format_before_keeps_every_key(path: Path) -> None:
    with SqliteVault(path, create=True) as vault:
        sealed = vault.seal("entry-1", b"text", HERE)
        vault.prepare(["entry-2"])
        vault.destroy("entry-2")
    age_vault(path)
    with SqliteVault(path) as vault:
        assert vault.open("entry-1", sealed, HERE) == b"text"
        assert vault.destroyed("entry-2")
        vault.prepare(["entry-3"])
        assert vault.mark() is None
    SqliteVault(path.with_name("new.sqlite"), create=True).close()
    assert schema(path) == schema(path.with_name("new.sqlite"))


def test_a_file_that_is_being_brought_over_when_the_power_goes_stays_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = older_log(path)
    before = schema(path)

    def power_cut(connection: sqlite3.Connection) -> None:
        fill_log(connection)
        raise KeyboardInterrupt

    monkeypatch.setattr(sqlite, "fill_log", power_cut)
    with pytest.raises(KeyboardInterrupt):
        SqliteEventLog(path)
    assert schema(path) == before
    assert list(read_older(path)) == events
    monkeypatch.undo()
    with SqliteEventLog(path) as log:
        assert log.read(0, 2000) == events


def test_a_vault_that_is_being_brought_over_when_the_power_goes_stays_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SqliteVault(path, create=True) as vault:
        sealed = vault.seal("entry-1", b"text", HERE)
    age_vault(path)
    before = schema(path)

    def power_cut(_: sqlite3.Connection) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sqlite_vault, "fill_vault", power_cut)
    with pytest.raises(KeyboardInterrupt):
        SqliteVault(path)
    assert schema(path) == before
    monkeypatch.undo()
    assert is_of_format_before(path, VAULT, timeout=1)
    with SqliteVault(path) as vault:
        assert vault.open("entry-1", sealed, HERE) == b"text"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET id = x'00' WHERE position = 700",
        "UPDATE events SET place = 5 WHERE position = 700",
        "DELETE FROM events WHERE position = 700",
        "UPDATE events SET recorded_at = 1 << 62 WHERE position = 3",
    ],
)
def test_a_log_that_shows_damage_is_not_brought_over(path: Path, statement: str) -> None:
    older_log(path)
    change(path, statement)
    with pytest.raises(LogFormatError, match="damaged"):
        SqliteEventLog(path)
    assert is_of_format_before(path, LOG, timeout=1)
