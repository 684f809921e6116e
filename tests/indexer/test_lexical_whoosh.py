"""Whoosh keeps the promises of a full-text engine."""

from pathlib import Path
from typing import Any

import pytest
from whoosh.filedb.filestore import FileStorage

from indexer.lexical import whoosh_engine
from tests.contracts.lexical import LexicalIndexContract


class TestWhoosh(LexicalIndexContract):
    engine = "whoosh"

    def complaint(self, directory: Path) -> str:
        """Closes what Whoosh leaves open when it stumbles over a damaged file."""
        opened: list[Any] = []
        open_file = FileStorage.open_file

        def remember(storage: Any, name: str, **options: Any) -> Any:
            opened.append(open_file(storage, name, **options))
            return opened[-1]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(FileStorage, "open_file", remember)
            answer = super().complaint(directory)
        for file in opened:
            if not file.is_closed:
                file.close()
        return answer

    def pretend_another_version(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(whoosh_engine, "MADE_WITH", "tomorrow")
