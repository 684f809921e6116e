"""Takes documents in by windows: cutting and writing go on while vectors are computed."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from msgspec import Struct

from indexer.document import Document
from indexer.embedder import Embedder
from indexer.passages import EmbeddedPassage, split
from indexer.vector_store import VectorStore

WINDOW = 100
"""Documents whose vectors are stored together: what a crash can cost, and who stops waits for."""

AHEAD = 2
"""Windows in computation: with two, the cores have work while the last batches of one end."""


class Window(Struct, frozen=True):
    """Documents, each with its passages, whose vectors are stored."""

    documents: list[Document]
    passages: list[list[EmbeddedPassage]]


def windows(
    documents: Iterable[Document], embedder: Embedder, store: VectorStore
) -> Iterator[Window]:
    """All documents in their order; of those in one window with the same id only the last.

    Nothing new is begun once the caller, `documents` or the model has raised an error.
    """
    rest = iter(documents)
    waiting: deque[tuple[Window, Future[None]]] = deque()
    with ThreadPoolExecutor(AHEAD, thread_name_prefix="intake") as workers:
        try:
            while latest := {document.id: document for document in islice(rest, WINDOW)}:
                chosen = list(latest.values())
                window = Window(chosen, split(chosen, embedder))
                texts = [part.embedded_text for parts in window.passages for part in parts]
                waiting.append((window, workers.submit(embed, texts, embedder, store)))
                if len(waiting) > AHEAD:
                    yield _done(waiting)
            while waiting:
                yield _done(waiting)
        finally:
            workers.shutdown(cancel_futures=True)


def embed(texts: Sequence[str], embedder: Embedder, store: VectorStore) -> None:
    """Compute and store the vectors of those texts that have none yet."""
    by_hash = {store.text_hash(text): text for text in texts}
    for key in store.get(embedder.fingerprint, list(by_hash)):
        del by_hash[key]
    if by_hash:
        found = embedder.embed(list(by_hash.values()))
        store.put(embedder.fingerprint, dict(zip(by_hash, found, strict=True)))


def _done(waiting: deque[tuple[Window, Future[None]]]) -> Window:
    window, vectors = waiting.popleft()
    vectors.result()
    return window
