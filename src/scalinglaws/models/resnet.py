"""Residual networks for small images (He et al. 2016, section 4.2), scaled in width and depth.

The family of Hestness et al. 2017, but without its normalisation: ten images give no useful batch statistics,
and the noise of these would change with the subset's size. Instead, residual branches start small (the second
convolution is scaled by 1/sqrt(blocks), in the manner of Zhang et al. 2019), which trains at every depth used
here. Shortcuts have no parameters (option A of He et al.). The stem halves the image twice, as in the
ImageNet networks.
"""

import math
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from scalinglaws.models._bias import add_bias

TASKS = ("image-classification",)

STAGES = 3


class Convolution(nn.Conv2d):
    """A 3 x 3 convolution with a bias."""

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, inputs, height, width) to (batch, outputs, height/stride, width/stride)."""
        assert self.bias is not None
        return add_bias(functional.conv2d(x, self.weight, None, self.stride, self.padding), self.bias)


class Block(nn.Module):
    """Two 3 x 3 convolutions around a parameter-free shortcut."""

    def __init__(self, inputs: int, outputs: int, stride: int, scale: float) -> None:
        super().__init__()
        self.first = _convolution(inputs, outputs, stride)
        self.second = _convolution(outputs, outputs, 1, scale)
        self.stride = stride
        self.extra = outputs - inputs

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, inputs, height, width) to (batch, outputs, height/stride, width/stride)."""
        branch: Tensor = self.second(functional.relu(self.first(x)))
        if self.stride > 1:
            x = x[:, :, :: self.stride, :: self.stride]
        if self.extra:
            x = functional.pad(x, (0, 0, 0, 0, 0, self.extra))
        return functional.relu(x + branch)


class ResNet(nn.Module):
    """Stem, three stages of residual blocks whose channels double, mean over the image, and linear head."""

    HEAD = ("head",)
    EMBEDDINGS = ()

    def __init__(self, channels: int, classes: int, width: int, depth: int) -> None:
        super().__init__()
        blocks = (depth - 2) // (2 * STAGES)
        self.stem = _convolution(channels, width, stride=2)
        layers: list[nn.Module] = []
        before = width
        for stage in range(STAGES):
            after = width * 2**stage
            for block in range(blocks):
                stride = 2 if stage and not block else 1
                layers.append(Block(before, after, stride, scale=1 / math.sqrt(STAGES * blocks)))
                before = after
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(before, classes)
        nn.init.zeros_(self.head.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (batch, channels, height, width) to logits (batch, classes)."""
        x = functional.max_pool2d(functional.relu(self.stem(x)), kernel_size=2, ceil_mode=True)
        logits: Tensor = self.head(self.body(x).mean((2, 3)))
        return logits


def build(
    inputs: tuple[int, ...],
    outputs: int,
    *,
    width: Annotated[int, Field(ge=1, le=4096)],
    depth: Literal[8, 14, 20, 26, 32, 44, 56, 110] = 8,
) -> nn.Module:
    """A residual network for images.

    Args:
        inputs: shape of one image, (channels, height, width).
        outputs: number of classes.
        width: channels of the first stage; the others have two and four times as many.
        depth: layers with weights: 6 n + 2 for n blocks per stage.
    """
    return ResNet(inputs[0], outputs, width, depth).to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def _convolution(inputs: int, outputs: int, stride: int, scale: float = 1.0) -> nn.Conv2d:
    layer = Convolution(inputs, outputs, kernel_size=3, stride=stride, padding=1)
    nn.init.kaiming_normal_(layer.weight, mode="fan_in", nonlinearity="relu")
    assert layer.bias is not None
    nn.init.zeros_(layer.bias)
    with torch.no_grad():
        layer.weight.mul_(scale)
    return layer
