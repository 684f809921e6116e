"""Whoosh keeps the promises of a full-text engine."""

from contextlib import closing
from pathlib import Path

import pytest
import whoosh.index

from indexer.lexical import whoosh_engine
from tests.contracts.lexical import LexicalIndexContract
from tests.contracts.lexical_base import some_document
from tests.indexer.whoosh_files import closing_files


class TestWhoosh(LexicalIndexContract):
    engine = "whoosh"

    def held(self, directory: Path) -> set[str]:
        with (
            closing(whoosh.index.open_dir(str(directory))) as index,
            closing(index.reader()) as read,
        ):
            return {term.decode() for field, term in read.all_terms() if field == "text"}

    def complaint(self, directory: Path) -> str:
        """Closes what Whoosh leaves open when it stumbles over a damaged file."""
        with closing_files():
            return super().complaint(directory)

    def pretend_another_version(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(whoosh_engine, "MADE_WITH", "tomorrow")

    def test_an_erasure_writes_no_segment_anew_but_that_of_the_document(
        self, tmp_path: Path
    ) -> None:
        with closing(self.open(tmp_path)) as index:
            index.put([some_document(f"kept {number}", "shared") for number in range(30)])
            index.commit(1)
            large = max(tmp_path.glob("*.seg"), key=lambda each: each.stat().st_size)
            index.put([some_document("gone", "zymurgy")])
            index.commit(2)
            index.remove(["gone"])
            index.commit(3)
            index.purge(["gone"])
            assert large.is_file()
            assert "zymurgy" not in self.held(tmp_path)
