"""A threshold on a line, learnt without noise: the expected error of a learner that fits all its examples.

Inputs are left or right of the true threshold with equal probability, uniformly over a stretch of length 1 on
either side. There may be a gap without inputs between the two stretches, in which all thresholds are equally
right. The learner draws its threshold uniformly between its nearest examples of the two sides; if it saw none
of a side, it takes the far end of that side instead.
"""

from collections.abc import Sequence

import numpy as np

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray
from scalinglaws.papers.hestness_2017.theory.quadrature import integrate


def expected_error(examples: Sequence[int], gap: float) -> FloatArray:
    """The expected share of inputs [sizes] on the wrong side of the learnt threshold.

    Args:
        examples: [sizes], training examples.
        gap: length without inputs; 0 leaves one right threshold, more leaves many.

    Raises:
        ScalingLawsError: the gap is negative, or a number of examples is below 1.
    """
    if gap < 0:
        raise ScalingLawsError(f"threshold learner: the gap must be 0 or more, not {gap:g}")
    if min(examples) < 1:
        raise ScalingLawsError(f"threshold learner: it needs at least 1 example, not {min(examples)}")
    return np.array([_both_sides_seen(int(m), gap) + _one_side_seen(int(m), gap) for m in examples])


def _both_sides_seen(m: int, gap: float) -> float:
    """The part of the expectation where both sides have examples, the nearest ones x and y from the gap.

    Their density is m (m-1)/4 (1 - u/2)^(m-2), u = x + y. Given them, the expected error is
    (x^2 + y^2)/(4 (gap + u)): each side has half of all inputs, and a threshold within x of the gap misjudges
    half of x on average. Integrated over all x and y with the same u it is the integrand below.
    """

    def integrand(u: FloatArray) -> FloatArray:
        over_line = np.where(u <= 1, u**3, 1 - np.maximum(u - 1, 0) ** 3) / (6 * (gap + u))
        return m * (m - 1) / 4 * (1 - u / 2) ** max(m - 2, 0) * over_line

    return integrate(integrand, _edges(m, 2.0))


def _one_side_seen(m: int, gap: float) -> float:
    """The part where all examples are on one side, the nearest y from the gap."""

    def integrand(y: FloatArray) -> FloatArray:
        return m * (1 - y) ** (m - 1) * (1 + y**2) / (4 * (gap + 1 + y))

    return 2 * 2.0**-m * integrate(integrand, _edges(m, 1.0))


def _edges(m: int, end: float) -> list[float]:
    """Panels that widen from 1/m on: in each the integrands fall by a few factors of e. One ends at 1."""
    inner = [2.0**k / m for k in range(64) if 2.0**k / m < end and 2.0**k / m != 1]
    return sorted({0.0, *inner, 1.0, end})
