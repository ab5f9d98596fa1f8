"""FLOPs of torch's operators: formulas for products, a list of what costs nothing, an error for the rest.

A multiply-add is two FLOPs. Only products are counted: matrix products, convolutions and attention. As is
usual in the field, element-wise work (activations, normalisation, dropout, sums, copies, the optimiser) is
not: it is a small share of the arithmetic of all but the smallest models.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from scalinglaws.errors import ScalingLawsError

Arguments = Sequence[Any]
Formula = Callable[[Arguments], int]
"""Maps an operator's positional arguments to its FLOPs."""

ATTENTION = frozenset(
    f"_scaled_dot_product_{kind}"
    for kind in (
        "flash_attention",
        "flash_attention_for_cpu",
        "efficient_attention",
        "cudnn_attention",
        "fused_attention_overrideable",
    )
)
"""Fused attention: queries times keys and weights times values in one operator."""

_FREE = """
_adaptive_avg_pool2d _adaptive_avg_pool2d_backward _adaptive_avg_pool3d
_adaptive_avg_pool3d_backward _batch_norm_with_update _fused_dropout _fused_rms_norm
_fused_rms_norm_backward _local_scalar_dense _log_softmax _log_softmax_backward_data
_native_batch_norm_legit _native_batch_norm_legit_functional _pack_padded_sequence
_pack_padded_sequence_backward _safe_softmax _softmax _softmax_backward_data _thnn_fused_gru_cell
_thnn_fused_gru_cell_backward _thnn_fused_lstm_cell _thnn_fused_lstm_cell_backward_impl _to_copy
_unsafe_index _unsafe_index_put _unsafe_view adaptive_max_pool1d adaptive_max_pool2d
adaptive_max_pool2d_backward arange avg_pool2d avg_pool2d_backward avg_pool3d avg_pool3d_backward
batch_norm_backward bernoulli bincount cat clone constant_pad_nd copy cudnn_batch_norm
cudnn_batch_norm_backward cumprod cumsum detach embedding embedding_dense_backward empty empty_like
empty_permuted empty_strided equal expand_copy eye fill flip full full_like gather glu glu_backward
index index_add index_copy index_fill index_put index_select lift lift_fresh linspace log_sigmoid_backward
log_sigmoid_forward logcumsumexp masked_fill masked_scatter masked_select max_pool2d_with_indices
max_pool2d_with_indices_backward max_pool3d_with_indices max_pool3d_with_indices_backward multinomial
native_batch_norm native_batch_norm_backward native_dropout native_dropout_backward native_group_norm
native_group_norm_backward native_layer_norm native_layer_norm_backward new_empty new_empty_strided
new_full new_ones new_zeros nonzero normal normal_functional one_hot ones ones_like rand rand_like
randint randint_like randn randn_like randperm reflection_pad1d reflection_pad1d_backward
reflection_pad2d reflection_pad2d_backward repeat repeat_interleave replication_pad1d
replication_pad1d_backward replication_pad2d replication_pad2d_backward resize roll rot90 scalar_tensor
scatter scatter_add scatter_reduce select_backward select_scatter set slice_backward slice_scatter sort
split_with_sizes stack topk tril triu unfold_backward uniform unsafe_split unsafe_split_with_sizes
upsample_bilinear2d upsample_bilinear2d_backward upsample_nearest1d upsample_nearest1d_backward
upsample_nearest2d upsample_nearest2d_backward value_selecting_reduction_backward zero zeros zeros_like
"""
FREE = frozenset(_FREE.split())
"""Operators without products, besides views and those that torch tags itself."""
TAGS = frozenset({torch.Tag.pointwise, torch.Tag.reduction, torch.Tag.inplace_view})
"""Torch's tags of operators without products."""


def operator_name(operator: Any) -> str:
    """The name of an operator: `addmm` for `aten::addmm.out`. Those outside aten keep their namespace."""
    return str(operator.name()).removeprefix("aten::").partition(".")[0]


