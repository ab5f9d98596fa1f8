"""Deep Speech 2: shapes, sizes against a count by hand, and padding that changes nothing."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from scalinglaws.counting.flops import model_size
from scalinglaws.models.deepspeech import DeepSpeech, build, steps_of
from scalinglaws.training.ensemble.ensemble import can_share_an_ensemble
from unit.company import in_ensemble, results

STRIDES = [2, 3, 4]
BANDS = 10


def sounds(frames: int, padded: int | None = None, batch: int = 2, seed: int = 0) -> Tensor:
    """Noise, zero after so many frames."""
    noise = torch.randn(batch, frames, BANDS, generator=torch.Generator().manual_seed(seed))
    return nn.functional.pad(noise, (0, 0, 0, (padded or frames) - frames))


def model(**options: Any) -> nn.Module:
    torch.manual_seed(0)
    made = build((20, BANDS), 5, **{"width": 8, **options})
    for parameter in made.parameters():  # biases are zero at first, and would hide what they leak
        nn.init.normal_(parameter, std=0.3)
    return made


@pytest.mark.parametrize("stride", STRIDES)
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("frames", [1, 2, 19, 24])
def test_sounds_become_logits_per_step(stride: int, layers: int, frames: int) -> None:
    logits = model(stride=stride, layers=layers)(sounds(frames, batch=3))
    assert logits.shape == (3, math.ceil(frames / stride), 5)
    assert steps_of(frames, stride) == logits.shape[1]
    assert torch.isfinite(logits).all()


@pytest.mark.parametrize("stride", STRIDES)
@pytest.mark.parametrize("frames", range(1, 25))
def test_padding_changes_nothing(stride: int, frames: int) -> None:
    net = model(stride=stride)
    short = net(sounds(frames))
    long = net(sounds(frames, padded=frames + 11))
    torch.testing.assert_close(long[:, : steps_of(frames, stride)], short, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("frames", [5, 17])
def test_padding_gets_no_gradient(frames: int) -> None:
    net, example = model(), sounds(frames, padded=24).requires_grad_()
    net(example)[:, : steps_of(frames, 4)].square().sum().backward()
    assert example.grad is not None
    assert (example.grad[:, :frames] != 0).all()
    short = sounds(frames).requires_grad_()
    of_short = torch.autograd.grad(net(short).square().sum(), [short, *net.parameters()])
    torch.testing.assert_close(example.grad[:, :frames], of_short[0], rtol=1e-4, atol=1e-5)
    for parameter, expected in zip(net.parameters(), of_short[1:], strict=True):
        torch.testing.assert_close(parameter.grad, expected, rtol=1e-4, atol=1e-5)


def test_a_step_sees_the_whole_sound() -> None:
    example = sounds(24, batch=1).requires_grad_()
    (gradient,) = torch.autograd.grad(model()(example)[0, 2].square().sum(), example)
    assert (gradient.abs().amax(2) > 0).all()


def test_gradients_reach_all_parameters() -> None:
    net = model()
    net(sounds(20)).square().sum().backward()
    assert all(parameter.grad is not None and parameter.grad.any() for parameter in net.parameters())


@pytest.mark.parametrize(("width", "channels"), [(8, 2), (13, 4)])
def test_parameters_equal_a_count_by_hand(width: int, channels: int) -> None:
    convolutions = 25 * channels + channels + 25 * channels**2 + channels
    inputs = channels * 3  # ten bands, five, three
    layers = sum(2 * 4 * width * (size + width + 1) for size in (inputs, width))
    made = build((20, BANDS), 5, width=width)
    assert model_size(made, (20, BANDS)).parameters == convolutions + layers + width * 5 + 5


def test_flops_equal_a_count_by_hand() -> None:
    width, channels, steps = 8, 2, 5
    first, second = 10 * 5 * 25 * channels, 5 * 3 * 25 * channels**2
    projections = steps * 2 * 4 * width * (3 * channels + width)
    recurrences = (steps - 1) * 2 * 2 * 4 * width * width  # the first step has no state to multiply
    head = steps * width * 5
    size = model_size(build((20, BANDS), 5, width=width), (20, BANDS))
    assert size.forward_flops.total == 2 * (first + second + projections + recurrences + head)
    assert size.forward_flops.head == 2 * head


@pytest.mark.parametrize("stride", STRIDES)
def test_outputs_in_an_ensemble_are_the_single_ones(stride: int) -> None:
    net, example = model(stride=stride), sounds(17, padded=20)
    assert can_share_an_ensemble(net)
    both, many = in_ensemble(net, 2, example), in_ensemble(net, 5, example)
    torch.testing.assert_close(both[0], net(example), rtol=1e-5, atol=1e-6)
    assert torch.equal(both, many[:2])
    assert not torch.equal(both[0], both[1])


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("width", [8, 7])
def test_a_run_is_the_same_bit_for_bit_whatever_else_is_in_the_ensemble(width: int, precision: Any) -> None:
    lengths = torch.arange(100) % 18 + 3
    padded = sounds(20, batch=100) * (torch.arange(20) < lengths[:, None])[..., None]
    found = results(lambda: build((20, BANDS), 5, width=width), padded, precision)
    for other in found[1:]:
        assert all(map(torch.equal, found[0], other))


def test_the_first_steps_neither_die_nor_explode() -> None:
    torch.manual_seed(0)
    logits = DeepSpeech(40, 30, width=64, layers=3, stride=4)(torch.randn(4, 100, 40))
    assert 0.02 < logits.std().item() < 5
