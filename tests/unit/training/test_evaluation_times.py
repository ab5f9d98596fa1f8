"""When a run is evaluated."""

from itertools import pairwise

import pytest

from scalinglaws.config.spec import Evaluation
from scalinglaws.training.evaluation_times import evaluation_steps


@pytest.mark.parametrize("steps", [1, 3, 4, 5, 100, 10_000])
@pytest.mark.parametrize("first", [1, 4, 50])
@pytest.mark.parametrize("ratio", [1.01, 1.4, 3.0])
def test_steps_increase_and_end_with_the_run(steps: int, first: int, ratio: float) -> None:
    found = list(evaluation_steps(Evaluation(first=first, ratio=ratio), steps))
    assert found == sorted(set(found))
    assert found[-1] == steps
    assert found[0] == min(first, steps)


def test_spacing_is_geometric() -> None:
    found = list(evaluation_steps(Evaluation(first=100, ratio=1.5), 10**6))
    ratios = [b / a for a, b in pairwise(found[:-1])]
    assert ratios == pytest.approx([1.5] * len(ratios), rel=0.02)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6])
@pytest.mark.parametrize(("batch", "validation"), [(16, 2000), (64, 500), (1, 100)])
def test_evaluations_take_at_most_their_share(share: float, batch: int, validation: int) -> None:
    evaluation = Evaluation(first=2, ratio=1.3, share=share)
    found = list(evaluation_steps(evaluation, 5000, batch, validation))
    assert found[-1] == 5000
    for number, step in enumerate(found[:-1], 1):
        spent = number * validation
        assert spent / (spent + 3 * batch * step) <= share + 1e-9
    free = list(evaluation_steps(evaluation, 5000))
    assert len(found) < len(free)
    # Where the share does not bind, the ratio does.
    assert found[-2] / found[-3] == pytest.approx(1.3, rel=0.01) or share == 0.1
