"""A threshold on a line, learnt without noise: the expected error of a learner that fits all its examples.

Inputs lie left or right of the truth with equal probability, uniformly over a stretch of length 1 on either
side; between the two stretches may lie a gap without inputs, in which all thresholds are equally right. The
learner draws its threshold uniformly between its nearest examples of the two sides; where it saw none of a
side, from that side's far end on.
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
        raise ScalingLawsError(f"threshold learner: a gap is not negative, {gap:g} is")
    if min(examples) < 1:
        raise ScalingLawsError(f"threshold learner: it needs at least 1 example, not {min(examples)}")
    return np.array([_both_sides_seen(int(m), gap) + _one_side_seen(int(m), gap) for m in examples])


def _both_sides_seen(m: int, gap: float) -> float:
    """The part of the expectation where both sides have examples, the nearest x and y away from the gap.

    Their density is m (m-1)/4 (1 - u/2)^(m-2), u = x + y. Given them, the expected error is
    (x^2 + y^2)/(4 (gap + u)): either side is a half of all inputs, and a threshold within x of the gap
    misjudges half of x on average. Over all x and y of one u that integrates to what stands below.
    """

    def integrand(u: FloatArray) -> FloatArray:
        over_line = np.where(u <= 1, u**3, 1 - np.maximum(u - 1, 0) ** 3) / (6 * (gap + u))
        return m * (m - 1) / 4 * (1 - u / 2) ** max(m - 2, 0) * over_line

    return integrate(integrand, _edges(m, 2.0))


def _one_side_seen(m: int, gap: float) -> float:
    """The part where all examples lie on one side, the nearest y away from the gap."""

    def integrand(y: FloatArray) -> FloatArray:
        return m * (1 - y) ** (m - 1) * (1 + y**2) / (4 * (gap + 1 + y))

    return 2 * 2.0**-m * integrate(integrand, _edges(m, 1.0))


def _edges(m: int, end: float) -> list[float]:
    """Panels that widen from 1/m on, where the integrands fall by a few factors of e each; split at 1."""
    inner = [2.0**k / m for k in range(64) if 2.0**k / m < end and 2.0**k / m != 1]
    return sorted({0.0, *inner, 1.0, end})
