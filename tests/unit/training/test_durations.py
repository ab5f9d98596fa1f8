"""Durations and moments as steps."""

from typing import Any

import pytest

from scalinglaws.config.spec import Duration, Moment
from scalinglaws.training.durations import Pace

PACE = Pace(batch=8, examples=100, amount=20.0, flops=1000.0)


@pytest.mark.parametrize(
    ("duration", "steps"),
    [
        ({"steps": 7}, 7),
        ({"epochs": 3.0}, 36),  # of 12 steps: the last 4 examples make no batch
        ({"epochs": 0.5}, 6),
        ({"examples": 80.0}, 10),
        ({"examples": 83.0}, 10),
        ({"examples": 85.0}, 11),
        ({"tokens": 1600.0}, 10),
        ({"flops": 1e6}, 125),
        ({"flops": 1.0}, 1),  # at least one
        ({"epochs": 1e-6}, 1),
    ],
)
def test_a_duration_is_the_nearest_number_of_steps_but_at_least_one(
    duration: dict[str, Any], steps: int
) -> None:
    assert PACE.steps(Duration(**duration)) == steps


@pytest.mark.parametrize(
    ("moment", "step"),
    [
        ({"share": 0.0}, 0),
        ({"share": 0.25}, 30),
        ({"share": 1.0}, 120),
        ({"steps": 500}, 500),
        ({"epochs": 2.0}, 24),
        ({"tokens": 10.0}, 0),
    ],
)
def test_a_moment_is_a_share_of_the_run_or_a_duration_since_its_beginning(
    moment: dict[str, Any], step: int
) -> None:
    assert PACE.step_at(Moment(**moment), 120) == step
