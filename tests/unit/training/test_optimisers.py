"""What is done to the gradients of rows. For the update rules see ensemble/test_ensemble.py."""

import pytest
import torch

from scalinglaws.config.spec import Optimiser
from scalinglaws.training.optimisers import add_decay_, clip_, update_rule

INF = torch.inf


@pytest.mark.parametrize("largest", [0.1, 3.0, 50.0])
def test_each_row_is_clipped_as_by_torch(largest: float) -> None:
    rows = torch.randn(4, 32, generator=torch.Generator().manual_seed(0)) * torch.tensor(
        [[0.1], [1], [3], [9]]
    )
    clipped = rows.clone()
    clip_(clipped, largest)
    for row, own in zip(rows, clipped, strict=True):
        parameters = [torch.nn.Parameter(part) for part in torch.zeros(32).split((5, 27))]
        for parameter, part in zip(parameters, row.split((5, 27)), strict=True):
            parameter.grad = part.clone()
        torch.nn.utils.clip_grad_norm_(parameters, largest)
        expected = torch.cat([parameter.grad for parameter in parameters if parameter.grad is not None])
        torch.testing.assert_close(own, expected)
        assert own.norm() <= largest * 1.001


def test_decay_of_a_run_leaves_one_without_decay_alone_even_if_it_is_infinite() -> None:
    gradient, weights = torch.ones(2, 16), torch.full((2, 16), 3.0)
    weights[1, 4] = INF
    add_decay_(gradient, weights, torch.tensor([[0.5], [0.0]]))
    assert gradient.tolist() == [[2.5] * 16, [1.0] * 16]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ({}, {"momentum": 0.9, "nesterov": True}),
        ({"name": "adam"}, {"name": "adam", "betas": (0.9, 0.999), "epsilon": 1e-8}),
        ({"name": "adamw"}, {"name": "adamw", "betas": (0.9, 0.999), "epsilon": 1e-8}),
    ],
)
def test_defaults(given: dict[str, object], meant: dict[str, object]) -> None:
    weights, gradients = torch.zeros(1, 16), torch.randn(3, 1, 16, generator=torch.Generator().manual_seed(0))
    rules = [update_rule(Optimiser.model_validate(each), weights) for each in (given, meant)]
    for step, gradient in enumerate(gradients, 1):
        one, other = (rule.change(gradient.clone(), torch.tensor(rule.factors(step))) for rule in rules)
        assert torch.equal(one, other)
