"""Fully connected networks: layers of one width with rectifiers between them, on flattened examples."""

import math
from itertools import pairwise
from typing import Annotated

from pydantic import Field
from torch import Tensor, nn

TASKS = ("image-classification",)


class Mlp(nn.Module):
    """Hidden layers and a linear head."""

    HEAD = ("head",)
    EMBEDDINGS = ()

    def __init__(self, inputs: int, outputs: int, width: int, depth: int) -> None:
        super().__init__()
        sizes = [inputs, *[width] * depth]
        layers = [_linear(before, after) for before, after in pairwise(sizes)]
        self.hidden = nn.ModuleList(layers)
        self.head = nn.Linear(width, outputs)
        nn.init.zeros_(self.head.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map examples (batch, ...) to logits (batch, outputs)."""
        x = x.flatten(1)
        for layer in self.hidden:
            x = layer(x).relu()
        logits: Tensor = self.head(x)
        return logits


def build(
    inputs: tuple[int, ...],
    outputs: int,
    *,
    width: Annotated[int, Field(ge=1, le=65536)],
    depth: Annotated[int, Field(ge=1, le=64)] = 2,
) -> nn.Module:
    """A fully connected network.

    Args:
        inputs: shape of one example.
        outputs: number of classes.
        width: units of each hidden layer.
        depth: number of hidden layers.
    """
    return Mlp(math.prod(inputs), outputs, width, depth)


def _linear(inputs: int, outputs: int) -> nn.Linear:
    layer = nn.Linear(inputs, outputs)
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")  # He et al. 2015
    nn.init.zeros_(layer.bias)
    return layer
