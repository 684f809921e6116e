"""Nothing acknowledged is lost, whenever a process is killed, and two imports do not clash."""

import multiprocessing
import random
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from events.event import RecordedEvent
from events.sqlite import SqliteEventLog
from kb.entries.results import EntryFilter
from kb.knowledge_base import KnowledgeBase
from tests.examples import PROFILE
from tests.kb import importing_child, rebuilding_child
from tests.kb.view_files import all_rows
from tests.worlds.base import opened

pytestmark = pytest.mark.process

KILLS, REBUILDS_KILLED, FILES = {"fuzz": (20, 6, 200)}.get(PROFILE, (5, 3, 100))
"""How many processes are killed, and what a folder has that they import."""
LONGEST_DELAY = 0.05
"""Seconds from an acknowledgement to a kill: some hit the index, and some a transaction."""
LONGEST_REBUILD = 0.6
"""Seconds into a rebuild that it is killed at the latest, if it is not done by then."""
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([importing_child.__name__, rebuilding_child.__name__])
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


class Child:
    """Another process, from a server that has imported all, and what it tells."""

    def __init__(self, main: Callable[..., None], *paths: Path) -> None:
        self._told, telling = CONTEXT.Pipe(duplex=False)
        self._process = CONTEXT.Process(target=main, args=(telling, *paths))
        self._process.start()
        telling.close()

    def __iter__(self) -> Iterator[Any]:
        """What it tells, until it ends or is killed."""
        with suppress(EOFError, OSError):
            while True:
                yield self._told.recv()

    def kill(self, delay: float) -> None:
        """Kill it after so many seconds, if it is not done by then."""
        self._process.join(delay)
        self._process.kill()
        self._process.join()

    def ended(self) -> list[Any]:
        """All that it tells until it ends by itself."""
        told = [*self]
        self._process.join()
        assert self._process.exitcode == 0
        return told


def events_of(data: Path) -> list[RecordedEvent]:
    with closing(SqliteEventLog(data / "log.sqlite")) as log:
        return log.read(0, 100_000)


def found(base: KnowledgeBase) -> dict[str, list[tuple[str, str, str]]]:
    """What the index finds for some of the notes, with passages and reasons."""
    answers = {}
    for number in range(0, FILES, 25):
        results = base.session.search(
            f"Note {number}", EntryFilter(archived=None), limit=100
        ).results
        answers[f"Note {number}"] = sorted((r.id, r.passage, r.why) for r in results)
    return answers


def killed_after(child: Child, new: int, delay: float) -> set[str]:
    """Kill `child` `delay` seconds after it acknowledged `new` new files; all ids acknowledged."""
    acknowledged = set()
    for entry_id, outcome in child:
        acknowledged.add(entry_id)
        new -= outcome != "unchanged"
        if not new:
            break
    child.kill(delay)
    return acknowledged | {entry_id for entry_id, _ in child}


def test_a_killed_import_loses_nothing_that_was_acknowledged(data: Path, folder: Path) -> None:
    rng = random.Random(7)
    acknowledged: set[str] = set()
    for kill_number in range(1, KILLS + 1):
        new = rng.randrange(1, 2 * FILES // KILLS)
        # Every other one right after the acknowledgement, where only the log can have it.
        delay = rng.uniform(0, LONGEST_DELAY) if kill_number % 2 else 0
        acknowledged |= killed_after(Child(importing_child.main, data, folder), new, delay)
        events = events_of(data)
        assert [event.position for event in events] == list(range(1, len(events) + 1))
        contributed = {event.stream for event in events if event.type == "entry-contributed"}
        assert {f"entry-{entry_id}" for entry_id in acknowledged} <= contributed
        if kill_number % 10 == 0 or kill_number == KILLS:
            assert_caught_up_equals_rebuilt(data)
    assert len(acknowledged) > FILES // 2


def test_a_rebuild_that_is_killed_leaves_what_another_makes(data: Path, folder: Path) -> None:
    Child(importing_child.main, data, folder).ended()
    rng = random.Random(11)
    for kill_number in range(1, REBUILDS_KILLED + 1):
        child = Child(rebuilding_child.main, data)
        assert next(iter(child)) == "rebuilding"
        child.kill(rng.uniform(0, LONGEST_REBUILD))
        if kill_number % 3 == 0:
            assert_caught_up_equals_rebuilt(data)


def test_two_imports_of_one_folder_at_once_lose_and_double_nothing(
    data: Path, folder: Path
) -> None:
    children = [Child(importing_child.main, data, folder) for _ in range(2)]
    assert [len(child.ended()) for child in children] == [FILES, FILES]
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
