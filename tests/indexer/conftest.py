"""What several tests of the index start with."""

from pathlib import Path

import pytest

from indexer.embedding.testing import HashEmbedder
from indexer.index import HybridIndex
from tests.indexer.forty import fill


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder()


@pytest.fixture
def place(tmp_path: Path, embedder: HashEmbedder) -> Path:
    HybridIndex.build(tmp_path / "index", embedder, fill).close()
    return tmp_path / "index"
