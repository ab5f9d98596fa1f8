"""LSTMs and recurrent highway networks as language models: sizes by hand, and no look ahead."""

import pytest
import torch
from torch import nn

from scalinglaws.counting.flops import model_size
from scalinglaws.models import lstm, rhn

MODELS = {
    "lstm": lambda: lstm.build((6,), 11, width=4, layers=3),
    "rhn": lambda: rhn.build((6,), 11, width=4, depth=5),
}


@pytest.fixture(params=sorted(MODELS))
def model(request: pytest.FixtureRequest) -> nn.Module:
    torch.manual_seed(0)
    return MODELS[request.param]()


def test_sizes_by_hand() -> None:
    h, v = 8, 20
    two = model_size(lstm.build((6,), v, width=h, layers=2), (6,), torch.int64)
    assert two.parameters == 2 * (8 * h * h + 4 * h) + 2 * h * v + v
    assert two.embedding_parameters == h * v
    # The first step has no state to multiply with.
    assert two.forward_flops.body == 2 * 2 * 4 * h * h * (6 + 5)
    assert two.forward_flops.head == 2 * h * v * 6
    network = model_size(rhn.build((6,), v, width=h, depth=5), (6,), torch.int64)
    assert network.parameters == 2 * h * h + 5 * 2 * h * h + 5 * 2 * h + 2 * h * v + v
    assert network.forward_flops.body == 2 * 2 * h * h * (6 + 6 * 5 - 1)
    assert network.forward_flops.attention == 0
    assert network.outputs == 6 * v


def test_a_token_sees_those_before_it_alone(model: nn.Module) -> None:
    tokens = torch.randint(11, (2, 6))
    changed = tokens.clone()
    changed[:, 3] = (changed[:, 3] + 1) % 11
    before, after = model(tokens), model(changed)
    assert torch.equal(before[:, :3], after[:, :3])
    assert not torch.isclose(before[:, 3:], after[:, 3:]).all(-1).any()


def test_gradients_reach_every_parameter(model: nn.Module) -> None:
    model(torch.arange(11)[None]).square().sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


def test_all_tokens_are_about_as_likely_at_first(model: nn.Module) -> None:
    entropy = torch.distributions.Categorical(logits=model(torch.randint(11, (8, 6)))).entropy().mean()
    assert entropy > 0.95 * torch.log(torch.tensor(11.0))
