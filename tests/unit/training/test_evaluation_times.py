"""When a run is evaluated, and when its patience ends."""

from itertools import pairwise

import pytest

from scalinglaws.config.spec import Budget
from scalinglaws.training.evaluation_times import Patience, evaluation_steps


@pytest.mark.parametrize("steps", [1, 3, 4, 5, 100, 10_000])
@pytest.mark.parametrize("first", [1, 4, 50])
@pytest.mark.parametrize("ratio", [1.01, 1.4, 3.0])
def test_steps_increase_and_end_at_the_budget(steps: int, first: int, ratio: float) -> None:
    found = list(evaluation_steps(Budget(steps=steps, first_evaluation=first, evaluation_ratio=ratio)))
    assert found == sorted(set(found))
    assert found[-1] == steps
    assert found[0] == min(first, steps)


def test_spacing_is_geometric() -> None:
    found = list(evaluation_steps(Budget(steps=10**6, first_evaluation=100, evaluation_ratio=1.5)))
    ratios = [b / a for a, b in pairwise(found[:-1])]
    assert ratios == pytest.approx([1.5] * len(ratios), rel=0.02)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6])
@pytest.mark.parametrize(("batch", "validation"), [(16, 2000), (64, 500), (1, 100)])
def test_evaluations_take_at_most_their_share(share: float, batch: int, validation: int) -> None:
    budget = Budget(steps=5000, first_evaluation=2, evaluation_ratio=1.3, evaluation_share=share)
    found = list(evaluation_steps(budget, batch, validation))
    assert found[-1] == 5000
    for number, step in enumerate(found[:-1], 1):
        spent = number * validation
        assert spent / (spent + 3 * batch * step) <= share + 1e-9
    free = list(evaluation_steps(budget))
    assert len(found) < len(free)
    # Where the share does not bind, the ratio does.
    assert found[-2] / found[-3] == pytest.approx(1.3, rel=0.01) or share == 0.1


def test_patience_counts_evaluations_in_a_row_without_a_minimum() -> None:
    patience = Patience(2)
    values = [3.0, 2.0, 2.0, 1.0, 1.0, 1.5]
    assert [patience.exhausted({"a": value}) for value in values] == [False] * 5 + [True]
    assert patience.best == {"a": 1.0}


def test_a_minimum_of_any_metric_is_enough() -> None:
    patience = Patience(1)
    assert not patience.exhausted({"a": 1.0, "b": 1.0})
    assert not patience.exhausted({"a": 2.0, "b": 0.5})
    assert not patience.exhausted({"a": 0.9, "b": 0.6})
    assert patience.exhausted({"a": 0.9, "b": 0.5})
    assert patience.best == {"a": 0.9, "b": 0.5}
