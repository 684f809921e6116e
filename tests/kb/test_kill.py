"""Nothing acknowledged is lost, whenever a process is killed, and two imports do not clash."""

import random
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest

from events.event import RecordedEvent
from events.sqlite import SqliteEventLog
from indexer.testing import HashEmbedder
from kb.knowledge_base import KnowledgeBase
from kb.settings import Settings
from tests.kb.viewed_world import all_rows

pytestmark = pytest.mark.process

KILLS = 30
REBUILDS_KILLED = 10
LONGEST_DELAY = 0.05
"""Seconds from an acknowledgement to a kill: some hit the index, and some a transaction."""
LONGEST_REBUILD = 0.6
"""Seconds into a rebuild that it is killed at the latest, if it is not done by then."""
FILES = 400
ROOT = Path(__file__).parents[2]
WORDS = [f"word{number}" for number in range(200)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of Markdown, some of it with front matter, tags and links."""
    path = tmp_path_factory.mktemp("notes")
    rng = random.Random(20)
    for number in range(FILES):
        tags = ", ".join(f"tag{rng.randrange(9)}" for _ in range(3))
        link = f"\n\nSee [that](note{rng.randrange(FILES)}.md)." if number % 3 == 0 else ""
        text = " ".join(rng.choices(WORDS, k=40))
        note = f"---\ntitle: Note {number}\ntags: [{tags}]\n---\n\n# The problem\n\n{text}{link}\n"
        (path / f"note{number}.md").write_text(note, encoding="utf-8")
    return path


def importing(data: Path, folder: Path) -> subprocess.Popen[str]:
    return started("importing_child", data, folder)


def started(program: str, *paths: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", f"tests.kb.{program}", *map(str, paths)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def opened(data: Path) -> KnowledgeBase:
    return KnowledgeBase.open(data, settings=Settings(data=data), embedder=HashEmbedder())


def events_of(data: Path) -> list[RecordedEvent]:
    with closing(SqliteEventLog(data / "log.sqlite")) as log:
        return log.read(0, 100_000)


def found(base: KnowledgeBase) -> dict[str, list[tuple[str, str, str]]]:
    """What the index finds for some of the notes, with passages and reasons."""
    answers = {}
    for number in range(0, FILES, 25):
        results = base.search(f"Note {number}", limit=100, archived=None).results
        answers[f"Note {number}"] = sorted((r.id, r.passage, r.why) for r in results)
    return answers


def killed_after(child: subprocess.Popen[str], new: int, delay: float) -> set[str]:
    """Kill `child` `delay` seconds after it acknowledged `new` new files; all ids acknowledged."""
    assert child.stdout
    lines = []
    for line in child.stdout:
        lines.append(line)
        new -= line.split()[1] != "unchanged"
        if not new:
            break
    kill(child, delay)
    lines += child.stdout
    return {line.split()[0] for line in lines if line.endswith("\n")}


def kill(child: subprocess.Popen[str], delay: float) -> None:
    with suppress(subprocess.TimeoutExpired):
        child.wait(delay)
    child.kill()
    child.wait()


def test_a_killed_import_loses_nothing_that_was_acknowledged(data: Path, folder: Path) -> None:
    rng = random.Random(7)
    acknowledged: set[str] = set()
    for kill_number in range(1, KILLS + 1):
        with importing(data, folder) as child:
            new = rng.randrange(1, 2 * FILES // KILLS)
            # Every other one right after the acknowledgement, where only the log can have it.
            delay = rng.uniform(0, LONGEST_DELAY) if kill_number % 2 else 0
            acknowledged |= killed_after(child, new, delay)
        events = events_of(data)
        assert [event.position for event in events] == list(range(1, len(events) + 1))
        contributed = {event.stream for event in events if event.type == "entry-contributed"}
        assert {f"entry-{entry_id}" for entry_id in acknowledged} <= contributed
        if kill_number % 10 == 0:
            assert_caught_up_equals_rebuilt(data)
    assert len(acknowledged) > FILES // 2


def test_a_rebuild_that_is_killed_leaves_what_another_makes(data: Path, folder: Path) -> None:
    with importing(data, folder) as child:
        child.communicate()
    rng = random.Random(11)
    for _ in range(REBUILDS_KILLED):
        with started("rebuilding_child", data) as child:
            assert child.stdout
            assert child.stdout.readline() == "rebuilding\n"
            kill(child, rng.uniform(0, LONGEST_REBUILD))
        assert_caught_up_equals_rebuilt(data)


def test_two_imports_of_one_folder_at_once_lose_and_double_nothing(
    data: Path, folder: Path
) -> None:
    with importing(data, folder) as one, importing(data, folder) as two:
        outputs = [child.communicate()[0].splitlines() for child in (one, two)]
        assert [child.returncode for child in (one, two)] == [0, 0]
    assert [len(lines) for lines in outputs] == [FILES, FILES]
    events = events_of(data)
    assert [event.position for event in events] == list(range(1, len(events) + 1))
    contributed = [event.stream for event in events if event.type == "entry-contributed"]
    assert len(contributed) == len(set(contributed)) == FILES
    assert_caught_up_equals_rebuilt(data)


def assert_caught_up_equals_rebuilt(data: Path) -> None:
    with opened(data) as base:
        base.wait(base.head(), index=True)
        views, answers = all_rows(data / "views.sqlite"), found(base)
        assert any(answers.values())
        base.rebuild("all")
        assert all_rows(data / "views.sqlite") == views
        assert found(base) == answers
        status = base.status()
        assert (status.lag, status.parked, status.errors) == (0, (), ())
        assert status.documents == status.entries
