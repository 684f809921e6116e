"""Whoosh keeps the promises of a full-text engine."""

from contextlib import closing
from pathlib import Path

import pytest
import whoosh.index

from indexer.lexical import whoosh_engine
from tests.contracts.lexical import LexicalIndexContract
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
