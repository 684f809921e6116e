"""Linear layers with weights laid out once give what torch's own give, or are torch's own."""

from types import SimpleNamespace
from typing import Any

import pytest

from indexer.embedding import linear
from indexer.embedding.linear import Operators


def twisted(*_: Any) -> Any:
    """What an operator may come to do in another release."""
    import torch

    return torch.zeros(2, 4, dtype=torch.bfloat16)


def refusing(*_: Any) -> Any:
    raise TypeError("takes other arguments")


@pytest.fixture
def operators() -> Operators:
    found = linear.found()
    if found is None:
        import torch

        # The same by torch's own product, so that this is tested on any processor and release.
        return Operators(
            lambda weight, _: weight.clone(),
            lambda states, weight, bias, *_: torch.nn.functional.linear(states, weight, bias),
        )
    return found


@pytest.mark.model
@pytest.mark.parametrize("shape", [(1, 7, 48), (3, 16, 48), (5, 48)])
def test_products_are_those_of_torch(operators: Operators, shape: tuple[int, ...]) -> None:
    import torch

    torch.manual_seed(1)
    layers = torch.nn.Sequential(torch.nn.Linear(48, 96), torch.nn.GELU(), torch.nn.Linear(96, 48))
    layers = layers.to(torch.bfloat16)
    states = torch.randn(shape, dtype=torch.bfloat16)
    with torch.inference_mode():
        expected = layers(states)
        linear.lay_out(layers, operators)
        assert torch.equal(layers(states), expected)


@pytest.mark.model
@pytest.mark.parametrize(
    "named",
    [
        {},
        {"_is_mkldnn_bf16_supported": lambda: False},
        {"_is_mkldnn_bf16_supported": lambda: True},
        {
            "_is_mkldnn_bf16_supported": lambda: True,
            "_reorder_linear_weight": lambda weight, _: weight,
            "_linear_pointwise": twisted,
        },
        {
            "_is_mkldnn_bf16_supported": lambda: True,
            "_reorder_linear_weight": refusing,
            "_linear_pointwise": twisted,
        },
    ],
)
def test_a_release_with_other_operators_or_a_processor_without_bfloat16_has_none(
    monkeypatch: pytest.MonkeyPatch, named: dict[str, Any]
) -> None:
    import torch

    monkeypatch.setattr(torch, "ops", SimpleNamespace(mkldnn=SimpleNamespace(**named)))
    assert linear.found() is None


@pytest.mark.model
def test_without_operators_the_layers_stay_as_they_are() -> None:
    import torch

    layer = torch.nn.Linear(4, 4).to(torch.bfloat16)
    linear.lay_out(layer, None)
    assert "forward" not in vars(layer)
