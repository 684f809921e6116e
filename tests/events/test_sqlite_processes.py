"""Several processes on one log file: nothing lost, nothing doubled, what waits is woken."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

from events.errors import VersionConflict
from events.event import StreamWrite
from events.sqlite import SqliteEventLog
from tests.contracts.event_log import new_event

ROOT = Path(__file__).parents[2]

PREPARE = """
import sys
from pathlib import Path
from events.errors import VersionConflict
from events.event import StreamWrite
from events.sqlite import SqliteEventLog
from tests.contracts.event_log import new_event
log = SqliteEventLog(Path(sys.argv[1]), create=True)
print("ready", flush=True)
sys.stdin.readline()
"""

pytestmark = pytest.mark.process

# Each tries to write the next version of the same stream, and says what it won.
COMPETE = """
won = 0
while won < 25:
    seen = len(log.read_stream("entry-1"))
    try:
        [event] = log.append(StreamWrite("entry-1", [new_event()], seen))
    except VersionConflict:
        continue
    won += 1
    print(event.id, event.version, event.position, flush=True)
"""

# Batches of three without end; an id is said only when `append` has answered.
APPEND = """
version = 0
while True:
    for event in log.append(StreamWrite(sys.argv[2], [new_event() for _ in range(3)], version)):
        version = event.version
        print(event.id, event.position, flush=True)
"""

WAIT = """
print(log.wait(0, 3600.0), len(log.read(0, 10)), flush=True)
"""

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.sqlite"


@pytest.fixture
def start(path: Path) -> Iterator[Start]:
    """Run a piece of code in another process, as soon as `go` is called on it."""
    running: list[subprocess.Popen[str]] = []

    def run(code: str, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", PREPARE + code, str(path), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
        )
        running.append(process)
        return process

    yield run
    for process in running:
        process.kill()
        process.communicate()


def said(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def begin(*processes: subprocess.Popen[str]) -> None:
    """Start them together, once all have opened the log."""
    for process in processes:
        assert said(process).readline() == "ready\n"
    for process in processes:
        go(process)


def test_of_two_processes_exactly_one_wins_each_version(path: Path, start: Start) -> None:
    processes = [start(COMPETE), start(COMPETE)]
    begin(*processes)
    claims = [line.split() for process in processes for line in said(process)]
    claims.sort(key=lambda claim: int(claim[2]))
    assert [int(version) for _, version, _ in claims] == list(range(1, 51))
    with SqliteEventLog(path) as log:
        assert [[str(e.id), str(e.version), str(e.position)] for e in log.read(0, 100)] == claims


def test_processes_that_write_to_different_streams_leave_no_gaps(path: Path, start: Start) -> None:
    processes = [start(APPEND, "entry-1"), start(APPEND, "entry-2")]
    begin(*processes)
    lines = [said(process).readline() for process in processes for _ in range(60)]
    for process in processes:
        process.kill()
        lines += said(process).readlines()
    assert_all_there(path, lines)


@pytest.mark.parametrize("lines", [1, 2, 3, 10, 47, 100])
def test_kill_9_loses_no_acknowledged_event(path: Path, start: Start, lines: int) -> None:
    process = start(APPEND, "entry-1")
    begin(process)
    acknowledged = [said(process).readline() for _ in range(lines)]
    process.kill()
    acknowledged += said(process).readlines()
    assert_all_there(path, acknowledged)


def assert_all_there(path: Path, acknowledged: list[str]) -> None:
    """Every acknowledged event is at its position, all batches are whole, and there are no gaps."""
    with SqliteEventLog(path) as log:
        events = log.read(0, 100_000)
        places = {str(event.id): event.position for event in events}
        for line in acknowledged:
            if line.endswith("\n"):  # what the kill cut off was not said
                name, position = line.split()
                assert places[name] == int(position)
        assert [event.position for event in events] == list(range(1, len(events) + 1))
        assert len(events) % 3 == 0
        assert log.append(StreamWrite("entry-9", [new_event()], 0))[0].position == len(events) + 1


def test_a_reader_waiting_in_another_process_is_woken_by_a_commit(path: Path, start: Start) -> None:
    process = start(WAIT)
    begin(process)
    with SqliteEventLog(path) as log:
        log.append(StreamWrite("entry-1", [new_event(), new_event()], 0))
        assert said(process).readline() == "True 2\n"


def test_a_reader_waiting_here_is_woken_by_another_process(path: Path, start: Start) -> None:
    with SqliteEventLog(path, create=True) as log:
        begin(start(APPEND, "entry-1"))
        assert log.wait(0, 3600.0)
        assert log.wait(3, 3600.0)
        with pytest.raises(VersionConflict):
            log.append(StreamWrite("entry-1", [new_event()], 0))
