"""An index is described from its files, without the libraries that search it."""

import subprocess
import sys
from pathlib import Path

import pytest

from indexer.document import Document, Section
from indexer.embedding.testing import HashEmbedder
from indexer.errors import IndexOutdated
from indexer.index import HybridIndex
from indexer.stored import generation
from indexer.stored.description import Description, describe

HEAVY = ("torch", "faiss", "tantivy", "whoosh")


def fill(index: HybridIndex) -> None:
    section = Section("What we do", "A second bin stands behind the first.")
    index.put([Document(id="a", title="Two bins", sections=(section,), audience=frozenset("x"))])
    index.commit(7)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    HybridIndex.build(tmp_path / "index", HashEmbedder(), fill).close()
    return tmp_path / "index"


@pytest.mark.parametrize("engine", ["tantivy", "whoosh"])
def test_an_index_is_described_by_position_counts_model_and_engine(
    tmp_path: Path, engine: str
) -> None:
    embedder = HashEmbedder()
    HybridIndex.build(tmp_path, embedder, fill, engine=engine).close()
    assert describe(tmp_path) == Description(
        position=7,
        documents=1,
        passages=1,
        vectors=1,
        model=embedder.fingerprint,
        engine=engine,
    )


def test_where_no_index_is_there_is_nothing_to_tell(tmp_path: Path) -> None:
    assert describe(tmp_path / "index") == Description()


@pytest.mark.parametrize("name", [generation.MANIFEST, generation.PASSAGES])
def test_an_index_that_cannot_be_read_is_outdated(place: Path, name: str) -> None:
    (generation.current(place) / name).write_bytes(b"not what it was")
    with pytest.raises(IndexOutdated, match="is damaged"):
        describe(place)


@pytest.mark.process
def test_describing_loads_no_library_of_search(place: Path) -> None:
    program = f"""
import sys
from pathlib import Path
from indexer.stored.description import describe
assert describe(Path({str(place)!r})).documents == 1
assert not set({HEAVY!r}) & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])
