"""The models that search uses."""

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from indexer.embedding.embedder import Embedder
    from indexer.embedding.reranker import Reranker


class Models(Struct, frozen=True):
    """What computes vectors, and what takes a second look at the first results, if anything."""

    embedder: "Embedder"
    reranker: "Reranker | None" = None
