"""Recurrent cells: the same as a plain loop, forward and backward, alone and in an ensemble."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.func import vmap

from scalinglaws.models._recurrence import LstmLayer, RhnLayer, lstm, rhn

Cell = Callable[..., Tensor]


def plain_lstm(gates: Tensor, recurrent: Tensor, reverse: bool = False) -> Tensor:
    h = c = gates.new_zeros(len(gates), len(recurrent))
    found: dict[int, Tensor] = {}
    for t in reversed(range(gates.shape[1])) if reverse else range(gates.shape[1]):
        g, i, f, o = (gates[:, t] + h @ recurrent).chunk(4, -1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        found[t] = h = o.sigmoid() * c.tanh()
    return torch.stack([found[t] for t in sorted(found)], 1)


def plain_rhn(gates: Tensor, recurrent: Tensor, bias: Tensor) -> Tensor:
    s = gates.new_zeros(len(gates), recurrent.shape[1])
    found = []
    for t in range(gates.shape[1]):
        for layer in range(len(recurrent)):
            h, gate = (s @ recurrent[layer] + (bias[layer - 1] if layer else gates[:, t])).chunk(2, -1)
            s = h.tanh() * gate.sigmoid() + s * (1 - gate.sigmoid())
        found.append(s)
    return torch.stack(found, 1)


def arguments(cell: Cell, runs: int, batch: int, steps: int, width: int, depth: int = 3) -> list[Tensor]:
    """Random arguments with a leading axis of runs."""
    generator = torch.Generator().manual_seed(0)
    shapes = {
        lstm: [(batch, steps, 4 * width), (width, 4 * width)],
        rhn: [(batch, steps, 2 * width), (depth, width, 2 * width), (depth - 1, 2 * width)],
    }[cell]
    return [(torch.randn(runs, *shape, generator=generator) / 2).requires_grad_() for shape in shapes]


@pytest.mark.parametrize(("batch", "steps", "width"), [(3, 7, 5), (1, 4, 2), (2, 1, 3), (4, 6, 16)])
@pytest.mark.parametrize(("cell", "plain"), [(lstm, plain_lstm), (rhn, plain_rhn)])
def test_as_a_plain_loop(cell: Cell, plain: Cell, batch: int, steps: int, width: int) -> None:
    (inputs,) = zip(*arguments(cell, 1, batch, steps, width), strict=True)
    found, expected = cell(*inputs), plain(*inputs)
    torch.testing.assert_close(found, expected)
    weights = torch.randn_like(found)
    mine = torch.autograd.grad((found * weights).sum(), inputs)
    theirs = torch.autograd.grad((expected * weights).sum(), inputs, allow_unused=True)
    for one, other in zip(mine, theirs, strict=True):
        torch.testing.assert_close(one, torch.zeros_like(one) if other is None else other)


def test_backwards_in_time() -> None:
    (inputs,) = zip(*arguments(lstm, 1, 3, 7, 5), strict=True)
    found, expected = lstm(*inputs, True), plain_lstm(*inputs, reverse=True)
    torch.testing.assert_close(found, expected)
    weights = torch.randn_like(found)
    mine = torch.autograd.grad((found * weights).sum(), inputs)
    theirs = torch.autograd.grad((expected * weights).sum(), inputs)
    torch.testing.assert_close(mine, theirs)


@pytest.mark.parametrize(("cell", "plain"), [(lstm, plain_lstm), (rhn, plain_rhn)])
def test_side_by_side(cell: Cell, plain: Cell) -> None:
    inputs = arguments(cell, 4, 3, 6, 5)
    found = vmap(cell)(*inputs)
    expected = torch.stack([plain(*each) for each in zip(*inputs, strict=True)])
    torch.testing.assert_close(found, expected)
    weights = torch.randn_like(found)
    mine = torch.autograd.grad((found * weights).sum(), inputs)
    theirs = torch.autograd.grad((expected * weights).sum(), inputs)
    torch.testing.assert_close(mine, theirs, rtol=1e-4, atol=1e-4)


def test_the_same_inputs_for_all_models() -> None:
    gates, recurrent = arguments(lstm, 4, 3, 6, 5)
    found = vmap(lstm, in_dims=(None, 0))(gates[0], recurrent)
    torch.testing.assert_close(found[2], plain_lstm(gates[0], recurrent[2]))


def test_inputs_stay_as_they_are() -> None:
    (inputs,) = zip(*arguments(lstm, 1, 1, 4, 3), strict=True)
    before = [each.detach().clone() for each in inputs]
    with torch.no_grad():
        lstm(*inputs)
    assert all(map(torch.equal, before, inputs))


def test_layers_begin_as_they_are_meant_to() -> None:
    torch.manual_seed(0)
    layer, highway = LstmLayer(4, 6), RhnLayer(4, 6, depth=3)
    assert layer.project.bias.tolist() == [0.0] * 12 + [1.0] * 6 + [0.0] * 6  # only forget gates
    assert highway.project.bias.tolist() == [0.0] * 6 + [-2.0] * 6
    assert layer(torch.randn(2, 5, 4)).shape == highway(torch.randn(2, 5, 4)).shape == (2, 5, 6)
    count = sum(each.numel() for each in highway.parameters())
    assert count == 2 * 6 * 4 + 3 * 6 * 12 + 3 * 12
