"""What is no log of ours, or cannot be used now, is said in one sentence."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from msgspec import structs

from events.errors import EventLogError, LogFormatError, LogUnavailable
from events.event import StreamWrite
from events.sqlite import SqliteEventLog
from events.sqlite_file import explain, open_writer
from events.sqlite_layout import LOG
from events.sqlite_older import fill_log
from tests.contracts.event_log import new_event
from tests.events.writing import largest_file, writers


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.sqlite"


def fill(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def make_log(path: Path) -> None:
    with SqliteEventLog(path, create=True) as log:
        log.append(StreamWrite("entry-1", [new_event()], 0))


def refusal(path: Path, *, create: bool) -> EventLogError:
    with pytest.raises(EventLogError) as caught:
        SqliteEventLog(path, create=create, lock_timeout=0.01)
    text = str(caught.value)
    assert str(path) in text
    assert text.endswith(".")
    assert "\n" not in text
    return caught.value


@pytest.mark.parametrize("create", [True, False])
@pytest.mark.parametrize("content", [b"hello", b"# A note\n" * 1000, bytes(5000)])
def test_a_file_that_is_no_sqlite_file_is_refused(path: Path, content: bytes, create: bool) -> None:
    path.write_bytes(content)
    error = refusal(path, create=create)
    assert isinstance(error, LogFormatError)
    assert "not a Tributary log" in str(error)
    assert path.read_bytes() == content


@pytest.mark.parametrize("create", [True, False])
def test_an_sqlite_file_of_something_else_is_refused_and_left_alone(
    path: Path, create: bool
) -> None:
    fill(path, "CREATE TABLE events (position INTEGER PRIMARY KEY)")
    before = path.read_bytes()
    assert "not a Tributary log" in str(refusal(path, create=create))
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("version", [0, -1, 7])
def test_a_log_of_another_format_is_refused_and_left_alone(path: Path, version: int) -> None:
    make_log(path)
    fill(path, f"PRAGMA user_version = {version}")
    before = path.read_bytes()
    for create in (True, False):
        error = refusal(path, create=create)
        assert isinstance(error, LogFormatError)
        assert f"has format {version}" in str(error)
        assert ("export it" in str(error)) == (version < 1)
    assert path.read_bytes() == before


def test_a_log_says_that_it_is_one_of_format_2(path: Path) -> None:
    make_log(path)
    header = path.read_bytes()[:100]
    assert int.from_bytes(header[60:64]) == 2
    assert header[68:72] == b"TRIB"


def test_a_log_that_lost_its_protection_is_refused(path: Path) -> None:
    make_log(path)
    fill(path, "DROP TRIGGER events_no_delete")
    assert "damaged" in str(refusal(path, create=True))


def test_a_damaged_log_is_refused(path: Path) -> None:
    make_log(path)
    content = bytearray(path.read_bytes())
    content[100:] = b"\xff" * (len(content) - 100)
    path.write_bytes(content)
    error = refusal(path, create=False)
    assert isinstance(error, LogFormatError)
    assert "damaged" in str(error)


def test_a_missing_log_is_made_only_if_asked_for(path: Path) -> None:
    error = refusal(path, create=False)
    assert isinstance(error, LogUnavailable)
    assert "There is no log" in str(error)
    assert not path.exists()
    make_log(path)
    with SqliteEventLog(path, create=True) as log:
        assert log.head() == 1


def test_an_empty_file_becomes_a_log_only_if_asked_for(path: Path) -> None:
    """A process that dies while it makes a log leaves an empty file, so making it again must do."""
    path.touch()
    assert "not a Tributary log" in str(refusal(path, create=False))
    make_log(path)


def test_a_log_cut_off_while_being_made_is_made_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = structs.replace(LOG, schema="CREATE TABLE one (x);\nnonsense;\n")
    monkeypatch.setattr("events.sqlite.LOG", broken)
    assert isinstance(refusal(path, create=True), LogUnavailable)
    monkeypatch.undo()
    make_log(path)


def test_many_threads_may_make_the_same_log_at_once(path: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: SqliteEventLog(path, create=True).close(), range(12)))
    with SqliteEventLog(path) as log:
        assert log.head() == 0


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "cannot be opened" in str(refusal(tmp_path / "none" / "log.sqlite", create=True))
    assert "cannot be opened" in str(refusal(tmp_path, create=False))


def test_a_log_kept_locked_too_long_is_said(path: Path) -> None:
    make_log(path)
    event = new_event()
    with SqliteEventLog(path, lock_timeout=0.01) as log:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(LogUnavailable, match="kept locked"):
                log.append(StreamWrite("entry-1", [event], 1))
            assert log.head() == 1
        assert log.append(StreamWrite("entry-1", [event], 1))[0].position == 2


def test_a_new_log_kept_locked_too_long_is_said(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "kept locked" in str(refusal(path, create=True))


def test_a_full_disk_is_said_and_nothing_is_half_written(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = writers(monkeypatch, "sqlite")
    big, small = new_event(b'{"a":"' + b"x" * 200_000 + b'"}'), new_event()
    with SqliteEventLog(path, create=True) as log:
        first = log.append(StreamWrite("entry-1", [new_event()], 0))
        opened[-1].execute("PRAGMA max_page_count = 20")
        for events in ([big], [small, big]):
            with pytest.raises(LogUnavailable, match="disk is full"):
                log.append(StreamWrite("entry-1", events, 1))
        assert log.read(0, 10) == first
        second = log.append(StreamWrite("entry-1", [small], 1))
        assert log.read(0, 10) == first + second
        assert second[0].position == 2


def test_a_write_that_the_system_refuses_can_be_repeated(path: Path) -> None:
    events = [new_event(b'{"a":"' + b"x" * 50_000 + b'"}') for _ in range(20)]
    with SqliteEventLog(path, create=True) as log:
        first = log.append(StreamWrite("entry-1", [new_event()], 0))
        with largest_file(300_000), pytest.raises(LogUnavailable, match="disk"):
            log.append(StreamWrite("entry-1", events, 1))
        assert log.read(0, 30) == first
        recorded = log.append(StreamWrite("entry-1", events, 1))
        assert [event.position for event in recorded] == list(range(2, 22))
        assert log.append(StreamWrite("entry-1", events, 1)) == recorded
    with SqliteEventLog(path) as again:
        assert again.read(0, 30) == first + recorded


@pytest.fixture
def read_only_log() -> Iterator[Path]:
    """A log whose folder nobody may write to, with the rights of root laid down."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.sqlite"
        make_log(path)
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)
        try:
            yield path
        finally:
            if root:
                os.seteuid(0)
            Path(folder).chmod(0o755)


