"""A damaged store of vectors is mended for all who have it open, in this process or another."""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

import pytest
from msgspec.structs import replace

from indexer.document import Section
from indexer.embedding.testing import HashEmbedder
from indexer.errors import IndexOutdated
from indexer.index import HybridIndex
from indexer.stored.description import describe
from indexer.stored.files import reading
from tests.indexer.forty import documents, empty, fill, found, overwrite, shorten

_OTHER_READER = """
import sys
from pathlib import Path
from indexer.document import Filter
from indexer.index import HybridIndex
from indexer.embedding.testing import HashEmbedder
from tests.indexer.forty import documents, empty, fill, found, overwrite, shorten

with HybridIndex.open(Path(sys.argv[1]), HashEmbedder()) as index:
    for _ in sys.stdin:
        index.refresh()
        hits = index.search("number3 subject3", Filter(audience=frozenset({"all"})))
        print(*(hit.document_id for hit in hits), flush=True)
"""


@contextmanager
def other_reader(place: Path) -> Iterator[Callable[[], list[str]]]:
    """A reader in a process of its own; what is yielded refreshes it and asks it."""
    command = [sys.executable, "-c", _OTHER_READER, str(place)]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True) as process:
        questions, answers = process.stdin, process.stdout
        assert questions
        assert answers

        def ask() -> list[str]:
            print(file=questions, flush=True)
            return answers.readline().split()

        yield ask
        questions.close()


def spoil_within(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xa5" * (path.stat().st_size - 8192))


def test_a_text_that_damage_made_no_text_is_damage(tmp_path: Path) -> None:
    with (
        closing(sqlite3.connect(":memory:")) as database,
        pytest.raises(IndexOutdated, match="is damaged"),
        reading(tmp_path / "passages.sqlite"),
    ):
        database.execute("SELECT CAST(x'ff' AS TEXT)").fetchone()


@pytest.mark.exhaustive
@pytest.mark.parametrize("damage", [spoil_within, shorten, overwrite, empty, Path.unlink])
@pytest.mark.parametrize("writable", [False, True])
def test_a_damaged_store_is_mended_for_those_who_have_it_open(
    place: Path, embedder: HashEmbedder, damage: Callable[[Path], None], writable: bool
) -> None:
    with HybridIndex.open(place, embedder, writable=writable) as held:
        expected = found(held)
        damage(place / "vectors.sqlite")
        with HybridIndex.build(place, embedder, fill) as leader:
            held.refresh()
            assert found(held) == expected
            added = replace(documents(1)[0], id="new", title="number3 subject3")
            leader.put([added])
            leader.commit(41)
            held.refresh()
            assert found(held)[0] == "new"
            held.close()
            leader.put([replace(added, id="newer", sections=(Section("", "late"),))])
            leader.commit(42)
            with HybridIndex.open(place, embedder) as another:
                assert another.position == 42
    assert describe(place).documents == 42


@pytest.mark.process
def test_a_store_that_another_process_has_open_is_mended_for_it_too(
    place: Path, embedder: HashEmbedder
) -> None:
    with other_reader(place) as ask:
        expected = ask()
        spoil_within(place / "vectors.sqlite")
        with HybridIndex.build(place, embedder, fill) as leader:
            assert ask() == expected
            leader.put([replace(documents(1)[0], id="new", title="number3 subject3")])
            leader.commit(41)
            assert ask()[0] == "new"
