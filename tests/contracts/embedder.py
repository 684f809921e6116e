"""What every embedder promises; a test file of one subclasses it."""

import numpy as np
import pytest

from indexer.embedder import Embedder

TEXTS = ["A short one.", "", "Größe … zebra 学习", "word " * 600, "\0 null", "שלום עולם"]


class EmbedderContract:
    """Subclasses give the fixture `embedder`."""

    @pytest.fixture
    def embedder(self) -> Embedder:
        raise NotImplementedError

    def test_vectors_have_the_stated_shape_and_length_one(self, embedder: Embedder) -> None:
        vectors = embedder.embed(TEXTS)
        assert vectors.shape == (len(TEXTS), embedder.dimension)
        assert vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-4)

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
