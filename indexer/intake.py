"""Intake of documents in windows: cutting and writing overlap with computing vectors.

Documents prepared ahead of time are already cut, and their vectors are stored.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from threading import Event, Lock

from msgspec import Struct

from indexer.document import Document
from indexer.embedding.embedder import Embedder, embedded
from indexer.lexical import LexicalDocument
from indexer.stored.vector_store import VectorStore
from indexer.text.analysis import all_terms, is_plain
from indexer.text.passages import EmbeddedPassage, split

WINDOW = 100
"""Documents whose words are written together."""

AHEAD = 2
"""Windows computed at a time: with two, no core idles while the last batches of one end."""

PIECE, PIECE_CHARACTERS = 64, 16_000
"""Texts, and characters of them, whose vectors are computed and stored at once.

That is what stopping waits for: two batches of the model for each of two cores, which give way to
all others.
"""


class Window(Struct, frozen=True):
    """Documents with their passages, whose vectors are stored."""

    documents: list[Document]
    passages: list[list[EmbeddedPassage]]


class Prepared:
    """Documents cut ahead of time, until they are taken; methods may be called from any thread."""

    def __init__(self, embedder: Embedder, store: VectorStore) -> None:
        self._embedder = embedder
        self._store = store
        self._lock = Lock()
        self._cut: dict[str, tuple[Document, list[EmbeddedPassage]]] = {}

    def prepare(
        self, documents: Sequence[Document], stopped: Callable[[], bool], piece: int
    ) -> None:
        """Cut documents and store the vectors of their passages, `piece` at a time.

        Ends early once `stopped` returns true; stored vectors stay.
        """
        cut = split(documents, self._embedder)
        with self._lock:
            for document, parts in zip(documents, cut, strict=True):
                self._cut[document.id] = document, parts
        embed(_to_embed(cut), self._embedder, self._store, stopped, piece)

    def clear(self) -> None:
        """Drop documents that were cut and not taken."""
        with self._lock:
            self._cut.clear()

    def take(self, documents: Sequence[Document]) -> list[list[EmbeddedPassage]]:
        """The passages of each document, cut now unless this version was prepared."""
        with self._lock:
            held = [self._cut.pop(document.id, None) for document in documents]
        known = {
            one[0].id: one[1]
            for document, one in zip(documents, held, strict=True)
            if one and one[0] == document
        }
        missing = [document for document in documents if document.id not in known]
        known |= {
            document.id: parts
            for document, parts in zip(missing, split(missing, self._embedder), strict=True)
        }
        return [known[document.id] for document in documents]


def windows(
    documents: Iterable[Document], embedder: Embedder, store: VectorStore, prepared: Prepared
) -> Iterator[Window]:
    """Windows over all documents, in order; of equal ids in one window only the last.

    No new work starts once the caller, `documents` or the model has raised an error.
    """
    rest, ended = iter(documents), Event()
    waiting: deque[tuple[Window, Future[None]]] = deque()
    with ThreadPoolExecutor(AHEAD, thread_name_prefix="intake") as workers:
        try:
            while latest := {document.id: document for document in islice(rest, WINDOW)}:
                chosen = list(latest.values())
                window = Window(chosen, prepared.take(chosen))
                texts = _to_embed(window.passages)
                vectors = workers.submit(embed, texts, embedder, store, ended.is_set)
                waiting.append((window, vectors))
                if len(waiting) > AHEAD:
                    yield _done(waiting)
            while waiting:
                yield _done(waiting)
        finally:
            ended.set()
            workers.shutdown(cancel_futures=True)


def embed(
    texts: Iterable[str],
    embedder: Embedder,
    store: VectorStore,
    stopped: Callable[[], bool],
    piece: int = PIECE,
) -> None:
    """Compute and store the vectors of those texts that have none yet, a piece at a time.

    Ends early once `stopped` answers true; what is stored then stays.
    """
    # Those of like length together, which leaves little to be padded.
    for together in _pieces(sorted(set(texts), key=len), piece):
        if stopped():
            return
        by_hash = {store.text_hash(text): text for text in together}
        for key in store.get(embedder.fingerprint, list(by_hash)):
            del by_hash[key]
        if by_hash:
            found = embedded(list(by_hash.values()), embedder)
            store.put(embedder.fingerprint, dict(zip(by_hash, found, strict=True)))


def lexical_document(document: Document, parts: Sequence[EmbeddedPassage]) -> LexicalDocument:
    """The terms of a document: title, headings (where they change), text and keywords count alike.

    The rest of its source, such as link addresses, and properties match exactly but do not score.
    """
    texts = [document.title, *document.keywords]
    heading = ""
    for part in filter(lambda part: part.embedded_text, parts):
        if part.passage.heading != heading:
            heading = part.passage.heading
            texts.append(heading)
        texts.append(part.passage.text)
    counts = Counter(chain.from_iterable(map(all_terms, texts)))
    for text in (*(section.text for section in document.sections), *document.properties):
        behind = (term for term in all_terms(text) if not is_plain(term))
        counts.update(dict.fromkeys(set(behind) - counts.keys(), 1))
    return LexicalDocument(
        id=document.id,
        terms=counts,
        audience=document.audience,
        names=(document.title, *document.identifiers),
        facets=document.facets,
    )


def _pieces(texts: Sequence[str], most: int) -> Iterator[list[str]]:
    """Up to `most` texts together, of so many characters or one alone."""
    piece: list[str] = []
    for text in texts:
        if piece and (len(piece) == most or sum(map(len, (*piece, text))) > PIECE_CHARACTERS):
            yield piece
            piece = []
        piece.append(text)
    if piece:
        yield piece


def _to_embed(cut: Iterable[Sequence[EmbeddedPassage]]) -> list[str]:
    return [part.embedded_text for parts in cut for part in parts if part.embedded_text]


def _done(waiting: deque[tuple[Window, Future[None]]]) -> Window:
    window, vectors = waiting.popleft()
    vectors.result()
    return window
