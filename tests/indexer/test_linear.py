"""Linear layers with weights laid out once give what torch's own give."""

import pytest

from indexer.embedding import linear


@pytest.mark.model
@pytest.mark.parametrize("shape", [(1, 7, 48), (3, 16, 48), (5, 48)])
def test_products_are_those_of_torch(shape: tuple[int, ...]) -> None:
    import torch

    torch.manual_seed(1)
    layers = torch.nn.Sequential(torch.nn.Linear(48, 96), torch.nn.GELU(), torch.nn.Linear(96, 48))
    layers = layers.to(torch.bfloat16)
    states = torch.randn(shape, dtype=torch.bfloat16)
    with torch.inference_mode():
        expected = layers(states)
        linear.lay_out(layers)
        assert torch.equal(layers(states), expected)


@pytest.mark.model
def test_a_processor_without_bfloat16_keeps_the_layers_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import torch

    layer = torch.nn.Linear(4, 4).to(torch.bfloat16)
    monkeypatch.setattr(linear, "in_bfloat16", lambda: False)
    linear.lay_out(layer)
    assert "forward" not in vars(layer)
