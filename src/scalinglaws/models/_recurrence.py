"""Recurrent cells over whole sequences, for one model or for an ensemble.

A step through time is a small product and a few operations on its result. If autograd and vmap recorded each
operator, that would take longer than the arithmetic. So each cell is one function with its own gradient: a
plain loop forward, a plain loop backward, and one large product for the gradient of the weights. Every array
has a leading axis of runs; a model alone has one run.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.nn import functional


def lstm(gates: Tensor, recurrent: Tensor, reverse: bool = False) -> Tensor:
    """Hidden states of a long short-term memory (Hochreiter & Schmidhuber 1997, forget gates), from zero.

    Args:
        gates: the contribution of the inputs, with biases, to candidate, input, forget and output gate,
            (batch, steps, 4 width).
        recurrent: weights of the contribution of the state, (width, 4 width).
        reverse: go through time backwards; the states still have the order of the inputs.

    Returns:
        (batch, steps, width).
    """
    hidden: Tensor = _Lstm.apply(gates[None], recurrent[None], reverse)[0][0]  # type: ignore[no-untyped-call]
    return hidden


def rhn(gates: Tensor, recurrent: Tensor, bias: Tensor) -> Tensor:
    """Hidden states of a recurrent highway network (Zilly et al. 2017) with coupled gates, from zero.

    Each step through time goes through `depth` sublayers, s + t (h - s), where h is the tanh and t the
    sigmoid of linear functions of the state s. The inputs enter the first sublayer.

    Args:
        gates: the contribution of the inputs, with its bias, to h and t of the first sublayer,
            (batch, steps, 2 width).
        recurrent: weights of the contribution of the state, (depth, width, 2 width).
        bias: biases of the other sublayers, (depth - 1, 2 width).

    Returns:
        (batch, steps, width): states after the last sublayer.
    """
    hidden: Tensor = _Rhn.apply(gates[None], recurrent[None], bias[None])[0][0]  # type: ignore[no-untyped-call]
    return hidden


class LstmLayer(nn.Module):
    """One layer in one direction: the projection of its inputs and the recurrence."""

    def __init__(self, inputs: int, width: int, reverse: bool = False) -> None:
        super().__init__()
        self.reverse = reverse
        self.project = nn.Linear(inputs, 4 * width)
        self.recurrent = nn.Parameter(torch.empty(width, 4 * width))
        nn.init.uniform_(self.project.weight, -((3 / inputs) ** 0.5), (3 / inputs) ** 0.5)
        nn.init.uniform_(self.recurrent, -((3 / width) ** 0.5), (3 / width) ** 0.5)
        nn.init.zeros_(self.project.bias)
        with torch.no_grad():
            self.project.bias[2 * width : 3 * width] = 1.0  # forgets little at first (Jozefowicz et al. 2015)

    def forward(self, x: Tensor, there: Tensor | None = None) -> Tensor:
        """Map (batch, steps, inputs) to (batch, steps, width).

        Args:
            x: inputs.
            there: 0 where an input is padding and 1 elsewhere, (batch, steps). Padding that comes first
                leaves the state at zero, so the reverse direction begins with the last real input.
        """
        gates = self.project(x)
        if there is not None:
            width = len(self.recurrent)
            shut = functional.pad(gates.new_full((width,), SHUT), (width, 2 * width))  # of input gates only
            gates = gates + (1 - there[..., None]) * shut
        return lstm(gates, self.recurrent, self.reverse)


class RhnLayer(nn.Module):
    """One layer: the projection of its inputs and the recurrence."""

    def __init__(self, inputs: int, width: int, depth: int) -> None:
        super().__init__()
        self.project = nn.Linear(inputs, 2 * width)
        self.recurrent = nn.Parameter(torch.empty(depth, width, 2 * width))
        self.bias = nn.Parameter(torch.zeros(depth - 1, 2 * width))
        nn.init.uniform_(self.project.weight, -((3 / inputs) ** 0.5), (3 / inputs) ** 0.5)
        nn.init.uniform_(self.recurrent, -((3 / width) ** 0.5), (3 / width) ** 0.5)
        with torch.no_grad():
            self.project.bias.zero_()
            for bias in (self.project.bias, self.bias):
                bias[..., width:] = CARRY

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, steps, inputs) to (batch, steps, width)."""
        return rhn(self.project(x), self.recurrent, self.bias)


SHUT = -1e4
"""Added to a gate, it shuts it."""
CARRY = -2.0
"""Initial bias of the transform gates of a highway network: at first the state is mostly carried over."""


