"""Attention as matrix products gives what torch's own gives."""

import pytest

from indexer.embedding import attention

BATCH, HEADS, TOKENS, SIZE = 3, 2, 5, 4


@pytest.mark.model
@pytest.mark.parametrize("hidden", [0, 2])
def test_a_batch_attends_as_with_the_fused_kernel(hidden: int) -> None:
    import torch

    torch.manual_seed(1)
    query, key, value = torch.randn(3, BATCH, HEADS, TOKENS, SIZE)
    mask = torch.zeros(BATCH, 1, 1, TOKENS)
    mask[1, :, :, TOKENS - hidden :] = torch.finfo(mask.dtype).min
    expected = torch.nn.functional.scaled_dot_product_attention(query, key, value, mask, scale=0.5)
    found, _ = attention.attend(None, query, key, value, mask, scaling=0.5)
    assert found.shape == (BATCH, TOKENS, HEADS, SIZE)
    assert torch.allclose(found.transpose(1, 2), expected, atol=1e-6)
