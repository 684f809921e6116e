"""An index of Whoosh that someone has prepared runs nothing when it is opened or searched."""

import os
import pickle
import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from indexer.errors import IndexOutdated
from indexer.lexical import ENGINES, open_lexical
from tests.contracts.lexical_base import EVERYONE, alike, some_document
from tests.indexer.whoosh_files import closing_files

ROOT = Path(__file__).parents[2]
WRITERS = (
    "whoosh.index.pickle.dumps",
    "whoosh.filedb.structfile.dump_pickle",
    "whoosh.columns.dumps",
    "whoosh.codec.whoosh3.dumps",
)
"""What Whoosh writes pickles with: the schema, the list of segments, stored fields, postings."""

UNSAFE = re.compile(
    r"\b(?:pickle|marshal|shelve|joblib|dill)\b|allow_pickle|\b(?:eval|exec)\(|torch\.load"
    r"|yaml\.(?:load|unsafe|full)|load_extension|read_index"
)


class Touch:
    """Makes a folder when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[..., None], tuple[str]]:
        return os.mkdir, (str(self.mark),)


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    return tmp_path / "it ran"


def prepared(directory: Path, writer: str, mark: Path) -> None:
    """Write an index whose pickles of one kind have `Touch` beside what belongs there."""
    original = pickle.dump if writer.endswith("dump_pickle") else pickle.dumps

    def writing(value: Any, *rest: Any) -> Any:
        return original((value, Touch(mark)), *rest)

    with pytest.MonkeyPatch.context() as patch:
        index = open_lexical("whoosh", directory, writable=True)
        patch.setattr(writer, writing)
        index.put([some_document(f"d{number}", "red fox " * 3) for number in range(300)])
        index.commit(1)
        index.close()


def use(directory: Path, writer: str, mark: Path) -> None:
    """Prepare an index, then open and search it."""
    prepared(directory, writer, mark)
    with closing(open_lexical("whoosh", directory, writable=False)) as index:
        index.propose(alike("red fox"), EVERYONE, 10)


@pytest.mark.parametrize("writer", WRITERS)
def test_a_prepared_index_is_refused_and_runs_nothing(
    tmp_path: Path, mark: Path, writer: str
) -> None:
    assert "whoosh" in ENGINES
    with pytest.raises(IndexOutdated, match=r"it names \w+\.mkdir"), closing_files():
        use(tmp_path / "index", writer, mark)
    assert not mark.exists()


def test_what_is_prepared_would_have_run(mark: Path) -> None:
    pickle.loads(pickle.dumps(Touch(mark)))  # noqa: S301 - our own, to see that it would run
    assert mark.exists()


def test_nothing_else_of_ours_makes_objects_or_programs_of_what_it_reads() -> None:
    rooms = [ROOT / room for room in ("events", "indexer", "kb", "web")]
    found = {
        file.relative_to(ROOT).as_posix()
        for room in rooms
        for file in room.rglob("*.py")
        if UNSAFE.search(file.read_text(encoding="utf-8"))
    }
    assert found <= {"indexer/lexical/whoosh_pickles.py", "indexer/lexical/whoosh_engine.py"}
