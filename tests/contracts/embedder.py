"""What every embedder promises; a test file of one subclasses it."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.embedding.embedder import WORD_DIMENSION, Embedder
from indexer.text.analysis import distinct

TEXTS = ["A short one.", "", "Größe … zebra 学习", "word " * 600, "\0 null", "שלום עולם"]


def vectors(embedder: Embedder, texts: Sequence[str]) -> NDArray[np.float32]:
    """The vectors of texts, one a row."""
    return np.stack([one.vector for one in embedder.embed(texts)])


class EmbedderContract:
    """Subclasses give the fixture `embedder`."""

    @pytest.fixture
    def embedder(self) -> Embedder:
        raise NotImplementedError

    def test_vectors_have_the_stated_shape_and_length_one(self, embedder: Embedder) -> None:
        found = vectors(embedder, TEXTS)
        assert found.shape == (len(TEXTS), embedder.dimension)
        assert found.dtype == np.float32
        assert np.allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-4)

    def test_no_texts_give_no_vectors(self, embedder: Embedder) -> None:
        assert embedder.embed([]) == []
        assert embedder.token_offsets([]) == []

    def test_a_text_has_the_same_vector_whatever_stands_beside_it(self, embedder: Embedder) -> None:
        together = vectors(embedder, TEXTS)
        alone = np.concatenate([vectors(embedder, [text]) for text in TEXTS])
        assert np.einsum("ij,ij->i", together, alone).min() > 0.999

    def test_texts_that_share_words_are_nearer_than_others(self, embedder: Embedder) -> None:
        one, near, far = vectors(
            embedder, ["nurses hand over patients", "nurses hand over a ward", "bicycle chain oil"]
        )
        assert one @ near > one @ far

    def reads(self, term: str) -> bool:
        """Whether the embedder reads the script of a term."""
        return True

    def test_every_term_of_a_text_has_one_vector(self, embedder: Embedder) -> None:
        for text, found in zip(TEXTS, embedder.embed(TEXTS), strict=True):
            assert found.terms == tuple(filter(self.reads, distinct(text)))
            assert found.words.shape == (len(found.terms), WORD_DIMENSION)
            assert found.words.dtype == np.int8
            assert found.words.any(axis=1).all()

    def test_a_word_is_nearer_to_itself_in_another_text_than_to_another(
        self, embedder: Embedder
    ) -> None:
        one, other = embedder.embed(["the nurse oils a bicycle", "a bicycle chain"])
        cosines = _unit(one.words) @ _unit(other.words).T
        place, there = one.terms.index("bicycl"), other.terms.index("bicycl")
        assert cosines[place].argmax() == there
        assert cosines[:, there].argmax() == place

    def test_tokens_stand_where_they_say_in_their_order(self, embedder: Embedder) -> None:
        for text, tokens in zip(TEXTS, embedder.token_offsets(TEXTS), strict=True):
            ends = [end for _, end in tokens]
            assert all(0 <= start < end <= len(text) for start, end in tokens)
            assert ends == sorted(ends)

    def test_tokens_on_both_sides_of_a_space_add_up(self, embedder: Embedder) -> None:
        left, right, both = embedder.token_offsets(
            ["Alpha beta-", "42 gamma", "Alpha beta-\n42 gamma"]
        )
        assert len(left) + len(right) == len(both)

    def test_the_fingerprint_names_it(self, embedder: Embedder) -> None:
        assert embedder.fingerprint
        assert embedder.fingerprint == embedder.fingerprint.strip()


def _unit(words: NDArray[np.int8]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = words / np.linalg.norm(words.astype(float), axis=1, keepdims=True)
    return found
