"""The VectorIndex protocol, which every vector engine implements."""

from collections.abc import Collection, Sequence
from typing import Protocol, Self

from indexer.document import Filter
from indexer.resident.vectors import Vectors
from indexer.stored.rows import StoredDocument


class VectorIndex(Protocol):
    """Documents proposed by the vectors of their passages; `indexer.resident` scores them.

    No result depends on documents that the filter hides or that were removed. An instance is an
    immutable snapshot of one commit: any thread may search it, without locks, while the next is
    made from it.
    """

    def __len__(self) -> int:
        """The number of documents."""

    def changed(
        self, added: Sequence[StoredDocument], vectors: Vectors, removed: Sequence[int]
    ) -> Self:
        """The next commit: without the documents of these numbers, then with those added.

        `vectors` has a row for each of the passages added, in their order; a document may have
        none. Unknown numbers are ignored. Of the documents that stay no two have the same id.
        """

    def nearest(self, question: Vectors, filter: Filter, count: int) -> Collection[str]:
        """The ids of the documents that `filter` lets through with the nearest passages.

        At least `count`, unless fewer have a passage; more if that is less work. Ties are all
        included, so order decides nothing. Unsorted.
        """