def test_a_read_only_folder_is_said(read_only_log: Path) -> None:
    for create in (True, False):
        assert isinstance(refusal(read_only_log, create=create), LogUnavailable)


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (sqlite3.SQLITE_FULL, LogUnavailable, "disk is full"),
        (sqlite3.SQLITE_IOERR_SHMSIZE, LogUnavailable, "disk is full: free some space"),
        (sqlite3.SQLITE_READONLY_DBMOVED, LogUnavailable, "read-only"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, LogUnavailable, "kept locked"),
        (sqlite3.SQLITE_IOERR_FSYNC, LogUnavailable, "error of the disk"),
        (sqlite3.SQLITE_CANTOPEN, LogUnavailable, "cannot be opened"),
        (sqlite3.SQLITE_PERM, LogUnavailable, "cannot be opened"),
        (sqlite3.SQLITE_CORRUPT, LogFormatError, "damaged"),
        (sqlite3.SQLITE_NOTADB, LogFormatError, "not a Tributary log"),
        (sqlite3.SQLITE_NOMEM, LogUnavailable, "cannot be used: the reason"),
        (None, LogUnavailable, "cannot be used: the reason"),
    ],
)
def test_every_kind_of_error_has_its_sentence(
    code: int | None, kind: type[EventLogError], words: str
) -> None:
    error = sqlite3.OperationalError("the reason")
    if code is not None:
        error.sqlite_errorcode = code
    explained = explain(error, Path("log.sqlite"), LOG)
    assert type(explained) is kind
    assert words in str(explained)


def test_a_refused_file_is_not_kept_open(path: Path) -> None:
    path.write_bytes(b"hello")
    with pytest.raises(LogFormatError):
        open_writer(path, LOG, create=True, timeout=0.1, fill=fill_log)
    path.unlink()
    make_log(path)
