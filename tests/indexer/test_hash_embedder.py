"""The embedder for tests keeps the promises of every embedder."""

import pytest

from indexer.embedding.embedder import Embedder
from indexer.embedding.testing import HashEmbedder
from tests.contracts.embedder import EmbedderContract, TokenEncoderContract


class TestHashEmbedder(EmbedderContract, TokenEncoderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return HashEmbedder()

    def test_it_counts_what_it_embeds(self) -> None:
        embedder = HashEmbedder()
        embedder.warm()
        embedder.embed(["one", "two"])
        assert embedder.embedded == 2

    def test_another_dimension_is_another_fingerprint(self) -> None:
        assert HashEmbedder(8).fingerprint != HashEmbedder(16).fingerprint


class TestHashEmbedderOfSentences(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return HashEmbedder(words=False)

    def test_it_is_told_apart_as_it_stores_no_words(self, embedder: Embedder) -> None:
        assert embedder.token_encoder is None
        assert embedder.fingerprint != HashEmbedder().fingerprint
