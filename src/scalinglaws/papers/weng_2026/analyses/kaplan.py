"""Kaplan et al. 2020, Table 1: parameters and FLOPs per token of a transformer, by formula and counted.

The count covers the modules of this package's transformer and the matrix products that torch sees in a
forward and backward pass. The model is on torch's meta device, which only computes shapes: there attention is
two plain products, whereas fused kernels of a CPU would hide theirs from the count.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.counting.transformer import Parts, kaplan_forward, kaplan_forward_flops, non_embedding
from scalinglaws.counting.transformer import Transformer as Shape
from scalinglaws.counting.transformer import parameters as exact_parameters
from scalinglaws.models.transformer import build
from scalinglaws.papers.weng_2026.constants import kaplan_2020 as kaplan
from scalinglaws.tables.analysis import fit_row, fit_table
from scalinglaws.tables.inputs import Inputs

TABLES = ("parts", "sizes", "fits")

PARTS = ("embed", "qkv", "mask", "project", "feed_forward", "de_embed")
"""The rows of Table 1, as `scalinglaws.counting.transformer` names them."""
NON_EMBEDDING = ("qkv", "mask", "project", "feed_forward")
MODULES = {
    "embed": "embed",
    "positions": "embed",
    "attention.qkv": "qkv",
    "attention.project": "project",
    "feed_forward.up": "feed_forward",
    "feed_forward.down": "feed_forward",
    "de_embed": "de_embed",
}
"""Parts by the ends of module names; other modules are normalisations."""
SHAPES = ((1, 8), (2, 32), (3, 64), (4, 128), (6, 256), (8, 512), (12, 768), (24, 1024), (48, 1600))
"""Depth and width, from N = 768 to N = 1.5 billion, the ends of Kaplan et al.'s range."""
SHOWN = (12, 768)  # GPT-2's smallest shape; the table lists its parts
HEAD_WIDTH = 64
WHY = {"embed": "lookup, no product", "mask": "causal half", "total": "causal half"}
"""Why counted FLOPs differ from the formula: dense products also compute what the causal mask discards."""


@dataclass(frozen=True)
class Counted:
    """What was counted in a model.

    Attributes:
        parameters: by part, without biases.
        biases: by part; for normalisations, gains and biases.
        forward: FLOPs per token of the forward pass, by part.
        training: FLOPs per token of both passes.
    """

    parameters: Parts
    biases: Parts
    forward: dict[str, float]
    training: float


def analyse(_inputs: Inputs, _spec: AnalysisSpec) -> dict[str, pd.DataFrame]:
    """Count every shape.

    Tables:
        parts: one row per row of Table 1, for one shape: by formula and counted, and why they differ.
        sizes: one row per shape: N, and how the counted FLOPs compare with the formulas'.
        fits: ratios of counts to formulas.
    """
    counts = {shape: _count(_shape(*shape)) for shape in SHAPES}
    sizes = pd.DataFrame([_size(_shape(*shape), counted) for shape, counted in counts.items()])
    return {
        "parts": pd.DataFrame(list(_parts(_shape(*SHOWN), counts[SHOWN]))),
        "sizes": sizes,
        "fits": fit_table(one for _, size in sizes.iterrows() for one in _fits(size)),
    }


def _shape(depth: int, width: int) -> Shape:
    return Shape(
        d_model=width,
        n_layer=depth,
        d_ff=4 * width,
        d_attn=width,
        vocabulary=round(kaplan.VOCABULARY.value),
        n_ctx=round(kaplan.CONTEXT.value),
        tied=True,
    )


