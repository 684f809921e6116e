"""What every embedder and every token encoder promises; a test file of one subclasses it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.embedding.embedder import Embedder, TokenEncoder
from indexer.text.analysis import distinct

TEXTS = ["A short one.", "", "Größe … zebra 学习", "word " * 600, "\0 null", "שלום עולם"]


class EmbedderContract:
    """Subclasses give the fixture `embedder`."""

    @pytest.fixture
    def embedder(self) -> Embedder:
        raise NotImplementedError

    def test_vectors_have_the_stated_shape_and_length_one(self, embedder: Embedder) -> None:
        found = embedder.embed(TEXTS)
        assert found.shape == (len(TEXTS), embedder.dimension)
        assert found.dtype == np.float32
        assert np.allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-4)

    def test_no_texts_give_no_vectors(self, embedder: Embedder) -> None:
        assert embedder.embed([]).shape == (0, embedder.dimension)
        assert embedder.token_offsets([]) == []

    def test_a_text_has_the_same_vector_whatever_stands_beside_it(self, embedder: Embedder) -> None:
        together = embedder.embed(TEXTS)
        alone = np.concatenate([embedder.embed([text]) for text in TEXTS])
        assert np.einsum("ij,ij->i", together, alone).min() > 0.999

    def test_texts_that_share_words_are_nearer_than_others(self, embedder: Embedder) -> None:
        one, near, far = embedder.embed(
            ["nurses hand over patients", "nurses hand over a ward", "bicycle chain oil"]
        )
        assert one @ near > one @ far

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


class TokenEncoderContract:
    """Subclasses give the fixture `embedder`, one with a token encoder."""

    @pytest.fixture
    def embedder(self) -> Embedder:
        raise NotImplementedError

    @pytest.fixture
    def encoder(self, embedder: Embedder) -> TokenEncoder:
        assert embedder.token_encoder
        return embedder.token_encoder

    def test_texts_have_the_vectors_that_the_embedder_makes(
        self, embedder: Embedder, encoder: TokenEncoder
    ) -> None:
        found = np.stack([one.vector for one in encoder.encode(TEXTS)])
        assert np.einsum("ij,ij->i", found, embedder.embed(TEXTS)).min() > 0.999
        assert encoder.encode([]) == []

    def reads(self, term: str) -> bool:
        """Whether it reads the script of a term."""
        return True

    def test_every_term_of_a_text_has_one_vector(self, encoder: TokenEncoder) -> None:
        for text, found in zip(TEXTS, encoder.encode(TEXTS), strict=True):
            assert found.terms == tuple(filter(self.reads, distinct(text)))
            assert found.words.shape == (len(found.terms), encoder.word_dimension)
            assert found.words.dtype == np.int8
            assert found.words.any(axis=1).all()

    def test_a_word_is_nearer_to_itself_in_another_text_than_to_another(
        self, encoder: TokenEncoder
    ) -> None:
        one, other = encoder.encode(["the nurse oils a bicycle", "a bicycle chain"])
        cosines = _unit(one.words) @ _unit(other.words).T
        place, there = one.terms.index("bicycl"), other.terms.index("bicycl")
        assert cosines[place].argmax() == there
        assert cosines[:, there].argmax() == place


def _unit(words: NDArray[np.int8]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = words / np.linalg.norm(words.astype(float), axis=1, keepdims=True)
    return found
