"""Deep Speech 2 (Amodei et al. 2016), the speech model of Hestness et al. 2017, scaled in width and depth.

Two convolutions over time and frequency, LSTM layers in both directions whose states are added, as in the
paper, and a linear head: one set of logits per step, for connectionist temporal classification. The kernels
are 5 x 5 where the paper has 41 x 11 and 21 x 11: its spectrograms have several times as many bands, and the
LSTM sees the rest of the context anyway. There is no batch normalisation: a subset of a few phrases gives no
statistics, and their noise would change with the subset's size.

A sound ends where everything that follows is zero in every band. That padding has no effect: convolutions,
recurrent layers and what follows them see zeros there, and a reverse layer, which begins with the padding,
keeps a state of zero in it. So a sound's outputs do not depend on how far it is padded.
"""

from typing import Annotated, Literal

from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from scalinglaws.models._bias import add_bias
from scalinglaws.models._recurrence import LstmLayer

TASKS = ("speech-ctc",)

KERNEL = 5
TIME_STRIDES = {2: (2, 1), 3: (3, 1), 4: (2, 2)}
"""Strides in time of the two convolutions, by their product; the strides in frequency are both two."""


def steps_of(frames: int, stride: int) -> int:
    """Output steps that belong to the first `frames` of a sound."""
    return -(-frames // stride)


def padding_of(sounds: Tensor) -> Tensor:
    """Which frames of (batch, frames, bands) are padding, (batch, frames): those that hold only zeros.

    A frame of a real sound is never zero in all bands, because features are normalised logarithms.
    """
    return (sounds == 0).all(-1)


class Bidirectional(nn.Module):
    """Two LSTM layers, one in each direction of time; their states are added, as in Deep Speech 2."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.onwards = LstmLayer(inputs, width)
        self.backwards = LstmLayer(inputs, width, reverse=True)

    def forward(self, x: Tensor, padding: Tensor) -> Tensor:
        """Map (batch, steps, inputs) to (batch, steps, width), zero in `padding`."""
        there = (~padding).float()
        states: Tensor = (self.onwards(x, there) + self.backwards(x, there)) * there[..., None]
        return states


class Convolution(nn.Conv2d):
    """A convolution over time and frequency with a bias and a rectifier."""

    def __init__(self, inputs: int, outputs: int, time_stride: int) -> None:
        super().__init__(inputs, outputs, KERNEL, stride=(time_stride, 2), padding=KERNEL // 2)
        nn.init.kaiming_normal_(self.weight, mode="fan_in", nonlinearity="relu")
        assert self.bias is not None
        nn.init.zeros_(self.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, inputs, steps, bands) to (batch, outputs, steps/stride, bands/2), rounded up."""
        assert self.bias is not None
        return functional.relu(
            add_bias(functional.conv2d(x, self.weight, None, self.stride, self.padding), self.bias)
        )


class DeepSpeech(nn.Module):
    """Convolutions, recurrent layers, linear head."""

    HEAD = ("head",)
    EMBEDDINGS = ()

    def __init__(self, bands: int, outputs: int, width: int, layers: int, stride: int) -> None:
        super().__init__()
        channels = -(-width // 4)
        first, second = TIME_STRIDES[stride]
        self.convolutions = nn.ModuleList(
            [Convolution(1, channels, first), Convolution(channels, channels, second)]
        )
        left = steps_of(bands, 4)
        sizes = [channels * left] + [width] * (layers - 1)
        self.layers = nn.ModuleList(Bidirectional(inputs, width) for inputs in sizes)
        self.head = nn.Linear(width, outputs)
        nn.init.zeros_(self.head.bias)

    def forward(self, sounds: Tensor) -> Tensor:
        """Map sounds (batch, frames, bands) to logits (batch, steps, outputs).

        The first `steps_of(frames)` steps belong to a sound, the others to its padding.
        """
        padding = padding_of(sounds)
        x = sounds[:, None]
        for convolution in self.convolutions:
            padding = padding[:, :: convolution.stride[0]]  # type: ignore[index]
            x = convolution(x).masked_fill(padding[:, None, :, None], 0.0)
        x = x.transpose(1, 2).flatten(2)
        for layer in self.layers:
            x = layer(x, padding)
        logits: Tensor = self.head(x)
        return logits


def build(
    inputs: tuple[int, ...],
    outputs: int,
    *,
    width: Annotated[int, Field(ge=1, le=8192)],
    layers: Annotated[int, Field(ge=1, le=16)] = 2,
    stride: Literal[2, 3, 4] = 4,
) -> nn.Module:
    """A Deep Speech 2 network.

    Args:
        inputs: shape of one sound, (frames, bands).
        outputs: number of symbols, with the blank, which comes first.
        width: units of a recurrent layer in each direction; convolutions have a quarter as many channels.
        layers: recurrent layers.
        stride: frames per step of the outputs.
    """
    return DeepSpeech(inputs[1], outputs, width, layers, stride)
