"""The LexicalIndex protocol of the full-text engines: to switch engines, rebuild the index."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from indexer.document import Filter
from indexer.errors import UnknownEngine


class LexicalDocument(Struct, frozen=True, kw_only=True):
    """A document as an engine indexes it.

    `terms` are those of `indexer.text.analysis.all_terms`, with counts. `names` (the title and the
    identifiers) find the document exactly. `audience` and `facets` are matched as exact values.
    """

    id: str
    terms: Mapping[str, int]
    audience: frozenset[str]
    names: tuple[str, ...] = ()
    facets: Mapping[str, frozenset[str]] = {}


class LexicalIndex(Protocol):
    """Documents proposed by their words; `indexer.ranking.bm25` scores them.

    No result depends on documents that the filter hides or that were removed, so engines must not
    use their own statistics. `commit` makes all changes visible, durable and stamped at once. One
    process writes, any number read; every method may be called from any thread. Methods that read
    raise `IndexOutdated` for damaged files; those that cannot write raise `IndexUnavailable`.
    """

    @property
    def position(self) -> int:
        """The stamp of the visible commit, 0 before the first."""

    @property
    def documents(self) -> int:
        """The number of documents in that commit; -1 beside parts of an interrupted one."""

    def put(self, documents: Sequence[LexicalDocument]) -> None:
        """Add or replace documents by id; of equal ids the last one wins."""

    def remove(self, ids: Sequence[str]) -> None:
        """Remove documents; unknown ids are ignored."""

    def purge(self, ids: Sequence[str]) -> None:
        """Destroy all traces of removed documents and of their old versions in the files.

        Call it between commits: raises `ValueError` if changes are pending. Readers may go on.
        """

    def commit(self, position: int) -> None:
        """Make all pending changes durable and visible at once, stamped with `position`."""

    def refresh(self) -> None:
        """Show commits of other processes; cheap if there are none."""

    def propose(self, weights: Mapping[str, float], filter: Filter, limit: int) -> list[str]:
        """The ids of documents that pass `filter` and have a term, unsorted.

        Of more than `limit` the heaviest, by the sum of the weights of their terms, with a little
        more for repeated ones. Documents of equal weight are all in or all out, so order decides
        nothing. `weights` are above 0, for the terms of `indexer.text.wanted.Wanted.scored`.
        """

    def named(self, name: str, filter: Filter) -> list[str]:
        """The sorted ids of documents with this name; case, accents and punctuation aside."""

    def close(self) -> None:
        """Release files and locks; uncommitted changes are lost."""


Opener = Callable[[Path, bool], LexicalIndex]


def open_lexical(engine: str, directory: Path, *, writable: bool = False) -> LexicalIndex:
    """Open the index that `engine` ("tantivy" or "whoosh") keeps in `directory`.

    A missing or empty directory becomes an empty index at position 0 when `writable`. Raises
    `UnknownEngine`, and `IndexOutdated` for a directory without an index of this engine that can
    be read.
    """
    opener = ENGINES.get(engine)
    if opener is None:
        names = " and ".join(ENGINES)
        raise UnknownEngine(
            "There is no full-text engine {engine!r}: choose one of {names}.",
            engine=engine,
            names=names,
        )
    return opener(directory, writable)


def _tantivy(directory: Path, writable: bool) -> LexicalIndex:
    from indexer.lexical.tantivy_volumes import TantivyVolumes

    return TantivyVolumes(directory, writable=writable)


def _whoosh(directory: Path, writable: bool) -> LexicalIndex:
    from indexer.lexical.whoosh_engine import WhooshIndex

    return WhooshIndex(directory, writable=writable)


ENGINES: Mapping[str, Opener] = {"tantivy": _tantivy, "whoosh": _whoosh}
