"""The bias of a convolution, whose gradient is summed in the same order whatever else is in the ensemble.

In an ensemble, runs and channels of a convolution share an axis, and torch's sum over the other axes then
adds up the last few of all channels of all runs in another order. Here each run's channels are summed on
their own.
"""

from typing import Any

from torch import Tensor
from torch.autograd import Function


def add_bias(x: Tensor, bias: Tensor) -> Tensor:
    """Add (channels,) to (batch, channels, height, width)."""
    total: Tensor = _Bias.apply(x, bias)  # type: ignore[no-untyped-call]
    return total


class _Bias(Function):
    """The bias of one model."""

    @staticmethod
    def forward(x: Tensor, bias: Tensor) -> Tensor:
        return x + bias[:, None, None]

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Nothing is kept."""

    @staticmethod
    def backward(_: Any, gradient: Tensor) -> tuple[Tensor, Tensor]:
        return gradient, gradient.sum((0, 2, 3))

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, ...], x: Tensor, bias: Tensor) -> tuple[Tensor, int]:
        """An ensemble of models; one of the two arrays may be the same for all."""
        axis, own = in_dims
        x = x.expand(info.batch_size, *x.shape) if axis is None else x.movedim(axis, 0)
        bias = bias.expand(info.batch_size, -1) if own is None else bias.movedim(own, 0)
        return _EnsembleBias.apply(x, bias), 0  # type: ignore[no-untyped-call]


class _EnsembleBias(Function):
    """The bias of an ensemble: (runs, batch, channels, height, width) and (runs, channels)."""

    @staticmethod
    def forward(x: Tensor, bias: Tensor) -> Tensor:
        return x + bias[:, None, :, None, None]

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Nothing is kept."""

    @staticmethod
    def backward(_: Any, gradient: Tensor) -> tuple[Tensor, Tensor]:
        # Rows of (batch, places) are contiguous for each run and channel, so each is a sum of its own.
        rows = gradient.transpose(1, 2).flatten(2).contiguous()
        return gradient, rows.sum(2)
