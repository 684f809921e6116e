"""The store of vectors gives back what it was given, or says that it cannot."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from indexer.embedding.embedder import Embedded, Vectors
from indexer.errors import IndexOutdated, IndexUnavailable
from indexer.stored.vector_store import VectorStore

WORDS = 16


def unit(*numbers: float) -> Vectors:
    vector = np.array(numbers, dtype=np.float32)
    scaled: Vectors = vector / np.linalg.norm(vector)
    return scaled


def embedded(*numbers: float, words: int = 2) -> Embedded:
    """A text of three numbers, with bytes for its words."""
    terms = tuple(f"term{number}" for number in range(words))
    matrix = np.arange(words * WORDS).astype(np.int8).reshape(words, WORDS)
    return Embedded(unit(*numbers), terms, matrix)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[VectorStore]:
    opened = VectorStore(tmp_path / "v.sqlite", 3, WORDS, writable=True)
    yield opened
    opened.close()


def test_vectors_come_back_bit_by_bit(store: VectorStore) -> None:
    keys = [store.text_hash(f"text {n}") for n in range(1200)]
    texts = {key: embedded(n + 1, 0.1, -n) for n, key in enumerate(keys)}
    store.put("m", texts)
    matrix = store.matrix("m", [keys[5], keys[1100], keys[5]])
    assert matrix.dtype == np.float32
    assert np.array_equal(matrix, [texts[keys[n]].vector for n in (5, 1100, 5)])
    assert store.count() == len(store.get("m", keys)) == 1200


def test_another_model_has_vectors_of_its_own(store: VectorStore) -> None:
    key = store.text_hash("text")
    store.put("m", {key: embedded(1, 2, 3)})
    assert store.get("other", [key]) == {}
    store.put("other", {key: embedded(3, 2, 1)})
    assert np.array_equal(store.get("m", [key])[key], unit(1, 2, 3))


def test_texts_of_a_model_without_words_have_vectors_alone(tmp_path: Path) -> None:
    store = VectorStore(tmp_path / "v.sqlite", 3, 0, writable=True)
    key = store.text_hash("text")
    store.put("m", {key: Embedded(unit(1, 2, 3))})
    assert np.array_equal(store.get("m", [key])[key], unit(1, 2, 3))
    assert store.words("m", [key]) == {}
    store.close()


def test_what_is_stored_is_there_for_others_at_once(store: VectorStore, tmp_path: Path) -> None:
    store.put("m", {store.text_hash("a"): embedded(1, 0, 0)})
    reader = VectorStore(tmp_path / "v.sqlite", 3, WORDS, writable=False)
    assert reader.count() == 1
    with pytest.raises(IndexUnavailable, match="cannot be written: it or its folder is read-only"):
        reader.put("m", {store.text_hash("b"): embedded(1, 0, 0)})
    reader.close()


def test_the_words_of_a_text_come_back_as_they_were(store: VectorStore) -> None:
    known = {store.text_hash(f"text {n}"): embedded(1, 2, 3, words=n) for n in range(3)}
    store.put("m", known)
    found = store.words("m", [*known, store.text_hash("unknown")])
    assert found.keys() == known.keys()
    assert all(np.array_equal(found[key], known[key].words) for key in known)
    assert store.words("other", list(known)) == store.words("m", []) == {}


@pytest.mark.parametrize("change", ["DELETE FROM words", "UPDATE words SET words = x'00'"])
def test_a_vector_whose_words_are_gone_or_damaged_counts_as_missing(
    store: VectorStore, tmp_path: Path, change: str
) -> None:
    key = store.text_hash("a")
    store.put("m", {key: embedded(1, 0, 0)})
    with sqlite3.connect(tmp_path / "v.sqlite") as other:
        other.execute(change)
    other.close()
    assert store.get("m", [key]) == {}


def test_nothing_asked_is_nothing_found(store: VectorStore) -> None:
    assert store.matrix("m", []).shape == (0, 3)


def test_a_missing_vector_makes_the_index_outdated(store: VectorStore) -> None:
    with pytest.raises(IndexOutdated, match=r"lacks vectors of the index \(1\)"):
        store.matrix("m", [store.text_hash("a")])


@pytest.mark.parametrize("blob", [b"", b"x" * 12, b"\0" * 12, b"1234"])
def test_a_damaged_vector_counts_as_missing_and_can_be_replaced(
    store: VectorStore, tmp_path: Path, blob: bytes
) -> None:
    key = store.text_hash("a")
    store.put("m", {key: embedded(1, 0, 0)})
    with sqlite3.connect(tmp_path / "v.sqlite") as other:
        other.execute("UPDATE vectors SET vector = ?", (blob,))
    other.close()
    assert store.get("m", [key]) == {}
    store.put("m", {key: embedded(1, 0, 0)})
    assert len(store.get("m", [key])) == 1


def test_a_missing_or_foreign_file_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(IndexOutdated, match="has no file"):
        VectorStore(tmp_path / "none.sqlite", 3, WORDS, writable=False)
    (tmp_path / "foreign.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(IndexOutdated, match="is damaged"):
        VectorStore(tmp_path / "foreign.sqlite", 3, WORDS, writable=True)
    sqlite3.connect(tmp_path / "empty.sqlite").close()
    with pytest.raises(IndexOutdated, match="is damaged"):
        VectorStore(tmp_path / "empty.sqlite", 3, WORDS, writable=False)


def test_a_store_of_an_earlier_version_is_emptied(tmp_path: Path) -> None:
    path = tmp_path / "v.sqlite"
    with sqlite3.connect(path) as before:
        before.executescript(
            """CREATE TABLE vectors (fingerprint TEXT, text_hash BLOB, vector BLOB);
            CREATE TABLE words (fingerprint TEXT, text_hash BLOB, words BLOB);
            CREATE TABLE hash_key (key BLOB NOT NULL);
            INSERT INTO hash_key VALUES (x'00'); INSERT INTO vectors VALUES ('m', 'a', 'gone')"""
        )
    before.close()
    with closing(VectorStore.sound(path, 3, WORDS)) as store:
        store.put("m", {store.text_hash("a"): embedded(1, 0, 0)})
        assert store.count() == 1
    assert b"gone" not in lying(tmp_path)


def test_every_text_has_a_hash_that_another_store_does_not_give_it(
    store: VectorStore, tmp_path: Path
) -> None:
    other = VectorStore(tmp_path / "other.sqlite", 3, WORDS, writable=True)
    assert other.text_hash("") != store.text_hash("")
    other.close()
    again = VectorStore(tmp_path / "v.sqlite", 3, WORDS, writable=False)
    assert again.text_hash("a") == store.text_hash("a")
    again.close()
    assert len({store.text_hash(text) for text in ("", "\0", "\ud800", "é", "e\u0301")}) == 5


def test_destroying_that_a_reader_cut_short_is_finished_by_asking_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(_: object) -> None:
        raise sqlite3.OperationalError("someone reads")

    store = VectorStore(tmp_path / "v.sqlite", 3, WORDS, writable=True)
    texts = {store.text_hash(text): embedded(n, 0.5, 7) for n, text in enumerate(("gone", "kept"))}
    store.put("m", texts)
    (_, gone), (kept_hash, kept) = texts.items()
    with monkeypatch.context() as patch:
        patch.setattr("indexer.stored.vector_store.empty_log", read)
        with pytest.raises(IndexUnavailable):
            store.keep_only({kept_hash})
    assert gone.vector.tobytes() in lying(tmp_path)
    store.keep_only({kept_hash})
    assert gone.vector.tobytes() not in lying(tmp_path)
    assert kept.vector.tobytes() in lying(tmp_path)
    store.close()


def lying(folder: Path) -> bytes:
    """All bytes of the store and its WAL."""
    return b"".join(each.read_bytes() for each in sorted(folder.glob("v.sqlite*")))
