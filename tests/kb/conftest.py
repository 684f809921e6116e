"""What the tests of the knowledge base have in common: a data directory, and it opened."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from indexer.embedding.testing import HashEmbedder
from kb.knowledge_base import KnowledgeBase
from kb.storage.settings import Settings
from tests import made
from tests.worlds.log import ViewedWorld, everything
from tests.worlds.shell import CommandLine

OpenBase = Callable[[], KnowledgeBase]


@pytest.fixture(autouse=True)
def prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is erased is erased at once: no test is about others that may follow. What anybody has
    written is found by the next question, however busy the machine is. What went wrong is tried
    again at once, and what follows the log ends soon.
    """
    monkeypatch.setattr("kb.projections.background.RETRY_SECONDS", 0.01)
    monkeypatch.setattr("kb.erasure.eraser.GATHER_SECONDS", 0.0)
    monkeypatch.setattr("kb.projections.worker.WAIT_SECONDS", 0.02)
    monkeypatch.setattr("kb.search.search.OWN_SECONDS", 60.0)
    monkeypatch.setattr("kb.search.search.OTHERS_SECONDS", 60.0)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A new data directory."""
    return made.created(tmp_path / "data")


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder()


@pytest.fixture
def notices() -> list[str]:
    """What the knowledge bases of this test told."""
    return []


@pytest.fixture
def open_base(data: Path, embedder: HashEmbedder, notices: list[str]) -> Iterator[OpenBase]:
    """Opens the data directory, any number of times; every one is closed at the end."""
    with ExitStack() as stack:

        def opened() -> KnowledgeBase:
            base = KnowledgeBase.open(
                data,
                settings=Settings(data=data),
                embedder=embedder,
                notice=notices.append,
                principal=everything("ada"),
            )
            return stack.enter_context(base)

        yield opened


@pytest.fixture
def base(open_base: OpenBase) -> KnowledgeBase:
    return open_base()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[ViewedWorld]:
    """Commands over a log in memory, and views that follow it when told to."""
    world = ViewedWorld(tmp_path / "views.sqlite")
    yield world
    world.close()


@pytest.fixture
def kb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The commands, with a new data directory."""
    monkeypatch.delenv("KB_MEMBER", raising=False)
    made.created(tmp_path / "data")
    return CommandLine(tmp_path)
