"""Tantivy keeps the promises of a full-text engine."""

from pathlib import Path

import pytest
import tantivy

from indexer.errors import IndexUnavailable
from indexer.lexical import tantivy_engine, tantivy_volumes
from tests.contracts.lexical import LexicalIndexContract


class TestTantivy(LexicalIndexContract):
    engine = "tantivy"

    def held(self, directory: Path) -> set[str]:
        return {
            str(term)
            for volume in (directory, *directory.glob("v*"))
            for term, _ in tantivy.Index.open(str(volume)).searcher().terms_with_prefix("text", "")
        }

    def pretend_another_version(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tantivy_engine, "MADE_WITH", "tomorrow")

    def test_a_second_writer_is_refused_in_one_sentence(self, tmp_path: Path) -> None:
        first = self.open(tmp_path)
        with pytest.raises(IndexUnavailable, match="cannot be written"):
            self.open(tmp_path)
        first.close()


class TestTantivyInVolumes(TestTantivy):
    """Each document that is put begins another volume."""

    @pytest.fixture(autouse=True)
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tantivy_volumes, "VOLUME_TERMS", 1)
