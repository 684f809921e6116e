"""Whoosh keeps the promises of a full-text engine."""

from pathlib import Path

import pytest

from indexer.lexical import whoosh_engine
from tests.contracts.lexical import LexicalIndexContract
from tests.indexer.whoosh_files import closing_files


class TestWhoosh(LexicalIndexContract):
    engine = "whoosh"

    def complaint(self, directory: Path) -> str:
        """Closes what Whoosh leaves open when it stumbles over a damaged file."""
        with closing_files():
            return super().complaint(directory)

    def pretend_another_version(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(whoosh_engine, "MADE_WITH", "tomorrow")
