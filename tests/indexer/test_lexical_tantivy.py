"""Tantivy keeps the promises of a full-text engine."""

from pathlib import Path

import pytest
import tantivy

from indexer.errors import IndexUnavailable
from indexer.lexical import tantivy_engine
from tests.contracts.lexical import LexicalIndexContract


class TestTantivy(LexicalIndexContract):
    engine = "tantivy"

    def held(self, directory: Path) -> set[str]:
        found = tantivy.Index.open(str(directory)).searcher().terms_with_prefix("text", "")
        return {str(term) for term, _ in found}

    def pretend_another_version(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tantivy_engine, "MADE_WITH", "tomorrow")

    def test_a_second_writer_is_refused_in_one_sentence(self, tmp_path: Path) -> None:
        first = self.open(tmp_path)
        with pytest.raises(IndexUnavailable, match="cannot be written"):
            self.open(tmp_path)
        first.close()
