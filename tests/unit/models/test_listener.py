"""The attention speech model: shapes, padding, and spelling by itself against spelling what it is given."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from scalinglaws.counting.flops import model_size
from scalinglaws.models.listener import REACH, Listener, build
from scalinglaws.training.ensemble.ensemble import can_share_an_ensemble
from unit.company import in_ensemble, results

BANDS, LENGTH, OUTPUTS = 6, 5, 7
SHAPES = ((24, BANDS), (LENGTH,))
DTYPES = (torch.float32, torch.int64)


def sounds(frames: int, padded: int | None = None, batch: int = 3) -> Tensor:
    """Noise, zero after so many frames."""
    noise = torch.randn(batch, frames, BANDS, generator=torch.Generator().manual_seed(0))
    return nn.functional.pad(noise, (0, 0, 0, (padded or frames) - frames))


def symbols(batch: int = 3) -> Tensor:
    return torch.randint(OUTPUTS, (batch, LENGTH), generator=torch.Generator().manual_seed(0))


def model(**options: Any) -> Listener:
    """With weights large enough for a sharp attention, and none at zero."""
    torch.manual_seed(0)
    made = build(SHAPES, OUTPUTS, **{"width": 8, **options})
    assert isinstance(made, Listener)
    for parameter in made.parameters():
        nn.init.normal_(parameter, std=0.5)
    return made


@pytest.mark.parametrize(("layers", "stride"), [(1, 2), (2, 4), (3, 8), (3, 2), (4, 16)])
@pytest.mark.parametrize("frames", [1, 23, 24])
def test_sounds_and_symbols_become_logits(layers: int, stride: int, frames: int) -> None:
    net = model(layers=layers, stride=stride)
    inputs = sounds(frames), symbols()
    given = net(inputs)
    assert given.shape == (3, LENGTH, OUTPUTS)
    both = net.eval()(inputs)
    assert both.shape == (3, 2, LENGTH, OUTPUTS)
    assert torch.equal(both[:, 0], given)
    assert torch.isfinite(both).all()
    assert net._listen(inputs[0]).memory.shape[1] == -(-frames // stride)


def test_pooling_needs_layers_on_both_sides() -> None:
    with pytest.raises(ValueError, match="listener: a stride of 8 needs at least 3 layers, not 2"):
        build(SHAPES, OUTPUTS, width=8, layers=2)


def test_a_symbol_sees_those_before_it_and_no_other() -> None:
    net, tokens = model(), symbols()
    before = net((sounds(24), tokens))
    tokens[:, 2] = (tokens[:, 2] + 1) % OUTPUTS
    after = net((sounds(24), tokens))
    assert torch.equal(before[:, :2], after[:, :2])
    assert (before[:, 2:] != after[:, 2:]).any(2).all()


def test_spelling_freely_is_spelling_its_own_best_guesses() -> None:
    net = model().eval()
    free = net((sounds(24), symbols()))[:, 1]
    guesses = free.argmax(-1)
    assert len(set(guesses.flatten().tolist())) > 2
    own = torch.cat([symbols()[:, :1], guesses[:, :-1]], 1)
    both = net((sounds(24), own))
    torch.testing.assert_close(both[:, 0], free, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(both[:, 1], free, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("frames", range(1, 25))
def test_padding_changes_nothing(frames: int) -> None:
    net = model().eval()
    short = net((sounds(frames), symbols()))
    for more in (1, 7, 16):
        long = net((sounds(frames, padded=frames + more), symbols()))
        torch.testing.assert_close(long, short, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("frames", [5, 17])
def test_padding_gets_no_attention(frames: int) -> None:
    net = model()
    heard = net._listen(sounds(frames, padded=24))
    valid = -(-frames // 8)
    state = net._step(heard, net._begin(heard), torch.randn(3, 4 * net.width))
    assert (state.weights[:, :valid] > 0).all()
    assert (state.weights[:, valid:] == 0).all()
    torch.testing.assert_close(state.weights.sum(1), torch.ones(3))
    assert (heard.memory[:, valid:] == 0).all()


def test_the_location_filter_moves_the_attention() -> None:
    net = model(layers=1, stride=2)
    nn.init.zeros_(net.keys.weight)
    with torch.no_grad():
        net.places.zero_()[REACH + 1] = 30.0  # from a step to the one after it
    heard = net._listen(sounds(24))
    state = net._begin(heard)
    for step in range(4):
        assert state.weights.argmax(1).tolist() == [step] * 3
        state = net._step(heard, state, torch.zeros(3, 4 * net.width))


def test_gradients_reach_all_parameters() -> None:
    net = build(SHAPES, OUTPUTS, width=8)
    net((sounds(24), symbols())).square().sum().backward()
    assert all(parameter.grad is not None and parameter.grad.any() for parameter in net.parameters())


def test_parameters_equal_a_count_by_hand() -> None:
    w = 8
    listener = (2 * BANDS + 1) * w + 3 * 2 * 4 * w * (2 * w + 1) + w * w + 2 * REACH + 1
    speller = OUTPUTS * w + 4 * w * (w + 1) + 2 * w * 4 * w + (2 * w + 1) * OUTPUTS
    size = model_size(build(SHAPES, OUTPUTS, width=w), SHAPES, DTYPES)
    assert (size.parameters, size.embedding_parameters) == (listener + speller, OUTPUTS * w)


def test_flops_of_head_and_attention_equal_a_count_by_hand() -> None:
    size = model_size(build(SHAPES, OUTPUTS, width=8), SHAPES, DTYPES)
    assert size.forward_flops.head == 2 * LENGTH * 16 * OUTPUTS
    assert size.forward_flops.attention == 2 * 2 * LENGTH * 3 * 8  # scores and means over three steps
    assert size.training_flops.attention == 3 * size.forward_flops.attention


@pytest.mark.parametrize("training", [True, False])
def test_outputs_in_an_ensemble_are_the_single_ones(training: bool) -> None:
    net = model().train(training)
    assert can_share_an_ensemble(net)
    inputs = sounds(17, padded=24), symbols()
    both, many = in_ensemble(net, 2, inputs), in_ensemble(net, 5, inputs)
    torch.testing.assert_close(both[0], net(inputs), rtol=1e-4, atol=1e-5)
    assert torch.equal(both, many[:2])
    assert not torch.equal(both[0], both[1])


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("width", [8, 7])
def test_a_run_is_the_same_bit_for_bit_whatever_else_is_in_the_ensemble(width: int, precision: Any) -> None:
    lengths = torch.arange(100) % 20 + 5
    padded = sounds(24, batch=100) * (torch.arange(24) < lengths[:, None])[..., None]
    found = results(lambda: build(SHAPES, OUTPUTS, width=width), (padded, symbols(100)), precision)
    assert found[0][1].shape == (100, 2, LENGTH, OUTPUTS)
    for other in found[1:]:
        assert all(map(torch.equal, found[0], other))
