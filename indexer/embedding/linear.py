"""Linear layers in bfloat16 whose weights are laid out for the processor once, not at every use.

Torch hands a layer's weights to oneDNN as they stand, and oneDNN copies them into its own order
before each product: for a question that costs as much as the product itself. What torch's compiler
does about it, once and ahead of time, is done here without compiling. The vectors stay the same.

Torch has private names for this alone, used here and nowhere else. A release without them, or where
they do something else, keeps its own layers, which give the same and take longer.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from torch import Tensor


class Operators(Struct, frozen=True):
    """What lays weights out, and what multiplies by weights that are."""

    reorder: "Callable[[Tensor, None], Tensor]"
    multiply: "Callable[..., Tensor]"

    def product(self, weight: "Tensor", bias: "Tensor | None", states: "Tensor") -> "Tensor":
        """states weight^T + bias, of a weight that is laid out."""
        return self.multiply(states, weight, bias, "none", [], "")


def lay_out(model: Any, operators: Operators | None) -> None:
    """Have every linear layer of `model` use these, if there are any."""
    import torch

    if operators is None:
        return
    with torch.inference_mode():
        for layer in model.modules():
            if isinstance(layer, torch.nn.Linear):
                weight = operators.reorder(layer.weight, None)
                layer.forward = partial(operators.product, weight, layer.bias)  # type: ignore[method-assign]  # of this layer alone


def found() -> Operators | None:
    """Those of this torch; None if it has others, or this processor no bfloat16."""
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
    """Whether they multiply as a layer of torch's does."""
    import torch

    with torch.inference_mode():
        # Numbers whose sums are exact in any order.
        weight = torch.arange(64, dtype=torch.bfloat16).reshape(4, 16)
        bias, states = torch.arange(4, dtype=torch.bfloat16), weight[:2] / 8
        product = operators.product(operators.reorder(weight, None), bias, states)
        return torch.equal(product, torch.nn.functional.linear(states, weight, bias))
