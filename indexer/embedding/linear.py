"""Linear layers in bfloat16 whose weights are laid out for the processor once, not at every use.

Torch hands a layer's weights to oneDNN as they stand, and oneDNN copies them into its own order
before each product: for a question that costs as much as the product itself. What torch's compiler
does about it, once and ahead of time, is done here without compiling. The vectors stay the same.
"""

from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


def lay_out(model: Any) -> None:
    """Let every linear layer of `model` do so, where the processor computes in bfloat16 at all."""
    import torch

    if not in_bfloat16():
        return
    with torch.inference_mode():
        for layer in model.modules():
            if isinstance(layer, torch.nn.Linear):
                weight = torch.ops.mkldnn._reorder_linear_weight(layer.weight, None)
                layer.forward = partial(_product, weight, layer.bias)  # type: ignore[method-assign]  # of this layer alone


def in_bfloat16() -> bool:
    """Whether oneDNN computes in bfloat16 on this processor."""
    import torch

    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def _product(weight: "Tensor", bias: "Tensor", states: "Tensor") -> "Tensor":
    import torch

    product: Tensor = torch.ops.mkldnn._linear_pointwise(states, weight, bias, "none", [], "")
    return product
