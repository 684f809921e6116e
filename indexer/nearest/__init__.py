"""The vector engines behind one small protocol, beside that of the full-text engines."""

from collections.abc import Collection, Sequence
from typing import Protocol, Self

from indexer.document import Filter
from indexer.resident.vectors import Vectors
from indexer.stored.rows import StoredDocument


class VectorIndex(Protocol):
    """Documents proposed by the vectors of their passages; `indexer.resident` scores them.

    Nothing that a search answers depends on what its filter hides or on what was removed. A value
    is what one commit holds and never changes: it may be asked from any thread, without waiting,
    while the next is made of it.
    """

    def __len__(self) -> int:
        """How many documents there are."""

    def changed(
        self, added: Sequence[StoredDocument], vectors: Vectors, removed: Sequence[int]
    ) -> Self:
        """The next commit: without the documents of these numbers, then with those added.

        `vectors` has a row for each of the passages added, in their order; a document may have
        none. Unknown numbers are ignored. Of the documents that stay no two have the same id.
        """

    def nearest(self, question: Vectors, filter: Filter, count: int) -> Collection[str]:
        """The ids of the documents that `filter` lets through with the nearest passages.

        At least `count`, unless fewer have a passage; more if that is less work. None is left out
        that is as near as one of them, so no order decides. In no order.
        """
