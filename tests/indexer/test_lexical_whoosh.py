"""Whoosh keeps the promises of a full-text engine."""

import gc
from pathlib import Path

import pytest

from indexer.lexical import whoosh_engine
from tests.contracts.lexical import LexicalIndexContract


# Whoosh leaves a damaged file for the garbage collector to close, which Python reports.
@pytest.mark.filterwarnings("ignore:Exception ignored:pytest.PytestUnraisableExceptionWarning")
class TestWhoosh(LexicalIndexContract):
    engine = "whoosh"

    def complaint(self, directory: Path) -> str:
        answer = super().complaint(directory)
        gc.collect()
        return answer

    def pretend_another_version(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(whoosh_engine, "MADE_WITH", "tomorrow")