def _count(shape: Shape) -> Counted:
    heads = max(1, shape.d_model // HEAD_WIDTH)
    with torch.device("meta"):
        model = build(
            (shape.n_ctx,),
            shape.vocabulary,
            width=shape.d_model,
            depth=shape.n_layer,
            heads=heads,
            inner_ratio=shape.d_ff // shape.d_model,
            tied=shape.tied,
        )
        tokens = torch.zeros((1, shape.n_ctx))
    parameters, biases = _parameters(model)
    with FlopCounterMode(display=False) as counter:
        loss = model(tokens).sum()
    forward = {"mask": 0.0, **dict.fromkeys((*PARTS, "norm"), 0.0)}
    for module, operations in counter.get_flop_counts().items():
        part = "mask" if module.endswith(".attention") else _part(module)
        # Attention's own products are those in its total that are not products with its matrices.
        flops = sum(n for name, n in operations.items() if part != "mask" or "bmm" in str(name))
        if part is not None:
            forward[part] += flops / shape.n_ctx
    with FlopCounterMode(display=False) as backward:
        loss.backward()
    both = counter.get_total_flops() + backward.get_total_flops()
    return Counted(parameters, biases, forward, both / shape.n_ctx)


def _parameters(model: nn.Module) -> tuple[Parts, Parts]:
    """Matrices and biases, by part; a tied matrix counts once, as an embedding."""
    matrices, biases = (dict.fromkeys((*PARTS, "norm"), 0) for _ in range(2))
    for name, parameter in model.named_parameters():
        module, _, kind = name.rpartition(".")
        part = _part(module) or "norm"
        into = matrices if kind == "weight" and part != "norm" else biases
        into[part] += parameter.numel()
    return matrices, biases


def _part(module: str) -> str | None:
    """The part that a module without submodules belongs to, by the end of its name."""
    return next((part for end, part in MODULES.items() if f".{module}".endswith(f".{end}")), None)


def _parts(shape: Shape, counted: Counted) -> Iterator[dict[str, Any]]:
    exact, flops = exact_parameters(shape), kaplan_forward_flops(shape)
    formula = {**exact, "embed": exact["embed"] + exact["positions"], "mask": 0, "norm": 0}
    for part in (*PARTS, "norm"):
        yield _row(counted, part, (part,), formula[part], flops.get(part, 0))
    inside = (*NON_EMBEDDING, "norm")
    yield _row(counted, "total", inside, non_embedding(shape), kaplan_forward(shape))


def _row(counted: Counted, name: str, parts: tuple[str, ...], parameters: int, flops: int) -> dict[str, Any]:
    """A row of Table 1: what its formulas give, and what was counted in some parts."""
    found = {
        "part": name,
        "parameters": parameters,
        "parameters_counted": sum(counted.parameters[part] for part in parts),
        "biases_counted": sum(counted.biases[part] for part in parts),
        "flops": flops,
        "flops_counted": sum(counted.forward[part] for part in parts),
    }
    reasons = [
        *(["gains and biases" if name == "norm" else "biases"] if found["biases_counted"] else []),
        *([WHY[name]] if name in WHY and found["flops"] != found["flops_counted"] else []),
    ]
    return {**found, "note": ", ".join(reasons)}


def _size(shape: Shape, counted: Counted) -> dict[str, float]:
    N = non_embedding(shape)
    matrices = sum(counted.parameters[part] for part in NON_EMBEDDING)
    every = sum(counted.parameters.values()) + sum(counted.biases.values())
    forward = sum(counted.forward.values())
    return {
        "depth": shape.n_layer,
        "width": shape.d_model,
        "N": N,
        "N_counted": matrices,
        "N_total": every,
        "forward": forward,
        "forward_over_kaplan": forward / kaplan_forward(shape),
        "forward_over_2N": forward / (2 * N),
        "training_over_forward": counted.training / forward,
        "training_over_6N": counted.training / (6 * N),
        "training_over_6N_total": counted.training / (6 * every),
        "de_embed_share": counted.forward["de_embed"] / forward,
        "mask_share": counted.forward["mask"] / forward,
    }


def _fits(size: "pd.Series[float]") -> Iterator[dict[str, Any]]:
    metric = f"{size['depth']:.0f} blocks of width {size['width']:.0f}"
    yield fit_row("kaplan-table-1", metric, "N_counted/N", size["N_counted"] / size["N"], points=1)
    for parameter in (
        "forward_over_kaplan",
        "training_over_forward",
        "training_over_6N",
        "training_over_6N_total",
    ):
        yield fit_row("kaplan-table-1", metric, parameter, float(size[parameter]), points=1)