def flops(operator: Any, arguments: Arguments) -> int:
    """FLOPs of one call of an operator of torch.

    Raises:
        ScalingLawsError: the operator is not known, so it may be a product.
    """
    name = operator_name(operator)
    formula = FORMULAS.get(name) or FORMULAS.get(name.removesuffix("_"))  # in-place operators end in _
    if formula is not None:
        return formula(arguments)
    if operator.is_view or TAGS.intersection(operator.tags) or name.removesuffix("_") in FREE:
        return 0
    raise ScalingLawsError(
        f"FLOPs of the operator {operator.name()} are not known; give it a formula in FORMULAS, or list it "
        f"in FREE if it is not a product ({__name__})"
    )


def factors(operator: Any, arguments: Arguments) -> tuple[Tensor, Tensor] | None:
    """The two matrices that an operator multiplies; None if it is not a matrix product."""
    first = MATRIX_PRODUCTS.get(operator_name(operator).removesuffix("_"))
    return None if first is None else (arguments[first], arguments[first + 1])


def matrix_product(left: Tensor, right: Tensor) -> int:
    """FLOPs of (..., m, k) times (..., k, n) or times (k,)."""
    return 2 * left.numel() * (right.shape[-1] if right.dim() > 1 else 1)


def convolution(inputs: Tensor, outputs: torch.Size, weight: Tensor, transposed: bool) -> int:
    """FLOPs of a convolution (batch, channels, ...); products with its padding count, too.

    The whole weight is used at each place of the output, or of the input if it is transposed.
    """
    places = inputs.shape[2:] if transposed else outputs[2:]
    return 2 * inputs.shape[0] * places.numel() * weight.numel()


def attention(query: Tensor, key: Tensor, value: Tensor) -> int:
    """FLOPs of scores and mixed values, (..., heads, tokens, channels) each. A mask does not save any.

    Half of the products are not needed under a causal mask, but kernels differ in how many they leave out.
    """
    pairs = query.shape[:-1].numel() * key.shape[-2]
    return 2 * pairs * (query.shape[-1] + value.shape[-1])


def _convolution(arguments: Arguments) -> int:
    inputs, weight, _, stride, padding, dilation, transposed, extra, _ = arguments
    sizes = []
    for k, size in enumerate(inputs.shape[2:]):
        reach = dilation[k] * (weight.shape[2 + k] - 1)
        if transposed:
            sizes.append((size - 1) * stride[k] - 2 * padding[k] + reach + extra[k] + 1)
        else:
            sizes.append((size + 2 * padding[k] - reach - 1) // stride[k] + 1)
    return convolution(inputs, torch.Size((0, 0, *sizes)), weight, transposed)


def _convolution_backward(arguments: Arguments) -> int:
    """One product each for the gradients of the inputs and of the weight, if they are wanted."""
    gradient, inputs, weight = arguments[:3]
    transposed, wanted = arguments[7], arguments[10]
    return int(sum(wanted[:2])) * convolution(inputs, gradient.shape, weight, transposed)


def _attention_backward(arguments: Arguments) -> int:
    """Four products. Scores that a kernel computes again, to save memory, are not FLOPs of the model."""
    return 2 * attention(*arguments[1:4])


def _product(first: int) -> Formula:
    return lambda arguments: matrix_product(arguments[first], arguments[first + 1])


MATRIX_PRODUCTS = {"mm": 0, "bmm": 0, "mv": 0, "dot": 0, "addmm": 1, "baddbmm": 1, "addbmm": 1, "addmv": 1}
"""Matrix products, and the index of the first of their two factors among the arguments."""

FORMULAS: dict[str, Formula] = {
    **{name: _product(first) for name, first in MATRIX_PRODUCTS.items()},
    "_addmm_activation": _product(1),
    "convolution": _convolution,
    "convolution_backward": _convolution_backward,
    **{name: lambda arguments: attention(*arguments[:3]) for name in ATTENTION},
    **{f"{name}_backward": _attention_backward for name in ATTENTION},
}
"""Every operator that is counted."""
