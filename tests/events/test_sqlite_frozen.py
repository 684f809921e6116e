"""Where nothing can be written, log and vault are read as they stand, and never an older state."""

import errno
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from events.errors import LogUnavailable
from events.event import StreamWrite
from events.sqlite import SqliteEventLog
from events.sqlite_frozen import Frozen
from events.sqlite_vault import SqliteVault
from tests.contracts.event_log import new_event

ROOT = Path(__file__).parents[2]
APPEND = """
import sys
from pathlib import Path
from events.event import StreamWrite
from events.sqlite import SqliteEventLog
from tests.contracts.event_log import new_event
with SqliteEventLog(Path(sys.argv[1])) as log:
    log.append(StreamWrite("one", [new_event()], log.head()))
"""
WHY = "Nothing can be written because the disk is full."


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """A log whose last event stands in the WAL alone, as a process leaves it that is killed."""
    with SqliteEventLog(tmp_path / "log.sqlite", create=True) as log:
        log.append(StreamWrite("one", [new_event()], 0))
        with closing(sqlite3.connect(tmp_path / "log.sqlite")) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        log.append(StreamWrite("one", [new_event()], 1))
        shutil.copytree(tmp_path, tmp_path / "killed")
    return tmp_path / "killed" / "log.sqlite"


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    """A log that was closed, so that there is nothing beside it."""
    with SqliteEventLog(tmp_path / "log.sqlite", create=True) as log:
        log.append(StreamWrite("one", [new_event()], 0))
    assert [path.name for path in tmp_path.iterdir()] == ["log.sqlite"]
    return tmp_path / "log.sqlite"


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file can be made, even by root."""

    def refused(*_: Any, **__: Any) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "touch", refused)


@pytest.fixture(params=["full", "read-only"])
def either(request: pytest.FixtureRequest) -> None:
    if request.param == "read-only":
        request.getfixturevalue("read_only")


def contents(folder: Path) -> dict[str, bytes]:
    """What stands in the files of a folder; those without a byte are nothing."""
    found = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    return {name: content for name, content in found.items() if content}


@contextmanager
def unchanged(folder: Path) -> Iterator[None]:
    """Not one byte is written there, though files without one may come."""
    before = contents(folder)
    yield
    assert contents(folder) == before


def append_elsewhere(log: Path) -> None:
    """Another process adds an event to the stream, and ends."""
    subprocess.run([sys.executable, "-c", APPEND, str(log)], cwd=ROOT, check=True)


@pytest.mark.usefixtures("either")
def test_what_stands_in_the_wal_alone_is_read_and_nothing_is_written(killed: Path) -> None:
    with unchanged(killed.parent), SqliteEventLog(killed, frozen=Frozen(WHY)) as log:
        assert len(log.read_stream("one")) == log.head() == 2
        with pytest.raises(LogUnavailable, match=WHY):
            log.append(StreamWrite("one", [new_event()], 2))
        assert log.head() == 2


@pytest.mark.usefixtures("either")
def test_a_log_that_was_closed_is_read_and_nothing_is_written(clean: Path) -> None:
    with unchanged(clean.parent), SqliteEventLog(clean, frozen=Frozen(WHY)) as log:
        assert log.head() == 1


@pytest.mark.usefixtures("either")
def test_a_vault_is_read_and_gives_no_key(tmp_path: Path) -> None:
    path = tmp_path / "vault.sqlite"
    with SqliteVault(path, create=True) as vault:
        sealed = vault.seal("entry-1", b"text", b"")
    with unchanged(tmp_path), SqliteVault(path, frozen=Frozen(WHY)) as vault:
        assert vault.open("entry-1", sealed, b"") == b"text"
        with pytest.raises(LogUnavailable, match=WHY):
            vault.seal("entry-2", b"text", b"")
        with pytest.raises(LogUnavailable, match=WHY):
            vault.destroy("entry-1")
        assert vault.open("entry-1", sealed, b"") == b"text"


@pytest.mark.parametrize("beside", ["-wal", "-journal"])
@pytest.mark.usefixtures("read_only")
def test_an_older_state_is_never_read_in_the_place_of_one_that_cannot_be(
    killed: Path, beside: str
) -> None:
    killed.with_name("log.sqlite-shm").unlink()
    wal = killed.with_name("log.sqlite-wal")
    if beside == "-journal":
        wal.rename(killed.with_name("log.sqlite-journal"))
    with pytest.raises(LogUnavailable, match=r"cannot be (opened|written)"):
        SqliteEventLog(killed, frozen=Frozen(WHY))


@pytest.mark.process
def test_what_another_process_writes_meanwhile_is_read(clean: Path) -> None:
    with SqliteEventLog(clean, frozen=Frozen(WHY)) as log:
        assert log.head() == 1
        append_elsewhere(clean)
        assert log.head() == 2


@pytest.mark.process
@pytest.mark.usefixtures("read_only")
def test_a_file_taken_for_unchanging_is_found_out_when_it_changes(clean: Path) -> None:
    frozen = Frozen(WHY)
    with SqliteEventLog(clean, frozen=frozen):
        frozen.refuse_changed()
        append_elsewhere(clean)
        with pytest.raises(LogUnavailable, match="open it again"):
            frozen.refuse_changed()


def test_a_log_of_the_format_before_is_not_brought_over(clean: Path) -> None:
    with closing(sqlite3.connect(clean)) as db:
        db.execute("PRAGMA user_version = 1")
    with pytest.raises(LogUnavailable, match=f"brought over.*{WHY}"):
        SqliteEventLog(clean, frozen=Frozen(WHY))
