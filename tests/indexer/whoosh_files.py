"""Closes what Whoosh leaves open when it stumbles over a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from whoosh.filedb.filestore import FileStorage


@contextmanager
def closing_files() -> Iterator[None]:
    """Close at the end every file that Whoosh opened within the block."""
    opened: list[Any] = []
    open_file = FileStorage.open_file

    def remember(storage: Any, name: str, **options: Any) -> Any:
        opened.append(open_file(storage, name, **options))
        return opened[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FileStorage, "open_file", remember)
        try:
            yield
        finally:
            for file in opened:
                if not file.is_closed:
                    file.close()
