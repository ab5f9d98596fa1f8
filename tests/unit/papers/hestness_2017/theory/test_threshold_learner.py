"""The threshold learner: integrals against draws, and the limits of its two cases."""

from math import sqrt

import numpy as np
import pytest

from scalinglaws.errors import ScalingLawsError
from scalinglaws.papers.hestness_2017.theory.threshold_learner import expected_error


@pytest.mark.parametrize("gap", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("examples", [1, 2, 5, 20])
def test_the_mean_of_many_learners(examples: int, gap: float) -> None:
    random = np.random.default_rng(0)
    x = random.uniform(-1, 1, (100_000, examples))  # the gap is put in between afterwards
    left = np.where(x < 0, -x, 1).min(
        axis=1
    )  # distance from the gap to the nearest; the end if there is none
    right = np.where(x >= 0, x, 1).min(axis=1)
    threshold = random.uniform(-left, gap + right)
    errors = np.maximum(-threshold, 0) / 2 + np.maximum(threshold - gap, 0) / 2
    spread = errors.std() / sqrt(len(errors))
    assert expected_error([examples], gap)[0] == pytest.approx(errors.mean(), abs=4 * spread)


def test_one_solution_is_approached_as_the_inverse() -> None:
    assert expected_error([10**6], 0.0)[0] == pytest.approx(2 / 3 * 1e-6, rel=1e-5)


def test_many_solutions_are_approached_as_the_inverse_square() -> None:
    for gap in (0.5, 2.0):
        assert expected_error([10**6], gap)[0] == pytest.approx(4 / gap * 1e-12, rel=1e-4)


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ScalingLawsError, match="gap"):
        expected_error([3], -1.0)
    with pytest.raises(ScalingLawsError, match="at least 1"):
        expected_error([0], 1.0)
