"""The full-text engines behind one small protocol, so that a switch of engine is only a rebuild."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from indexer.document import Filter
from indexer.errors import UnknownEngine


class LexicalDocument(Struct, frozen=True, kw_only=True):
    """What an engine indexes of a document.

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

    Nothing that a search answers depends on what its filter hides or on what was removed, so an
    engine's own statistics have no part in it. What is put or removed is found, durable and stamped
    all at once by `commit`. One process writes, any number read; every method may be called from
    any thread. When files turn out to be damaged, what reads raises `IndexOutdated`; what cannot
    write raises `IndexUnavailable`.
    """

    @property
    def position(self) -> int:
        """The stamp of the commit that this index shows, 0 before the first."""

    @property
    def documents(self) -> int:
        """How many documents that commit holds; -1 while parts of a later one that was cut short
        are there.
        """

    def put(self, documents: Sequence[LexicalDocument]) -> None:
        """Add documents, or replace those with the same ids; of equal ids the last one stands."""

    def remove(self, ids: Sequence[str]) -> None:
        """Take documents out; unknown ids are ignored."""

    def forget(self, ids: Sequence[str]) -> None:
        """Take documents out, and with the next commit the files in which they are found as well.

        What an earlier version of them has left elsewhere, `purge` looks for.
        """

    def purge(self, ids: Sequence[str]) -> None:
        """Leave nothing in any file of documents that were taken out, nor of their old versions.

        Between commits: raises `ValueError` where something waits for one. Others read meanwhile.
        """

    def commit(self, position: int) -> None:
        """Make all since the last commit durable and findable, stamped with `position`, at once."""

    def refresh(self) -> None:
        """Show what another process has committed since; cheap when nothing was."""

    def propose(self, weights: Mapping[str, float], filter: Filter, limit: int) -> list[str]:
        """The ids of documents that `filter` lets through and that hold a term; all, if few enough.

        Of more than `limit` those that weigh most: the sum of the weights of the terms that a
        document holds, a little more for a term repeated. Those that weigh the same are all in or
        all out, so no order decides among them. Weights are above 0, terms those of
        what `indexer.text.wanted` says is scored. In no order.
        """

    def named(self, name: str, filter: Filter) -> list[str]:
        """The sorted ids of documents with this name; case, accents and punctuation aside."""

    def close(self) -> None:
        """Let go of files and locks; what was not committed is gone."""


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
