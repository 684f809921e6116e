"""Prepacks the weights of bfloat16 linear layers for oneDNN once, instead of at every use.

Torch passes weights to oneDNN in its own order, and oneDNN reorders a copy before each product: for
a question that costs as much as the product itself. Torch's compiler prepacks ahead of time; this
does so without compiling. The vectors stay the same.

The operators are private in torch, and used nowhere else. With a release where they are missing or
behave differently, torch's own layers stay, which give the same results more slowly.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from torch import Tensor


class Operators(Struct, frozen=True):
    """Operators that reorder weights, and multiply by reordered ones."""

    reorder: "Callable[[Tensor, None], Tensor]"
    multiply: "Callable[..., Tensor]"

    def product(self, weight: "Tensor", bias: "Tensor | None", states: "Tensor") -> "Tensor":
        """states weight^T + bias, for a reordered weight."""
        return self.multiply(states, weight, bias, "none", [], "")


def lay_out(model: Any, operators: Operators | None) -> None:
    """Make every linear layer of `model` use these operators, if any."""
    import torch

    if operators is None:
        return
    with torch.inference_mode():
        for layer in model.modules():
            if isinstance(layer, torch.nn.Linear):
                weight = operators.reorder(layer.weight, None)
                layer.forward = partial(operators.product, weight, layer.bias)  # type: ignore[method-assign]  # of this layer alone


def found() -> Operators | None:
    """The operators of this torch; None without them or without bfloat16 in the processor."""
    import torch

    names: Any = torch.ops.mkldnn
    try:
        if not names._is_mkldnn_bf16_supported():
            return None
        operators = Operators(names._reorder_linear_weight, names._linear_pointwise)
        return operators if _fit(operators) else None
    except (AttributeError, RuntimeError, TypeError):  # gone, or of other arguments
        return None


def _fit(operators: Operators) -> bool:
    """Whether they multiply as torch's own layers do."""
    import torch

    with torch.inference_mode():
        # Numbers whose sums are exact in any order.
        weight = torch.arange(64, dtype=torch.bfloat16).reshape(4, 16)
        bias, states = torch.arange(4, dtype=torch.bfloat16), weight[:2] / 8
        product = operators.product(operators.reorder(weight, None), bias, states)
        return torch.equal(product, torch.nn.functional.linear(states, weight, bias))