class _Lstm(Function):
    """On (runs, batch, steps, 4 width) and (runs, width, 4 width)."""

    @staticmethod
    def forward(gates: Tensor, recurrent: Tensor, reverse: bool) -> tuple[Tensor, ...]:
        """Hidden states (runs, batch, steps, width), and what the backward pass needs.

        The latter are (runs, steps, batch, ...): hidden states, cells, their tanh, and the gates.
        """
        runs, batch, steps, width = *gates.shape[:3], gates.shape[3] // 4
        z = _copy(gates.float().transpose(1, 2))
        cells = z.new_empty(runs, steps, batch, width)
        squashed, hidden = torch.empty_like(cells), torch.empty_like(cells)
        h = c = None
        weights = recurrent.float()
        with torch.autocast(z.device.type, enabled=False):
            for t in _order(steps, reverse):
                now, cell, tanh = z[:, t], cells[:, t], squashed[:, t]
                if h is not None:
                    now.baddbmm_(h, weights)
                g = now[..., :width].tanh_()
                rest = now[..., width:].sigmoid_()
                i, f, o = rest[..., :width], rest[..., width : 2 * width], rest[..., 2 * width :]
                torch.mul(i, g, out=cell)
                if c is not None:
                    cell.addcmul_(f, c)
                h, c = hidden[:, t], cell
                torch.mul(o, torch.tanh(cell, out=tanh), out=h)
        return _copy(hidden.transpose(1, 2)), hidden, cells, squashed, z

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Keep what the backward pass needs."""
        ctx.mark_non_differentiable(*output[1:])
        ctx.set_materialize_grads(False)
        ctx.reverse = inputs[2]
        ctx.save_for_backward(inputs[1], *output[1:])

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor | None) -> tuple[Tensor | None, Tensor | None, None]:
        """Gradients of gates and recurrent weights."""
        recurrent, hidden, cells, squashed, z = ctx.saved_tensors
        if gradients[0] is None:
            return None, None, None
        steps = cells.shape[1]
        given = _copy(gradients[0].float().transpose(1, 2))
        g, i, f, o = _split(z, 4).unbind(-2)
        order = _order(steps, ctx.reverse)
        before = torch.zeros_like(cells)
        first, last = (slice(1, None), slice(None, -1)) if ctx.reverse else (slice(None, -1), slice(1, None))
        before[:, last] = cells[:, first]
        # Factors of the gradient of a cell, or of that of the state for the output gate.
        to_cell = o * (1 - squashed * squashed)
        slopes = _split(torch.empty_like(z), 4)
        torch.mul(i, 1 - g * g, out=slopes[..., 0, :])
        torch.mul(g, i * (1 - i), out=slopes[..., 1, :])
        torch.mul(before, f * (1 - f), out=slopes[..., 2, :])
        torch.mul(squashed, o * (1 - o), out=slopes[..., 3, :])
        change = slopes  # in place, because a slope is used only once
        weights = recurrent.float().transpose(1, 2)
        following = carried = None
        with torch.autocast(z.device.type, enabled=False):
            for t in reversed(order):
                h, now = given[:, t], change[:, t]
                if following is None or carried is None:
                    c = h * to_cell[:, t]
                else:
                    h.baddbmm_(following, weights)
                    c = carried.addcmul_(h, to_cell[:, t])
                now[..., :3, :].mul_(c[..., None, :])
                now[..., 3, :].mul_(h)
                following, carried = now.flatten(-2), c * f[:, t]
            flat = change.flatten(-2)
            states = torch.zeros_like(hidden)
            states[:, last] = hidden[:, first]
            of_weights = states.flatten(1, 2).transpose(1, 2) @ flat.flatten(1, 2)
        return flat.transpose(1, 2), of_weights, None

    @staticmethod
    def vmap(
        info: Any, in_dims: tuple[int | None, ...], gates: Tensor, recurrent: Tensor, reverse: bool
    ) -> tuple[Any, Any]:
        """An ensemble: the axis of its models becomes that of runs."""
        inputs = (_runs(each, axis, info) for each, axis in zip((gates, recurrent), in_dims[:2], strict=True))
        outputs = _Lstm.apply(*inputs, reverse)  # type: ignore[no-untyped-call]
        return _models(outputs, info)


class _Rhn(Function):
    """On (runs, batch, steps, 2 width), (runs, depth, width, 2 width) and (runs, depth - 1, 2 width)."""

    @staticmethod
    def forward(gates: Tensor, recurrent: Tensor, bias: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Hidden states (runs, batch, steps, width), and what the backward pass needs.

        The latter are, in the order of computation, states, (steps x depth + 1, runs, width, batch), and
        gates, (steps x depth, runs, 2 width, batch). So a sublayer of all runs is one piece of memory, and
        so is each gate of a run: products and functions of many short rows take several times as long.
        """
        runs, batch, steps, width = *gates.shape[:3], gates.shape[3] // 2
        depth = recurrent.shape[1]
        z = gates.new_empty(steps, depth, runs, 2 * width, batch, dtype=torch.float32)
        z[:, 0] = gates.permute(2, 0, 3, 1)
        z[:, 1:] = bias.transpose(0, 1)[..., None]
        z = z.flatten(0, 1)
        states = z.new_empty(steps * depth + 1, runs, width, batch)
        states[0] = 0
        weights = recurrent.float().transpose(2, 3).unbind(1)
        with torch.autocast(z.device.type, enabled=False):
            for k in range(steps * depth):
                now, s = z[k], states[k]
                if k:
                    now.baddbmm_(weights[k % depth], s)
                h, t = now[:, :width].tanh_(), now[:, width:].sigmoid_()
                torch.lerp(s, h, t, out=states[k + 1])
        return _by_run(states[depth::depth]), states, z

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Keep what the backward pass needs."""
        ctx.mark_non_differentiable(*output[1:])
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(inputs[1], *output[1:])

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor | None) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
        """Gradients of gates, recurrent weights and biases."""
        recurrent, states, z = ctx.saved_tensors
        if gradients[0] is None:
            return None, None, None
        depth, width = recurrent.shape[1:3]
        length, runs, _, batch = z.shape
        given = _copy(gradients[0].float().permute(2, 0, 3, 1))
        h, t = z.chunk(2, 2)
        change = torch.empty_like(z).view(length, runs, 2, width, batch)
        torch.mul(t, 1 - h * h, out=change[:, :, 0])
        torch.mul(h - states[:-1], t * (1 - t), out=change[:, :, 1])
        kept = 1 - t
        weights = recurrent.float().unbind(1)
        s = z.new_zeros(runs, width, batch)
        with torch.autocast(z.device.type, enabled=False):
            for k in reversed(range(length)):
                if k % depth == depth - 1:
                    s = s + given[k // depth]
                now = change[k].mul_(s[:, None])
                s = s * kept[k]
                if k:
                    s.baddbmm_(weights[k % depth], now.flatten(1, 2))
            flat = change.flatten(2, 3)
            after = [_over_time(flat[layer::depth]) for layer in range(depth)]
            of_weights = [
                _over_time(states[layer:-1:depth]) @ each.transpose(1, 2) for layer, each in enumerate(after)
            ]
        of_bias = torch.stack([each.sum(2) for each in after], 1)[:, 1:]
        return _by_run(flat[::depth]), torch.stack(of_weights, 1), of_bias

    @staticmethod
    def vmap(
        info: Any, in_dims: tuple[int | None, ...], gates: Tensor, recurrent: Tensor, bias: Tensor
    ) -> tuple[Any, Any]:
        """An ensemble: the axis of its models becomes that of runs."""
        arrays = (gates, recurrent, bias)
        inputs = (_runs(each, axis, info) for each, axis in zip(arrays, in_dims, strict=True))
        outputs = _Rhn.apply(*inputs)  # type: ignore[no-untyped-call]
        return _models(outputs, info, axis=1)


def _by_run(array: Tensor) -> Tensor:
    """(steps, runs, width, batch) as a copy (runs, batch, steps, width)."""
    return _copy(array.permute(1, 3, 0, 2))


def _over_time(array: Tensor) -> Tensor:
    """(steps, runs, width, batch) as (runs, width, steps x batch)."""
    return array.permute(1, 2, 0, 3).flatten(2)


def _order(steps: int, reverse: bool) -> range:
    return range(steps - 1, -1, -1) if reverse else range(steps)


def _split(gates: Tensor, parts: int) -> Tensor:
    """(..., parts x width) as (..., parts, width)."""
    return gates.view(*gates.shape[:-1], parts, -1)


def _copy(array: Tensor) -> Tensor:
    """A copy, even if the array is contiguous already."""
    return array.clone(memory_format=torch.contiguous_format)


def _runs(array: Tensor, axis: int | None, info: Any) -> Tensor:
    """(models, runs, ...), or (runs, ...) if it is the same for all models, as (models x runs, ...)."""
    models = array.expand(info.batch_size, *array.shape) if axis is None else array.movedim(axis, 0)
    return models.flatten(0, 1)


def _models(
    outputs: tuple[Tensor, ...], info: Any, axis: int = 0
) -> tuple[tuple[Tensor, ...], tuple[int, ...]]:
    """Outputs with models x runs on one axis as two, and which of their axes is that of models.

    That axis is the first of the first output and `axis` of the others.
    """
    axes = (0, *(axis for _ in outputs[1:]))
    shapes = [
        (*each.shape[:at], info.batch_size, -1, *each.shape[at + 1 :])
        for each, at in zip(outputs, axes, strict=True)
    ]
    return tuple(each.view(shape) for each, shape in zip(outputs, shapes, strict=True)), axes
