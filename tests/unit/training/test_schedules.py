"""Shares of the learning rate against plain formulas and torch's schedulers."""

import math
from typing import Any

import pytest
import torch

from scalinglaws.config.spec import Schedule
from scalinglaws.training.durations import Pace
from scalinglaws.training.schedules import multiplier

STEPS, WARM = 100, 20
PACE = Pace(batch=10, examples=200, amount=1.0, flops=1.0)  # 20 steps per pass


def shares(**schedule: Any) -> list[float]:
    own = multiplier(Schedule.model_validate(schedule), PACE, STEPS)
    return [own(step) for step in range(1, STEPS + 1)]


@pytest.mark.parametrize("warmup", [{"steps": 20}, {"share": 0.2}, {"epochs": 1.0}, {"examples": 200.0}])
def test_warm_up_is_linear_from_zero(warmup: dict[str, Any]) -> None:
    found = shares(warmup=warmup)
    assert found[:WARM] == pytest.approx([step / (WARM + 1) for step in range(1, WARM + 1)])
    assert found[WARM:] == [1.0] * (STEPS - WARM)


@pytest.mark.parametrize("decay", ["constant", "linear", "cosine"])
def test_without_warm_up_the_first_step_has_the_whole_learning_rate(decay: str) -> None:
    assert shares(decay=decay, warmup={"share": 0.0})[0] == 1.0


@pytest.mark.parametrize("to", [None, 0.1])
def test_linear_and_cosine_go_from_the_end_of_the_warm_up_to_the_end_of_the_run(to: float | None) -> None:
    left = [(STEPS + 1 - step) / (STEPS - WARM) for step in range(WARM + 1, STEPS + 1)]
    end = to or 0.0
    linear = shares(decay="linear", to=to)
    assert linear[WARM:] == pytest.approx([end + (1 - end) * share for share in left])
    cosine = shares(decay="cosine", to=to)
    expected = [end + (1 - end) * (1 - math.cos(math.pi * share)) / 2 for share in left]
    assert cosine[WARM:] == pytest.approx(expected)
    assert linear[:WARM] == cosine[:WARM] == shares()[:WARM]
    assert end < cosine[-1] < end + 0.001 < linear[-1] < end + 0.02


SCHEDULERS: list[tuple[dict[str, Any], Any]] = [
    (
        {"decay": "cosine", "to": 0.2},
        lambda sgd: torch.optim.lr_scheduler.CosineAnnealingLR(sgd, STEPS, eta_min=0.2),
    ),
    (
        {"decay": "linear", "to": 0.2},
        lambda sgd: torch.optim.lr_scheduler.LinearLR(sgd, 1.0, 0.2, STEPS),
    ),
    (
        {"decay": "multistep", "at": [{"share": 0.5}, {"steps": 70}]},
        lambda sgd: torch.optim.lr_scheduler.MultiStepLR(sgd, [50, 70]),
    ),
    (
        {"decay": "multistep", "at": [{"epochs": 2.0}], "factor": 0.5},
        lambda sgd: torch.optim.lr_scheduler.MultiStepLR(sgd, [40], gamma=0.5),
    ),
]


@pytest.mark.parametrize(("schedule", "by_torch"), SCHEDULERS, ids=[str(each) for each, _ in SCHEDULERS])
def test_as_torch_does_it(schedule: dict[str, Any], by_torch: Any) -> None:
    sgd = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler, expected = by_torch(sgd), []
    for _ in range(STEPS):
        expected.append(sgd.param_groups[0]["lr"])
        sgd.step()
        scheduler.step()
    assert shares(**schedule, warmup={"share": 0.0}) == pytest.approx(expected)


def test_a_warm_up_that_outlasts_the_run_never_ends() -> None:
    assert shares(decay="cosine", warmup={"steps": 199}) == pytest.approx([n / 200 for n in range(1, 101)])
