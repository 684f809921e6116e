"""Forty documents in an index on disk, and the ways to damage a file."""

from pathlib import Path

from indexer.document import Document, Filter, Section
from indexer.index import HybridIndex

ALL = frozenset({"all"})
EVERYONE = Filter(audience=ALL)


def documents(count: int = 40) -> list[Document]:
    return [
        Document(
            id=f"d{n:03}",
            title=f"Entry {n}",
            sections=(Section("", f"Text number{n} about subject{n % 7}. " * 20),),
            audience=ALL,
        )
        for n in range(count)
    ]


def fill(index: HybridIndex) -> None:
    index.put(documents())
    index.commit(40)


def found(index: HybridIndex) -> list[str]:
    return [hit.document_id for hit in index.search("number3 subject3", EVERYONE)]


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def overwrite(path: Path) -> None:
    path.write_bytes(b"\xa5" * path.stat().st_size)


def empty(path: Path) -> None:
    path.write_bytes(b"")
