"""Documents are taken in by windows, and cutting goes on while vectors are computed."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from threading import Event

import pytest
from msgspec.structs import replace

from indexer.document import Document, Section
from indexer.embedding.embedder import Embedded
from indexer.embedding.testing import HashEmbedder
from indexer.errors import ModelUnavailable
from indexer.intake import (
    AHEAD,
    PIECE,
    PIECE_CHARACTERS,
    WINDOW,
    Prepared,
    Window,
    windows,
)
from indexer.stored.vector_store import VectorStore
from tests.indexer.forty import documents


@pytest.fixture
def store(tmp_path: Path, embedder: HashEmbedder) -> Iterator[VectorStore]:
    store = VectorStore(
        tmp_path / "vectors.sqlite", embedder.dimension, embedder.word_dimension, writable=True
    )
    yield store
    store.close()


def taken_in(
    documents: Iterable[Document], embedder: HashEmbedder, store: VectorStore
) -> Iterator[Window]:
    return windows(documents, embedder, store, Prepared(embedder, store))


def test_every_document_comes_in_its_order_with_its_vectors_stored(
    store: VectorStore, embedder: HashEmbedder
) -> None:
    given = documents(2 * WINDOW + 1)
    taken: list[Document] = []
    for window in taken_in(iter(given), embedder, store):
        texts = [part.embedded_text for parts in window.passages for part in parts]
        assert len(store.get(embedder.fingerprint, [store.text_hash(t) for t in texts])) == len(
            texts
        )
        taken += window.documents
    assert taken == given


def test_nothing_comes_of_no_documents(store: VectorStore, embedder: HashEmbedder) -> None:
    assert list(taken_in([], embedder, store)) == []


def test_a_text_whose_vector_is_stored_is_not_computed(
    store: VectorStore, embedder: HashEmbedder
) -> None:
    for _ in range(2):
        list(taken_in(documents(3), embedder, store))
    assert embedder.embedded == 3


class WaitingEmbedder(HashEmbedder):
    """Computes nothing before it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = Event()

    def encode(self, texts: Sequence[str]) -> list[Embedded]:
        assert self.go.wait(30)
        return super().encode(texts)


def test_reading_goes_on_while_vectors_are_computed_but_not_without_bound(
    store: VectorStore,
) -> None:
    embedder = WaitingEmbedder()
    read: list[str] = []

    def reading() -> Iterator[Document]:
        for document in documents(9 * WINDOW):
            read.append(document.id)
            if len(read) == (AHEAD + 1) * WINDOW:
                embedder.go.set()
            yield document

    next(taken_in(reading(), embedder, store))
    assert len(read) == (AHEAD + 1) * WINDOW


def test_an_error_of_what_is_read_ends_it_and_keeps_the_vectors_begun(
    store: VectorStore, embedder: HashEmbedder
) -> None:
    def reading() -> Iterator[Document]:
        yield from documents(WINDOW)
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        list(taken_in(reading(), embedder, store))
    assert store.count() == embedder.embedded


class BrokenEmbedder(HashEmbedder):
    """A model that is not there."""

    def encode(self, texts: Sequence[str]) -> list[Embedded]:
        raise ModelUnavailable("There is no model.")


def test_an_error_of_the_model_reaches_the_caller(store: VectorStore) -> None:
    with pytest.raises(ModelUnavailable, match="no model"):
        list(taken_in(documents(3 * WINDOW), BrokenEmbedder(), store))
    assert store.count() == 0


def test_what_was_prepared_is_neither_cut_nor_embedded_once_more(
    store: VectorStore, embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared, given = Prepared(embedder, store), documents(5)
    prepared.prepare(given, lambda: False, 2)
    assert embedder.embedded == 5
    monkeypatch.setattr(
        embedder, "token_offsets", lambda texts: pytest.fail("cut") if texts else []
    )

    (window,) = windows(given, embedder, store, prepared)

    assert (window.documents, embedder.embedded) == (given, 5)


def test_a_document_that_changed_since_it_was_prepared_is_taken_as_it_is(
    store: VectorStore, embedder: HashEmbedder
) -> None:
    prepared, (before,) = Prepared(embedder, store), documents(1)
    prepared.prepare([before], lambda: False, 2)
    after = replace(before, title="Another title")

    (window,) = windows([after], embedder, store, prepared)

    assert window.passages[0][0].embedded_text.startswith("Another title")
    assert embedder.embedded == 2


def test_preparing_ends_between_two_pieces_and_what_is_stored_stays(
    store: VectorStore, embedder: HashEmbedder
) -> None:
    Prepared(embedder, store).prepare(documents(5), lambda: embedder.embedded == 4, 2)
    assert (embedder.embedded, store.count()) == (4, 4)


class Noting(HashEmbedder):
    """Notes how many characters it is given at once, and goes on when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[int] = []
        self.asked, self.go = Event(), Event()

    def encode(self, texts: Sequence[str]) -> list[Embedded]:
        self.given.append(sum(map(len, texts)))
        self.asked.set()
        assert self.go.wait(30)
        return super().encode(texts)


def long_text() -> Document:
    nights = " ".join(f"On night {number} we hand over at the bed." for number in range(2_000))
    return replace(documents(1)[0], sections=(Section("Nights", nights),))


def test_a_long_text_is_computed_by_pieces_and_left_between_two_of_them(store: VectorStore) -> None:
    embedder, text = Noting(), long_text()
    embedder.go.set()
    prepared = Prepared(embedder, store)
    prepared.prepare([text], lambda: bool(embedder.given), PIECE)
    assert len(embedder.given) == 1
    list(windows([text], embedder, store, prepared))
    assert len(embedder.given) > 2
    assert max(embedder.given) <= PIECE_CHARACTERS


def test_what_ends_while_a_long_text_is_computed_waits_for_a_piece_of_it(
    store: VectorStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = Noting()
    monkeypatch.setattr("indexer.intake.Event", lambda: embedder.go)  # set at the end
    monkeypatch.setattr("indexer.intake.WINDOW", 1)

    def reading() -> Iterator[Document]:
        yield long_text()
        assert embedder.asked.wait(30)
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        list(taken_in(reading(), embedder, store))
    assert len(embedder.given) == 1
