"""Update rules of rows against torch's own optimisers."""

from typing import Any

import pytest
import torch

from scalinglaws.config.spec import Optimiser
from scalinglaws.training.optimisers import update_rule

ROWS, LENGTH, STEPS = 3, 16, 12
RATES = (0.1, 0.01, 0.003)
REFERENCES: dict[str, tuple[dict[str, Any], Any]] = {
    "plain": ({"momentum": 0}, lambda p, rate: torch.optim.SGD(p, rate)),
    "nesterov": ({"momentum": 0.8}, lambda p, rate: torch.optim.SGD(p, rate, 0.8, nesterov=True)),
    "adam": (
        {"name": "adam", "momentum": 0.85},
        lambda p, rate: torch.optim.Adam(p, rate, betas=(0.85, 0.999)),
    ),
}


@pytest.mark.parametrize("name", REFERENCES)
def test_each_row_is_updated_as_by_torch(name: str) -> None:
    options, reference = REFERENCES[name]
    generator = torch.Generator().manual_seed(0)
    weights = torch.randn(ROWS, LENGTH, generator=generator)
    gradients = torch.randn(STEPS, ROWS, LENGTH, generator=generator)
    rule = update_rule(Optimiser(**options), weights)
    own = weights.clone()
    rates = torch.tensor(RATES)[:, None]
    expected = []
    for row, rate in enumerate(RATES):
        parameter = torch.nn.Parameter(weights[row].clone())
        optimiser = reference([parameter], rate)
        for gradient in gradients[:, row]:
            parameter.grad = gradient.clone()
            optimiser.step()
        expected.append(parameter.detach())
    for step, gradient in enumerate(gradients, 1):
        own -= rates * rule.change(gradient.clone(), torch.tensor(rule.factors(step)))
    torch.testing.assert_close(own, torch.stack(expected), rtol=2e-5, atol=2e-6)
